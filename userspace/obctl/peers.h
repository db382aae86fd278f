/* SPDX-License-Identifier: Apache-2.0 */
/* obctl peers: the other clusters and the tunnels to them. */
#pragma once

#include <stdio.h>

#include "obctl/json.h"
#include "obctl/verb.h"
#include "obctl/view.h"

extern const struct ob_ctl_verb ob_ctl_peers;

enum ob_ctl_up {
	OB_CTL_UNKNOWN, /* WireGuard cannot be read */
	OB_CTL_DOWN,
	OB_CTL_UP,
};

/* One cluster. Pointers are into the view or the arena. */
struct ob_ctl_peer {
	const char *cluster;
	bool hub;
	bool via_hub; /* its addresses are behind the hub's peer */
	const struct ob_wg_peer *peer; /* NULL: unknown, or none carries it */
	enum ob_ctl_up up;
	const char *device;
	uint32_t mtu;
	const struct ob_prefix **cidrs;
	size_t n_cidrs;
	struct ob_traffic traffic;
};

struct ob_ctl_peers {
	struct ob_ctl_peer *v;
	size_t n, room;
};

/* Clusters in the order of their names. Pure. */
struct ob_ctl_peers ob_ctl_peers_list(const struct ob_ctl_view *view,
				      struct ob_arena *a);
void ob_ctl_peers_print(const struct ob_ctl_view *view, struct ob_arena *a,
			FILE *out);
cJSON *ob_ctl_peers_json(const struct ob_ctl_view *view, struct ob_arena *a);
