/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs count, summed over CPUs. Read only. */
#pragma once

#include <stdint.h>

#include "datapath/datapath.h"
#include "ob/abi/maps.h"

struct ob_drop_count {
	struct ob_drop_key key;
	struct ob_count value;
};

struct ob_drop_counts {
	struct ob_drop_count *v;
	size_t n;
};

/*
 * Entries a map holds, and how many it can. Of an array, whose entries all
 * exist, those that are not all zero, or in use; of ob_events, bytes nobody has
 * read.
 */
struct ob_map_fill {
	enum ob_map map;
	size_t entries;
	size_t max_entries;
};

int ob_traffic_get(const struct ob_datapath *dp, uint32_t slot,
		   struct ob_traffic *ret);
/* Zeroes a slot: for a cluster that gets a slot another one had. */
int ob_traffic_reset(const struct ob_datapath *dp, uint32_t slot);
int ob_drops_dump(const struct ob_datapath *dp, struct ob_arena *a,
		  struct ob_drop_counts *ret);
/* Events that were not sent for lack of budget, all reasons. */
int ob_events_suppressed(const struct ob_datapath *dp, uint64_t *ret);
/* Every map, indexed by enum ob_map. Walks most maps: O(entries). */
int ob_map_fill_dump(const struct ob_datapath *dp,
		     struct ob_map_fill ret[OB_MAP_COUNT]);
/* How full a map is, 0 to 1. Always 0 where it does not matter: arrays by slot
 * or reason cannot overflow, and the kernel makes room in an LRU. */
double ob_map_pressure(const struct ob_map_fill *fill);
