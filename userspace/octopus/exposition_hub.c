// SPDX-License-Identifier: Apache-2.0
#include "octopus/exposition_hub.h"

#include <string.h>

#include "octopus/control.h"

static void put_gauge(const struct ob_scrape *s, const char *name,
		      const char *help, double value)
{
	ob_metrics_family(s->m, name, OB_METRIC_GAUGE, help);
	ob_metrics_sample(s->m, NULL, 0, value);
}

static void put_connection(const struct ob_scrape *s,
			   const struct ob_control_view *v)
{
	put_gauge(s, OB_METRIC_PREFIX "hub_connected",
		  "1 while the Peers on the hub are being watched.",
		  v->connected);
	put_gauge(s, OB_METRIC_PREFIX "hub_last_sync_timestamp_seconds",
		  "When the hub was last heard of, since 1970; 0: never.",
		  v->heard_s);
	put_gauge(s, OB_METRIC_PREFIX "leader",
		  "1 while this gateway leads its cluster.", v->leading);
}

static void put_requests(const struct ob_scrape *s,
			 const struct ob_control_view *v)
{
	static const struct {
		const char *name, *help;
		size_t at;
	} families[] = {
		{ OB_METRIC_PREFIX "kube_requests_total",
		  "Requests to API servers.",
		  offsetof(struct ob_kube_stats, requests) },
		{ OB_METRIC_PREFIX "kube_failures_total",
		  "Requests to API servers that were not answered with 2xx.",
		  offsetof(struct ob_kube_stats, failures) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		uint64_t hub, local;

		memcpy(&hub, (const char *)&v->hub + families[i].at,
		       sizeof(hub));
		memcpy(&local, (const char *)&v->kubernetes + families[i].at,
		       sizeof(local));
		ob_metrics_family(s->m, families[i].name, OB_METRIC_COUNTER,
				  families[i].help);
		ob_metrics_sample_u64(s->m, OB_LABELS({ "server", "hub" }),
				      hub);
		if (v->has_kubernetes)
			ob_metrics_sample_u64(
				s->m, OB_LABELS({ "server", "kubernetes" }),
				local);
	}
}

static void put_peers(const struct ob_scrape *s,
		      const struct ob_control_view *v)
{
	uint64_t ready = 0, accepted = 0, refused = 0, pending = 0;

	for (size_t i = 0; i < v->n_peers; i++) {
		const struct ob_peer_status *p = &v->peers[i]->status;
		const struct ob_peer_condition *c =
			ob_peer_condition_get(p, OB_PEER_ACCEPTED);

		if (!c)
			pending++;
		else if (strcmp(c->status, "True") != 0)
			refused++;
		else if (ob_peer_condition_is_true(p, OB_PEER_READY))
			ready++;
		else
			accepted++;
	}
	ob_metrics_family(s->m, OB_METRIC_PREFIX "peers", OB_METRIC_GAUGE,
			  "Peers on the hub: ready, accepted but not ready, "
			  "refused, or not judged yet.");
	ob_metrics_sample_u64(s->m, OB_LABELS({ "state", "ready" }), ready);
	ob_metrics_sample_u64(s->m, OB_LABELS({ "state", "accepted" }),
			      accepted);
	ob_metrics_sample_u64(s->m, OB_LABELS({ "state", "refused" }), refused);
	ob_metrics_sample_u64(s->m, OB_LABELS({ "state", "pending" }), pending);
}

/* Only of clusters there can be; a Peer may have any name. */
static void put_peer_conditions(const struct ob_scrape *s,
				const struct ob_control_view *v)
{
	static const char *const types[] = { OB_PEER_ACCEPTED, OB_PEER_CONFLICT,
					     OB_PEER_DEGRADED, OB_PEER_READY };
	size_t n = v->n_peers < OB_MAX_CLUSTERS ? v->n_peers : OB_MAX_CLUSTERS;

	ob_metrics_family(s->m, OB_METRIC_PREFIX "peer_condition",
			  OB_METRIC_GAUGE,
			  "1 when the condition of the Peer is True, of the "
			  "first 256 Peers.");
	for (size_t i = 0; i < n; i++)
		for (size_t t = 0; t < ARRAY_SIZE(types); t++)
			ob_metrics_sample_u64(
				s->m,
				OB_LABELS({ "cluster", v->peers[i]->name },
					  { "type", types[t] }),
				ob_peer_condition_is_true(&v->peers[i]->status,
							  types[t]));
}

static void put_allocation(const struct ob_scrape *s,
			   const struct ob_control_view *v)
{
	if (!v->grants || !v->leading)
		return;
	put_gauge(s, OB_METRIC_PREFIX "cluster_cidr_allocated",
		  "Clusters that have a part of the global CIDR.",
		  (double)v->totals.clusters);
	put_gauge(s, OB_METRIC_PREFIX "cluster_cidr_available",
		  "How many more can be allocated one.",
		  (double)v->totals.available);
}

void ob_exposition_hub(const struct ob_scrape *s)
{
	struct ob_control_view v;

	if (!s->o->control)
		return;
	ob_control_look(s->o->control, s->arena, &v);
	put_connection(s, &v);
	put_requests(s, &v);
	put_peers(s, &v);
	put_peer_conditions(s, &v);
	put_allocation(s, &v);
}
