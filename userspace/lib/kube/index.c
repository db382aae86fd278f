// SPDX-License-Identifier: Apache-2.0
#include "kube/index.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kube/table.h"

/* All objects with one key in one index. */
struct bucket {
	struct slot **v;
	size_t n, room;
	struct ob_kube_entry *entry; /* whose value this is */
};

/* One object in one bucket, and where in it. */
struct slot {
	struct object *object;
	struct bucket *bucket;
	size_t at;
	size_t index;
};

struct object {
	struct ob_kube_entry *entry; /* whose value this is */
	void *value;
	struct slot **slots;
	size_t n, room;
};

struct ob_kube_index {
	struct ob_kube_table *objects;
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

static int push(struct slot ***v, size_t *n, size_t *room, struct slot *slot)
{
	if (*n == *room) {
		size_t more = *room ? *room * 2 : 2;
		struct slot **bigger =
			realloc(*v, more * sizeof(struct slot *));

		if (!bigger)
			return -ENOMEM;
		*v = bigger;
		*room = more;
	}
	(*v)[(*n)++] = slot;
	return 0;
}

static void bucket_free(struct bucket *b)
{
	if (b)
		free(b->v);
	free(b);
}

static int bucket_get(struct ob_kube_table *by, const char *key,
		      struct bucket **ret)
{
	struct ob_kube_entry *entry;
	int r = ob_kube_table_add(by, key, &entry);

	if (r < 0)
		return r;
	if (!entry->value) {
		struct bucket *b = calloc(1, sizeof(*b));

		if (!b) {
			ob_kube_table_del(by, entry);
			return -ENOMEM;
		}
		b->entry = entry;
		entry->value = b;
	}
	*ret = entry->value;
	return 0;
}

static void bucket_drop_empty(struct ob_kube_table *by, struct bucket *b)
{
	if (b->n > 0)
		return;
	ob_kube_table_del(by, b->entry);
	bucket_free(b);
}

/* The last one takes the place. */
static void slot_remove(struct ob_kube_index *x, struct slot *slot)
{
	struct bucket *b = slot->bucket;

	b->v[slot->at] = b->v[--b->n];
	b->v[slot->at]->at = slot->at;
	bucket_drop_empty(x->by[slot->index], b);
	free(slot);
}

static void unindex(struct ob_kube_index *x, struct object *o)
{
	while (o->n > 0)
		slot_remove(x, o->slots[--o->n]);
}

static int slot_add(struct filling *f, struct bucket *b)
{
	struct object *o = f->object;
	_free_ struct slot *slot = calloc(1, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	slot->object = o;
	slot->bucket = b;
	slot->index = f->index;
	slot->at = b->n;
	if (push(&b->v, &b->n, &b->room, slot) < 0)
		return -ENOMEM;
	if (push(&o->slots, &o->n, &o->room, slot) < 0) {
		b->n--;
		return -ENOMEM;
	}
	TAKE_PTR(slot);
	return 0;
}

static bool has_key(const struct object *o, const struct bucket *b)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->slots[i]->bucket == b)
			return true;
	return false;
}

static void add_key(void *to, const char *key)
{
	struct filling *f = to;
	struct ob_kube_table *by = f->x->by[f->index];
	struct bucket *b = NULL;

	if (f->r == 0)
		f->r = bucket_get(by, key, &b);
	if (f->r < 0 || !b || has_key(f->object, b))
		return;
	f->r = slot_add(f, b);
	if (f->r < 0)
		bucket_drop_empty(by, b);
}

/* All keys or none. */
static int put_in(struct ob_kube_index *x, struct object *o)
{
	struct filling f = { .x = x, .object = o };

	for (; f.index < x->n; f.index++)
		x->keys(x->arg, f.index, o->value, add_key, &f);
	if (f.r < 0)
		unindex(x, o);
	return f.r;
}

static void object_free(struct object *o)
{
	if (o)
		free(o->slots);
	free(o);
}

int ob_kube_index_new(size_t n, ob_kube_index_keys keys, void *arg,
		      struct ob_kube_index **ret)
{
	struct ob_kube_index *x = calloc(1, sizeof(*x));

	if (!x)
		return -ENOMEM;
	x->keys = keys;
	x->arg = arg;
	x->objects = ob_kube_table_new();
	x->by = calloc(n + 1, sizeof(struct ob_kube_table *));
	for (; x->by && x->n < n; x->n++) {
		x->by[x->n] = ob_kube_table_new();
		if (!x->by[x->n])
			break;
	}
	if (!x->objects || !x->by || x->n < n) {
		ob_kube_index_free(x, NULL);
		return -ENOMEM;
	}
	*ret = x;
	return 0;
}

static void by_free(struct ob_kube_table *by)
{
	struct ob_kube_entry *e;
	size_t at = 0;

	while ((e = ob_kube_table_next(by, &at)))
		bucket_free(e->value);
	ob_kube_table_free(by);
}

static void objects_free(struct ob_kube_table *objects,
			 void (*free_value)(void *value))
{
	struct ob_kube_entry *e;
	size_t at = 0;

	while ((e = ob_kube_table_next(objects, &at))) {
		struct object *o = e->value;

		for (size_t i = 0; i < o->n; i++)
			free(o->slots[i]);
		if (free_value)
			free_value(o->value);
		object_free(o);
	}
	ob_kube_table_free(objects);
}

void ob_kube_index_free(struct ob_kube_index *x,
			void (*free_value)(void *value))
{
	if (!x)
		return;
	if (x->objects)
		objects_free(x->objects, free_value);
	for (size_t i = 0; i < x->n; i++)
		by_free(x->by[i]);
	free(x->by);
	free(x);
}

size_t ob_kube_index_count(const struct ob_kube_index *x)
{
	return ob_kube_table_count(x->objects);
}

void *ob_kube_index_get(const struct ob_kube_index *x, const char *key)
{
	const struct ob_kube_entry *e = ob_kube_table_get(x->objects, key);

	return e ? ((const struct object *)e->value)->value : NULL;
}

static int insert(struct ob_kube_index *x, const char *key, void *value)
{
	struct object *o = calloc(1, sizeof(*o));
	int r;

	if (!o)
		return -ENOMEM;
	o->value = value;
	r = put_in(x, o);
	if (r == 0)
		r = ob_kube_table_add(x->objects, key, &o->entry);
	if (r < 0) {
		unindex(x, o);
		object_free(o);
		return r;
	}
	o->entry->value = o;
	return 0;
}

int ob_kube_index_set(struct ob_kube_index *x, const char *key, void *value,
		      void **ret_before)
{
	struct ob_kube_entry *e = ob_kube_table_get(x->objects, key);
	struct object *o, fresh = { .value = value };
	int r;

	*ret_before = NULL;
	if (!e)
		return insert(x, key, value);
	o = e->value;
	r = put_in(x, &fresh);
	if (r < 0) {
		free(fresh.slots);
		return r;
	}
	unindex(x, o);
	free(o->slots);
	*ret_before = o->value;
	fresh.entry = e;
	*o = fresh;
	for (size_t i = 0; i < o->n; i++)
		o->slots[i]->object = o;
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
	unindex(x, o);
	object_free(o);
	ob_kube_table_del(x->objects, e);
	return value;
}

void ob_kube_index_each(const struct ob_kube_index *x, ob_kube_index_fn fn,
			void *arg)
{
	const struct ob_kube_entry *e;
	size_t at = 0;

	while ((e = ob_kube_table_next(x->objects, &at)))
		fn(arg, e->key, ((const struct object *)e->value)->value);
}

void ob_kube_index_each_by(const struct ob_kube_index *x, size_t i,
			   const char *key, ob_kube_index_fn fn, void *arg)
{
	const struct ob_kube_entry *e = ob_kube_table_get(x->by[i], key);
	const struct bucket *b = e ? e->value : NULL;

	for (size_t n = 0; b && n < b->n; n++)
		fn(arg, b->v[n]->object->entry->key, b->v[n]->object->value);
}
