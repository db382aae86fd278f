// SPDX-License-Identifier: Apache-2.0
#include "obctl/peers.h"

#include <inttypes.h>
#include <string.h>

#include "obctl/gather.h"
#include "obctl/membership.h"
#include "obctl/table.h"
#include "obctl/units.h"

#define SHOWN_CIDRS 4 /* in the table; JSON has all */

static struct ob_ctl_peer *peer_get(struct ob_ctl_peers *peers,
				    struct ob_arena *a, const char *cluster)
{
	struct ob_ctl_peer *peer;

	for (size_t i = 0; i < peers->n; i++) {
		if (strcmp(peers->v[i].cluster, cluster) == 0)
			return &peers->v[i];
	}
	peer = OB_PUSH(a, peers);
	peer->cluster = cluster;
	return peer;
}

/* The WireGuard peer that packets to an address are sent to: like the kernel,
 * the longest allowed IP. */
static const struct ob_wg_peer *carrier_find(const struct ob_ctl_view *view,
					     const struct ob_prefix *dst)
{
	const struct ob_wg_peer *best = NULL;
	int best_len = -1;

	for (size_t i = 0; i < view->n_tunnels; i++) {
		const struct ob_wg_device *device = &view->tunnels[i];

		for (size_t j = 0; j < device->n_peers; j++) {
			const struct ob_wg_peer *peer = &device->peers[j];

			for (size_t k = 0; k < peer->n_allowed; k++) {
				if (!ob_prefix_covers(&peer->allowed[k], dst) ||
				    peer->allowed[k].len <= best_len)
					continue;
				best = peer;
				best_len = peer->allowed[k].len;
			}
		}
	}
	return best;
}

static enum ob_ctl_up up_of(const struct ob_ctl_view *view,
			    const struct ob_wg_peer *peer)
{
	if (!peer)
		return view->tunnels_known ? OB_CTL_DOWN : OB_CTL_UNKNOWN;
	if (peer->handshake_s == 0)
		return OB_CTL_DOWN;
	return view->now_s - peer->handshake_s < OB_CTL_UP_S ? OB_CTL_UP
							     : OB_CTL_DOWN;
}

static void add_route(const struct ob_ctl_view *view, struct ob_arena *a,
		      const struct ob_route_entry *route,
		      struct ob_ctl_peers *peers)
{
	struct ob_ctl_peer *peer = peer_get(peers, a, route->value.cluster);

	if (!peer->cidrs)
		peer->cidrs = ob_arena_array(a, view->routes.n,
					     sizeof(struct ob_prefix *));
	peer->cidrs[peer->n_cidrs++] = &route->dst;
	if (peer->n_cidrs > 1)
		return;
	peer->mtu = route->value.mtu;
	peer->device = ob_ctl_view_device(view, a, (int)route->value.ifindex);
	peer->peer = carrier_find(view, &route->dst);
	if (route->value.slot < OB_MAX_CLUSTERS)
		peer->traffic = view->traffic[route->value.slot];
}

/* A cluster without a tunnel of its own shares the hub's. */
static bool is_behind_hub(const struct ob_ctl_peers *peers,
			  const struct ob_ctl_peer *peer)
{
	if (peer->hub || !peer->peer)
		return false;
	for (size_t i = 0; i < peers->n; i++) {
		if (peers->v[i].hub && peers->v[i].peer == peer->peer)
			return true;
	}
	return false;
}

static int compare(const void *a, const void *b)
{
	const struct ob_ctl_peer *x = a, *y = b;

	return strcmp(x->cluster, y->cluster);
}

struct ob_ctl_peers ob_ctl_peers_list(const struct ob_ctl_view *view,
				      struct ob_arena *a)
{
	struct ob_ctl_peers peers = { 0 };

	for (size_t i = 0; i < view->routes.n; i++)
		add_route(view, a, &view->routes.v[i], &peers);
	for (size_t i = 0; i < peers.n; i++) {
		peers.v[i].hub = ob_ctl_view_is_hub(view, peers.v[i].cluster);
		peers.v[i].up = up_of(view, peers.v[i].peer);
	}
	for (size_t i = 0; i < peers.n; i++)
		peers.v[i].via_hub = is_behind_hub(&peers, &peers.v[i]);
	if (peers.n > 0)
		qsort(peers.v, peers.n, sizeof(*peers.v), compare);
	return peers;
}

static const char *endpoint_text(struct ob_arena *a,
				 const struct ob_ctl_peer *peer)
{
	const struct ob_wg_endpoint *endpoint;

	if (!peer->peer)
		return peer->up == OB_CTL_UNKNOWN ? "unknown" : "none";
	endpoint = &peer->peer->endpoint;
	if (!endpoint->addr.family)
		return "none";
	return ob_arena_printf(
		a, endpoint->addr.family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		ob_ctl_addr(a, &endpoint->addr), endpoint->port);
}

static const char *handshake_text(const struct ob_ctl_view *view,
				  struct ob_arena *a,
				  const struct ob_ctl_peer *peer)
{
	int64_t age_s;

	if (!peer->peer)
		return peer->up == OB_CTL_UNKNOWN ? "unknown" : "never";
	if (peer->peer->handshake_s == 0)
		return "never";
	age_s = view->now_s - peer->peer->handshake_s;
	return ob_arena_printf(
		a, "%s ago",
		ob_ctl_duration(a, age_s > 0 ? (uint64_t)age_s : 0));
}

static const char *up_text(enum ob_ctl_up up)
{
	switch (up) {
	case OB_CTL_UNKNOWN:
		return "unknown";
	case OB_CTL_DOWN:
		return "no";
	case OB_CTL_UP:
		return "yes";
	}
	return "unknown";
}

static const char *cidrs_text(struct ob_arena *a,
			      const struct ob_ctl_peer *peer)
{
	const char *text = "";

	for (size_t i = 0; i < peer->n_cidrs && i < SHOWN_CIDRS; i++)
		text = ob_arena_printf(a, "%s%s%s", text, i ? "," : "",
				       ob_ctl_prefix(a, peer->cidrs[i]));
	if (peer->n_cidrs > SHOWN_CIDRS)
		text = ob_arena_printf(a, "%s,+%zu", text,
				       peer->n_cidrs - SHOWN_CIDRS);
	return text;
}

void ob_ctl_peers_print(const struct ob_ctl_view *view, struct ob_arena *a,
			FILE *out)
{
	static const struct ob_ctl_column columns[] = {
		{ "CLUSTER" },	     { "ROLE" },      { "VIA" },
		{ "ENDPOINT" },	     { "HANDSHAKE" }, { "UP" },
		{ "CIDRS" },	     { "MTU", true }, { "TX", true },
		{ "TX PKTS", true }, { "RX", true },  { "RX PKTS", true },
	};
	struct ob_ctl_peers peers = ob_ctl_peers_list(view, a);
	struct ob_ctl_table t;

	ob_ctl_table_init(&t, a, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < peers.n; i++) {
		const struct ob_ctl_peer *peer = &peers.v[i];
		const struct ob_traffic *traffic = &peer->traffic;

		ob_ctl_table_cell(&t, "%s", peer->cluster);
		ob_ctl_table_cell(&t, "%s", peer->hub ? "hub" : "-");
		ob_ctl_table_cell(&t, "%s", peer->via_hub ? "hub" : "direct");
		ob_ctl_table_cell(&t, "%s", endpoint_text(a, peer));
		ob_ctl_table_cell(&t, "%s", handshake_text(view, a, peer));
		ob_ctl_table_cell(&t, "%s", up_text(peer->up));
		ob_ctl_table_cell(&t, "%s", cidrs_text(a, peer));
		ob_ctl_table_cell(&t, "%" PRIu32, peer->mtu);
		ob_ctl_table_cell(&t, "%s", ob_ctl_bytes(a, traffic->tx_bytes));
		ob_ctl_table_cell(&t, "%llu", traffic->tx_packets);
		ob_ctl_table_cell(&t, "%s", ob_ctl_bytes(a, traffic->rx_bytes));
		ob_ctl_table_cell(&t, "%llu", traffic->rx_packets);
	}
	ob_ctl_table_print(&t, out);
	if (view->daemon)
		ob_ctl_membership_print_unused(view->daemon, out);
}

/* What WireGuard says; null where it says nothing. */
static void add_tunnel(cJSON *object, struct ob_arena *a,
		       const struct ob_ctl_peer *peer)
{
	static const struct ob_wg_endpoint none = { 0 };
	const struct ob_wg_endpoint *endpoint =
		peer->peer ? &peer->peer->endpoint : &none;
	char key[OB_KEY_STRLEN];

	ob_ctl_json_string(a, object, "public_key",
			   peer->peer ? ob_key_format(&peer->peer->public_key,
						      key, sizeof(key))
				      : NULL);
	ob_ctl_json_addr(a, object, "endpoint", &endpoint->addr);
	ob_ctl_json_u64(a, object, "endpoint_port", endpoint->port);
	if (peer->peer && peer->peer->handshake_s > 0)
		ob_ctl_json_u64(a, object, "handshake",
				(uint64_t)peer->peer->handshake_s);
	else
		ob_ctl_json_string(a, object, "handshake", NULL);
	if (peer->up == OB_CTL_UNKNOWN)
		ob_ctl_json_string(a, object, "up", NULL);
	else
		ob_ctl_json_bool(a, object, "up", peer->up == OB_CTL_UP);
}

cJSON *ob_ctl_peers_json(const struct ob_ctl_view *view, struct ob_arena *a)
{
	struct ob_ctl_peers peers = ob_ctl_peers_list(view, a);
	cJSON *array = ob_json_array(a);

	for (size_t i = 0; i < peers.n; i++) {
		const struct ob_ctl_peer *peer = &peers.v[i];
		cJSON *object = ob_ctl_json_object(a, array);
		cJSON *cidrs;

		ob_ctl_json_string(a, object, "cluster", peer->cluster);
		ob_ctl_json_bool(a, object, "hub", peer->hub);
		ob_ctl_json_string(a, object, "via",
				   peer->via_hub ? "hub" : "direct");
		ob_ctl_json_string(a, object, "device", peer->device);
		add_tunnel(object, a, peer);
		cidrs = ob_ctl_json_array(a, object, "cidrs");
		for (size_t j = 0; j < peer->n_cidrs; j++)
			ob_json_append(
				a, cidrs,
				ob_json_string_new(
					a, ob_ctl_prefix(a, peer->cidrs[j])));
		ob_ctl_json_u64(a, object, "mtu", peer->mtu);
		ob_ctl_json_u64(a, object, "tx_bytes", peer->traffic.tx_bytes);
		ob_ctl_json_u64(a, object, "tx_packets",
				peer->traffic.tx_packets);
		ob_ctl_json_u64(a, object, "rx_bytes", peer->traffic.rx_bytes);
		ob_ctl_json_u64(a, object, "rx_packets",
				peer->traffic.rx_packets);
	}
	ob_ctl_membership_json_unused(view->daemon, array, a);
	return array;
}

static int run(struct ob_ctl *ctl)
{
	struct ob_ctl_view view;
	int r = ob_ctl_view_read(ctl->dp, ctl->options.pin_root,
				 OB_CTL_ROUTES | OB_CTL_TRAFFIC | OB_CTL_LINKS |
					 OB_CTL_TUNNELS,
				 ctl->arena, &view);

	if (r < 0)
		return ob_ctl_fail(r, "reading the maps");
	view.daemon = ob_ctl_gather_status(ctl, view.config.cluster);
	if (ctl->options.json) {
		cJSON *json = ob_ctl_peers_json(&view, ctl->arena);

		ob_ctl_json_print(ctl->arena, json, stdout);
		return OB_CTL_OK;
	}
	ob_ctl_peers_print(&view, ctl->arena, stdout);
	return OB_CTL_OK;
}

const struct ob_ctl_verb ob_ctl_peers = {
	.name = "peers",
	.synopsis = "peers",
	.summary = "the other clusters and the tunnels to them",
	.help = "One line for each cluster: its role, whether it has a tunnel "
		"of its own or\nis reached through the hub's, and what was "
		"sent to and received from it.\n\nA tunnel is up when its last "
		"handshake is less than 180 seconds old. An\nidle tunnel "
		"without keepalive is down until somebody uses it.\n\nOf a "
		"cluster that has a hub also the Peers that are not connected, "
		"and why, as\noctopus tells them: see --config.\n",
	.options = OB_CTL_CONFIG,
	.needs_datapath = true,
	.run = run,
};
