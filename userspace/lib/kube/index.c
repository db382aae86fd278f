// SPDX-License-Identifier: Apache-2.0
#include "kube/index.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * One object among all that share a key in one index: a ring, to which the
 * value of the key's entry is the way in. There are as many as objects, and
 * more: they are part of them.
 */
struct slot {
	struct ob_kube_entry *bucket;
	struct slot *next, *before;
	uint32_t index; /* whose table the bucket is in */
	uint32_t at;	/* in its object */
};

struct object {
	struct ob_kube_entry *entry; /* whose value this is */
	void *value;
	size_t n;
	struct slot slots[];
};

struct ob_kube_index {
	struct ob_kube_table *objects; /* not ours, but its values */
	size_t count;
	struct ob_kube_table **by;
	size_t n;
	ob_kube_index_keys keys;
	void *arg;
};

/* While the keys of an object are asked for. */
struct filling {
	struct ob_kube_index *x;
	struct object *object;
	size_t index;
	int r;
};

static struct object *object_of(struct slot *slot)
{
	return (struct object *)(void *)((char *)(slot - slot->at) -
					 offsetof(struct object, slots));
}

/* As the last of its ring. */
static void link_slot(struct slot *slot)
{
	struct slot *first = slot->bucket->value;

	if (!first) {
		slot->next = slot->before = slot;
		slot->bucket->value = slot;
		return;
	}
	slot->next = first;
	slot->before = first->before;
	first->before->next = slot;
	first->before = slot;
}

/* A key that nobody has any more goes, too. */
static void unlink_slot(struct ob_kube_index *x, struct slot *slot)
{
	if (slot->next == slot) {
		ob_kube_table_del(x->by[slot->index], slot->bucket);
		return;
	}
	if (slot->bucket->value == slot)
		slot->bucket->value = slot->next;
	slot->next->before = slot->before;
	slot->before->next = slot->next;
}

static void unindex(struct ob_kube_index *x, struct object *o)
{
	while (o->n > 0)
		unlink_slot(x, &o->slots[--o->n]);
}

static void count_key(void *to, const char *key)
{
	size_t *n = to;

	(void)key;
	++*n;
}

static bool has_key(const struct object *o, const struct ob_kube_entry *bucket)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->slots[i].bucket == bucket)
			return true;
	return false;
}

static void add_key(void *to, const char *key)
{
	struct filling *f = to;
	struct object *o = f->object;
	struct ob_kube_entry *bucket = NULL;
	struct slot *slot;

	if (f->r == 0)
		f->r = ob_kube_table_add(f->x->by[f->index], key, &bucket);
	if (f->r < 0 || has_key(o, bucket))
		return;
	slot = &o->slots[o->n];
	*slot = (struct slot){ .bucket = bucket,
			       .index = (uint32_t)f->index,
			       .at = (uint32_t)o->n };
	o->n++;
	link_slot(slot);
}

/* With all of its keys; NULL: out of memory, and nothing has changed. */
static struct object *object_new(struct ob_kube_index *x, void *value)
{
	struct filling f = { .x = x };
	size_t n = 0;

	for (size_t i = 0; i < x->n; i++)
		x->keys(x->arg, i, value, count_key, &n);
	f.object = malloc(sizeof(*f.object) + n * sizeof(struct slot));
	if (!f.object)
		return NULL;
	*f.object = (struct object){ .value = value };
	for (; f.index < x->n; f.index++)
		x->keys(x->arg, f.index, value, add_key, &f);
	if (f.r == 0)
		return f.object;
	unindex(x, f.object);
	free(f.object);
	return NULL;
}

static void object_free(struct ob_kube_index *x, struct object *o)
{
	unindex(x, o);
	free(o);
}

int ob_kube_index_new(struct ob_kube_table *table, size_t n,
		      ob_kube_index_keys keys, void *arg,
		      struct ob_kube_index **ret)
{
	struct ob_kube_index *x = calloc(1, sizeof(*x));

	if (!x)
		return -ENOMEM;
	x->keys = keys;
	x->arg = arg;
	x->objects = table;
	x->by = calloc(n + 1, sizeof(struct ob_kube_table *));
	for (; x->by && x->n < n; x->n++) {
		x->by[x->n] = ob_kube_table_new();
		if (!x->by[x->n])
			break;
	}
	if (!x->by || x->n < n) {
		ob_kube_index_free(x, NULL);
		return -ENOMEM;
	}
	*ret = x;
	return 0;
}

static void objects_free(struct ob_kube_table *objects,
			 void (*free_value)(void *value))
{
	struct ob_kube_entry *e;
	size_t at = 0;

	while ((e = ob_kube_table_next(objects, &at))) {
		struct object *o = e->value;

		if (o && free_value)
			free_value(o->value);
		free(o);
		e->value = NULL;
	}
}

void ob_kube_index_free(struct ob_kube_index *x,
			void (*free_value)(void *value))
{
	if (!x)
		return;
	objects_free(x->objects, free_value);
	for (size_t i = 0; i < x->n; i++)
		ob_kube_table_free(x->by[i]);
	free(x->by);
	free(x);
}

size_t ob_kube_index_count(const struct ob_kube_index *x)
{
	return x->count;
}

void *ob_kube_index_get(const struct ob_kube_index *x, const char *key)
{
	const struct ob_kube_entry *e = ob_kube_table_get(x->objects, key);
	const struct object *o = e ? e->value : NULL;

	return o ? o->value : NULL;
}

int ob_kube_index_set(struct ob_kube_index *x, const char *key, void *value,
		      void **ret_before)
{
	struct object *o = object_new(x, value), *before;
	int r = -ENOMEM;

	*ret_before = NULL;
	if (o)
		r = ob_kube_table_add(x->objects, key, &o->entry);
	if (r < 0) {
		if (o)
			object_free(x, o);
		return r;
	}
	before = o->entry->value;
	o->entry->value = o;
	if (!before) {
		x->count++;
		return 0;
	}
	*ret_before = before->value;
	object_free(x, before);
	return 0;
}

void *ob_kube_index_del(struct ob_kube_index *x, const char *key)
{
	struct ob_kube_entry *e = ob_kube_table_get(x->objects, key);
	struct object *o = e ? e->value : NULL;
	void *value;

	if (!o)
		return NULL;
	value = o->value;
	object_free(x, o);
	e->value = NULL;
	x->count--;
	return value;
}

void ob_kube_index_each(const struct ob_kube_index *x, ob_kube_index_fn fn,
			void *arg)
{
	const struct ob_kube_entry *e;
	size_t at = 0;

	while ((e = ob_kube_table_next(x->objects, &at)))
		if (e->value)
			fn(arg, e->key,
			   ((const struct object *)e->value)->value);
}

void ob_kube_index_each_by(const struct ob_kube_index *x, size_t i,
			   const char *key, ob_kube_index_fn fn, void *arg)
{
	const struct ob_kube_entry *e = ob_kube_table_get(x->by[i], key);
	struct slot *first = e ? e->value : NULL, *slot = first;

	while (slot) {
		const struct object *o = object_of(slot);

		fn(arg, o->entry->key, o->value);
		slot = slot->next == first ? NULL : slot->next;
	}
}
