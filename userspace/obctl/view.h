/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What obctl knows: one snapshot of maps, devices and tunnels as plain data,
 * so that everything shown is a pure function of it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "datapath/counters.h"
#include "datapath/services.h"
#include "datapath/tables.h"
#include "netlink/link.h"
#include "wireguard/device.h"

/* Every later handshake proves the tunnel for 180 s (REJECT_AFTER_TIME). */
#define OB_CTL_UP_S 180

/* What to read; the configuration is always read. */
enum ob_ctl_part {
	OB_CTL_ROUTES = 1 << 0,
	OB_CTL_NAT = 1 << 1,
	OB_CTL_TRAFFIC = 1 << 2, /* and clusters */
	OB_CTL_DROPS = 1 << 3,
	OB_CTL_FILL = 1 << 4,
	OB_CTL_ATTACHMENTS = 1 << 5,
	OB_CTL_LINKS = 1 << 6,
	OB_CTL_TUNNELS = 1 << 7, /* needs ROUTES and LINKS */
	OB_CTL_SERVICES = 1 << 8,
};

struct ob_ctl_daemon; /* facts.h */

struct ob_ctl_view {
	int64_t now_s; /* since 1970 */
	const char *pin_root;
	bool tcx;
	struct ob_config config;
	struct ob_route_entries routes;
	struct ob_nat_entries nat;
	struct ob_cluster_entries clusters;
	struct ob_traffic traffic[OB_MAX_CLUSTERS]; /* by slot */
	struct ob_service_entries services;
	struct ob_drop_counts drops;
	uint64_t suppressed; /* events */
	struct ob_map_fill fill[OB_MAP_COUNT];
	struct ob_attachments attachments;
	struct ob_links links;
	/* The WireGuard devices that routes point to. Without WireGuard or
	 * the right to read it: tunnels_known is false. */
	struct ob_wg_device *tunnels;
	size_t n_tunnels;
	bool tunnels_known;
	/* What octopus says of itself; NULL: it was not asked, or is dead. */
	const struct ob_ctl_daemon *daemon;
};

/* Reads parts (enum ob_ctl_part, or'ed) into the arena. */
int ob_ctl_view_read(struct ob_datapath *dp, const char *pin_root,
		     unsigned int parts, struct ob_arena *a,
		     struct ob_ctl_view *ret);

/* The link with an index, or NULL. */
const struct ob_link *ob_ctl_view_link(const struct ob_ctl_view *view,
				       int ifindex);
/* Its name; "if7" when it is not in this network namespace. */
const char *ob_ctl_view_device(const struct ob_ctl_view *view,
			       struct ob_arena *a, int ifindex);
/* The longest route that covers an address, or NULL. */
const struct ob_route_entry *ob_ctl_view_route(const struct ob_ctl_view *view,
					       const struct ob_addr *addr);
/* True when the cluster ID is in ob_cluster and marked as hub. */
bool ob_ctl_view_is_hub(const struct ob_ctl_view *view, const char *cluster);
