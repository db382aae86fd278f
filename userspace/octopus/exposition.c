// SPDX-License-Identifier: Apache-2.0
#include "octopus/exposition.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "metrics/metrics.h"
#include "ob/abi/version.h"
#include "octopus/exposition_hub.h"
#include "octopus/exposition_kernel.h"
#include "octopus/exposition_services.h"
#include "octopus/report.h"

static void put_counter(const struct ob_scrape *s, const char *name,
			const char *help, uint64_t value)
{
	ob_metrics_family(s->m, name, OB_METRIC_COUNTER, help);
	ob_metrics_sample_u64(s->m, NULL, 0, value);
}

/* A message changes with its numbers: only the reason is a label. */
static void put_conditions(const struct ob_scrape *s)
{
	const struct ob_condition *v = s->o->state.conditions;
	size_t n = s->o->state.n_conditions;

	ob_metrics_family(s->m, OB_METRIC_PREFIX "condition", OB_METRIC_GAUGE,
			  "How often something is not as it should be, by "
			  "reason; /healthz has the sentences.");
	for (size_t i = 0; i < n; i++) {
		size_t first = 0;
		uint64_t count = 0;

		while (strcmp(v[first].reason, v[i].reason) != 0)
			first++;
		if (first < i)
			continue;
		for (size_t j = i; j < n; j++)
			count += !strcmp(v[j].reason, v[i].reason);
		ob_metrics_sample_u64(
			s->m, OB_LABELS({ "reason", v[i].reason }), count);
	}
}

static void put_reconcile(const struct ob_scrape *s)
{
	const struct ob_state *st = &s->o->state;

	put_counter(s, OB_METRIC_PREFIX "reconcile_passes_total",
		    "Comparisons of what should be with what is.", st->passes);
	put_counter(s, OB_METRIC_PREFIX "reconcile_operations_total",
		    "Changes made to the kernel.", st->operations);
	put_counter(s, OB_METRIC_PREFIX "reconcile_errors_total",
		    "Changes that failed, and passes that did.", st->errors);
	ob_metrics_family(s->m,
			  OB_METRIC_PREFIX "reconcile_last_duration_seconds",
			  OB_METRIC_GAUGE, "How long the last pass took.");
	ob_metrics_sample(s->m, NULL, 0, (double)st->last_duration_ns / 1e9);
	put_conditions(s);
}

static void put_config(const struct ob_scrape *s)
{
	const struct ob_state *st = &s->o->state;

	ob_metrics_family(s->m, OB_METRIC_PREFIX "config_valid",
			  OB_METRIC_GAUGE,
			  "0 when the configuration file is bad and an older "
			  "one is in use.");
	ob_metrics_sample_u64(s->m, NULL, 0, st->config_valid);
	ob_metrics_family(s->m, OB_METRIC_PREFIX "config_reloads_total",
			  OB_METRIC_COUNTER,
			  "Configuration files read since the start.");
	ob_metrics_sample_u64(s->m, OB_LABELS({ "result", "success" }),
			      st->reloads_good);
	ob_metrics_sample_u64(s->m, OB_LABELS({ "result", "failure" }),
			      st->reloads_bad);
	ob_metrics_family(s->m, OB_METRIC_PREFIX "build_info", OB_METRIC_GAUGE,
			  "1; the labels say what runs.");
	ob_metrics_sample_u64(
		s->m,
		OB_LABELS({ "version", OB_VERSION }, { "abi", OB_ABI_VERSION },
			  { "cluster", s->o->config->network.id }),
		1);
}

static void metrics(const struct ob_octopus *o, struct ob_arena *a,
		    struct ob_http_reply *reply)
{
	_cleanup_(ob_metrics_freep) struct ob_metrics *m = ob_metrics_new();
	struct ob_scrape s = {
		.o = o, .arena = a, .m = m, .now_s = ob_clock_realtime_s()
	};
	const char *device = o->config->network.device;
	int r = ob_wg_device_dump(o->kernel.wg, a, device, &s.wg);

	if (r < 0)
		ob_debug("no device to report on", "device=%s error=%d", device,
			 r);
	ob_exposition_kernel(&s);
	ob_exposition_hub(&s);
	ob_exposition_services(&s);
	put_reconcile(&s);
	put_config(&s);
	reply->code = 200;
	reply->content_type = "text/plain; version=0.0.4; charset=utf-8";
	reply->body = ob_arena_strdup(a, ob_metrics_text(m, &reply->size));
}

static void health(const struct ob_octopus *o, struct ob_arena *a,
		   struct ob_http_reply *reply)
{
	bool healthy = ob_state_is_healthy(&o->state, ob_clock_monotonic_ms());
	const char *text = healthy ? "ok\n" : "not reconciled\n";

	for (size_t i = 0; i < o->state.n_conditions; i++)
		text = ob_arena_printf(a, "%s%s: %s\n", text,
				       o->state.conditions[i].reason,
				       o->state.conditions[i].message);
	reply->code = healthy ? 200 : 503;
	reply->content_type = "text/plain; charset=utf-8";
	reply->body = text;
	reply->size = strlen(text);
}

static void status(const struct ob_octopus *o, struct ob_arena *a,
		   struct ob_http_reply *reply)
{
	reply->code = 200;
	reply->content_type = "application/json";
	reply->body = ob_report(o, a);
	reply->size = strlen(reply->body);
}

void ob_exposition_handle(void *arg, struct ob_arena *a, const char *path,
			  struct ob_http_reply *reply)
{
	const struct ob_octopus *o = arg;

	if (!strcmp(path, "/metrics"))
		metrics(o, a, reply);
	else if (!strcmp(path, "/healthz"))
		health(o, a, reply);
	else if (!strcmp(path, "/status"))
		status(o, a, reply);
}
