// SPDX-License-Identifier: Apache-2.0
/*
 * Durable writes per second with 1, 8 and 64 writers, and how long until the
 * last of 100 watchers has seen a write, of an API server, and of another one
 * in turns: what disturbs a round disturbs both.
 *
 *   hubbench [--rounds N] [--quick] [--json FILE] KUBECONFIG [OTHER]
 *
 * A table, and the same as JSON in FILE.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../stats.h"
#include "load_private.h"

#define MAX_ROUNDS 64

enum {
	SERVERS = 2
};
static const char *const server_names[SERVERS] = { "hub", "other" };
static const size_t loads[] = { 1, 8, 64, 0 }; /* 0: fan-out */
enum {
	LOADS = ARRAY_SIZE(loads)
};
#define WATCHERS 100

struct series {
	double per_second[MAX_ROUNDS], p50_ms[MAX_ROUNDS], p99_ms[MAX_ROUNDS];
};

struct bench {
	struct ob_kube_config *config[SERVERS];
	size_t n_servers;
	size_t rounds;
	const char *json;
	unsigned int window_ms;
	size_t samples;
	struct series series[LOADS][SERVERS];
	size_t failed;
};

static int usage(void)
{
	fputs("usage: hubbench [--rounds N] [--quick] [--json FILE] "
	      "KUBECONFIG [OTHER]\n",
	      stderr);
	return 2;
}

static int options(struct bench *b, int argc, char **argv)
{
	static const struct option known[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "quick", no_argument, NULL, 'q' },
		{ "json", required_argument, NULL, 'j' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'r')
			b->rounds = strtoul(optarg, NULL, 10);
		else if (c == 'j')
			b->json = optarg;
		else if (c != 'q')
			return usage();
		if (c == 'q') {
			b->rounds = 1;
			b->window_ms = 500;
			b->samples = 50;
		}
	}
	b->n_servers = (size_t)(argc - optind);
	if (b->n_servers < 1 || b->n_servers > SERVERS || b->rounds < 1 ||
	    b->rounds > MAX_ROUNDS)
		return usage();
	return 0;
}

static int servers_load(struct bench *b, char **paths)
{
	struct ob_status status = OB_STATUS_INIT;

	for (size_t i = 0; i < b->n_servers; i++) {
		if (ob_kube_config_load(paths[i], NULL, &b->config[i],
					&status) < 0) {
			fprintf(stderr, "hubbench: %s\n", status.message);
			return 1;
		}
		if (ob_load_prepare(b->config[i]) < 0)
			return 1;
	}
	return 0;
}

static void measure(struct bench *b, size_t load, size_t server, size_t round)
{
	struct series *s = &b->series[load][server];
	struct ob_load l = loads[load]
				   ? ob_load_writes(b->config[server],
						    loads[load], b->window_ms)
				   : ob_load_fanout(b->config[server], WATCHERS,
						    b->samples);

	s->per_second[round] = l.per_second;
	s->p50_ms[round] = l.p50_ms;
	s->p99_ms[round] = l.p99_ms;
	b->failed += l.failed;
}

/* Who comes first changes every round. */
static void measure_all(struct bench *b)
{
	for (size_t round = 0; round < b->rounds; round++)
		for (size_t load = 0; load < LOADS; load++)
			for (size_t i = 0; i < b->n_servers; i++)
				measure(b, load, (round + i) % b->n_servers,
					round);
}

/* Of each round by itself: the first server over the second. */
static double ratio(const struct bench *b, const double *x, const double *y)
{
	double v[MAX_ROUNDS];

	for (size_t i = 0; i < b->rounds; i++)
		v[i] = x[i] / y[i];
	return ob_stats_spread(v, b->rounds).median;
}

static void row_print(const struct bench *b, size_t load, size_t server)
{
	const struct series *s = &b->series[load][server];
	struct ob_spread rate = ob_stats_spread(s->per_second, b->rounds);
	double p50 = ob_stats_spread(s->p50_ms, b->rounds).median;
	double p99 = ob_stats_spread(s->p99_ms, b->rounds).median;

	if (loads[load])
		printf("%-6s %3zu writers   %8.0f /s  (%.0f to %.0f)  p50 "
		       "%.2f ms  p99 %.2f ms\n",
		       server_names[server], loads[load], rate.median, rate.min,
		       rate.max, p50, p99);
	else
		printf("%-6s %3d watchers  p50 %.2f ms  p99 %.2f ms\n",
		       server_names[server], WATCHERS, p50, p99);
}

static void table_print(const struct bench *b)
{
	for (size_t load = 0; load < LOADS; load++) {
		const struct series *s = b->series[load];

		for (size_t i = 0; i < b->n_servers; i++)
			row_print(b, load, i);
		if (b->n_servers == SERVERS && loads[load])
			printf("       hub/other %.2f writes/s\n",
			       ratio(b, s[0].per_second, s[1].per_second));
		else if (b->n_servers == SERVERS)
			printf("       hub/other %.2f p99\n",
			       ratio(b, s[0].p99_ms, s[1].p99_ms));
	}
}

static void json_result(const struct bench *b, size_t load, size_t server,
			FILE *f)
{
	const struct series *s = &b->series[load][server];

	const char *of = loads[load] ? "writers" : "watchers";

	fprintf(f, "{\"server\":\"%s\",\"%s\":%zu,", server_names[server], of,
		loads[load] ? loads[load] : WATCHERS);
	if (loads[load])
		fprintf(f, "\"per_second\":%.1f,",
			ob_stats_spread(s->per_second, b->rounds).median);
	fprintf(f, "\"p50_ms\":%.3f,\"p99_ms\":%.3f}",
		ob_stats_spread(s->p50_ms, b->rounds).median,
		ob_stats_spread(s->p99_ms, b->rounds).median);
}

static int json_write(const struct bench *b)
{
	FILE *f = b->json ? fopen(b->json, "we") : NULL;

	if (!b->json)
		return 0;
	if (!f) {
		fprintf(stderr, "hubbench: %s: %s\n", b->json, strerror(errno));
		return 1;
	}
	fprintf(f, "{\"benchmark\":\"hub\",\"rounds\":%zu,\"results\":[",
		b->rounds);
	for (size_t load = 0; load < LOADS; load++)
		for (size_t i = 0; i < b->n_servers; i++) {
			fputs(load || i ? ",\n" : "\n", f);
			json_result(b, load, i, f);
		}
	fputs("\n]}\n", f);
	if (fclose(f) != 0)
		return 1;
	printf("%s\n", b->json);
	return 0;
}

/* A failed request is no measurement. */
static int report(const struct bench *b)
{
	table_print(b);
	if (!b->failed)
		return json_write(b);
	fprintf(stderr, "hubbench: %zu requests failed\n", b->failed);
	return 1;
}

int main(int argc, char **argv)
{
	struct bench b = { .rounds = 7, .window_ms = 2000, .samples = 200 };
	int r;

	ob_https_global();
	r = options(&b, argc, argv);
	if (r == 0)
		r = servers_load(&b, argv + optind);
	if (r == 0) {
		measure_all(&b);
		r = report(&b);
	}
	for (size_t i = 0; i < SERVERS && b.config[i]; i++) {
		ob_load_clean(b.config[i]);
		ob_kube_config_free(b.config[i]);
	}
	return r;
}
