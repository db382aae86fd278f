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
#define RUNS	 10000			   /* of a trial, and new connections */
#define HOST	 0x101u
#define PORT	 443
#define DST	 30 /* offsets in the frame */
#define SPORT	 34

/* In pairs that are compared; each run has a packet of its own, because a
 * translated one is no packet to a service address any more. */
enum kind {
	GLOBAL,
	KNOWN,
	NEW_FLOW,
	KINDS
};

static const char *const names[KINDS] = { "global", "known", "new" };

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

/* Each with an endpoint of its own: one client port is used for all. */
static int add_service(const struct ob_gateway *g, uint32_t i)
{
	const uint32_t block = i;
	struct ob_service_key key = { .addr = mapped(SERVICES + i),
				      .port = PORT,
				      .proto = OB_PROTO_TCP };
	struct ob_service service = { .id = i + 1,
				      .first_slot = i * OB_SLOTS,
				      .n_slots = 1 };
	struct ob_slots slots = { .backend = { i } };
	struct ob_backend backend = { .addr = mapped(OB_REMOTE_BASE + HOST),
				      .port = (uint16_t)(PORT + 1 + i),
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
	const struct ob_ip6 dst = mapped(SERVICES + b->next % b->n);
	const uint16_t sport =
		kind == NEW_FLOW ? (uint16_t)(2000 + b->next / b->n) : 1024;

	ob_probe_build(OB_PROBE_FROM_POD, OB_PROBE_TCP4, ret);
	ret->bytes[SPORT] = (uint8_t)(sport >> 8);
	ret->bytes[SPORT + 1] = (uint8_t)sport;
	if (kind != GLOBAL)
		memcpy(ret->bytes + DST, dst.b + 12, 4);
}

static int run(struct bench *b, enum kind kind, double *sum)
{
	struct __sk_buff context = { .ifindex = OB_INDEX_G0 };
	struct ob_probe p;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = p.bytes,
		    .ctx_in = &context, .ctx_size_in = sizeof(context),
		    .repeat = 1);

	build(b, kind, &p);
	opts.data_size_in = (__u32)p.len;
	if (bpf_prog_test_run_opts(b->fd, &opts))
		return -errno;
	*sum += opts.duration;
	return opts.retval == TC_ACT_REDIRECT ? 0 : -EBADMSG;
}

/* Kinds in turn, so that whatever disturbs one disturbs the others. */
static int trial(struct bench *b)
{
	double sum[KINDS] = { 0 };

	for (int i = 0; i < RUNS; i++, b->next++) {
		for (int k = 0; k < KINDS; k++) {
			int r = run(b, k, &sum[k]);

			if (r)
				return r;
		}
	}
	for (int k = 0; k < KINDS; k++)
		b->best[k] = fmin(b->best[k], sum[k] / RUNS);
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

static void report(const struct bench *b, double nop_ns, cJSON *json)
{
	const double global = b->best[GLOBAL] - nop_ns;
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToArray(json, o);
	ob_json_number(o, "services", b->n);
	printf("%6u services", b->n);
	for (int k = 0; k < KINDS; k++) {
		ob_json_number(o, names[k], b->best[k] - nop_ns);
		printf("  %s %.0f ns (%.2fx)", names[k], b->best[k] - nop_ns,
		       (b->best[k] - nop_ns) / global);
	}
	printf("\n");
}

/* What a single run of nothing takes: the clock, and a cold start. */
static int measure_nop(int nop, double *ret)
{
	struct bench b = { .fd = nop, .n = 1 };
	double sum = 0;

	for (int i = 0; i < RUNS; i++) {
		int r = run(&b, GLOBAL, &sum);

		if (r && r != -EBADMSG)
			return r;
	}
	*ret = sum / RUNS;
	return 0;
}

static int measure(const char *objects, unsigned int n, int trials,
		   double nop_ns, cJSON *json)
{
	_cleanup_(ob_gateway_freep) struct ob_gateway *g = NULL;
	struct bench b = { .n = n, .best = { NAN, NAN, NAN } };
	int r = ob_gateway_new(objects, 1, OB_INDEX_G1, &g);

	if (!r)
		r = fill(g, n);
	if (r)
		return r;
	b.fd = bpf_program__fd(
		bpf_object__find_program_by_name(g->from_pod, "from_pod"));
	for (int t = 0; !r && t < trials; t++)
		r = trial(&b);
	if (!r)
		report(&b, nop_ns, json);
	return r;
}

int ob_service_bench(const char *objects, int nop, int trials, cJSON *json)
{
	double nop_ns = 0;
	int r = measure_nop(nop, &nop_ns);

	printf("\nfrom_pod, single runs less those of an empty program: a "
	       "packet to a global\naddress, of a known connection to a "
	       "service address, of a new one\n");
	for (unsigned int n = 10; !r && n <= 10000; n *= 1000)
		r = measure(objects, n, trials, nop_ns, json);
	return r;
}
