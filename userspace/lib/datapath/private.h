/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share. Not for others, but tests may look. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/datapath.h"

struct ob_datapath {
	char *root;
	char *dir; /* <root>/<OB_ABI_VERSION> */
	int map_fd[OB_MAP_COUNT];
	/* The programs that belong on the hooks. After ob_datapath_open:
	 * those that are pinned, -1 and id 0 when there are none. */
	int prog_fd[OB_HOOK_COUNT];
	uint32_t prog_id[OB_HOOK_COUNT];
	bool tcx;
	unsigned int n_cpus; /* values of a per-CPU entry */
};

/* "<dir>/<formatted name>". -ENAMETOOLONG. */
int ob_datapath_path(const struct ob_datapath *dp, char *buf, size_t size,
		     const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Names of pins other than maps. */
#define OB_PIN_LINK   "link_%s_%d" /* hook, ifindex: a tcx link */
#define OB_PIN_PROG   "prog_%s"	   /* hook: the program last loaded */
#define OB_PIN_RODATA "rodata_%s"  /* hook: its constants */
#define OB_PIN_CLSACT "clsact_%d"  /* ifindex: a qdisc we made (directory) */

/* False for what OB_PIN_LINK did not make. */
bool ob_pin_parse_link(const char *name, enum ob_hook *ret_hook,
		       int *ret_ifindex);

/* A way to attach: tcx links or clsact filters. */
struct ob_attachment_list {
	struct ob_attachment *v;
	size_t n, room;
};

struct ob_attach_ops {
	int (*dump)(struct ob_datapath *dp, struct ob_arena *a,
		    const int *ifindexes, size_t n,
		    struct ob_attachment_list *list);
	int (*add)(struct ob_datapath *dp, enum ob_hook hook, int ifindex);
	int (*del)(struct ob_datapath *dp, enum ob_hook hook, int ifindex);
};

extern const struct ob_attach_ops ob_tcx_ops;
extern const struct ob_attach_ops ob_clsact_ops;
