// SPDX-License-Identifier: Apache-2.0
#include "kube/event.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kube/event_object.h"
#include "kube/hash.h"

#define MAX_SERIES   64
#define MAX_WAITING  25
#define SERIES_MS    (10 * 60 * 1000) /* older ones begin anew */
#define REFRESH_MS   (60 * 1000)      /* how often one is counted up */
#define NAME_MAX_LEN 230

static const struct ob_kube_resource events = {
	.group = "events.k8s.io",
	.version = "v1",
	.plural = "events",
	.kind = "Event",
	.namespaced = true,
};

struct series {
	char *key; /* NULL: a free place */
	char *namespace, *name;
	struct ob_arena *arena; /* of object */
	cJSON *object;		/* to be created; NULL: it is there */
	uint32_t count;
	uint64_t seen_ms, written_ms;
	bool waiting;
};

struct ob_kube_events {
	struct ob_kube *k;
	char *controller, *instance;
	struct series series[MAX_SERIES];
	struct series *writing;
	struct ob_kube_call *call;
};

static void write_next(struct ob_kube_events *e);

static void series_done(struct series *s)
{
	free(s->key);
	free(s->namespace);
	free(s->name);
	ob_arena_free(s->arena);
	*s = (struct series){ 0 };
}

static void on_written(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct ob_kube_events *e = arg;
	struct series *s = TAKE_PTR(e->writing);

	(void)reply;
	e->call = NULL;
	if (r < 0) {
		series_done(s); /* best effort: the next one begins anew */
	} else {
		ob_arena_free(TAKE_PTR(s->arena));
		s->object = NULL;
	}
	write_next(e);
}

static int write_series(struct ob_kube_events *e, struct series *s)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_ref ref = {
		.resource = &events,
		.namespace = s->namespace,
		.name = s->name,
	};

	s->written_ms = ob_clock_monotonic_ms();
	if (s->object)
		return ob_kube_create(e->k, &ref, s->object, on_written, e,
				      &e->call);
	return ob_kube_patch(
		e->k, &ref, OB_KUBE_PATCH_MERGE,
		ob_kube_event_series(a, s->count, ob_clock_realtime_s()),
		on_written, e, &e->call);
}

static struct series *next_waiting(struct ob_kube_events *e)
{
	struct series *oldest = NULL;

	for (size_t i = 0; i < MAX_SERIES; i++) {
		struct series *s = &e->series[i];

		if (s->waiting && (!oldest || s->seen_ms < oldest->seen_ms))
			oldest = s;
	}
	return oldest;
}

static void write_next(struct ob_kube_events *e)
{
	struct series *s;

	while (!e->writing && (s = next_waiting(e))) {
		s->waiting = false;
		if (write_series(e, s) < 0)
			series_done(s);
		else
			e->writing = s;
	}
}

static struct series *find(struct ob_kube_events *e, const char *key,
			   uint64_t now)
{
	for (size_t i = 0; i < MAX_SERIES; i++) {
		struct series *s = &e->series[i];

		if (s->key && !strcmp(s->key, key) &&
		    now - s->seen_ms < SERIES_MS)
			return s;
	}
	return NULL;
}

static size_t count_waiting(const struct ob_kube_events *e)
{
	size_t n = 0;

	for (size_t i = 0; i < MAX_SERIES; i++)
		n += e->series[i].waiting;
	return n;
}

/* A free place, or that of the one nobody has heard of for longest. */
static struct series *make_place(struct ob_kube_events *e)
{
	struct series *oldest = NULL;

	if (count_waiting(e) >= MAX_WAITING)
		return NULL;
	for (size_t i = 0; i < MAX_SERIES; i++) {
		struct series *s = &e->series[i];

		if (!s->key)
			return s;
		if (!s->waiting && s != e->writing &&
		    (!oldest || s->seen_ms < oldest->seen_ms))
			oldest = s;
	}
	if (oldest)
		series_done(oldest);
	return oldest;
}

static int series_init(const struct ob_kube_events *e, struct series *s,
		       const char *key, const struct ob_kube_event *event)
{
	struct ob_kube_event_meta meta = {
		.namespace = ob_kube_event_namespace(event),
		.controller = e->controller,
		.instance = e->instance,
		.now_s = ob_clock_realtime_s(),
	};

	s->key = strdup(key);
	s->namespace = strdup(meta.namespace);
	if (!s->key || !s->namespace ||
	    asprintf(&s->name, "%.*s.%08x%08x", NAME_MAX_LEN,
		     event->regarding->name, ob_kube_random(),
		     ob_kube_random()) < 0) {
		s->name = NULL;
		series_done(s);
		return -ENOMEM;
	}
	meta.name = s->name;
	s->arena = ob_arena_new();
	s->object = ob_kube_event_make(s->arena, event, &meta);
	return 0;
}

void ob_kube_events_send(struct ob_kube_events *e,
			 const struct ob_kube_event *event)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *key = ob_kube_event_key(a, event);
	uint64_t now = ob_clock_monotonic_ms();
	struct series *s = find(e, key, now);

	if (!s) {
		s = make_place(e);
		if (!s || series_init(e, s, key, event) < 0)
			return;
		s->waiting = true;
	} else if (!s->waiting && now - s->written_ms >= REFRESH_MS) {
		s->waiting = true;
	}
	s->count++;
	s->seen_ms = now;
	write_next(e);
}

int ob_kube_events_new(struct ob_kube *k, const char *controller,
		       const char *instance, struct ob_kube_events **ret)
{
	_cleanup_(ob_kube_events_freep) struct ob_kube_events *e = NULL;

	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->k = k;
	e->controller = strdup(controller);
	e->instance = strdup(instance);
	if (!e->controller || !e->instance)
		return -ENOMEM;
	*ret = TAKE_PTR(e);
	return 0;
}

void ob_kube_events_free(struct ob_kube_events *e)
{
	if (!e)
		return;
	ob_kube_cancel(e->call);
	for (size_t i = 0; i < MAX_SERIES; i++)
		series_done(&e->series[i]);
	free(e->controller);
	free(e->instance);
	free(e);
}
