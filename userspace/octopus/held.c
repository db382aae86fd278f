// SPDX-License-Identifier: Apache-2.0
#include "octopus/held.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static void held_free(struct ob_held *h)
{
	free(h->entry.backends);
	free(h);
}

OB_DEFINE_CLEANUP(struct ob_held *, held_free)

static void free_element(void *element)
{
	held_free(element);
}

void ob_held_done(struct ob_held_table *t)
{
	tdestroy(t->tree, free_element);
	*t = (struct ob_held_table){ 0 };
}

int ob_service_id_compare(const struct ob_service_id *a,
			  const struct ob_service_id *b)
{
	if (a->protocol != b->protocol)
		return a->protocol - b->protocol;
	if (a->port != b->port)
		return a->port - b->port;
	return memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

static int compare(const void *x, const void *y)
{
	const struct ob_held *a = x, *b = y;

	return ob_service_id_compare(&a->entry.id, &b->entry.id);
}

struct ob_held *ob_held_find(const struct ob_held_table *t,
			     const struct ob_service_id *id)
{
	struct ob_held key = { .entry.id = *id };
	void *node = tfind(&key, &t->tree, compare);

	return node ? *(struct ob_held **)node : NULL;
}

struct ob_held *ob_held_add(struct ob_held_table *t,
			    const struct ob_service_id *id)
{
	_cleanup_(held_freep) struct ob_held *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->entry.id = *id;
	if (!tsearch(h, &t->tree, compare))
		return NULL;
	t->n++;
	return TAKE_PTR(h);
}

static void disown(struct ob_held *h)
{
	struct ob_held_list *l = h->owner;

	h->owner = NULL;
	for (size_t i = 0; l && i < l->n; i++) {
		if (l->v[i] != h)
			continue;
		l->v[i] = l->v[--l->n];
		return;
	}
}

void ob_held_del(struct ob_held_table *t, struct ob_held *h)
{
	disown(h);
	tdelete(h, &t->tree, compare);
	held_free(h);
	t->n--;
}

int ob_held_set(struct ob_held *h, const struct ob_service_entry *entry)
{
	size_t size = entry->n_backends * sizeof(*entry->backends);
	struct ob_backend_entry *backends = NULL;

	if (size > 0) {
		backends = malloc(size);
		if (!backends)
			return -ENOMEM;
		memcpy(backends, entry->backends, size);
	}
	free(h->entry.backends);
	h->entry = *entry;
	h->entry.backends = backends;
	return 0;
}

int ob_held_own(struct ob_held_list *owner, struct ob_held *h)
{
	if (h->owner == owner)
		return 0;
	if (owner->n == owner->room) {
		size_t room = owner->room * 2 ?: 2;
		struct ob_held **v =
			reallocarray(owner->v, room, sizeof(struct ob_held *));

		if (!v)
			return -ENOMEM;
		owner->v = v;
		owner->room = room;
	}
	disown(h);
	owner->v[owner->n++] = h;
	h->owner = owner;
	return 0;
}

/* twalk() has no argument. */
struct walk {
	void (*fn)(void *arg, void *element);
	void *arg;
};

static void visit(const void *node, VISIT which, void *closure)
{
	const struct walk *w = closure;

	if (which == postorder || which == leaf)
		w->fn(w->arg, *(void *const *)node);
}

void ob_tree_each(const void *tree, void (*fn)(void *arg, void *element),
		  void *arg)
{
	struct walk w = { fn, arg };

	twalk_r(tree, visit, &w);
}

void ob_held_each(const struct ob_held_table *t,
		  void (*fn)(void *arg, void *held), void *arg)
{
	ob_tree_each(t->tree, fn, arg);
}
