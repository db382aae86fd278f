// SPDX-License-Identifier: Apache-2.0
#include "services.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kube/mcs.h"
#include "ob/api/services.h"

#define IN_FLIGHT 32
#define PODS	  65000 /* of a /16 */

static const struct ob_kube_resource services = { "", "v1", "services",
						  "Service", true };
static const struct ob_kube_resource exports = {
	OB_MCS_GROUP, OB_MCS_V1BETA1, "serviceexports", "ServiceExport", true,
};

/* In this order, one after the other, so that Services come first. */
enum kind {
	SERVICE,
	SLICE,
	EXPORT,
	KINDS
};

struct fill {
	sd_event *event;
	struct ob_kube *kube;
	const struct bench_options *o;
	unsigned int next, done, n, failed;
};

const char *bench_slice_name(unsigned int service, char *buf, size_t size)
{
	snprintf(buf, size, "svc-%u-bench", service);
	return buf;
}

void bench_pod(const struct bench_options *o, unsigned int service,
	       unsigned int endpoint, struct ob_addr *ret)
{
	unsigned int pod = (service * o->endpoints + endpoint) % PODS + 256;

	*ret = (struct ob_addr){ .family = AF_INET,
				 .b = { 10, 244, (uint8_t)(pod / 256),
					(uint8_t)(pod % 256) } };
}

static cJSON *endpoint(struct ob_arena *a, const struct bench_options *o,
		       unsigned int service, unsigned int number, bool ready)
{
	cJSON *e = ob_json_object(a), *addresses = ob_json_array(a),
	      *conditions = ob_json_object(a);
	char text[OB_ADDR_STRLEN];
	struct ob_addr addr;

	bench_pod(o, service, number, &addr);
	ob_addr_format(&addr, text, sizeof(text));
	ob_json_append(a, addresses, ob_json_string_new(a, text));
	ob_json_set(a, conditions, "ready", ob_json_bool_new(a, ready));
	ob_json_set(a, e, "addresses", addresses);
	ob_json_set(a, e, "conditions", conditions);
	ob_json_set_string(a, e, "nodeName",
			   ob_arena_printf(a, "node-%u", number % 3));
	return e;
}

static cJSON *parse(struct ob_arena *a, const char *text)
{
	cJSON *root = NULL;

	if (ob_json_parse(a, text, strlen(text), 4096, &root, NULL) < 0)
		abort();
	return root;
}

cJSON *bench_slice(struct ob_arena *a, const struct bench_options *o,
		   unsigned int service, bool ready)
{
	cJSON *list = ob_json_array(a), *root;
	char name[BENCH_TEXT];

	root = parse(
		a,
		ob_arena_printf(
			a,
			"{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":"
			"\"EndpointSlice\",\"metadata\":{\"name\":\"%s\","
			"\"labels\":{\"kubernetes.io/service-name\":\"svc-%u\","
			"\"endpointslice.kubernetes.io/managed-by\":"
			"\"endpointslice-controller.k8s.io\"}},\"addressType\":"
			"\"IPv4\",\"ports\":[{\"name\":\"http\",\"port\":8080,"
			"\"protocol\":\"TCP\"}]}",
			bench_slice_name(service, name, sizeof(name)),
			service));
	for (unsigned int i = 0; i < o->endpoints; i++)
		ob_json_append(a, list,
			       endpoint(a, o, service, i,
					ready || i + 1 < o->endpoints));
	ob_json_set(a, root, "endpoints", list);
	return root;
}

static cJSON *make(struct ob_arena *a, const struct bench_options *o,
		   enum kind kind, unsigned int i)
{
	switch (kind) {
	case SERVICE:
		return parse(
			a, ob_arena_printf(
				   a,
				   "{\"apiVersion\":\"v1\",\"kind\":"
				   "\"Service\",\"metadata\":{\"name\":"
				   "\"svc-%u\"},\"spec\":{\"type\":"
				   "\"ClusterIP\",\"clusterIP\":\"10.97.%u.%u\""
				   ",\"ipFamilies\":[\"IPv4\"],\"ports\":[{"
				   "\"name\":\"http\",\"protocol\":\"TCP\","
				   "\"port\":80,\"targetPort\":8080}]}}",
				   i, i / 256, i % 256));
	case SLICE:
		return bench_slice(a, o, i, false);
	case EXPORT:
		return parse(a,
			     ob_arena_printf(a,
					     "{\"apiVersion\":\"" OB_MCS_GROUP
					     "/" OB_MCS_V1BETA1 "\",\"kind\":"
					     "\"ServiceExport\",\"metadata\":{"
					     "\"name\":\"svc-%u\"}}",
					     i));
	case KINDS:
		break;
	}
	return NULL;
}

static void more(struct fill *f);

static void on_created(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct fill *f = arg;

	f->done++;
	if (r < 0 && r != -EEXIST && !f->failed++)
		fprintf(stderr, "servicesbench: %s\n", reply->status.message);
	more(f);
}

static void create(struct fill *f, unsigned int number)
{
	static const struct ob_kube_resource *const resources[KINDS] = {
		[SERVICE] = &services,
		[SLICE] = &ob_endpoint_slices,
		[EXPORT] = &exports,
	};
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	enum kind kind = (enum kind)(number / f->o->services);
	struct ob_kube_ref ref = { .resource = resources[kind],
				   .namespace = f->o->namespace };

	if (ob_kube_create(f->kube, &ref,
			   make(a, f->o, kind, number % f->o->services),
			   on_created, f, NULL) < 0)
		abort();
}

static void more(struct fill *f)
{
	while (f->next < f->n && f->next - f->done < IN_FLIGHT)
		create(f, f->next++);
	if (f->done == f->n)
		sd_event_exit(f->event, f->failed ? 1 : 0);
}

int bench_fill(sd_event *event, const struct bench_options *o)
{
	struct fill f = { .event = event, .o = o, .n = KINDS * o->services };
	uint64_t began_ms = ob_clock_monotonic_ms();
	int r;

	f.kube = bench_client(event, o->exporter);
	if (!f.kube)
		return 1;
	more(&f);
	r = sd_event_loop(event);
	fprintf(stderr, "%u objects in %.1f s\n", f.n,
		(double)(ob_clock_monotonic_ms() - began_ms) / 1e3);
	ob_kube_free(f.kube);
	return r;
}
