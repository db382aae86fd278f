// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <pthread.h>
#include <stdio.h>

#include "../stats.h"
#include "base/clock.h"
#include "load_private.h"

struct writer {
	const struct ob_kube_config *config;
	pthread_barrier_t *begin;
	unsigned int ms;
	char name[32];
	double *latency_ms;
	size_t n, room, done, failed;
	pthread_t thread;
};

static void write_until(struct writer *w, struct ob_https *h, uint64_t end_ns)
{
	uint64_t before = ob_clock_monotonic_ns(), after, number = 0;

	while (before < end_ns) {
		if (!ob_load_put(h, w->name, ++number))
			w->failed++;
		after = ob_clock_monotonic_ns();
		if (w->n < w->room)
			w->latency_ms[w->n++] = (double)(after - before) / 1e6;
		before = after;
		w->done++;
	}
}

static void *run(void *arg)
{
	struct writer *w = arg;
	_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(w->config);

	/* The connection is made before the clock starts. */
	if (!ob_load_put(h, w->name, 0))
		w->failed++;
	pthread_barrier_wait(w->begin);
	write_until(w, h, ob_clock_monotonic_ns() + (uint64_t)w->ms * 1000000);
	return NULL;
}

static void sweep(const struct ob_kube_config *c)
{
	_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(c);
	struct ob_https_reply reply;

	ob_https_call(h, "DELETE", OB_LOAD_PATH, NULL, NULL, &reply);
}

/* Latencies of all writers next to each other, at v. */
static struct ob_load sum(const struct writer *w, size_t writers,
			  unsigned int ms, double *v)
{
	struct ob_load load = { 0 };
	size_t n = 0, done = 0;

	for (size_t i = 0; i < writers; i++) {
		done += w[i].done;
		load.failed += w[i].failed;
		for (size_t j = 0; j < w[i].n; j++)
			v[n++] = w[i].latency_ms[j];
	}
	load.per_second = (double)done * 1000 / ms;
	load.p50_ms = ob_stats_quantile(v, n, 0.5);
	load.p99_ms = ob_stats_quantile(v, n, 0.99);
	return load;
}

struct ob_load ob_load_writes(const struct ob_kube_config *c, size_t writers,
			      unsigned int ms)
{
	_free_ struct writer *w = calloc(writers, sizeof(*w));
	_free_ double *samples = calloc(2 * OB_LOAD_MAX, sizeof(*samples));
	pthread_barrier_t begin;

	if (!w || !samples ||
	    pthread_barrier_init(&begin, NULL, (unsigned int)writers))
		abort();
	for (size_t i = 0; i < writers; i++) {
		w[i].config = c;
		w[i].begin = &begin;
		w[i].ms = ms;
		w[i].room = OB_LOAD_MAX / writers;
		w[i].latency_ms = samples + i * w[i].room;
		snprintf(w[i].name, sizeof(w[i].name), "writer-%zu", i);
		if (pthread_create(&w[i].thread, NULL, run, &w[i]))
			abort();
	}
	for (size_t i = 0; i < writers; i++)
		pthread_join(w[i].thread, NULL);
	pthread_barrier_destroy(&begin);
	sweep(c);
	return sum(w, writers, ms, samples + OB_LOAD_MAX);
}
