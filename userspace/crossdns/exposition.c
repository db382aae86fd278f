// SPDX-License-Identifier: Apache-2.0
#include "crossdns/exposition.h"

#include <string.h>

#include "base/clock.h"
#include "metrics/metrics.h"

#define PREFIX "ovn_builder_crossdns_"

static const char *const type_labels[OB_TYPE_LABELS] = {
	[OB_TYPE_A] = "A",     [OB_TYPE_AAAA] = "AAAA",	  [OB_TYPE_SRV] = "SRV",
	[OB_TYPE_SOA] = "SOA", [OB_TYPE_NS] = "NS",	  [OB_TYPE_TXT] = "TXT",
	[OB_TYPE_ANY] = "ANY", [OB_TYPE_OTHER] = "other",
};

static const char *const rcode_labels[OB_RCODE_LABELS] = {
	[OB_RCODE_NOERROR] = "NOERROR",	  [OB_RCODE_FORMERR] = "FORMERR",
	[OB_RCODE_SERVFAIL] = "SERVFAIL", [OB_RCODE_NXDOMAIN] = "NXDOMAIN",
	[OB_RCODE_NOTIMP] = "NOTIMP",	  [OB_RCODE_REFUSED] = "REFUSED",
	[OB_RCODE_BADVERS] = "BADVERS",
};

/* One scrape. */
struct scrape {
	const struct ob_crossdns *c;
	struct ob_arena *a;
	struct ob_metrics *m;
	struct ob_counters counters;
	struct ob_names_stats names;
	struct ob_crossdns_view view;
};

static void scrape_init(struct scrape *s, const struct ob_crossdns *c,
			struct ob_arena *a)
{
	*s = (struct scrape){ .c = c, .a = a };
	ob_workers_count(c->workers, &s->counters);
	s->names = ob_names_stats_get(c->names);
	ob_crossdns_watch_look(c->watch, ob_clock_monotonic_ms(), &s->view);
}

static void put(const struct scrape *s, enum ob_metric_type type,
		const char *name, const char *help, uint64_t value)
{
	ob_metrics_family(s->m, name, type, help);
	ob_metrics_sample_u64(s->m, NULL, 0, value);
}

static const char *zone_label(const struct scrape *s, size_t zone)
{
	return zone < s->c->config->n_zones ? s->c->config->zones[zone].name
					    : "none";
}

static bool is_zone(const struct scrape *s, size_t zone)
{
	return zone < s->c->config->n_zones || zone == OB_CROSSDNS_ZONES_MAX;
}

static void put_queries(const struct scrape *s)
{
	ob_metrics_family(s->m, PREFIX "queries_total", OB_METRIC_COUNTER,
			  "Queries, by zone and type.");
	for (size_t z = 0; z <= OB_CROSSDNS_ZONES_MAX; z++)
		for (size_t t = 0; is_zone(s, z) && t < OB_TYPE_LABELS; t++)
			ob_metrics_sample_u64(
				s->m,
				OB_LABELS({ "zone", zone_label(s, z) },
					  { "type", type_labels[t] }),
				s->counters.types[z][t]);
	ob_metrics_family(s->m, PREFIX "responses_total", OB_METRIC_COUNTER,
			  "Answers, by zone and response code.");
	for (size_t z = 0; z <= OB_CROSSDNS_ZONES_MAX; z++)
		for (size_t r = 0; is_zone(s, z) && r < OB_RCODE_LABELS; r++)
			ob_metrics_sample_u64(
				s->m,
				OB_LABELS({ "zone", zone_label(s, z) },
					  { "rcode", rcode_labels[r] }),
				s->counters.rcodes[z][r]);
	ob_metrics_family(s->m, PREFIX "transport_queries_total",
			  OB_METRIC_COUNTER, "Queries, by transport.");
	ob_metrics_sample_u64(s->m, OB_LABELS({ "transport", "udp" }),
			      s->counters.queries[OB_UDP]);
	ob_metrics_sample_u64(s->m, OB_LABELS({ "transport", "tcp" }),
			      s->counters.queries[OB_TCP]);
}

static void put_limits(const struct scrape *s)
{
	const struct ob_counters *c = &s->counters;

	put(s, OB_METRIC_COUNTER, PREFIX "truncated_total",
	    "Answers that did not fit and say so.", c->truncated);
	ob_metrics_family(s->m, PREFIX "rate_limited_total", OB_METRIC_COUNTER,
			  "Answers above the rate of a network of clients.");
	ob_metrics_sample_u64(s->m, OB_LABELS({ "action", "drop" }),
			      c->limited_dropped);
	ob_metrics_sample_u64(s->m, OB_LABELS({ "action", "truncate" }),
			      c->limited_slipped);
	put(s, OB_METRIC_COUNTER, PREFIX "ignored_total",
	    "Packets that were no queries, and answers that could not be sent.",
	    c->ignored);
	ob_metrics_family(
		s->m, PREFIX "tcp_connections_total", OB_METRIC_COUNTER,
		"Connections: accepted, refused at the limit of their "
		"network, closed because they were silent.");
	ob_metrics_sample_u64(s->m, OB_LABELS({ "result", "accepted" }),
			      c->tcp_accepted);
	ob_metrics_sample_u64(s->m, OB_LABELS({ "result", "refused" }),
			      c->tcp_refused);
	ob_metrics_sample_u64(s->m, OB_LABELS({ "result", "silent" }),
			      c->tcp_timed_out);
}

static void put_latency(const struct scrape *s)
{
	double bounds[OB_LATENCY_BUCKETS - 1];

	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++)
		bounds[i] = (double)(1ULL << i) / 1e6;
	ob_metrics_family(s->m, PREFIX "response_seconds", OB_METRIC_HISTOGRAM,
			  "From having a query over UDP in hand to having sent "
			  "its answer.");
	ob_metrics_histogram(s->m, bounds, s->counters.latency,
			     ARRAY_SIZE(bounds),
			     (double)s->counters.latency_ns / 1e9);
}

static void put_names(const struct scrape *s)
{
	put(s, OB_METRIC_GAUGE, PREFIX "services", "Services with names.",
	    s->names.services);
	ob_metrics_family(s->m, PREFIX "names", OB_METRIC_GAUGE,
			  "Services that exist in the zone: those without an "
			  "address do not.");
	for (size_t z = 0; z < s->c->config->n_zones; z++)
		ob_metrics_sample_u64(
			s->m, OB_LABELS({ "zone", zone_label(s, z) }),
			s->names.names[s->c->config->zones[z].view]);
	put(s, OB_METRIC_GAUGE, PREFIX "endpoints", "Ready endpoints.",
	    s->names.endpoints);
	put(s, OB_METRIC_GAUGE, PREFIX "cut_services",
	    "Services with more endpoints or ports than are answered.",
	    s->names.cut);
	put(s, OB_METRIC_COUNTER, PREFIX "changes_total",
	    "Changes of a service's names.", s->names.changes);
}

static void put_api(const struct scrape *s)
{
	put(s, OB_METRIC_GAUGE, PREFIX "synced", "1 once all names are known.",
	    s->view.synced);
	ob_metrics_family(s->m, PREFIX "stale_seconds", OB_METRIC_GAUGE,
			  "How long what is answered has not been watched; 0: "
			  "it is.");
	ob_metrics_sample(s->m, NULL, 0, (double)s->view.stale_ms / 1e3);
	put(s, OB_METRIC_GAUGE, PREFIX "refused_objects",
	    "Objects that make no sense, and are not answered.",
	    s->view.refused);
	put(s, OB_METRIC_COUNTER, PREFIX "kube_requests_total",
	    "Requests to the API server.", s->view.api.requests);
	put(s, OB_METRIC_COUNTER, PREFIX "kube_failures_total",
	    "Requests that were not answered with 2xx.", s->view.api.failures);
	ob_metrics_family(s->m, PREFIX "build_info", OB_METRIC_GAUGE,
			  "1; the labels say what runs.");
	ob_metrics_sample_u64(
		s->m,
		OB_LABELS({ "version", OB_VERSION },
			  { "cluster", s->c->config->cluster_id }),
		1);
}

static void metrics(struct scrape *s, struct ob_http_reply *reply)
{
	_cleanup_(ob_metrics_freep) struct ob_metrics *m = ob_metrics_new();

	s->m = m;
	put_queries(s);
	put_limits(s);
	put_latency(s);
	put_names(s);
	put_api(s);
	reply->code = 200;
	reply->content_type = "text/plain; version=0.0.4; charset=utf-8";
	reply->body = ob_arena_strdup(s->a, ob_metrics_text(m, &reply->size));
}

/* Health: the process lives, whatever it knows. */

static const char *conditions(const struct scrape *s, const char *text)
{
	if (s->view.synced && s->view.stale_ms > 0)
		text = ob_arena_printf(
			s->a, "%sStale: answers are as of %.1f s ago\n", text,
			(double)s->view.stale_ms / 1e3);
	for (size_t i = 0; i < ARRAY_SIZE(s->view.trouble); i++) {
		const struct ob_status *t = &s->view.trouble[i];

		if (t->reason)
			text = ob_arena_printf(
				s->a, "%s%s: %s: %s\n", text, t->reason,
				i ? "EndpointSlices" : "ServiceImports",
				t->message);
	}
	return text;
}

static void health(const struct scrape *s, bool good, const char *bad,
		   struct ob_http_reply *reply)
{
	reply->code = good ? 200 : 503;
	reply->content_type = "text/plain; charset=utf-8";
	reply->body = conditions(s, good ? "ok\n" : bad);
	reply->size = strlen(reply->body);
}

/* Status. */

static void status_zones(const struct scrape *s, cJSON *o)
{
	static const char *const views[OB_VIEWS] = {
		[OB_VIEW_STANDARD] = "standard",
		[OB_VIEW_VIRTUAL] = "clusterset-ip",
		[OB_VIEW_ENDPOINTS] = "endpoints",
	};
	cJSON *list = ob_json_array(s->a);

	for (size_t i = 0; i < s->c->config->n_zones; i++) {
		const struct ob_crossdns_zone_config *z =
			&s->c->config->zones[i];
		cJSON *item = ob_json_object(s->a);

		ob_json_set_string(s->a, item, "name", z->name);
		ob_json_set_string(s->a, item, "view", views[z->view]);
		ob_json_set_number(s->a, item, "services",
				   (double)s->names.names[z->view]);
		ob_json_append(s->a, list, item);
	}
	ob_json_set(s->a, o, "zones", list);
}

static void status_listen(const struct scrape *s, cJSON *o)
{
	cJSON *list = ob_json_array(s->a);
	char text[OB_ADDR_STRLEN];
	size_t n;
	const struct ob_listen *v = ob_workers_listen(s->c->workers, &n);

	for (size_t i = 0; i < n; i++) {
		bool v6 = v[i].addr.family == AF_INET6;
		const char *line = ob_arena_printf(
			s->a, "%s%s%s:%u", v6 ? "[" : "",
			ob_addr_format(&v[i].addr, text, sizeof(text)),
			v6 ? "]" : "", v[i].port);

		ob_json_append(s->a, list, ob_json_string_new(s->a, line));
	}
	ob_json_set(s->a, o, "listen", list);
}

static void status_conditions(const struct scrape *s, cJSON *o)
{
	cJSON *list = ob_json_array(s->a);

	for (size_t i = 0; i < ARRAY_SIZE(s->view.trouble); i++) {
		cJSON *item;

		if (!s->view.trouble[i].reason)
			continue;
		item = ob_json_object(s->a);
		ob_json_set_string(s->a, item, "of",
				   i ? "EndpointSlices" : "ServiceImports");
		ob_json_set_string(s->a, item, "reason",
				   s->view.trouble[i].reason);
		ob_json_set_string(s->a, item, "message",
				   s->view.trouble[i].message);
		ob_json_append(s->a, list, item);
	}
	ob_json_set(s->a, o, "conditions", list);
}

static void status(const struct scrape *s, struct ob_http_reply *reply)
{
	cJSON *o = ob_json_object(s->a);

	ob_json_set_string(s->a, o, "cluster_id", s->c->config->cluster_id);
	ob_json_set_string(s->a, o, "version", OB_VERSION);
	ob_json_set_bool(s->a, o, "synced", s->view.synced);
	ob_json_set_number(s->a, o, "stale_seconds",
			   (double)s->view.stale_ms / 1e3);
	ob_json_set_string(s->a, o, "service_import_version", s->view.version);
	ob_json_set_number(s->a, o, "service_imports", (double)s->view.imports);
	ob_json_set_number(s->a, o, "endpoint_slices", (double)s->view.slices);
	ob_json_set_number(s->a, o, "services", (double)s->names.services);
	ob_json_set_number(s->a, o, "endpoints", (double)s->names.endpoints);
	ob_json_set_number(s->a, o, "changes", (double)s->names.changes);
	ob_json_set_number(s->a, o, "retired", (double)s->names.retired);
	ob_json_set_number(s->a, o, "workers",
			   (double)ob_workers_n(s->c->workers));
	status_zones(s, o);
	status_listen(s, o);
	status_conditions(s, o);
	reply->code = 200;
	reply->content_type = "application/json";
	reply->body = ob_json_print(s->a, o);
	reply->size = strlen(reply->body);
}

void ob_crossdns_exposition(void *arg, struct ob_arena *a, const char *path,
			    struct ob_http_reply *reply)
{
	struct scrape s;

	scrape_init(&s, arg, a);
	if (!strcmp(path, "/metrics"))
		metrics(&s, reply);
	else if (!strcmp(path, "/healthz"))
		health(&s, true, "", reply);
	else if (!strcmp(path, "/readyz"))
		health(&s, s.view.synced, "not all names are known yet\n",
		       reply);
	else if (!strcmp(path, "/status"))
		status(&s, reply);
}
