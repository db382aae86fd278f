// SPDX-License-Identifier: Apache-2.0
#include "crossdns/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/log.h"
#include "crossdns/limit.h"
#include "crossdns/tcp.h"
#include "crossdns/udp.h"
#include "kube/hash.h"

#define EVENTS	     64
#define NS_PER_SEC   1000000000ULL
#define NS_PER_MS    1000000ULL
#define THREAD_STACK (256 * 1024)

/* What an event of a worker's epoll means: data.ptr points to one of these, or
 * to a connection. */
struct door {
	int udp, tcp;
	bool any;
};

struct worker {
	struct ob_workers *all;
	unsigned int number;
	pthread_t thread;
	bool running;
	int epoll, stop;
	struct door doors[OB_LISTEN_MAX];
	struct ob_responder responder;
	struct ob_udp *udp;
	struct ob_tcp *tcp;
	struct ob_counters counters;
};

struct ob_workers {
	struct ob_workers_options options;
	struct ob_names *names;
	struct ob_limit *limit;
	size_t n;
	struct worker *v[OB_WORKERS_MAX];
};

/* The thread. */

static bool inside(const void *p, const void *array, size_t size)
{
	return (uintptr_t)p - (uintptr_t)array < size;
}

static void on_event(struct worker *w, const struct epoll_event *e,
		     uint64_t now_ms)
{
	/* A door's two sockets are told by which of its members it is. */
	int *fd = e->data.ptr;

	if (!inside(fd, w->doors, sizeof(w->doors))) {
		ob_tcp_run(w->tcp, e->data.ptr, e->events, now_ms);
		return;
	}
	for (size_t i = 0; i < w->all->options.n_listen; i++) {
		if (fd == &w->doors[i].udp)
			ob_udp_run(w->udp, *fd, w->doors[i].any);
		else if (fd == &w->doors[i].tcp)
			ob_tcp_accept(w->tcp, *fd, now_ms);
	}
}

static void *run(void *arg)
{
	struct worker *w = arg;
	struct epoll_event events[EVENTS];
	int timeout_ms = -1;

	for (;;) {
		int n = epoll_wait(w->epoll, events, EVENTS, timeout_ms);
		uint64_t now_ns = ob_clock_monotonic_ns();

		w->responder.window =
			(uint32_t)(now_ns / NS_PER_SEC / w->all->options.ttl_s);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == &w->stop)
				return NULL;
			on_event(w, &events[i], now_ns / NS_PER_MS);
		}
		timeout_ms = ob_tcp_expire(w->tcp, now_ns / NS_PER_MS);
	}
}

/* Setting up. */

static int watch(struct worker *w, int fd, void *what)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = what };

	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

static int open_door(struct worker *w, struct ob_listen *l, struct door *d,
		     struct ob_status *status)
{
	int r = ob_listen_udp(l, &d->udp, status);

	if (r == 0)
		r = ob_listen_tcp(l, &d->tcp, status);
	if (r == 0)
		r = watch(w, d->udp, &d->udp);
	if (r == 0)
		r = watch(w, d->tcp, &d->tcp);
	d->any = ob_listen_is_any(l);
	return r;
}

static int open_doors(struct worker *w, struct ob_status *status)
{
	struct ob_workers_options *o = &w->all->options;

	for (size_t i = 0; i < o->n_listen; i++) {
		int r = open_door(w, &o->listen[i], &w->doors[i], status);

		if (r == -EAFNOSUPPORT && o->listen_default && i > 0 &&
		    i + 1 == o->n_listen) {
			o->n_listen--;
			return 0;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static void worker_free(struct worker *w)
{
	ob_tcp_freep(&w->tcp);
	ob_udp_freep(&w->udp);
	for (size_t i = 0; i < OB_LISTEN_MAX; i++) {
		ob_closep(&w->doors[i].udp);
		ob_closep(&w->doors[i].tcp);
	}
	ob_closep(&w->stop);
	ob_closep(&w->epoll);
	free(w);
}
OB_DEFINE_CLEANUP(struct worker *, worker_free)

static struct worker *worker_alloc(struct ob_workers *all, unsigned int number)
{
	const struct ob_workers_options *o = &all->options;
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->all = all;
	w->number = number;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (size_t i = 0; i < OB_LISTEN_MAX; i++)
		w->doors[i] = (struct door){ .udp = -1, .tcp = -1 };
	w->responder = (struct ob_responder){
		.names = all->names,
		.zones = o->zones,
		.n_zones = o->n_zones,
		.max_answers = o->max_answers,
		.udp_size = o->udp_size,
		.local_first = o->local_first,
		.random = ob_kube_random() | 1,
		.counters = &w->counters,
	};
	return w;
}

static int worker_new(struct ob_workers *all, unsigned int number,
		      struct worker **ret, struct ob_status *status)
{
	_cleanup_(worker_freep) struct worker *w = worker_alloc(all, number);
	const struct ob_workers_options *o = &all->options;
	struct ob_tcp_options tcp = {
		.connections = o->tcp_connections / o->n_workers + 1,
		.connections_per_client = o->tcp_per_client,
		.idle_ms = o->tcp_idle_ms,
	};
	int r;

	if (!w || w->epoll < 0 || w->stop < 0)
		return -ENOMEM;
	r = watch(w, w->stop, &w->stop);
	if (r == 0)
		r = open_doors(w, status);
	if (r == 0)
		r = ob_udp_new(&w->responder, all->names, number, all->limit,
			       &w->udp);
	if (r == 0)
		r = ob_tcp_new(&w->responder, all->names, number, &tcp,
			       w->epoll, &w->tcp);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(w);
	return 0;
}

int ob_workers_new(const struct ob_workers_options *options,
		   struct ob_names *names, struct ob_workers **ret,
		   struct ob_status *status)
{
	_cleanup_(ob_workers_freep) struct ob_workers *w =
		calloc(1, sizeof(*w));
	int r = 0;

	if (!w)
		return -ENOMEM;
	w->options = *options;
	w->names = names;
	if (options->rate > 0)
		r = ob_limit_new(options->rate, &w->limit);
	while (r == 0 && w->n < options->n_workers) {
		r = worker_new(w, (unsigned int)w->n, &w->v[w->n], status);
		w->n += r == 0;
	}
	if (r < 0)
		return r;
	*ret = TAKE_PTR(w);
	return 0;
}

int ob_workers_start(struct ob_workers *w)
{
	pthread_attr_t attributes;
	int r = 0;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	for (size_t i = 0; i < w->n && r == 0; i++) {
		r = -pthread_create(&w->v[i]->thread, &attributes, run,
				    w->v[i]);
		w->v[i]->running = r == 0;
	}
	pthread_attr_destroy(&attributes);
	return r;
}

static void worker_stop(struct worker *w)
{
	if (!w->running)
		return;
	(void)eventfd_write(w->stop, 1);
	pthread_join(w->thread, NULL);
}

void ob_workers_free(struct ob_workers *w)
{
	for (size_t i = 0; i < w->n; i++) {
		worker_stop(w->v[i]);
		worker_free(w->v[i]);
	}
	ob_limit_freep(&w->limit);
	free(w);
}

/* All counters are of one type: the struct is an array of them. */
_Static_assert(sizeof(struct ob_counters) % sizeof(uint64_t) == 0, "counters");

void ob_workers_count(const struct ob_workers *w, struct ob_counters *ret)
{
	uint64_t sum[sizeof(*ret) / sizeof(uint64_t)] = { 0 };

	for (size_t i = 0; i < w->n; i++) {
		const uint64_t *from = (const uint64_t *)&w->v[i]->counters;

		for (size_t j = 0; j < ARRAY_SIZE(sum); j++)
			sum[j] += ob_counted(from + j);
	}
	memcpy(ret, sum, sizeof(sum));
}

size_t ob_workers_n(const struct ob_workers *w)
{
	return w->n;
}

const struct ob_listen *ob_workers_listen(const struct ob_workers *w,
					  size_t *ret_n)
{
	*ret_n = w->options.n_listen;
	return w->options.listen;
}
