// SPDX-License-Identifier: Apache-2.0
#include "wireguard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "labcpu.h"
#include "stats.h"
#include "stream.h"
#include "tunnel.h"

#define ROUNDS		    100
#define ROUNDS_QUICK	    20
#define MAX_ROUNDS	    1000
#define WARM_UP_NS	    20000000ull
#define WINDOW_NS	    120000000ull
#define PORT		    5201
/* DESIGN section 10. */
#define OB_WIREGUARD_TARGET 0.97

/* Megabits per second, and with : without, by round. */
struct series {
	double with[MAX_ROUNDS], without[MAX_ROUNDS], ratio[MAX_ROUNDS];
	int n;
};

struct bench {
	struct ob_tunnel *tunnel;
	struct ob_stream *streams[OB_STREAM_KINDS][2]; /* without, with */
	struct series series[OB_STREAM_KINDS];
};

static void bench_done(struct bench *b)
{
	for (int k = 0; k < OB_STREAM_KINDS; k++)
		for (int ours = 0; ours < 2; ours++)
			ob_stream_freep(&b->streams[k][ours]);
	ob_tunnel_freep(&b->tunnel);
}

/* Without our programs pods speak from their global addresses, by routing. */
static int open_stream(struct bench *b, enum ob_stream_kind kind, bool ours)
{
	const struct ob_tunnel *t = b->tunnel;
	struct ob_stream_plan plan = {
		.kind = kind,
		.home = t->home,
		.from = t->pods[0],
		.to = t->pods[1],
		.bind = ours ? OB_TUNNEL_LOCAL : OB_TUNNEL_GLOBAL(0),
		.connect = OB_TUNNEL_GLOBAL(1),
		.port = (uint16_t)(PORT + ours),
		.local = ours ? OB_TUNNEL_LOCAL : OB_TUNNEL_GLOBAL(1),
		.peer = OB_TUNNEL_GLOBAL(0),
	};

	return ob_stream_new(&plan, &b->streams[kind][ours]);
}

static const char *explain(int r)
{
	if (r == -EOPNOTSUPP)
		return "this kernel has no WireGuard";
	if (r == -EBADMSG)
		return "the receiver saw other addresses than it should";
	return strerror(-r);
}

static int set_up(struct bench *b, const char *objects)
{
	int r = ob_tunnel_new(objects, &b->tunnel);

	for (int ours = 0; !r && ours < 2; ours++) {
		r = ours ? ob_tunnel_attach(b->tunnel) : 0;
		for (int k = 0; !r && k < OB_STREAM_KINDS; k++)
			r = open_stream(b, k, ours);
	}
	ob_tunnel_detach(b->tunnel);
	return r;
}

static int measure(struct bench *b, enum ob_stream_kind kind, bool ours,
		   double *ret_bps)
{
	struct ob_stream *s = b->streams[kind][ours];
	int r = ours ? ob_tunnel_attach(b->tunnel) : 0;

	if (!r)
		r = ob_stream_window(s, WARM_UP_NS, ret_bps);
	if (!r)
		r = ob_stream_window(s, WINDOW_NS, ret_bps);
	ob_tunnel_detach(b->tunnel);
	return r;
}

/* Who goes first changes every round. */
static int run_round(struct bench *b, enum ob_stream_kind kind)
{
	struct series *s = &b->series[kind];
	bool ours_first = s->n & 1;
	double bps[2] = { 0, 0 }; /* without, with */
	int r = 0;

	for (int i = 0; !r && i < 2; i++) {
		bool ours = ours_first ? !i : i;

		r = measure(b, kind, ours, &bps[ours]);
	}
	if (r)
		return r;
	s->without[s->n] = bps[0] / 1e6;
	s->with[s->n] = bps[1] / 1e6;
	s->ratio[s->n] = bps[1] / bps[0];
	s->n++;
	if (s->n % 10)
		return 0;
	fprintf(stderr, "round %d  %s  without %.0f Mbit/s  with %.0f\n", s->n,
		ob_stream_kind_name(kind), s->without[s->n - 1],
		s->with[s->n - 1]);
	return 0;
}

/*
 * Whatever else the machine does can only make a tunnel slower, never faster:
 * the quiet windows (p90) say what it carries, the pairs of neighbours how far
 * to trust that.
 */
static void report(enum ob_stream_kind kind, const struct series *s,
		   cJSON *json)
{
	cJSON *o = cJSON_AddObjectToObject(json, ob_stream_kind_name(kind));
	size_t n = (size_t)s->n;
	double without = ob_stats_quantile(s->without, n, 0.9);
	double with = ob_stats_quantile(s->with, n, 0.9);
	double median = ob_stats_quantile(s->ratio, n, 0.5);
	double p25 = ob_stats_quantile(s->ratio, n, 0.25);
	double p75 = ob_stats_quantile(s->ratio, n, 0.75);
	bool met = with / without >= OB_WIREGUARD_TARGET;

	printf("%-4s %12.0f %12.0f %8.3f  >= %.2f  %-6s  %.3f [%.3f-%.3f]\n",
	       ob_stream_kind_name(kind), without, with, with / without,
	       OB_WIREGUARD_TARGET, met ? "met" : "MISSED", median, p25, p75);
	cJSON_AddNumberToObject(o, "rounds", s->n);
	ob_json_number(o, "without_p90_mbps", without);
	ob_json_number(o, "with_p90_mbps", with);
	ob_json_spread(o, "without_mbps", ob_stats_spread(s->without, n));
	ob_json_spread(o, "with_mbps", ob_stats_spread(s->with, n));
	ob_json_number(o, "ratio", with / without);
	ob_json_number(o, "pair_ratio_median", median);
	ob_json_number(o, "pair_ratio_p25", p25);
	ob_json_number(o, "pair_ratio_p75", p75);
	ob_json_number(o, "target", OB_WIREGUARD_TARGET);
	cJSON_AddBoolToObject(o, "met", met);
}

static int run(struct bench *b, const struct ob_options *o)
{
	int rounds = o->rounds ? o->rounds : o->quick ? ROUNDS_QUICK : ROUNDS;
	int r = set_up(b, o->objects);

	if (rounds > MAX_ROUNDS)
		rounds = MAX_ROUNDS;
	for (int i = 0; !r && i < rounds; i++)
		for (int k = 0; !r && k < OB_STREAM_KINDS; k++)
			r = run_round(b, k);
	return r;
}

static int windows_main(const struct ob_options *o)
{
	_cleanup_(cJSON_Deletep) cJSON *json = ob_json_new("wireguard");
	_cleanup_(bench_done) struct bench b = { .tunnel = NULL };
	int r = run(&b, o);

	if (r) {
		fprintf(stderr, "obbench: wireguard: %s\n", explain(r));
		return EXIT_FAILURE;
	}
	printf("\nMbit/s through one WireGuard tunnel, p90 of %d windows each\n"
	       "\n       without us      with us    ratio                  "
	       "median [p25-p75] of pairs\n",
	       b.series[0].n);
	for (int k = 0; k < OB_STREAM_KINDS; k++)
		report(k, &b.series[k], json);
	return ob_json_write(o, "wireguard", json) ? EXIT_FAILURE
						   : EXIT_SUCCESS;
}

int ob_wireguard_main(const struct ob_options *o)
{
	return o->lab ? ob_labcpu_main(o) : windows_main(o);
}

/* Opens and carries one kind of stream, one way. */
static int carry(struct bench *b, const struct ob_options *o)
{
	enum ob_stream_kind kind = o->udp ? OB_STREAM_UDP : OB_STREAM_TCP;
	int r = ob_tunnel_new(o->objects, &b->tunnel);

	if (!r && o->with)
		r = ob_tunnel_attach(b->tunnel);
	if (!r)
		r = open_stream(b, kind, o->with);
	if (!r && o->megabytes)
		r = ob_stream_carry(b->streams[kind][o->with],
				    (uint64_t)o->megabytes * 1000000);
	return r;
}

int ob_carry_main(const struct ob_options *o)
{
	_cleanup_(bench_done) struct bench b = { .tunnel = NULL };
	int r = carry(&b, o);

	if (r)
		fprintf(stderr, "obbench: carry: %s\n", explain(r));
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
