// SPDX-License-Identifier: Apache-2.0
#include "syncer/exposition.h"

#include <string.h>

#include "metrics/metrics.h"

#define PREFIX "ovn_builder_syncer_"

static void gauge(struct ob_metrics *m, const char *name, const char *help,
		  double value)
{
	ob_metrics_family(m, name, OB_METRIC_GAUGE, help);
	ob_metrics_sample(m, NULL, 0, value);
}

static void counter(struct ob_metrics *m, const char *name, const char *help,
		    double value)
{
	ob_metrics_family(m, name, OB_METRIC_COUNTER, help);
	ob_metrics_sample(m, NULL, 0, value);
}

static void put_state(struct ob_metrics *m, const struct ob_syncer_view *v)
{
	gauge(m, PREFIX "hub_connected",
	      "1 while the objects on the hub are being watched.",
	      !v->hub_trouble.reason);
	gauge(m, PREFIX "kubernetes_connected",
	      "1 while our own API server is being watched.",
	      !v->local_trouble.reason);
	gauge(m, PREFIX "leader",
	      "1 while this process is the one that writes.", v->leading);
	gauge(m, PREFIX "waiting",
	      "1 while something that is needed is not known, and nothing is "
	      "changed.",
	      v->waiting.reason != NULL);
	gauge(m, PREFIX "heartbeat_timestamp_seconds",
	      "When our Lease on the hub was renewed, since 1970; 0: never.",
	      v->heart_s);
	gauge(m, PREFIX "dead_clusters",
	      "Clusters whose Lease on the hub has not been renewed for too "
	      "long.",
	      (double)v->dead_clusters);
}

static void put_totals(struct ob_metrics *m, const struct ob_syncer_view *v)
{
	const struct ob_syncer_totals *t = &v->totals;

	gauge(m, PREFIX "exports", "Services that this cluster exports.",
	      (double)t->exported);
	gauge(m, PREFIX "imports", "Services that this cluster imports.",
	      (double)t->imported);
	gauge(m, PREFIX "conflicts",
	      "Exported Services that clusters disagree about.",
	      (double)t->conflicts);
	gauge(m, PREFIX "failing", "Services of which a write fails.",
	      (double)t->failed);
	ob_metrics_family(m, PREFIX "slices", OB_METRIC_GAUGE,
			  "EndpointSlices: exported to the hub, imported.");
	ob_metrics_sample_u64(m, OB_LABELS({ "direction", "export" }),
			      t->slices_exported);
	ob_metrics_sample_u64(m, OB_LABELS({ "direction", "import" }),
			      t->slices_imported);
	ob_metrics_family(m, PREFIX "endpoints", OB_METRIC_GAUGE,
			  "Endpoints in them.");
	ob_metrics_sample_u64(m, OB_LABELS({ "direction", "export" }),
			      t->endpoints_exported);
	ob_metrics_sample_u64(m, OB_LABELS({ "direction", "import" }),
			      t->endpoints_imported);
	ob_metrics_family(m, PREFIX "endpoints_left_out", OB_METRIC_GAUGE,
			  "Endpoints that are not exported or not imported: "
			  "without a global address, with an address that is "
			  "not their cluster's, or of a cluster that is dead "
			  "or exports no such Service.");
	ob_metrics_sample_u64(m, OB_LABELS({ "reason", "no_global_address" }),
			      t->no_global);
	ob_metrics_sample_u64(m, OB_LABELS({ "reason", "foreign_address" }),
			      t->foreign);
	ob_metrics_sample_u64(m, OB_LABELS({ "reason", "dead_cluster" }),
			      t->dead);
}

static void put_refused(struct ob_metrics *m, const struct ob_syncer_view *v)
{
	const struct ob_syncer_totals *t = &v->totals;

	ob_metrics_family(m, PREFIX "over_limit", OB_METRIC_GAUGE,
			  "Objects on the hub that are not imported because "
			  "their clusters have more than count.");
	ob_metrics_sample_u64(m, OB_LABELS({ "object", "exportedservice" }),
			      t->over_services);
	ob_metrics_sample_u64(m, OB_LABELS({ "object", "endpointslice" }),
			      t->over_slices);
	gauge(m, PREFIX "foreign_imports",
	      "ServiceImports of somebody else, in the way of ours.",
	      (double)t->in_the_way);
}

static void put_writes(struct ob_metrics *m, const struct ob_syncer_view *v)
{
	static const struct {
		const char *name, *help;
		size_t at;
	} families[] = {
		{ PREFIX "writes_total", "Objects written.",
		  offsetof(struct ob_writes_stats, written) },
		{ PREFIX "deletes_total", "Objects deleted.",
		  offsetof(struct ob_writes_stats, deleted) },
		{ PREFIX "write_errors_total", "Writes that failed.",
		  offsetof(struct ob_writes_stats, failed) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		uint64_t counts[OB_TARGETS];

		memcpy(counts, (const char *)&v->writes + families[i].at,
		       sizeof(counts));
		ob_metrics_family(m, families[i].name, OB_METRIC_COUNTER,
				  families[i].help);
		for (int t = 0; t < OB_TARGETS; t++)
			ob_metrics_sample_u64(
				m,
				OB_LABELS(
					{ "object",
					  ob_target_name((enum ob_target)t) }),
				counts[t]);
	}
}

static void put_work(struct ob_metrics *m, const struct ob_syncer_view *v)
{
	gauge(m, PREFIX "services", "Services that anything is known about.",
	      (double)v->services);
	gauge(m, PREFIX "queue_length", "Services that wait to be looked at.",
	      (double)v->queued);
	counter(m, PREFIX "reconciles_total", "Services looked at.",
		(double)v->passes);
	counter(m, PREFIX "sync_seconds_sum",
		"From a change until all of it is written, all together.",
		v->sync_s);
	counter(m, PREFIX "sync_seconds_count", "How many those are.",
		(double)v->syncs);
	gauge(m, PREFIX "last_sync_seconds", "The last of them.",
	      v->last_sync_s);
	gauge(m, PREFIX "objects_refused",
	      "Objects that make no sense, since the start.",
	      (double)v->counts.refused);
}

static void put_addresses(struct ob_metrics *m, const struct ob_syncer_view *v)
{
	static const char *const families[2] = { "ipv4", "ipv6" };

	ob_metrics_family(m, PREFIX "addresses_used", OB_METRIC_GAUGE,
			  "Virtual addresses in use.");
	for (size_t i = 0; i < 2; i++)
		if (v->addresses[i])
			ob_metrics_sample_u64(
				m, OB_LABELS({ "family", families[i] }),
				ob_addresses_used(v->addresses[i]));
	ob_metrics_family(m, PREFIX "addresses", OB_METRIC_GAUGE,
			  "Virtual addresses that there are.");
	for (size_t i = 0; i < 2; i++)
		if (v->addresses[i])
			ob_metrics_sample_u64(
				m, OB_LABELS({ "family", families[i] }),
				ob_addresses_size(v->addresses[i]));
}

static void put_requests(struct ob_metrics *m, const struct ob_syncer_view *v)
{
	ob_metrics_family(m, PREFIX "kube_requests_total", OB_METRIC_COUNTER,
			  "Requests to API servers.");
	ob_metrics_sample_u64(m, OB_LABELS({ "server", "hub" }),
			      v->hub.requests);
	ob_metrics_sample_u64(m, OB_LABELS({ "server", "kubernetes" }),
			      v->local.requests);
	ob_metrics_family(m, PREFIX "kube_failures_total", OB_METRIC_COUNTER,
			  "Requests that were not answered with 2xx.");
	ob_metrics_sample_u64(m, OB_LABELS({ "server", "hub" }),
			      v->hub.failures);
	ob_metrics_sample_u64(m, OB_LABELS({ "server", "kubernetes" }),
			      v->local.failures);
}

void ob_syncer_exposition(struct ob_arena *a, const struct ob_syncer_view *v,
			  struct ob_http_reply *reply)
{
	_cleanup_(ob_metrics_freep) struct ob_metrics *m = ob_metrics_new();
	const char *text;
	size_t size;

	put_state(m, v);
	put_totals(m, v);
	put_refused(m, v);
	put_writes(m, v);
	put_work(m, v);
	put_addresses(m, v);
	put_requests(m, v);
	text = ob_metrics_text(m, &size);
	reply->code = 200;
	reply->content_type = "text/plain; version=0.0.4";
	reply->body = ob_arena_strdup(a, text);
	reply->size = size;
}
