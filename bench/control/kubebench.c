// SPDX-License-Identifier: Apache-2.0
/*
 * kubebench KUBECONFIG fill N    makes N EndpointSlices, as a syncer would
 * kubebench KUBECONFIG list      lists and watches them in an informer, in this
 *                                process alone: time, memory, and how long a
 *                                change takes to arrive; one line of JSON
 * kubebench KUBECONFIG clean     deletes them
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kube/informer.h"
#include "kube/mcs.h"

#define NAMESPACE "default"
#define LABEL	  "octopus.io/bench"
#define SELECTOR  LABEL "=list"
#define IN_FLIGHT 32
#define CHANGES	  200

/* What a part would keep of each. */
struct slice {
	char service[64];
	char addresses[2][46];
	unsigned int change; /* an annotation */
	bool ready;
};

struct bench {
	sd_event *event;
	struct ob_kube *kube;
	struct ob_kube_informer *informer;
	/* fill, clean */
	unsigned int next, n, done, failed;
	/* list */
	uint64_t began_ns, synced_ns, sent_ns;
	unsigned long peak_kb, resident_kb; /* when synced */
	unsigned int change;
	double latency_ms[CHANGES];
};

static cJSON *make_slice(struct ob_arena *a, unsigned int i)
{
	char text[1024];
	cJSON *slice = NULL;

	snprintf(text, sizeof(text),
		 "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":"
		 "\"EndpointSlice\",\"metadata\":{\"name\":\"bench-%06u\","
		 "\"labels\":{\"" LABEL "\":\"list\",\"kubernetes.io/"
		 "service-name\":\"svc-%u\",\"endpointslice.kubernetes.io/"
		 "managed-by\":\"bench\"}},\"addressType\":\"IPv4\","
		 "\"endpoints\":[{\"addresses\":[\"10.%u.%u.%u\"],"
		 "\"conditions\":{\"ready\":true},\"nodeName\":\"node-%u\"}],"
		 "\"ports\":[{\"name\":\"http\",\"port\":8080,"
		 "\"protocol\":\"TCP\"}]}",
		 i, i / 10, 113 + i / 65536, i / 256 % 256, i % 256, i % 100);
	if (ob_json_parse(a, text, strlen(text), sizeof(text), &slice, NULL))
		abort();
	return slice;
}

static void fill_more(struct bench *b);

static void on_filled(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct bench *b = arg;

	b->done++;
	if (r < 0 && r != -EEXIST && r != -ENOENT && !b->failed++)
		fprintf(stderr, "kubebench: %s\n", reply->status.message);
	fill_more(b);
}

static void fill_more(struct bench *b)
{
	struct ob_kube_ref ref = { .resource = &ob_endpoint_slices,
				   .namespace = NAMESPACE };

	while (b->next < b->n && b->next - b->done < IN_FLIGHT) {
		_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

		if (ob_kube_create(b->kube, &ref, make_slice(a, b->next++),
				   on_filled, b, NULL) < 0)
			abort();
	}
	if (b->done == b->n)
		sd_event_exit(b->event, b->failed ? 1 : 0);
}

static int fill(struct bench *b, const char *n)
{
	uint64_t began = ob_clock_monotonic_ms(), took;
	int r;

	b->n = (unsigned int)strtoul(n, NULL, 10);
	fill_more(b);
	r = sd_event_loop(b->event);
	took = ob_clock_monotonic_ms() - began;
	printf("{\"created\": %u, \"seconds\": %.3f, \"per_second\": %.0f}\n",
	       b->n - b->failed, (double)took / 1e3,
	       b->n * 1e3 / (double)(took ?: 1));
	return r;
}

/* One after the other, until there is none. */
static int clean(struct bench *b)
{
	struct ob_kube_ref ref = { .resource = &ob_endpoint_slices,
				   .namespace = NAMESPACE };
	char name[32];

	for (unsigned int i = 0; i < b->n; i++) {
		_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
		struct ob_kube_reply reply;

		snprintf(name, sizeof(name), "bench-%06u", i);
		ref.name = name;
		if (ob_kube_delete_wait(b->kube, a, &ref, &reply) == -ENOENT)
			break;
	}
	return 0;
}

static void copy_address(const cJSON *endpoint, char out[46])
{
	const cJSON *first = ob_json_get(endpoint, "addresses");

	first = first ? first->child : NULL;
	if (first && cJSON_IsString(first))
		snprintf(out, 46, "%s", first->valuestring);
}

static int decode(void *arg, const cJSON *object, void **ret,
		  struct ob_status *status)
{
	const cJSON *labels = ob_json_at(object, "metadata.labels");
	const cJSON *service =
		ob_json_get(labels, "kubernetes.io/service-name");
	const cJSON *endpoint = ob_json_get(object, "endpoints");
	struct slice *s = calloc(1, sizeof(*s));
	const char *text;

	(void)arg;
	if (!s)
		return ob_status_set(status, ENOMEM, "OutOfMemory", "memory");
	if (cJSON_IsString(service))
		snprintf(s->service, sizeof(s->service), "%s",
			 service->valuestring);
	copy_address(endpoint ? endpoint->child : NULL, s->addresses[0]);
	text = ob_json_string(object, "metadata.annotations.bench");
	s->change = text ? (unsigned int)strtoul(text, NULL, 10) : 0;
	s->ready = true;
	*ret = s;
	return 0;
}

static void by_service(void *arg, size_t i, const void *value,
		       void (*add)(void *to, const char *key), void *to)
{
	const struct slice *s = value;

	(void)arg;
	(void)i;
	add(to, s->service);
}

static void on_patched(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct bench *b = arg;

	if (r == 0)
		return;
	fprintf(stderr, "kubebench: %s\n", reply->status.message);
	sd_event_exit(b->event, 1);
}

static void change_one(struct bench *b)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_ref ref = {
		.resource = &ob_endpoint_slices,
		.namespace = NAMESPACE,
		.name = "bench-000000",
	};
	cJSON *patch = ob_json_object(a), *meta = ob_json_object(a),
	      *annotations = ob_json_object(a);

	ob_json_set_string(a, annotations, "bench",
			   ob_arena_printf(a, "%u", b->change + 1));
	ob_json_set(a, meta, "annotations", annotations);
	ob_json_set(a, patch, "metadata", meta);
	b->sent_ns = ob_clock_monotonic_ns();
	if (ob_kube_patch(b->kube, &ref, OB_KUBE_PATCH_MERGE, patch, on_patched,
			  b, NULL) < 0)
		abort();
}

static void changed(void *arg, const char *key, const void *before,
		    const void *after)
{
	const struct slice *s = after;
	struct bench *b = arg;

	(void)key;
	if (!before || !s || !b->sent_ns || s->change != b->change + 1)
		return;
	b->latency_ms[b->change++] =
		(double)(ob_clock_monotonic_ns() - b->sent_ns) / 1e6;
	if (b->change == CHANGES)
		sd_event_exit(b->event, 0);
	else
		change_one(b);
}

/* Kilobytes of a line of /proc/self/status. */
static unsigned long memory(const char *name)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long kb = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			kb = strtoul(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

static void synced(void *arg)
{
	struct bench *b = arg;

	b->synced_ns = ob_clock_monotonic_ns();
	b->peak_kb = memory("VmHWM:");
	b->resident_kb = memory("VmRSS:");
	change_one(b);
}

static void state(void *arg, const struct ob_status *status)
{
	(void)arg;
	if (status->reason)
		fprintf(stderr, "kubebench: %s\n", status->message);
}

static int by_size(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

static void report(struct bench *b)
{
	struct ob_kube_stats stats = ob_kube_stats_get(b->kube);
	double seconds = (double)(b->synced_ns - b->began_ns) / 1e9;

	qsort(b->latency_ms, b->change, sizeof(double), by_size);
	printf("{\"objects\": %zu, \"seconds\": %.3f, \"megabytes\": %.1f, "
	       "\"peak_mb\": %.1f, \"resident_mb\": %.1f, "
	       "\"change_p50_ms\": %.2f, \"change_p99_ms\": %.2f}\n",
	       ob_kube_informer_count(b->informer), seconds,
	       (double)stats.received_bytes / 1e6, (double)b->peak_kb / 1024,
	       (double)b->resident_kb / 1024,
	       b->change ? b->latency_ms[b->change / 2] : 0,
	       b->change ? b->latency_ms[b->change * 99 / 100] : 0);
}

static const struct ob_kube_informer_ops ops = {
	.decode = decode,
	.free_value = free,
	.index = by_service,
	.changed = changed,
	.synced = synced,
	.state = state,
};

static int list(struct bench *b)
{
	struct ob_kube_reflector_options options = {
		.ref = { .resource = &ob_endpoint_slices,
			 .namespace = NAMESPACE },
		.label_selector = SELECTOR,
	};
	int r;

	b->began_ns = ob_clock_monotonic_ns();
	r = ob_kube_informer_new(b->kube, &options, 1, &ops, b, &b->informer);
	if (r == 0)
		r = sd_event_loop(b->event);
	if (r == 0)
		report(b);
	ob_kube_informer_free(b->informer);
	return r;
}

static int complain(const char *what)
{
	fprintf(stderr, "kubebench: %s\n", what);
	return 1;
}

int main(int argc, char **argv)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube_config *config = NULL;
	struct bench b = { .n = UINT32_MAX };
	int r = 2;

	if (argc < 3)
		return complain(
			"usage: kubebench KUBECONFIG fill N|list|clean");
	if (ob_kube_config_load(argv[1], NULL, &config, &status) < 0 ||
	    sd_event_default(&b.event) < 0 ||
	    ob_kube_new(b.event, config, "kubebench/1", &b.kube, &status) < 0)
		return complain(status.message);
	if (!strcmp(argv[2], "fill") && argc > 3)
		r = fill(&b, argv[3]);
	else if (!strcmp(argv[2], "list"))
		r = list(&b);
	else if (!strcmp(argv[2], "clean"))
		r = clean(&b);
	ob_kube_free(b.kube);
	sd_event_unref(b.event);
	return r ? 1 : 0;
}
