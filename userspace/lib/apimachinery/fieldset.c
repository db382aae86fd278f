// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/fieldset.h"

#include <stdlib.h>
#include <string.h>

struct ob_api_set *ob_api_set_new(struct ob_arena *a, bool member)
{
	struct ob_api_set *s = ob_arena_alloc(a, sizeof(*s));

	s->member = member;
	return s;
}

void ob_api_set_add(struct ob_arena *a, struct ob_api_set *s, const char *key,
		    const struct ob_api_set *child)
{
	struct ob_api_set_child *c;

	if (ob_api_set_is_empty(child))
		return;
	c = OB_PUSH(a, s);
	c->key = key;
	c->set = child;
}

static int by_key(const void *x, const void *y)
{
	const struct ob_api_set_child *p = x, *q = y;

	return strcmp(p->key, q->key);
}

void ob_api_set_sort(struct ob_arena *a, struct ob_api_set *s)
{
	size_t n = 0;

	if (s->n < 2)
		return;
	qsort(s->v, s->n, sizeof(*s->v), by_key);
	for (size_t i = 0; i < s->n; i++) {
		if (n && !strcmp(s->v[n - 1].key, s->v[i].key))
			s->v[n - 1].set = ob_api_set_union(a, s->v[n - 1].set,
							   s->v[i].set);
		else
			s->v[n++] = s->v[i];
	}
	s->n = n;
}

bool ob_api_set_is_empty(const struct ob_api_set *s)
{
	return !s || (!s->member && !s->n);
}

bool ob_api_set_equal(const struct ob_api_set *x, const struct ob_api_set *y)
{
	if (ob_api_set_is_empty(x) || ob_api_set_is_empty(y))
		return ob_api_set_is_empty(x) == ob_api_set_is_empty(y);
	if (x->member != y->member || x->n != y->n)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->v[i].key, y->v[i].key) != 0 ||
		    !ob_api_set_equal(x->v[i].set, y->v[i].set))
			return false;
	return true;
}

const struct ob_api_set *ob_api_set_get(const struct ob_api_set *s,
					const char *key)
{
	struct ob_api_set_child wanted = { .key = key };
	const struct ob_api_set_child *c = NULL;

	if (s && s->n)
		c = bsearch(&wanted, s->v, s->n, sizeof(*s->v), by_key);
	return c ? c->set : NULL;
}

enum operation {
	UNION,
	DIFFERENCE,
	INTERSECTION,
};

static const struct ob_api_set *combine(struct ob_arena *a,
					const struct ob_api_set *x,
					const struct ob_api_set *y,
					enum operation op);

static bool combine_member(bool x, bool y, enum operation op)
{
	switch (op) {
	case UNION:
		return x || y;
	case DIFFERENCE:
		return x && !y;
	case INTERSECTION:
		return x && y;
	}
	return false;
}

static const struct ob_api_set *combine(struct ob_arena *a,
					const struct ob_api_set *x,
					const struct ob_api_set *y,
					enum operation op)
{
	struct ob_api_set *s;
	size_t i = 0, j = 0;

	if (!x)
		return op == UNION ? y : NULL;
	if (!y)
		return op == INTERSECTION ? NULL : x;
	s = ob_api_set_new(a, combine_member(x->member, y->member, op));
	while (i < x->n || j < y->n) {
		int order = i == x->n	? 1
			    : j == y->n ? -1
					: strcmp(x->v[i].key, y->v[j].key);
		const struct ob_api_set *p = order <= 0 ? x->v[i].set : NULL;
		const struct ob_api_set *q = order >= 0 ? y->v[j].set : NULL;

		ob_api_set_add(a, s, p ? x->v[i].key : y->v[j].key,
			       combine(a, p, q, op));
		i += order <= 0;
		j += order >= 0;
	}
	return s;
}

const struct ob_api_set *ob_api_set_union(struct ob_arena *a,
					  const struct ob_api_set *x,
					  const struct ob_api_set *y)
{
	return combine(a, x, y, UNION);
}

const struct ob_api_set *ob_api_set_difference(struct ob_arena *a,
					       const struct ob_api_set *x,
					       const struct ob_api_set *y)
{
	return combine(a, x, y, DIFFERENCE);
}

const struct ob_api_set *ob_api_set_intersection(struct ob_arena *a,
						 const struct ob_api_set *x,
						 const struct ob_api_set *y)
{
	return combine(a, x, y, INTERSECTION);
}

/* A leaf is {} and in the set; what has leaves below is in it with ".". */
static struct ob_api_set *decode(struct ob_arena *a, const cJSON *v, bool root)
{
	struct ob_api_set *s = ob_api_set_new(a, !root && !v->child);

	for (const cJSON *c = v->child; c; c = c->next) {
		if (!cJSON_IsObject(c))
			continue;
		if (!strcmp(c->string, "."))
			s->member = true;
		else if (c->string[0] && c->string[1] == ':')
			ob_api_set_add(a, s, c->string, decode(a, c, false));
	}
	ob_api_set_sort(a, s);
	return s;
}

const struct ob_api_set *ob_api_set_decode(struct ob_arena *a, const cJSON *v)
{
	return cJSON_IsObject(v) ? decode(a, v, true) : NULL;
}

static cJSON *encode(struct ob_arena *a, const struct ob_api_set *s, bool root)
{
	cJSON *v = ob_json_object(a), *child;

	if (s->member && s->n && !root) {
		child = ob_json_object(a);
		child->string = ob_arena_strdup(a, ".");
		ob_json_append(a, v, child);
	}
	for (size_t i = 0; i < s->n; i++) {
		child = encode(a, s->v[i].set, false);
		child->string = ob_arena_strdup(a, s->v[i].key);
		ob_json_append(a, v, child);
	}
	return v;
}

cJSON *ob_api_set_encode(struct ob_arena *a, const struct ob_api_set *s)
{
	return s ? encode(a, s, true) : ob_json_object(a);
}

struct visit {
	struct ob_arena *a;
	void (*each)(const char *path, void *data);
	void *data;
};

/* {"port":80,"protocol":"TCP"} is [port=80,protocol="TCP"] for people. */
static const char *show_keys(struct ob_arena *a, const char *path,
			     const char *json)
{
	cJSON *keys = NULL;

	if (ob_json_parse(a, json, strlen(json), strlen(json), &keys, NULL) ||
	    !cJSON_IsObject(keys))
		return ob_arena_printf(a, "%s[%s]", path, json);
	path = ob_arena_printf(a, "%s[", path);
	for (const cJSON *k = keys->child; k; k = k->next)
		path = ob_arena_printf(a, "%s%s%s=%s", path,
				       k == keys->child ? "" : ",", k->string,
				       ob_json_print(a, k));
	return ob_arena_printf(a, "%s]", path);
}

static const char *show(struct ob_arena *a, const char *path, const char *key)
{
	switch (key[0]) {
	case 'f':
		return ob_arena_printf(a, "%s.%s", path, key + 2);
	case 'k':
		return show_keys(a, path, key + 2);
	case 'v':
		return ob_arena_printf(a, "%s[=%s]", path, key + 2);
	}
	return ob_arena_printf(a, "%s[%s]", path, key + 2);
}

/* All of one level before what is below them, as kube-apiserver lists them. */
static void visit(const struct visit *w, const struct ob_api_set *s,
		  const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].set->member)
			w->each(show(w->a, path, s->v[i].key), w->data);
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].set->n)
			visit(w, s->v[i].set, show(w->a, path, s->v[i].key));
}

void ob_api_set_each(struct ob_arena *a, const struct ob_api_set *s,
		     void (*each)(const char *path, void *data), void *data)
{
	const struct visit w = { a, each, data };

	if (s)
		visit(&w, s, "");
}
