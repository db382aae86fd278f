/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel half of ovn-builder, seen from userspace: pinned maps, programs
 * and their attachments. The only place that includes BPF skeletons.
 *
 * Everything is pinned below <root>/<OB_ABI_VERSION>/ (root: OB_PIN_ROOT unless
 * told otherwise, one root per gateway): maps by name, tcx links as
 * link_<hook>_<ifindex>, programs as prog_<hook> and their constants as
 * rodata_<hook>. A new loader adopts what is there: maps are reused,
 * a program is replaced (atomically: bpf_link_update, or cls_bpf REPLACE) only
 * when its tag differs. Closing detaches nothing. Links that another version
 * of the ABI pinned are dumped, too, and added to by taking them over.
 *
 * tables.h reads and writes the maps, counters.h and events.h read what the
 * programs leave behind.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"
#include "ob/abi/reason.h"

struct ob_datapath;

enum ob_map {
	OB_MAP_CONFIG,
	OB_MAP_ROUTE4,
	OB_MAP_ROUTE6,
	OB_MAP_OUT4,
	OB_MAP_OUT6,
	OB_MAP_IN4,
	OB_MAP_IN6,
	OB_MAP_CLUSTER,
	OB_MAP_TRAFFIC,
	OB_MAP_DROPS,
	OB_MAP_EVENTS,
	OB_MAP_BUDGET,
	OB_MAP_SERVICE,
	OB_MAP_VIRTUAL,
	OB_MAP_SLOT,
	OB_MAP_BACKEND,
	OB_MAP_FLOW,
	OB_MAP_REPLY,
	OB_MAP_AFFINITY,
	OB_MAP_FRAGMENT,
	OB_MAP_COUNT
};

/*
 * Opens the pinned maps only: what obctl needs, with octopus dead or alive.
 * root NULL: OB_PIN_ROOT. -ENOENT when nothing is pinned there.
 */
int ob_datapath_open(const char *root, struct ob_datapath **ret,
		     struct ob_status *status);
/*
 * Mounts bpffs if the root is not on one, creates or reuses the maps and
 * loads the programs. A pinned map that does not fit is an error: the ABI
 * version should have been raised. -EPERM names the capabilities: CAP_BPF,
 * CAP_PERFMON and CAP_NET_ADMIN are enough where bpffs is mounted already.
 */
int ob_datapath_load(const char *root, struct ob_datapath **ret,
		     struct ob_status *status);
void ob_datapath_free(struct ob_datapath *dp);
OB_DEFINE_CLEANUP(struct ob_datapath *, ob_datapath_free)

/* "from_pod", "to_tunnel", "from_tunnel". */
const char *ob_hook_name(enum ob_hook hook);
/* "no_route", ...: the metric label of a reason. */
const char *ob_reason_name(enum ob_reason reason);
const char *ob_reason_doc(enum ob_reason reason);
enum ob_action ob_reason_action(enum ob_reason reason);
/* "ob_config", ... */
const char *ob_map_name(enum ob_map map);
/* The fd of a map, borrowed. */
int ob_datapath_map_fd(const struct ob_datapath *dp, enum ob_map map);

/* One of our programs on a device. */
struct ob_attachment {
	enum ob_hook hook;
	int ifindex;
	bool tcx;     /* a pinned link; otherwise a clsact filter */
	bool current; /* runs the program this loader would put there */
};

struct ob_attachments {
	struct ob_attachment *v;
	size_t n;
};

/*
 * What is attached in this network namespace: our pinned links that still
 * have a device, and our clsact filters on the devices with these indexes.
 */
int ob_attachment_dump(struct ob_datapath *dp, struct ob_arena *a,
		       const int *ifindexes, size_t n,
		       struct ob_attachments *ret);
/*
 * Attaches the hook's program, or replaces ours atomically. Ours runs before
 * those of others, so that none can end the list before it (clsact: priority
 * 0xb0, behind filters with lower numbers). -ENODEV. -EEXIST for the moment
 * that the kernel still detaches a link whose pin was removed: try again.
 */
int ob_attachment_add(struct ob_datapath *dp, enum ob_hook hook, int ifindex);
int ob_attachment_del(struct ob_datapath *dp,
		      const struct ob_attachment *attachment);
/* True when this kernel attaches by tcx links (6.6 and later). */
bool ob_datapath_has_tcx(const struct ob_datapath *dp);

/*
 * Unpins everything of every ABI version below root, which detaches tcx links
 * at once, and removes the directories. 0 when there is nothing. Clsact
 * filters stay: ob_attachment_del them before.
 */
int ob_datapath_unpin(const char *root);
