// SPDX-License-Identifier: Apache-2.0
#include "octopus/exposition_kernel.h"

#include <string.h>

#include "datapath/counters.h"
#include "datapath/tables.h"
#include "octopus/desired.h"
#include "octopus/topology.h"

static const struct ob_wg_peer *peer_of(const struct ob_scrape *s,
					const struct ob_cluster_spec *c)
{
	for (size_t i = 0; i < s->wg.n_peers; i++)
		if (ob_key_equal(&s->wg.peers[i].public_key, &c->public_key))
			return &s->wg.peers[i];
	return NULL;
}

/* Of the tunnel a cluster is behind: its own, or the hub's. */
static const struct ob_wg_peer *tunnel_of(const struct ob_scrape *s,
					  const struct ob_cluster_spec *c)
{
	const struct ob_network *net = s->o->network;

	if (!ob_cluster_is_direct(net, c))
		c = ob_network_hub(net);
	return c ? peer_of(s, c) : NULL;
}

static double age_of(const struct ob_scrape *s, const struct ob_wg_peer *peer)
{
	double age = s->now_s - (double)peer->handshake_s;

	return age > 0 ? age : 0;
}

static void put_tunnels(const struct ob_scrape *s)
{
	const struct ob_network *net = s->o->network;

	if (!net)
		return;
	ob_metrics_family(s->m, OB_METRIC_PREFIX "tunnel_up", OB_METRIC_GAUGE,
			  "1 when the tunnel a cluster is behind had a "
			  "handshake in the last 180 s.");
	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *c = &net->clusters[i];
		const struct ob_wg_peer *peer = tunnel_of(s, c);
		bool up = peer && peer->handshake_s &&
			  age_of(s, peer) < OB_HANDSHAKE_FRESH_S;

		ob_metrics_sample(s->m, OB_LABELS({ "remote_cluster", c->id }),
				  up);
	}
	ob_metrics_family(s->m, OB_METRIC_PREFIX "tunnel_handshake_age_seconds",
			  OB_METRIC_GAUGE,
			  "Since the last handshake of the tunnel; absent "
			  "before the first.");
	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *c = &net->clusters[i];
		const struct ob_wg_peer *peer = tunnel_of(s, c);

		if (peer && peer->handshake_s)
			ob_metrics_sample(
				s->m, OB_LABELS({ "remote_cluster", c->id }),
				age_of(s, peer));
	}
	ob_metrics_family(s->m, OB_METRIC_PREFIX "tunnel_mtu_bytes",
			  OB_METRIC_GAUGE,
			  "The largest IP packet the tunnel carries.");
	ob_metrics_sample_u64(s->m, OB_LABELS({ "interface", net->device }),
			      s->o->state.mtu);
}

static uint64_t counter_at(const void *counters, size_t offset)
{
	uint64_t v;

	memcpy(&v, (const char *)counters + offset, sizeof(v));
	return v;
}

static void put_traffic_of(const struct ob_scrape *s,
			   const struct ob_cluster_entry *e, size_t tx,
			   size_t rx)
{
	struct ob_traffic t;

	if (ob_traffic_get(s->o->kernel.dp, e->value.slot, &t) < 0)
		return;
	ob_metrics_sample_u64(s->m,
			      OB_LABELS({ "remote_cluster", e->key.name },
					{ "direction", "transmit" }),
			      counter_at(&t, tx));
	ob_metrics_sample_u64(s->m,
			      OB_LABELS({ "remote_cluster", e->key.name },
					{ "direction", "receive" }),
			      counter_at(&t, rx));
}

static void put_traffic(const struct ob_scrape *s)
{
	static const struct {
		const char *name, *help;
		size_t tx, rx;
	} families[] = {
		{ OB_METRIC_PREFIX "traffic_packets_total",
		  "Packets translated to and from a cluster.",
		  offsetof(struct ob_traffic, tx_packets),
		  offsetof(struct ob_traffic, rx_packets) },
		{ OB_METRIC_PREFIX "traffic_bytes_total",
		  "IP bytes translated to and from a cluster.",
		  offsetof(struct ob_traffic, tx_bytes),
		  offsetof(struct ob_traffic, rx_bytes) },
	};
	struct ob_cluster_entries clusters;

	if (ob_cluster_table_dump(s->o->kernel.dp, s->arena, &clusters) < 0)
		return;
	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		ob_metrics_family(s->m, families[f].name, OB_METRIC_COUNTER,
				  families[f].help);
		for (size_t i = 0; i < clusters.n; i++)
			put_traffic_of(s, &clusters.v[i], families[f].tx,
				       families[f].rx);
	}
}

/* The programs add a pair when it first happens; until then it is 0, so that
 * a rate sees the first drop. */
static struct ob_count drops_of(const struct ob_drop_counts *all,
				enum ob_reason reason, enum ob_hook hook)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].key.reason == reason &&
		    all->v[i].key.hook == hook)
			return all->v[i].value;
	return (struct ob_count){ 0 };
}

static void put_drop_family(const struct ob_scrape *s, const char *name,
			    const char *help, const struct ob_drop_counts *all,
			    size_t offset)
{
	ob_metrics_family(s->m, name, OB_METRIC_COUNTER, help);
	for (enum ob_reason r = 0; r < OB_REASON_COUNT; r++) {
		for (enum ob_hook h = 0; h < OB_HOOK_COUNT; h++) {
			struct ob_count c = drops_of(all, r, h);

			ob_metrics_sample_u64(
				s->m,
				OB_LABELS({ "reason", ob_reason_name(r) },
					  { "hook", ob_hook_name(h) }),
				counter_at(&c, offset));
		}
	}
}

static void put_drops(const struct ob_scrape *s)
{
	struct ob_drop_counts all = { 0 };
	uint64_t suppressed = 0;

	if (ob_drops_dump(s->o->kernel.dp, s->arena, &all) < 0)
		return;
	put_drop_family(s, OB_METRIC_PREFIX "drop_packets_total",
			"Packets that left the fast path, by reason.", &all,
			offsetof(struct ob_count, packets));
	put_drop_family(s, OB_METRIC_PREFIX "drop_bytes_total",
			"IP bytes that left the fast path, by reason.", &all,
			offsetof(struct ob_count, bytes));
	if (ob_events_suppressed(s->o->kernel.dp, &suppressed) < 0)
		return;
	ob_metrics_family(s->m, OB_METRIC_PREFIX "events_suppressed_total",
			  OB_METRIC_COUNTER,
			  "Events not sent to keep within the rate limit.");
	ob_metrics_sample_u64(s->m, NULL, 0, suppressed);
}

static double pressure(const struct ob_map_fill *fill)
{
	return fill->max_entries
		       ? (double)fill->entries / (double)fill->max_entries
		       : 0;
}

static void put_maps(const struct ob_scrape *s)
{
	struct ob_map_fill fill[OB_MAP_COUNT];

	if (ob_map_fill_dump(s->o->kernel.dp, fill) < 0)
		return;
	ob_metrics_family(s->m, OB_METRIC_PREFIX "map_entries", OB_METRIC_GAUGE,
			  "Entries in a BPF map (of ob_events: bytes).");
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++)
		ob_metrics_sample_u64(s->m,
				      OB_LABELS({ "map", ob_map_name(i) }),
				      fill[i].entries);
	ob_metrics_family(s->m, OB_METRIC_PREFIX "map_max_entries",
			  OB_METRIC_GAUGE, "Entries a BPF map has room for.");
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++)
		ob_metrics_sample_u64(s->m,
				      OB_LABELS({ "map", ob_map_name(i) }),
				      fill[i].max_entries);
	ob_metrics_family(s->m, OB_METRIC_PREFIX "map_pressure",
			  OB_METRIC_GAUGE, "Entries over room: 1 is full.");
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++)
		ob_metrics_sample(s->m, OB_LABELS({ "map", ob_map_name(i) }),
				  pressure(&fill[i]));
}

/* The series of the WireGuard exporter. */

static const char *allowed_text(const struct ob_scrape *s,
				const struct ob_wg_peer *peer)
{
	const size_t each = OB_PREFIX_STRLEN + 1;
	char *text = ob_arena_array(s->arena, peer->n_allowed + 1, each);
	char *end = text;

	for (size_t i = 0; i < peer->n_allowed; i++) {
		if (i > 0)
			*end++ = ',';
		ob_prefix_format(&peer->allowed[i], end, each);
		end += strlen(end);
	}
	return text;
}

static uint64_t wg_value(const struct ob_scrape *s,
			 const struct ob_wg_peer *peer, size_t which)
{
	switch (which) {
	case 0:
		return peer->tx_bytes;
	case 1:
		return peer->rx_bytes;
	case 2:
		return (uint64_t)peer->handshake_s;
	}
	return (uint64_t)age_of(s, peer);
}

static void put_wireguard(const struct ob_scrape *s)
{
	static const struct {
		const char *name, *help;
		enum ob_metric_type type;
	} families[] = {
		{ "wireguard_sent_bytes_total", "Bytes sent to the peer.",
		  OB_METRIC_COUNTER },
		{ "wireguard_received_bytes_total",
		  "Bytes received from the peer.", OB_METRIC_COUNTER },
		{ "wireguard_latest_handshake_seconds",
		  "Seconds since 1970 of the last handshake; 0: never.",
		  OB_METRIC_GAUGE },
		{ "wireguard_latest_handshake_delay_seconds",
		  "Seconds since the last handshake.", OB_METRIC_GAUGE },
	};

	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		ob_metrics_family(s->m, families[f].name, families[f].type,
				  families[f].help);
		for (size_t i = 0; i < s->wg.n_peers; i++) {
			const struct ob_wg_peer *p = &s->wg.peers[i];
			char key[OB_KEY_STRLEN];

			ob_key_format(&p->public_key, key, sizeof(key));
			ob_metrics_sample_u64(
				s->m,
				OB_LABELS(
					{ "interface", s->wg.name },
					{ "public_key", key },
					{ "allowed_ips", allowed_text(s, p) }),
				wg_value(s, p, f));
		}
	}
}

void ob_exposition_kernel(const struct ob_scrape *s)
{
	put_tunnels(s);
	put_traffic(s);
	put_drops(s);
	put_maps(s);
	put_wireguard(s);
}
