// SPDX-License-Identifier: Apache-2.0
#include "datapath.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "json.h"
#include "probe.h"
#include "sender.h"
#include "service.h"
#include "topology.h"

#define TRIALS	     9
#define TRIALS_QUICK 3
#define CALLS	     400 /* of OB_PROBE_REPEATS runs: 96,000 a trial */

/* Best of the trials, ns a run; NAN and a reason when it cannot be had. */
struct cost {
	double ns;
	const char *reason;
};

static int program_fd(struct bpf_object *obj, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(obj, name));
}

/* One call: OB_PROBE_REPEATS runs on a fresh packet; 0 or negative errno. */
static int run_once(int fd, const struct ob_probe *p, unsigned int ifindex,
		    __u32 *ret_ns, int *ret_verdict)
{
	struct __sk_buff context = { .ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = p->bytes,
		    .data_size_in = (__u32)p->len, .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = OB_PROBE_REPEATS);
	int r = bpf_prog_test_run_opts(fd, &opts);

	*ret_ns = opts.duration;
	*ret_verdict = (int)opts.retval;
	return r;
}

static struct cost measure(int fd, const struct ob_probe *p,
			   unsigned int ifindex, int trials)
{
	struct cost best = { .ns = NAN };

	for (int t = 0; t < trials; t++) {
		double sum = 0;

		for (int i = 0; i < CALLS; i++) {
			int verdict;
			__u32 ns;

			if (run_once(fd, p, ifindex, &ns, &verdict))
				return (struct cost){ NAN, "cannot run" };
			if (verdict != p->verdict)
				return (struct cost){ NAN, "wrong verdict" };
			sum += ns;
		}
		best.ns = fmin(best.ns, sum / CALLS);
	}
	return best;
}

struct bench {
	const struct ob_options *options;
	struct ob_topology topology;
	struct bpf_object *nop;
	int trials;
	double nop_ns;
	int failed;
	cJSON *programs, *services; /* borrowed */
};

static void bench_done(struct bench *b)
{
	bpf_object__close(b->nop);
	ob_topology_done(&b->topology);
}

static int network_up(const struct ob_topology *t)
{
	static const char *const sysctls[][2] = {
		{ "net/ipv4/ip_forward", "1" },
		{ "net/ipv4/conf/all/rp_filter", "0" },
		{ "net/ipv4/conf/g1/rp_filter", "0" },
		{ "net/ipv6/conf/g0/disable_ipv6", "0" },
		{ "net/ipv6/conf/g1/disable_ipv6", "0" },
		{ "net/ipv6/conf/all/forwarding", "1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++) {
		int r = ob_child_sysctl(t->gateway, sysctls[i][0],
					sysctls[i][1]);

		if (r)
			return r;
	}
	return ob_child_ip(t->gateway, ob_probe_network);
}

/* What the harness itself costs: a program that returns. */
static int measure_nop(struct bench *b)
{
	struct ob_probe p;
	struct cost c;
	int r = ob_object_open(b->options->objects, "bench", &b->nop);

	if (!r)
		r = bpf_object__load(b->nop);
	if (r)
		return r;
	ob_probe_build(OB_PROBE_FROM_POD, OB_PROBE_TCP4, &p);
	p.verdict = 0;
	c = measure(program_fd(b->nop, "nop"), &p, OB_INDEX_G0, b->trials);
	b->nop_ns = c.ns;
	return isnan(c.ns) ? -EIO : 0;
}

static void report(struct bench *b, cJSON *json, enum ob_probe_kind kind,
		   struct cost c)
{
	double ns = c.ns - b->nop_ns;

	if (isnan(c.ns)) {
		printf(" %13s", c.reason);
		b->failed++;
	} else {
		printf(" %9.1f", ns);
	}
	ob_json_number(json, ob_probe_kind_name(kind), ns);
}

static void measure_side(struct bench *b, const struct ob_gateway *g,
			 enum ob_probe_side side, cJSON *json)
{
	const char *name = ob_probe_side_name(side);
	struct bpf_object *objects[] = { g->from_pod, g->to_tunnel,
					 g->from_tunnel };
	unsigned int ifindex =
		side == OB_PROBE_FROM_POD ? OB_INDEX_G0 : OB_INDEX_G1;
	cJSON *o = cJSON_AddObjectToObject(json, name);

	printf("%-14s", name);
	for (int k = 0; k < OB_PROBE_KINDS; k++) {
		struct ob_probe p;

		ob_probe_build(side, k, &p);
		report(b, o, k,
		       measure(program_fd(objects[side], name), &p, ifindex,
			       b->trials));
		fflush(stdout);
	}
	printf("\n");
}

static int measure_objects(struct bench *b, const char *dir)
{
	_cleanup_(ob_gateway_freep) struct ob_gateway *g = NULL;
	cJSON *json = cJSON_CreateObject();
	int r = ob_gateway_new(dir, 1, OB_INDEX_G1, &g);

	cJSON_AddItemToArray(b->programs, json);
	cJSON_AddStringToObject(json, "objects", dir);
	if (!r)
		r = ob_probe_fill(g, OB_INDEX_G1);
	if (r)
		return r;
	printf("\n%-14s", basename(dir));
	for (int k = 0; k < OB_PROBE_KINDS; k++)
		printf(" %9s", ob_probe_kind_name(k));
	printf("\n");
	for (int side = 0; side < OB_PROBE_SIDES; side++)
		measure_side(b, g, side, json);
	return 0;
}

static int run(struct bench *b)
{
	const struct ob_options *o = b->options;
	int r = ob_topology_init(&b->topology);

	if (!r)
		r = network_up(&b->topology);
	if (!r)
		r = ob_sender_pin(ob_sender_cpu(o->cpu));
	if (!r)
		r = ob_topology_enter(&b->topology, b->topology.gateway);
	if (!r)
		r = measure_nop(b);
	if (r)
		return r;
	printf("\nns per packet of each program by itself (best of %d trials "
	       "of %d runs),\nless the %.1f ns of an empty program\n",
	       b->trials, CALLS * OB_PROBE_REPEATS, b->nop_ns);
	r = measure_objects(b, o->objects);
	for (int i = 0; !r && i < o->n_variants; i++)
		r = measure_objects(b, o->variants[i]);
	if (r)
		return r;
	return ob_service_bench(o->objects, program_fd(b->nop, "nop"),
				b->trials < 9 ? b->trials : 9, b->services);
}

int ob_datapath_main(const struct ob_options *o)
{
	_cleanup_(cJSON_Deletep) cJSON *json = ob_json_new("datapath");
	_cleanup_(bench_done) struct bench b = {
		.options = o,
		.topology = OB_TOPOLOGY_INIT,
		.trials = o->rounds  ? o->rounds
			  : o->quick ? TRIALS_QUICK
				     : TRIALS,
		.programs = cJSON_AddArrayToObject(json, "programs"),
		.services = cJSON_AddArrayToObject(json, "services"),
	};
	int r = run(&b);

	if (b.topology.home >= 0)
		ob_topology_leave(&b.topology);
	if (r) {
		fprintf(stderr, "obbench: datapath: %s\n", strerror(-r));
		return EXIT_FAILURE;
	}
	ob_json_number(json, "nop_ns", b.nop_ns);
	if (ob_json_write(o, "datapath", json) || b.failed)
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
