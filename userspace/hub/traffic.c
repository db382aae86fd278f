// SPDX-License-Identifier: Apache-2.0
#include "hub/traffic.h"

#include "hub/hub.h"

static void requests_write(const struct ob_hub_traffic *t, struct ob_metrics *m)
{
	static const char *const classes[OB_HUB_CODE_CLASSES] = {
		"none", "1xx", "2xx", "3xx", "4xx", "5xx"
	};

	ob_metrics_family(m, "ovn_builder_hub_requests_total",
			  OB_METRIC_COUNTER,
			  "Requests that were answered, watches when they "
			  "end.");
	for (unsigned int v = 0; v < OB_HUB_VERBS; v++)
		for (unsigned int i = 0; i < OB_HUB_CODE_CLASSES; i++)
			if (t->requests[v][i])
				ob_metrics_sample_u64(
					m,
					OB_LABELS(
						{ "verb",
						  ob_hub_verb_name((
							  enum ob_hub_verb)v) },
						{ "code", classes[i] }),
					t->requests[v][i]);
}

static void one(struct ob_metrics *m, const char *name,
		enum ob_metric_type type, const char *help, double value)
{
	ob_metrics_family(m, name, type, help);
	ob_metrics_sample(m, NULL, 0, value);
}

static void store_write(const struct ob_hub *hub, struct ob_metrics *m)
{
	const struct ob_hub_traffic *t = &hub->traffic;

	one(m, "ovn_builder_hub_resource_version", OB_METRIC_GAUGE,
	    "The last revision.", (double)ob_hub_store_rv(hub->store));
	one(m, "ovn_builder_hub_compacted_version", OB_METRIC_GAUGE,
	    "History up to this revision is forgotten.",
	    (double)ob_hub_store_compacted(hub->store));
	one(m, "ovn_builder_hub_writes_total", OB_METRIC_COUNTER,
	    "Objects written or deleted.", (double)t->writes);
	one(m, "ovn_builder_hub_commits_total", OB_METRIC_COUNTER,
	    "Transactions, each of all writes of one turn.",
	    (double)t->commits);
	one(m, "ovn_builder_hub_commit_seconds_total", OB_METRIC_COUNTER,
	    "Time until transactions were on disk.",
	    (double)t->commit_ns / 1e9);
	one(m, "ovn_builder_hub_commit_failures_total", OB_METRIC_COUNTER,
	    "Transactions that failed, and all of their requests with them.",
	    (double)t->commit_failures);
	one(m, "ovn_builder_hub_collected_total", OB_METRIC_COUNTER,
	    "Objects deleted because their owner, namespace or definition is "
	    "gone.",
	    (double)t->collected);
}

void ob_hub_traffic_write(const struct ob_hub *hub, struct ob_metrics *m)
{
	const struct ob_hub_traffic *t = &hub->traffic;

	requests_write(t, m);
	one(m, "ovn_builder_hub_unauthenticated_total", OB_METRIC_COUNTER,
	    "Requests with a token that is not known.",
	    (double)t->unauthenticated);
	one(m, "ovn_builder_hub_connections", OB_METRIC_GAUGE,
	    "Connections that are open.", ob_hub_http_connections(hub->http));
	one(m, "ovn_builder_hub_watches", OB_METRIC_GAUGE,
	    "Watches that are open.", (double)t->watches);
	one(m, "ovn_builder_hub_watch_events_total", OB_METRIC_COUNTER,
	    "Events made for watches.", (double)t->watch_events);
	one(m, "ovn_builder_hub_slow_watches_total", OB_METRIC_COUNTER,
	    "Watches cut off because their client did not take events.",
	    (double)t->slow_watches);
	store_write(hub, m);
}
