// SPDX-License-Identifier: Apache-2.0
#include "hub/purge.h"

#include <errno.h>
#include <string.h>

#include "apimachinery/meta.h"
#include "base/clock.h"
#include "hub/gc.h"
#include "hub/persist.h"
#include "hub/remove.h"

/* Objects deleted in one step. */
#define BUDGET 100

/* Something that is being emptied. */
struct emptied {
	struct emptied *next;
	bool is_crd;
	bool dirty; /* worth another look */
	char name[];
};

struct ob_hub_purge {
	struct ob_hub *hub;
	struct emptied *list;
};

struct ob_hub_purge *ob_hub_purge_new(struct ob_hub *hub)
{
	struct ob_hub_purge *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->hub = hub;
	return p;
}

void ob_hub_purge_free(struct ob_hub_purge *p)
{
	while (p->list) {
		struct emptied *e = p->list;

		p->list = e->next;
		free(e);
	}
	free(p);
}

static struct emptied *find(struct ob_hub_purge *p, bool is_crd,
			    const char *name)
{
	for (struct emptied *e = p->list; e; e = e->next)
		if (e->is_crd == is_crd && strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

static void add(struct ob_hub_purge *p, bool is_crd, const char *name)
{
	struct emptied *e = find(p, is_crd, name);
	size_t size = strlen(name) + 1;

	if (!e) {
		e = calloc(1, sizeof(*e) + size);
		if (!e)
			abort();
		memcpy(e->name, name, size);
		e->is_crd = is_crd;
		e->next = p->list;
		p->list = e;
	}
	e->dirty = true;
}

static void drop(struct ob_hub_purge *p, bool is_crd, const char *name)
{
	for (struct emptied **at = &p->list; *at; at = &(*at)->next) {
		struct emptied *e = *at;

		if (e->is_crd != is_crd || strcmp(e->name, name) != 0)
			continue;
		*at = e->next;
		free(e);
		return;
	}
}

static void note_container(struct ob_hub_purge *p, bool is_crd,
			   const struct ob_hub_change *c)
{
	if (c->type == OB_HUB_DELETED)
		drop(p, is_crd, c->key.name);
	else if (strstr(c->object->bytes, "\"deletionTimestamp\""))
		add(p, is_crd, c->key.name);
}

void ob_hub_purge_note(struct ob_hub_purge *p, const struct ob_hub_change *c)
{
	if (strcmp(c->key.resource, OB_HUB_NAMESPACES) == 0)
		note_container(p, false, c);
	else if (strcmp(c->key.resource, OB_HUB_CRDS) == 0)
		note_container(p, true, c);
	/* Something in one of them may be what it waited for. */
	for (struct emptied *e = p->list; e; e = e->next)
		if (strcmp(e->name,
			   e->is_crd ? c->key.resource : c->key.namespace) == 0)
			e->dirty = true;
}

bool ob_hub_purge_is_busy(const struct ob_hub_purge *p)
{
	for (const struct emptied *e = p->list; e; e = e->next)
		if (e->dirty)
			return true;
	return false;
}

/* What is there after having deleted what can be deleted. */
struct left {
	OB_LIST(struct ob_hub_gc_left) kinds;
	OB_LIST(struct ob_hub_gc_holds) holds;
	size_t n;
	size_t budget;
};

static void count_holds(struct ob_arena *a, struct left *left,
			const cJSON *object)
{
	const cJSON *f;

	cJSON_ArrayForEach(f, ob_json_at(object, "metadata.finalizers"))
	{
		size_t i = 0;

		if (!cJSON_IsString(f))
			continue;
		while (i < left->holds.n &&
		       strcmp(left->holds.v[i].finalizer, f->valuestring) != 0)
			i++;
		if (i == left->holds.n)
			OB_PUSH(a, &left->holds)->finalizer = f->valuestring;
		left->holds.v[i].n++;
	}
}

static int empty_kind(struct ob_hub *hub, struct ob_arena *a,
		      const struct ob_hub_kind *k, const char *namespace,
		      struct left *left)
{
	const struct ob_hub_range range = {
		.resource = k->id,
		.namespace = namespace,
		.max = BUDGET + 1,
	};
	int64_t now_s = (int64_t)ob_clock_realtime_s();
	struct ob_hub_objects list = { 0 };
	struct ob_hub_gc_left *of_kind;
	size_t n = 0;
	int r = ob_hub_store_list(hub->store, &range, a, &list);

	for (size_t i = 0; r == 0 && i < list.n; i++) {
		cJSON *object =
			ob_hub_persist_tree(a, k, ob_hub_kind_storage(k),
					    list.v[i].text, list.v[i].size);
		bool gone = false;

		if (!object)
			return -EUCLEAN;
		if (left->budget > 0) {
			r = ob_hub_remove(hub, k, a, object, "Background",
					  now_s, false, &gone);
			left->budget -= gone;
		}
		hub->traffic.collected += gone;
		n += !gone;
		if (!gone)
			count_holds(a, left, object);
	}
	if (r < 0 || n == 0)
		return r;
	of_kind = OB_PUSH(a, &left->kinds);
	of_kind->group = k->r->group;
	of_kind->resource = k->r->plural;
	of_kind->n = n;
	left->n += n;
	return 0;
}

static int empty_namespace(struct ob_hub *hub, struct ob_arena *a,
			   const char *name, struct left *left)
{
	const struct ob_hub_kind *k;
	int r = 0;

	for (size_t i = 0; r == 0 && (k = ob_hub_catalog_at(hub->catalog, i));
	     i++)
		if (k->r->namespaced &&
		    ob_hub_catalog_by_id(hub->catalog, k->id) == k)
			r = empty_kind(hub, a, k, name, left);
	return r;
}

static int purge_namespace(struct ob_hub *hub, struct ob_arena *a,
			   const char *name, struct left *left)
{
	const struct ob_hub_kind *k =
		ob_hub_catalog_by_id(hub->catalog, OB_HUB_NAMESPACES);
	const char *text, *now;
	cJSON *namespace, *update;
	bool gone = false;
	int r = ob_hub_persist_get(hub, k, NULL, "", name, a, &namespace);

	if (r == 0)
		r = empty_namespace(hub, a, name, left);
	if (r < 0)
		return r;
	now = ob_api_time(a, (int64_t)ob_clock_realtime_s());
	update = ob_hub_gc_namespace(a, namespace, left->kinds.v, left->kinds.n,
				     left->holds.v, left->holds.n, now, &gone);
	if (gone)
		return ob_hub_persist_drop(hub, k, a,
					   update ? update : namespace);
	/* While it goes on by itself there is nothing to tell. */
	if (!update || left->budget == 0)
		return 0;
	return ob_hub_persist_put(hub, k, a, namespace, update, &text);
}

static int purge_crd(struct ob_hub *hub, struct ob_arena *a, const char *name,
		     struct left *left)
{
	const struct ob_hub_kind *crds =
		ob_hub_catalog_by_id(hub->catalog, OB_HUB_CRDS);
	const struct ob_hub_kind *k = ob_hub_catalog_by_id(hub->catalog, name);
	cJSON *crd, *live;
	const char *text;
	int r = ob_hub_persist_get(hub, crds, NULL, "", name, a, &crd);

	if (r == 0 && k)
		r = empty_kind(hub, a, k, NULL, left);
	if (r < 0 || left->n > 0)
		return r;
	live = ob_json_copy(a, crd);
	if (!ob_hub_finalizer_drop(crd, OB_HUB_FINALIZER_CRD))
		return 0;
	if (ob_hub_remove_is_due(crds, crd))
		return ob_hub_persist_drop(hub, crds, a, crd);
	return ob_hub_persist_put(hub, crds, a, live, crd, &text);
}

int ob_hub_purge_step(struct ob_hub_purge *p)
{
	int r = 0;

	for (struct emptied *e = p->list; r == 0 && e; e = e->next) {
		_cleanup_(ob_arena_freep) struct ob_arena *a = NULL;
		struct left left = { .budget = BUDGET };

		if (!e->dirty)
			continue;
		a = ob_arena_new();
		e->dirty = false;
		r = e->is_crd ? purge_crd(p->hub, a, e->name, &left)
			      : purge_namespace(p->hub, a, e->name, &left);
		if (r == -ENOENT)
			r = 0;
		if (left.budget == 0)
			e->dirty = true;
	}
	return r;
}
