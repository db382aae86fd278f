// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/typed.h"

#include <stdlib.h>
#include <string.h>

#include "apimachinery/schema_node.h"
#include "apimachinery/tree.h"

enum shape {
	SHAPE_LEAF,
	SHAPE_OBJECT,
	SHAPE_LIST, /* a set, or a map by keys */
};

static enum shape shape_of(const struct ob_api_schema *s, const cJSON *v)
{
	if (cJSON_IsObject(v))
		return s && s->atomic_map ? SHAPE_LEAF : SHAPE_OBJECT;
	if (cJSON_IsArray(v) && s &&
	    (s->list_type == OB_API_LIST_SET ||
	     s->list_type == OB_API_LIST_MAP))
		return SHAPE_LIST;
	return SHAPE_LEAF;
}

static const char *field_key(struct ob_arena *a, const char *name)
{
	return ob_arena_printf(a, "f:%s", name);
}

static int by_name(const void *x, const void *y)
{
	const char *const *p = x, *const *q = y;

	return strcmp(*p, *q);
}

/* Keys of an element of a list-map, sorted, those missing by default. */
static const char *keys_key(struct ob_arena *a, const struct ob_api_schema *s,
			    const cJSON *element)
{
	size_t n = s->list_keys.n;
	const char **names = ob_arena_array(a, n, sizeof(*names));
	cJSON *keys = ob_json_object(a);

	for (size_t i = 0; i < n; i++)
		names[i] = s->list_keys.v[i];
	if (n)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		const cJSON *v = ob_json_get(element, names[i]);
		const struct ob_api_schema *property =
			ob_api_schema_property(s->items, names[i]);

		if (!v && property)
			v = property->fallback;
		ob_json_set(a, keys, names[i],
			    v ? ob_json_copy(a, v) : ob_json_null_new(a));
	}
	return ob_arena_printf(a, "k:%s", ob_json_print(a, keys));
}

static const char *element_key(struct ob_arena *a,
			       const struct ob_api_schema *s,
			       const cJSON *element)
{
	if (s->list_type == OB_API_LIST_MAP)
		return keys_key(a, s, element);
	return ob_arena_printf(a, "v:%s", ob_json_print(a, element));
}

/* The elements of a list as members of an object, by their keys. The values
 * are strings that point to the elements. */
struct elements {
	const char **keys;
	cJSON **v;
	size_t n;
	cJSON *places;
	struct ob_api_index index;
};

static struct elements elements_of(struct ob_arena *a,
				   const struct ob_api_schema *s,
				   const cJSON *list)
{
	struct elements e = { .places = ob_json_object(a) };
	size_t room = list ? (size_t)cJSON_GetArraySize(list) : 0;

	e.keys = ob_arena_array(a, room, sizeof(*e.keys));
	e.v = ob_arena_array(a, room, sizeof(*e.v));
	for (cJSON *c = list ? list->child : NULL; c; c = c->next) {
		e.keys[e.n] = element_key(a, s, c);
		e.v[e.n] = c;
		ob_api_member_add(a, e.places, e.keys[e.n],
				  ob_json_number_new(a, (double)e.n));
		e.n++;
	}
	e.index = ob_api_index_new(a, e.places);
	return e;
}

/* Where the first element with this key is; the number of them: nowhere. */
static size_t place_of(const struct elements *e, const char *key)
{
	const cJSON *at = ob_api_index_get(&e->index, key);

	return at ? (size_t)at->valuedouble : e->n;
}

static struct ob_api_set *fields(struct ob_arena *a,
				 const struct ob_api_schema *s, const cJSON *v)
{
	enum shape shape = shape_of(s, v);
	struct ob_api_set *set = ob_api_set_new(a, shape == SHAPE_LEAF);
	struct ob_api_set *below;

	if (shape == SHAPE_LEAF)
		return set;
	for (const cJSON *c = v->child; c; c = c->next) {
		if (shape == SHAPE_LIST) {
			below = fields(a, s->items, c);
			below->member = true;
			ob_api_set_add(a, set, element_key(a, s, c), below);
			continue;
		}
		below = fields(a, ob_api_schema_member(s, c->string), c);
		if ((cJSON_IsObject(c) && !c->child) ||
		    !ob_api_schema_property(s, c->string))
			below->member = true;
		ob_api_set_add(a, set, field_key(a, c->string), below);
	}
	ob_api_set_sort(a, set);
	return set;
}

const struct ob_api_set *ob_api_typed_fields(struct ob_arena *a,
					     const struct ob_api_schema *s,
					     const cJSON *v)
{
	return fields(a, s, v);
}

/* The three sets while they are made. */
struct sets {
	struct ob_api_set *added, *changed, *removed;
};

static struct sets compare(struct ob_arena *a, const struct ob_api_schema *s,
			   const cJSON *x, const cJSON *y);

static void sets_add(struct ob_arena *a, struct sets *to, const char *key,
		     const struct sets *below)
{
	ob_api_set_add(a, to->added, key, below->added);
	ob_api_set_add(a, to->changed, key, below->changed);
	ob_api_set_add(a, to->removed, key, below->removed);
}

static void sets_sort(struct ob_arena *a, struct sets *s)
{
	ob_api_set_sort(a, s->added);
	ob_api_set_sort(a, s->changed);
	ob_api_set_sort(a, s->removed);
}

static void compare_members(struct ob_arena *a, const struct ob_api_schema *s,
			    const cJSON *x, const cJSON *y, struct sets *to)
{
	struct ob_api_index left = ob_api_index_new(a, x);
	struct ob_api_index right = ob_api_index_new(a, y);
	struct sets below;

	for (const cJSON *c = x ? x->child : NULL; c; c = c->next) {
		below = compare(a, ob_api_schema_member(s, c->string), c,
				ob_api_index_get(&right, c->string));
		sets_add(a, to, field_key(a, c->string), &below);
	}
	for (const cJSON *c = y ? y->child : NULL; c; c = c->next) {
		if (x && ob_api_index_get(&left, c->string))
			continue;
		below = compare(a, ob_api_schema_member(s, c->string), NULL, c);
		sets_add(a, to, field_key(a, c->string), &below);
	}
}

static void compare_elements(struct ob_arena *a, const struct ob_api_schema *s,
			     const cJSON *x, const cJSON *y, struct sets *to)
{
	struct elements left = elements_of(a, s, x);
	struct elements right = elements_of(a, s, y);
	struct sets below;

	for (size_t i = 0; i < left.n; i++) {
		size_t j = place_of(&right, left.keys[i]);

		below = compare(a, s->items, left.v[i],
				j < right.n ? right.v[j] : NULL);
		sets_add(a, to, left.keys[i], &below);
	}
	for (size_t j = 0; j < right.n; j++) {
		if (place_of(&left, right.keys[j]) < left.n)
			continue;
		below = compare(a, s->items, NULL, right.v[j]);
		sets_add(a, to, right.keys[j], &below);
	}
}

/* Both are of one shape, or not there, and one of them has something in it. */
static bool can_descend(const struct ob_api_schema *s, const cJSON *x,
			const cJSON *y)
{
	enum shape shape = shape_of(s, x ? x : y);

	if (shape == SHAPE_LEAF || (x && y && shape_of(s, y) != shape))
		return false;
	return (x && x->child) || (y && y->child);
}

static struct sets compare(struct ob_arena *a, const struct ob_api_schema *s,
			   const cJSON *x, const cJSON *y)
{
	struct sets to = { ob_api_set_new(a, !x), ob_api_set_new(a, false),
			   ob_api_set_new(a, !y) };

	if (!can_descend(s, x, y)) {
		to.changed->member = x && y && !ob_json_equal(x, y);
		return to;
	}
	if (shape_of(s, x ? x : y) == SHAPE_OBJECT)
		compare_members(a, s, x, y, &to);
	else
		compare_elements(a, s, x, y, &to);
	sets_sort(a, &to);
	return to;
}

struct ob_api_difference ob_api_typed_compare(struct ob_arena *a,
					      const struct ob_api_schema *s,
					      const cJSON *before,
					      const cJSON *after)
{
	struct sets found = compare(a, s, before, after);

	return (struct ob_api_difference){ found.added, found.changed,
					   found.removed };
}

static cJSON *merge_members(struct ob_arena *a, const struct ob_api_schema *s,
			    const cJSON *v, const cJSON *over)
{
	struct ob_api_index left = ob_api_index_new(a, v);
	struct ob_api_index right = ob_api_index_new(a, over);
	cJSON *out = ob_json_object(a);

	for (const cJSON *c = v->child; c; c = c->next) {
		const cJSON *o = ob_api_index_get(&right, c->string);
		const struct ob_api_schema *below =
			ob_api_schema_member(s, c->string);

		ob_api_member_add(a, out, c->string,
				  ob_api_typed_merge(a, below, c, o));
	}
	for (const cJSON *o = over->child; o; o = o->next)
		if (!ob_api_index_get(&left, o->string))
			ob_api_member_add(a, out, o->string,
					  ob_json_copy(a, o));
	return out;
}

/* Elements of over stand as over has them; those of the old list alone stay
 * before the one of both that they stood before. */
struct weave {
	struct ob_arena *a;
	const struct ob_api_schema *s;
	struct elements left, right;
	size_t i, j;
	bool *merged; /* of left */
	cJSON *out;
};

/* The next element of over that the old list has too; NULL: none. */
static const char *next_shared(const struct weave *w)
{
	for (size_t j = w->j; j < w->right.n; j++)
		if (place_of(&w->left, w->right.keys[j]) < w->left.n)
			return w->right.keys[j];
	return NULL;
}

static void take_right(struct weave *w)
{
	size_t at = place_of(&w->left, w->right.keys[w->j]);
	const cJSON *old = at < w->left.n ? w->left.v[at] : NULL;

	if (old)
		w->merged[at] = true;
	ob_json_append(
		w->a, w->out,
		ob_api_typed_merge(w->a, w->s->items, old, w->right.v[w->j]));
	w->j++;
}

static cJSON *merge_elements(struct ob_arena *a, const struct ob_api_schema *s,
			     const cJSON *v, const cJSON *over)
{
	struct weave w = { .a = a,
			   .s = s,
			   .left = elements_of(a, s, v),
			   .right = elements_of(a, s, over),
			   .out = ob_json_array(a) };
	const char *shared;

	w.merged = ob_arena_array(a, w.left.n, sizeof(bool));
	shared = next_shared(&w);
	while (w.i < w.left.n || w.j < w.right.n) {
		const char *key = w.i < w.left.n ? w.left.keys[w.i] : NULL;
		bool both = key && place_of(&w.right, key) < w.right.n;

		if (key && !both) {
			ob_json_append(a, w.out,
				       ob_json_copy(a, w.left.v[w.i++]));
		} else if (both && (w.merged[w.i] || !shared ||
				    strcmp(shared, key) != 0)) {
			w.i++;
		} else {
			bool was_shared =
				shared && !strcmp(shared, w.right.keys[w.j]);

			take_right(&w);
			w.i += was_shared && key && both;
			if (was_shared)
				shared = next_shared(&w);
		}
	}
	return w.out;
}

cJSON *ob_api_typed_merge(struct ob_arena *a, const struct ob_api_schema *s,
			  const cJSON *v, const cJSON *over)
{
	enum shape shape;

	if (!v || !over)
		return ob_json_copy(a, over ? over : v);
	shape = shape_of(s, over);
	if (shape == SHAPE_LEAF || shape_of(s, v) != shape)
		return ob_json_copy(a, over);
	return shape == SHAPE_OBJECT ? merge_members(a, s, v, over)
				     : merge_elements(a, s, v, over);
}

void ob_api_typed_remove(struct ob_arena *a, const struct ob_api_schema *s,
			 cJSON *v, const struct ob_api_set *gone,
			 const struct ob_api_set *kept)
{
	enum shape shape = shape_of(s, v);
	cJSON *next;

	if (shape == SHAPE_LEAF || !gone || !gone->n)
		return;
	for (cJSON *c = v->child; c; c = next) {
		bool list = shape == SHAPE_LIST, had = c->child;
		const char *key =
			list ? element_key(a, s, c) : field_key(a, c->string);
		const struct ob_api_set *below = ob_api_set_get(gone, key);
		const struct ob_api_set *keep = ob_api_set_get(kept, key);

		next = c->next;
		if (!below)
			continue;
		if (!below->member)
			ob_api_typed_remove(
				a,
				list ? s->items
				     : ob_api_schema_member(s, c->string),
				c, below, keep);
		if (below->member || (had && !c->child && !keep))
			ob_json_detach(v, c);
	}
}

const struct ob_api_set *ob_api_typed_named(struct ob_arena *a,
					    const struct ob_api_schema *s,
					    const struct ob_api_set *set)
{
	struct ob_api_set *out;

	if (!set)
		return NULL;
	out = ob_api_set_new(a, set->member);
	for (size_t i = 0; i < set->n; i++) {
		const char *key = set->v[i].key;
		bool field = key[0] == 'f';
		const struct ob_api_schema *below =
			field ? ob_api_schema_member(s, key + 2)
			: s   ? s->items
			      : NULL;
		struct ob_api_set *copy = ob_api_set_new(a, false);

		*copy = *ob_api_typed_named(a, below, set->v[i].set);
		copy->member |= field && ob_api_schema_property(s, key + 2);
		ob_api_set_add(a, out, key, copy);
	}
	return out;
}
