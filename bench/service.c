// SPDX-License-Identifier: Apache-2.0
#include "service.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "flow.h"
#include "json.h"
#include "ob/abi/maps.h"
#include "ob/abi/service.h"
#include "probe.h"
#include "topology.h"

#define SERVICES (OB_REMOTE_BASE + 0x8000) /* addresses, behind a route */
#define CALLS	 200
#define NEW	 5000 /* connections of a trial */
#define PORT	 443
#define DST	 30 /* offsets in the frame */
#define SPORT	 34

enum kind {
	GLOBAL_REPEATED,
	SERVICE_REPEATED,
	GLOBAL_ONCE,
	SERVICE_ONCE,
	KINDS
};

static const char *const names[KINDS] = { "global", "service", "global, once",
					  "service, new" };

struct bench {
	int fd;
	unsigned int n;
	uint32_t next; /* connection */
	double best[KINDS];
};

static struct ob_ip6 mapped(uint32_t a)
{
	return (struct ob_ip6){ { [10] = 0xff,
				  [11] = 0xff,
				  (uint8_t)(a >> 24),
				  (uint8_t)(a >> 16),
				  (uint8_t)(a >> 8),
				  (uint8_t)a } };
}

/*
 * Service i has one endpoint: the address and port of service i ^ 1. So a
 * packet goes to and fro, every run translates, and none wears off.
 */
static int add_service(const struct ob_gateway *g, uint32_t i)
{
	const uint32_t other = i ^ 1, block = i;
	struct ob_service_key key = { .addr = mapped(SERVICES + i),
				      .port = (uint16_t)(PORT + i % 2),
				      .proto = OB_PROTO_TCP };
	struct ob_service service = { .id = i + 1,
				      .first_slot = i * OB_SLOTS,
				      .n_slots = 1 };
	struct ob_slots slots = { .backend = { i } };
	struct ob_backend backend = { .addr = mapped(SERVICES + other),
				      .port = (uint16_t)(PORT + other % 2),
				      .state = OB_BACKEND_READY,
				      .service = i + 1,
				      .generation = 1 };

	if (bpf_map_update_elem(ob_gateway_map(g, "ob_slot"), &block, &slots,
				0) ||
	    bpf_map_update_elem(ob_gateway_map(g, "ob_backend"), &i, &backend,
				0) ||
	    bpf_map_update_elem(ob_gateway_map(g, "ob_service"), &key, &service,
				0))
		return -errno;
	return 0;
}

static int set_config(const struct ob_gateway *g)
{
	const int fd = ob_gateway_map(g, "ob_config");
	struct ob_config config;
	__u32 zero = 0;

	if (bpf_map_lookup_elem(fd, &zero, &config))
		return -errno;
	memcpy(config.service4.b, mapped(SERVICES).b + 12, 4);
	config.service4_len = 17;
	config.generation += 2;
	return bpf_map_update_elem(fd, &zero, &config, 0) ? -errno : 0;
}

static void build(const struct bench *b, enum kind kind, struct ob_probe *ret)
{
	const bool once = kind == GLOBAL_ONCE || kind == SERVICE_ONCE;
	const struct ob_ip6 dst = mapped(SERVICES + b->next % b->n / 2 * 2);
	const uint16_t sport = once ? (uint16_t)(1024 + b->next % 60000) : 999;

	ob_probe_build(OB_PROBE_FROM_POD, OB_PROBE_TCP4, ret);
	ret->bytes[SPORT] = (uint8_t)(sport >> 8);
	ret->bytes[SPORT + 1] = (uint8_t)sport;
	if (kind == SERVICE_REPEATED || kind == SERVICE_ONCE)
		memcpy(ret->bytes + DST, dst.b + 12, 4);
}

static int run(struct bench *b, enum kind kind, int repeat, double *sum)
{
	struct __sk_buff context = { .ifindex = OB_INDEX_G0 };
	struct ob_probe p;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = p.bytes,
		    .ctx_in = &context, .ctx_size_in = sizeof(context),
		    .repeat = repeat);

	build(b, kind, &p);
	opts.data_size_in = (__u32)p.len;
	if (bpf_prog_test_run_opts(b->fd, &opts))
		return -errno;
	*sum += opts.duration;
	return opts.retval == TC_ACT_REDIRECT ? 0 : -EBADMSG;
}

/* Kinds in turn, so that whatever disturbs one disturbs the other. */
static int trial(struct bench *b, enum kind first, int calls, int repeat)
{
	double sum[2] = { 0, 0 };

	for (int i = 0; i < calls; i++, b->next++) {
		int r = run(b, first, repeat, &sum[0]);

		if (!r)
			r = run(b, first + 1, repeat, &sum[1]);
		if (r)
			return r;
	}
	for (int k = 0; k < 2; k++)
		b->best[first + k] = fmin(b->best[first + k], sum[k] / calls);
	return 0;
}

static int fill(const struct ob_gateway *g, unsigned int n)
{
	int r = ob_probe_fill(g, OB_INDEX_G1);

	if (!r)
		r = set_config(g);
	for (uint32_t i = 0; !r && i < n; i++)
		r = add_service(g, i);
	return r;
}

static void report(const struct bench *b, double nop_ns, double once_ns,
		   cJSON *json)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToArray(json, o);
	ob_json_number(o, "services", b->n);
	printf("%6u services", b->n);
	for (int k = 0; k < KINDS; k++) {
		double less = k < GLOBAL_ONCE ? nop_ns : once_ns;

		printf("  %s %.0f", names[k], b->best[k] - less);
		ob_json_number(o, names[k], b->best[k] - less);
	}
	printf(" ns; %.2fx, new %.2fx\n",
	       (b->best[SERVICE_REPEATED] - nop_ns) /
		       (b->best[GLOBAL_REPEATED] - nop_ns),
	       (b->best[SERVICE_ONCE] - once_ns) /
		       (b->best[GLOBAL_ONCE] - once_ns));
}

/* What a single run of nothing takes: the clock and a cold start. */
static int measure_once(int nop, double *ret)
{
	struct bench b = { .fd = nop, .n = 2 };
	double sum = 0;

	for (int i = 0; i < NEW; i++) {
		int r = run(&b, GLOBAL_ONCE, 1, &sum);

		if (r && r != -EBADMSG)
			return r;
	}
	*ret = sum / NEW;
	return 0;
}

static int measure(const char *objects, unsigned int n, int trials,
		   double nop_ns, double once_ns, cJSON *json)
{
	_cleanup_(ob_gateway_freep) struct ob_gateway *g = NULL;
	struct bench b = { .n = n, .best = { NAN, NAN, NAN, NAN } };
	int r = ob_gateway_new(objects, 1, OB_INDEX_G1, &g);

	if (!r)
		r = fill(g, n);
	if (r)
		return r;
	b.fd = bpf_program__fd(
		bpf_object__find_program_by_name(g->from_pod, "from_pod"));
	for (int t = 0; !r && t < trials; t++) {
		r = trial(&b, GLOBAL_REPEATED, CALLS, OB_PROBE_REPEATS);
		if (!r)
			r = trial(&b, GLOBAL_ONCE, NEW, 1);
	}
	if (!r)
		report(&b, nop_ns, once_ns, json);
	return r;
}

int ob_service_bench(const char *objects, int nop, int trials, double nop_ns,
		     cJSON *json)
{
	double once_ns = 0;
	int r = measure_once(nop, &once_ns);

	printf("\nfrom_pod to service addresses\n");
	for (unsigned int n = 10; !r && n <= 10000; n *= 1000)
		r = measure(objects, n, trials, nop_ns, once_ns, json);
	return r;
}
