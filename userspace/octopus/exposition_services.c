// SPDX-License-Identifier: Apache-2.0
#include "octopus/exposition_services.h"

#include "datapath/tables.h"
#include "octopus/balancer.h"

static void put_u64(const struct ob_scrape *s, const char *name,
		    enum ob_metric_type type, const char *help, uint64_t value)
{
	ob_metrics_family(s->m, name, type, help);
	ob_metrics_sample_u64(s->m, NULL, 0, value);
}

static void put_what_there_is(const struct ob_scrape *s,
			      const struct ob_balancer_look *look)
{
	const struct ob_balance_totals *t = &look->totals;

	put_u64(s, OB_METRIC_PREFIX "services_watched", OB_METRIC_GAUGE,
		"1 while ServiceImports are watched and all of them are known.",
		look->watched && look->synced && !look->trouble.reason);
	put_u64(s, OB_METRIC_PREFIX "services", OB_METRIC_GAUGE,
		"Services with virtual addresses in the datapath.",
		t->services);
	put_u64(s, OB_METRIC_PREFIX "service_ports", OB_METRIC_GAUGE,
		"Virtual addresses, protocols and ports in the datapath.",
		t->entries);
	put_u64(s, OB_METRIC_PREFIX "service_addresses_unserved",
		OB_METRIC_GAUGE,
		"Virtual addresses without any ready endpoint.", t->unserved);
	put_u64(s, OB_METRIC_PREFIX "services_failed", OB_METRIC_GAUGE,
		"Services that the datapath has no room for.", t->failed);
}

static void put_refused(const struct ob_scrape *s,
			const struct ob_service_refused *refused)
{
	ob_metrics_family(s->m, OB_METRIC_PREFIX "service_endpoints_refused",
			  OB_METRIC_GAUGE,
			  "Endpoints that are left out: foreign is an address "
			  "that is not the exporting cluster's, unknown a "
			  "cluster that is not connected, excess more than a "
			  "service may have.");
	ob_metrics_sample_u64(s->m, OB_LABELS({ "reason", "foreign" }),
			      refused->foreign);
	ob_metrics_sample_u64(s->m, OB_LABELS({ "reason", "unknown" }),
			      refused->unknown);
	ob_metrics_sample_u64(s->m, OB_LABELS({ "reason", "excess" }),
			      refused->excess);
}

static void put_cluster(const struct ob_scrape *s, const char *cluster,
			const struct ob_balance_backends *b)
{
	ob_metrics_sample_u64(
		s->m, OB_LABELS({ "cluster", cluster }, { "state", "ready" }),
		b->ready);
	ob_metrics_sample_u64(
		s->m,
		OB_LABELS({ "cluster", cluster }, { "state", "draining" }),
		b->draining);
}

/* Only of clusters that have a slot: there are as many as there can be. */
static void put_backends(const struct ob_scrape *s,
			 const struct ob_balancer_look *look)
{
	struct ob_cluster_entries slots = { 0 };

	ob_metrics_family(s->m, OB_METRIC_PREFIX "service_backends",
			  OB_METRIC_GAUGE,
			  "Endpoints of all service ports, by cluster: ready "
			  "ones get new connections.");
	put_cluster(s, s->o->config->network.id, &look->backends[0]);
	if (ob_cluster_table_dump(s->o->kernel.dp, s->arena, &slots) < 0)
		return;
	for (size_t i = 0; i < slots.n; i++) {
		struct ob_cluster_entry *e = &slots.v[i];

		e->key.name[sizeof(e->key.name) - 1] = '\0';
		if (e->value.slot > 0 && e->value.slot < OB_MAX_CLUSTERS)
			put_cluster(s, e->key.name,
				    &look->backends[e->value.slot]);
	}
}

static void put_alive(const struct ob_scrape *s)
{
	const struct ob_network *net = s->o->network;

	ob_metrics_family(s->m, OB_METRIC_PREFIX "cluster_alive",
			  OB_METRIC_GAUGE,
			  "1 when packets come out of the tunnel to the "
			  "cluster: services send new connections there.");
	for (size_t i = 0; net && i < net->n_clusters; i++)
		ob_metrics_sample_u64(
			s->m, OB_LABELS({ "cluster", net->clusters[i].id }),
			ob_balancer_is_alive(s->o->balancer,
					     net->clusters[i].id));
}

static void put_work(const struct ob_scrape *s,
		     const struct ob_balancer_look *look)
{
	put_u64(s, OB_METRIC_PREFIX "service_writes_total", OB_METRIC_COUNTER,
		"Changes of services in the datapath.", look->totals.writes);
	put_u64(s, OB_METRIC_PREFIX "service_audits_total", OB_METRIC_COUNTER,
		"Comparisons of all services with what the datapath has.",
		look->totals.audits);
	put_u64(s, OB_METRIC_PREFIX "service_repairs_total", OB_METRIC_COUNTER,
		"Services that were not as they had been written.",
		look->totals.repairs);
	put_u64(s, OB_METRIC_PREFIX "service_sweep_looked_total",
		OB_METRIC_COUNTER,
		"Connections and affinities looked at, whether they are idle.",
		look->swept.looked);
	put_u64(s, OB_METRIC_PREFIX "service_flows_expired_total",
		OB_METRIC_COUNTER,
		"Connections to service addresses forgotten because they were "
		"idle or over.",
		look->swept.flows_expired);
	put_u64(s, OB_METRIC_PREFIX "service_affinities_expired_total",
		OB_METRIC_COUNTER,
		"Clients whose endpoint was forgotten after a while.",
		look->swept.affinities_expired);
}

void ob_exposition_services(const struct ob_scrape *s)
{
	struct ob_balancer_look *look;

	/* Nothing of it in clusters without services. */
	if (!s->o->balancer || !s->o->config->hub ||
	    s->o->config->hub->kubernetes == OB_KUBERNETES_NONE)
		return;
	look = ob_arena_alloc(s->arena, sizeof(*look));
	ob_balancer_look(s->o->balancer, look);
	put_what_there_is(s, look);
	put_refused(s, &look->totals.refused);
	put_backends(s, look);
	put_alive(s);
	put_work(s, look);
}
