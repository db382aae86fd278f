// SPDX-License-Identifier: Apache-2.0
#include "ledger.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longer than a page of the database, sometimes. */
#define PAD_MAX 6000

void ob_violation_set(struct ob_violation *v, const char *format, ...)
{
	va_list args;

	if (v->broken)
		return;
	v->broken = true;
	va_start(args, format);
	vsnprintf(v->text, sizeof(v->text), format, args);
	va_end(args);
}

void ob_ledger_init(struct ob_ledger *l, struct ob_arena *a, size_t writers,
		    size_t each)
{
	l->n = writers * each;
	l->v = ob_arena_array(a, l->n, sizeof(*l->v));
	l->max_rv = 0;
	for (size_t i = 0; i < l->n; i++)
		snprintf(l->v[i].name, sizeof(l->v[i].name), "w%zu-%zu",
			 i / each, i % each);
}

struct ob_ledger_object *ob_ledger_find(struct ob_ledger *l, const char *name)
{
	for (size_t i = 0; name && i < l->n; i++)
		if (strcmp(l->v[i].name, name) == 0)
			return &l->v[i];
	return NULL;
}

void ob_ledger_acknowledge(struct ob_arena *a, struct ob_ledger_object *o,
			   const struct ob_ledger_event *event)
{
	o->pending = false;
	o->exists = event->type != OB_LEDGER_DELETED;
	if (event->rv)
		o->rv = event->rv;
	o->value = event->value;
	*OB_PUSH(a, &o->due) = *event;
}

static size_t pad_size(uint64_t value)
{
	return value % 7 ? value % 64 : value % PAD_MAX;
}

const char *ob_ledger_data(struct ob_arena *a, uint64_t value)
{
	size_t n = pad_size(value);
	char *pad = ob_arena_alloc(a, n + 1);

	memset(pad, 'a' + (int)(value % 26), n);
	return ob_arena_printf(a,
			       "{\"first\":\"%" PRIu64 "\",\"pad\":\"%s\","
			       "\"last\":\"%" PRIu64 "\"}",
			       value, pad, value);
}

int ob_ledger_data_check(const cJSON *object, uint64_t *ret_value)
{
	const char *first = ob_json_string(object, "data.first");
	const char *last = ob_json_string(object, "data.last");
	const char *pad = ob_json_string(object, "data.pad");
	uint64_t value;

	if (!first || !last || !pad || strcmp(first, last) != 0)
		return -EINVAL;
	value = strtoull(first, NULL, 10);
	if (strlen(pad) != pad_size(value) ||
	    strspn(pad, (char[]){ (char)('a' + value % 26), 0 }) != strlen(pad))
		return -EINVAL;
	*ret_value = value;
	return 0;
}

uint64_t ob_ledger_rv(const cJSON *object)
{
	const char *rv = ob_json_string(object, "metadata.resourceVersion");

	return rv ? strtoull(rv, NULL, 10) : 0;
}

/* The write without an answer has happened after all. */
static bool is_unsure_one(const struct ob_ledger_object *o, uint64_t rv,
			  uint64_t value)
{
	return o->pending && o->unsure.type != OB_LEDGER_DELETED &&
	       o->unsure.value == value && rv > o->rv;
}

static void check_item(struct ob_ledger *l, struct ob_arena *a,
		       const cJSON *item, struct ob_violation *v)
{
	const char *name = ob_json_string(item, "metadata.name");
	struct ob_ledger_object *o = ob_ledger_find(l, name);
	uint64_t rv = ob_ledger_rv(item), value = 0;

	if (!o) {
		ob_violation_set(v, "%s is there and was never written", name);
		return;
	}
	o->found = true;
	if (ob_ledger_data_check(item, &value) < 0) {
		ob_violation_set(v, "%s is a half write", name);
	} else if (o->exists && rv == o->rv && value == o->value) {
		o->pending = false;
	} else if (is_unsure_one(o, rv, value)) {
		struct ob_ledger_event e = o->unsure;

		e.rv = rv;
		ob_ledger_acknowledge(a, o, &e);
	} else {
		ob_violation_set(v,
				 "%s has value %" PRIu64 " at %" PRIu64
				 ", acknowledged was %s %" PRIu64
				 " at %" PRIu64,
				 name, value, rv,
				 o->exists ? "value" : "that it is gone",
				 o->value, o->rv);
	}
}

static void check_missing(struct ob_arena *a, struct ob_ledger_object *o,
			  struct ob_violation *v)
{
	if (o->pending && o->unsure.type == OB_LEDGER_DELETED) {
		struct ob_ledger_event e = o->unsure;

		ob_ledger_acknowledge(a, o, &e);
	} else if (o->exists) {
		ob_violation_set(v,
				 "%s is lost: value %" PRIu64
				 " was acknowledged at %" PRIu64,
				 o->name, o->value, o->rv);
	}
	o->pending = false;
}

void ob_ledger_check_list(struct ob_ledger *l, struct ob_arena *a,
			  const cJSON *list, struct ob_violation *v)
{
	uint64_t rv = ob_ledger_rv(list);
	const cJSON *item;

	if (rv < l->max_rv)
		ob_violation_set(v,
				 "the resourceVersion went back from %" PRIu64
				 " to %" PRIu64,
				 l->max_rv, rv);
	for (size_t i = 0; i < l->n; i++)
		l->v[i].found = false;
	cJSON_ArrayForEach(item, ob_json_get(list, "items"))
	{
		check_item(l, a, item, v);
	}
	for (size_t i = 0; i < l->n; i++)
		if (!l->v[i].found)
			check_missing(a, &l->v[i], v);
}

static bool same(const struct ob_ledger_event *due,
		 const struct ob_ledger_event *seen)
{
	return due->type == seen->type && due->value == seen->value &&
	       (!due->rv || due->rv == seen->rv);
}

static void check_object_events(const struct ob_ledger_object *o,
				struct ob_violation *v)
{
	if (o->due.n != o->seen.n)
		ob_violation_set(v, "%s: %zu changes, %zu events", o->name,
				 o->due.n, o->seen.n);
	for (size_t i = 0; i < o->due.n && i < o->seen.n; i++)
		if (!same(&o->due.v[i], &o->seen.v[i]))
			ob_violation_set(
				v,
				"%s: event %zu is type %d value %" PRIu64
				" at %" PRIu64
				", due was type %d value %" PRIu64
				" at %" PRIu64,
				o->name, i, (int)o->seen.v[i].type,
				o->seen.v[i].value, o->seen.v[i].rv,
				(int)o->due.v[i].type, o->due.v[i].value,
				o->due.v[i].rv);
}

void ob_ledger_check_events(struct ob_ledger *l, struct ob_violation *v)
{
	for (size_t i = 0; i < l->n; i++) {
		check_object_events(&l->v[i], v);
		l->v[i].due.n = 0;
		l->v[i].seen.n = 0;
	}
}
