// SPDX-License-Identifier: Apache-2.0
#include "writer.h"

#include <stdio.h>
#include <string.h>

#define REPLY_MAX ((size_t)1024 * 1024)

struct request {
	const char *method, *path, *type, *body;
	long expected;
	struct ob_ledger_event event;
};

static unsigned int dice(struct ob_writer *w, unsigned int n)
{
	w->seed = w->seed * 1664525 + 1013904223;
	return (w->seed >> 8) % n;
}

static const char *path_of(const struct ob_writer *w, struct ob_arena *a,
			   const char *name)
{
	return ob_arena_printf(a, "/api/v1/namespaces/%s/configmaps%s%s",
			       w->namespace, *name ? "/" : "", name);
}

static const char *body_of(struct ob_arena *a, const struct ob_ledger_object *o,
			   uint64_t value)
{
	const char *rv = "";

	if (o->exists)
		rv = ob_arena_printf(a, ",\"resourceVersion\":\"%llu\"",
				     (unsigned long long)o->rv);
	return ob_arena_printf(a,
			       "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
			       "\"metadata\":{\"name\":\"%s\"%s},\"data\":%s}",
			       o->name, rv, ob_ledger_data(a, value));
}

static struct request create(struct ob_writer *w, struct ob_arena *a,
			     const struct ob_ledger_object *o)
{
	return (struct request){
		.method = "POST",
		.path = path_of(w, a, ""),
		.body = body_of(a, o, ++w->value),
		.expected = 201,
		.event = { .type = OB_LEDGER_ADDED, .value = w->value },
	};
}

static struct request update(struct ob_writer *w, struct ob_arena *a,
			     const struct ob_ledger_object *o)
{
	return (struct request){
		.method = "PUT",
		.path = path_of(w, a, o->name),
		.body = body_of(a, o, ++w->value),
		.expected = 200,
		.event = { .type = OB_LEDGER_MODIFIED, .value = w->value },
	};
}

static struct request patch(struct ob_writer *w, struct ob_arena *a,
			    const struct ob_ledger_object *o)
{
	return (struct request){
		.method = "PATCH",
		.path = path_of(w, a, o->name),
		.type = "application/merge-patch+json",
		.body = ob_arena_printf(a, "{\"data\":%s}",
					ob_ledger_data(a, ++w->value)),
		.expected = 200,
		.event = { .type = OB_LEDGER_MODIFIED, .value = w->value },
	};
}

static struct request delete_it(struct ob_writer *w, struct ob_arena *a,
				const struct ob_ledger_object *o)
{
	return (struct request){
		.method = "DELETE",
		.path = path_of(w, a, o->name),
		.expected = 200,
		.event = { .type = OB_LEDGER_DELETED, .value = o->value },
	};
}

static struct request choose(struct ob_writer *w, struct ob_arena *a,
			     const struct ob_ledger_object *o)
{
	unsigned int d = dice(w, 10);

	if (!o->exists)
		return create(w, a, o);
	if (d < 6)
		return update(w, a, o);
	return d < 8 ? patch(w, a, o) : delete_it(w, a, o);
}

/* What the answer says of the object. */
static void check_answer(struct ob_writer *w, struct ob_arena *a,
			 const struct ob_ledger_object *o, struct request *q,
			 const struct ob_https_reply *reply)
{
	cJSON *body = NULL;
	uint64_t value = 0;

	if (reply->code != q->expected) {
		ob_violation_set(&w->violation, "%s %s: %ld, %.300s", q->method,
				 q->path, reply->code, reply->body);
		return;
	}
	if (q->event.type == OB_LEDGER_DELETED)
		return;
	if (ob_json_parse(a, reply->body, reply->size, REPLY_MAX, &body, NULL) <
		    0 ||
	    ob_ledger_data_check(body, &value) < 0 || value != q->event.value)
		ob_violation_set(&w->violation,
				 "%s %s: the answer is not what was written",
				 q->method, q->path);
	q->event.rv = ob_ledger_rv(body);
	if (q->event.rv <= o->rv)
		ob_violation_set(&w->violation,
				 "%s: the resourceVersion went from %llu to "
				 "%llu",
				 o->name, (unsigned long long)o->rv,
				 (unsigned long long)q->event.rv);
}

bool ob_writer_step(struct ob_writer *w, struct ob_https *h)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_ledger_object *o =
		&w->objects[dice(w, (unsigned int)w->n_objects)];
	struct request q = choose(w, a, o);
	struct ob_https_reply reply;

	o->pending = true;
	o->unsure = q.event;
	ob_https_call(h, q.method, q.path, q.type, q.body, &reply);
	if (!reply.code)
		return false;
	check_answer(w, a, o, &q, &reply);
	if (w->violation.broken)
		return false;
	ob_ledger_acknowledge(w->arena, o, &q.event);
	w->acknowledged++;
	if (o->rv > w->max_rv)
		w->max_rv = o->rv;
	return true;
}

static void *run(void *arg)
{
	struct ob_writer *w = arg;
	_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(w->config);

	while (ob_writer_step(w, h))
		;
	return NULL;
}

void ob_writer_start(struct ob_writer *w)
{
	if (pthread_create(&w->thread, NULL, run, w))
		abort();
}

void ob_writer_join(struct ob_writer *w)
{
	pthread_join(w->thread, NULL);
}
