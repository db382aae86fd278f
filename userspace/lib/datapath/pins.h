/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of our maps in the BPF file system. The kernel keeps a map as long as
 * a program uses it; its name is what obctl, bpftool and the next octopus find
 * it by, and a name can be removed by hand.
 */
#pragma once

#include "base/arena.h"
#include "datapath/datapath.h"

struct ob_pin {
	enum ob_map map;
};

struct ob_pins {
	struct ob_pin *v;
	size_t n, room;
};

/* Those that lead to our maps. */
int ob_pin_dump(const struct ob_datapath *dp, struct ob_arena *a,
		struct ob_pins *ret);
/*
 * Appends the pins of tcx links, and the marks of clsact qdiscs, that "list"
 * does not have: their device is gone, and so are they but for the name. They
 * come as attachments that are not current, so that they are removed, or
 * replaced if the index is used again.
 */
int ob_pin_dump_dead_links(const struct ob_datapath *dp, struct ob_arena *a,
			   struct ob_attachments *list);
/* Pins the map, in place of whatever has its name. */
int ob_pin_add(const struct ob_datapath *dp, const struct ob_pin *pin);
