// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "../stats.h"
#include "base/clock.h"
#include "load_private.h"

#define NAME	      "fanout"
#define WARM_UP	      5
#define GIVE_UP_NS    (10 * UINT64_C(1000000000))
#define WATCHER_STACK (256 * 1024)

/* What the threads share. */
struct fan {
	const struct ob_kube_config *config;
	pthread_mutex_t lock;
	pthread_cond_t all;
	uint64_t number; /* that is awaited */
	size_t missing;	 /* watchers that have not seen it */
	uint64_t last_ns;
	bool stop;
};

struct watcher {
	struct fan *fan;
	uint64_t seen;
	pthread_t thread;
};

static uint64_t number_in(const char *line)
{
	const char *at = strstr(line, "\"=");

	return at ? strtoull(at + 2, NULL, 10) : 0;
}

static bool on_line(void *arg, const char *line, size_t size)
{
	struct watcher *w = arg;
	uint64_t now = ob_clock_monotonic_ns(), number = number_in(line);
	bool go;

	(void)size;
	pthread_mutex_lock(&w->fan->lock);
	if (number == w->fan->number && w->seen < number) {
		w->seen = number;
		w->fan->last_ns = now;
		if (--w->fan->missing == 0)
			pthread_cond_signal(&w->fan->all);
	}
	go = !w->fan->stop;
	pthread_mutex_unlock(&w->fan->lock);
	return go;
}

static bool go_on(void *arg)
{
	struct watcher *w = arg;
	bool go;

	pthread_mutex_lock(&w->fan->lock);
	go = !w->fan->stop;
	pthread_mutex_unlock(&w->fan->lock);
	return go;
}

static void *run(void *arg)
{
	struct watcher *w = arg;
	_cleanup_(ob_https_freep) struct ob_https *h =
		ob_https_new(w->fan->config);
	const struct ob_https_lines lines = {
		.line = on_line,
		.go = go_on,
		.arg = w,
	};

	ob_https_stream(h, OB_LOAD_PATH "?watch=true", &lines);
	return NULL;
}

/* -1: somebody never saw it. */
static double wait_all(struct fan *f, uint64_t sent_ns)
{
	uint64_t end = sent_ns + GIVE_UP_NS;
	struct timespec until = {
		.tv_sec = (time_t)(end / 1000000000),
		.tv_nsec = (long)(end % 1000000000),
	};
	double ms = -1;
	int r = 0;

	pthread_mutex_lock(&f->lock);
	while (f->missing && r == 0)
		r = pthread_cond_timedwait(&f->all, &f->lock, &until);
	if (!f->missing)
		ms = (double)(f->last_ns - sent_ns) / 1e6;
	pthread_mutex_unlock(&f->lock);
	return ms;
}

static double sample(struct fan *f, struct ob_https *h, size_t watchers,
		     uint64_t number)
{
	uint64_t sent_ns;

	pthread_mutex_lock(&f->lock);
	f->number = number;
	f->missing = watchers;
	pthread_mutex_unlock(&f->lock);
	sent_ns = ob_clock_monotonic_ns();
	if (!ob_load_put(h, NAME, number))
		return -1;
	return wait_all(f, sent_ns);
}

static void stop(struct fan *f, struct ob_https *h, struct watcher *w,
		 size_t watchers)
{
	struct ob_https_reply reply;

	pthread_mutex_lock(&f->lock);
	f->stop = true;
	pthread_mutex_unlock(&f->lock);
	/* An event, so that they look. */
	ob_https_call(h, "DELETE", OB_LOAD_PATH "/" NAME, NULL, NULL, &reply);
	for (size_t i = 0; i < watchers; i++)
		pthread_join(w[i].thread, NULL);
}

static void fan_init(struct fan *f, const struct ob_kube_config *c)
{
	pthread_condattr_t monotonic;

	*f = (struct fan){ .config = c };
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&f->all, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void start(struct fan *f, struct watcher *w, size_t watchers)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, WATCHER_STACK);
	for (size_t i = 0; i < watchers; i++) {
		w[i].fan = f;
		if (pthread_create(&w[i].thread, &attr, run, &w[i]))
			abort();
	}
	pthread_attr_destroy(&attr);
}

struct ob_load ob_load_fanout(const struct ob_kube_config *c, size_t watchers,
			      size_t n)
{
	_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(c);
	_free_ struct watcher *w = calloc(watchers, sizeof(*w));
	_free_ double *ms = calloc(n, sizeof(*ms));
	struct ob_load load = { 0 };
	struct fan f;
	size_t good = 0;

	if (!w || !ms)
		abort();
	fan_init(&f, c);
	ob_load_put(h, NAME, 0);
	start(&f, w, watchers);
	/* The first ones wait until all are connected. */
	for (uint64_t i = 1; i <= WARM_UP + n; i++) {
		double v = sample(&f, h, watchers, i);

		if (v < 0) {
			load.failed++;
			break;
		}
		if (i > WARM_UP)
			ms[good++] = v;
	}
	stop(&f, h, w, watchers);
	load.p50_ms = ob_stats_quantile(ms, good, 0.5);
	load.p99_ms = ob_stats_quantile(ms, good, 0.99);
	return load;
}
