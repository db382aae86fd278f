// SPDX-License-Identifier: Apache-2.0
#include "hub/janitor.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "hub/gc.h"
#include "hub/naming.h"
#include "hub/persist.h"
#include "hub/purge.h"
#include "hub/remove.h"

/* Objects looked at in one step: nobody waits for more than these. */
#define BUDGET	  100
#define MAX_OWNED 100000
#define EXPIRE	  100

struct ob_hub_janitor {
	struct ob_hub *hub;
	struct ob_arena *queue_arena; /* of look and owned; reset when empty */
	struct ob_hub_gc_uids look, owned;
	size_t look_at, owned_at;
	struct ob_hub_purge *purge;
	bool names; /* of definitions may have become free */
};

struct ob_hub_janitor *ob_hub_janitor_new(struct ob_hub *hub)
{
	struct ob_hub_janitor *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	j->hub = hub;
	j->queue_arena = ob_arena_new();
	j->purge = ob_hub_purge_new(hub);
	j->names = true;
	return j;
}

void ob_hub_janitor_free(struct ob_hub_janitor *j)
{
	if (!j)
		return;
	ob_hub_purge_free(j->purge);
	ob_arena_free(j->queue_arena);
	free(j);
}

/* --- what gc.h asks for --- */

struct view {
	struct ob_hub *hub;
	struct ob_arena *a;
};

static int view_scope(void *data, const char *api_version, const char *kind)
{
	struct view *v = data;
	const struct ob_hub_kind *k =
		ob_hub_catalog_by_kind(v->hub->catalog, api_version, kind);

	if (!k)
		return -ENOENT;
	return k->r->namespaced;
}

/* The object of a key, in its storage version. */
static int object_get(struct view *v, const struct ob_hub_key *key,
		      const struct ob_hub_kind **ret_kind, cJSON **ret)
{
	const struct ob_hub_kind *k =
		ob_hub_catalog_by_id(v->hub->catalog, key->resource);

	if (!k)
		return -ENOENT;
	*ret_kind = k;
	return ob_hub_persist_get(v->hub, k, NULL, key->namespace, key->name,
				  v->a, ret);
}

static int object_find(struct view *v, const char *uid,
		       const struct ob_hub_kind **ret_kind, cJSON **ret)
{
	struct ob_hub_key key;
	int r = ob_hub_store_find(v->hub->store, uid, v->a, &key);

	return r < 0 ? r : object_get(v, &key, ret_kind, ret);
}

static int view_find(void *data, const char *uid, const cJSON **ret)
{
	const struct ob_hub_kind *k;
	cJSON *object;
	int r = object_find(data, uid, &k, &object);

	if (r == 0)
		*ret = object;
	return r;
}

static int view_owned(void *data, const char *uid,
		      bool (*visit)(void *arg, const cJSON *object), void *arg)
{
	struct ob_hub_keys keys = { 0 };
	struct view *v = data;
	int r = ob_hub_store_owned(v->hub->store, uid, MAX_OWNED, v->a, &keys);

	for (size_t i = 0; r == 0 && i < keys.n; i++) {
		const struct ob_hub_kind *k;
		cJSON *object;

		r = object_get(v, &keys.v[i], &k, &object);
		if (r == 0 && !visit(arg, object))
			return 0;
		if (r == -ENOENT)
			r = 0;
	}
	return r;
}

/* --- carrying out --- */

static int write_object(struct view *v, const struct ob_hub_kind *k,
			const cJSON *live, cJSON *object)
{
	const char *text;

	if (!ob_json_string(object, "metadata.deletionTimestamp") ||
	    !ob_hub_remove_is_due(k, object))
		return ob_hub_persist_put(v->hub, k, v->a, live, object, &text);
	v->hub->traffic.collected++;
	return ob_hub_persist_drop(v->hub, k, v->a, object);
}

static int delete_object(struct view *v, const struct ob_hub_kind *k,
			 cJSON *object, const char *policy)
{
	bool gone = false;
	int r = ob_hub_remove(v->hub, k, v->a, object, policy,
			      (int64_t)ob_clock_realtime_s(), false, &gone);

	if (r == 0 && gone)
		v->hub->traffic.collected++;
	return r;
}

static int let_go_of_owned(struct view *v, const char *uid)
{
	struct ob_hub_keys keys = { 0 };
	int r = ob_hub_store_owned(v->hub->store, uid, MAX_OWNED, v->a, &keys);

	for (size_t i = 0; r == 0 && i < keys.n; i++) {
		const struct ob_hub_kind *k;
		cJSON *object, *free_object;

		r = object_get(v, &keys.v[i], &k, &object);
		if (r == -ENOENT) {
			r = 0;
			continue;
		}
		free_object =
			r == 0 ? ob_hub_gc_disown(v->a, object, uid) : NULL;
		if (free_object)
			r = write_object(v, k, object, free_object);
	}
	return r;
}

static int carry_out(struct view *v, const struct ob_hub_kind *k,
		     const char *uid, cJSON *object,
		     const struct ob_hub_gc_decision *d)
{
	int r = 0;

	switch (d->verdict) {
	case OB_HUB_GC_KEEP:
		return 0;
	case OB_HUB_GC_WRITE:
		return write_object(v, k, object, d->update);
	case OB_HUB_GC_DELETE:
		if (d->update)
			r = write_object(v, k, object, d->update);
		return r < 0 ? r
			     : delete_object(v, k,
					     d->update ? d->update : object,
					     d->policy);
	case OB_HUB_GC_LET_GO_OF:
		r = let_go_of_owned(v, uid);
		if (r == 0 && d->update)
			r = write_object(v, k, object, d->update);
		return r;
	}
	return r;
}

static int look_at(struct ob_hub_janitor *j, const char *uid)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct view v = { j->hub, a };
	const struct ob_hub_gc_index index = {
		.data = &v,
		.scope = view_scope,
		.find = view_find,
		.owned = view_owned,
	};
	struct ob_hub_gc_decision d;
	const struct ob_hub_kind *k;
	cJSON *object;
	int r = object_find(&v, uid, &k, &object);

	if (r == 0)
		r = ob_hub_gc_decide(a, &index, object, &d);
	if (r == 0)
		r = carry_out(&v, k, uid, object, &d);
	return r == -ENOENT ? 0 : r;
}

/* Puts those that uid owns into the queue. */
static int look_at_owned(struct ob_hub_janitor *j, const char *owner)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct view v = { j->hub, a };
	struct ob_hub_keys keys = { 0 };
	int r = ob_hub_store_owned(j->hub->store, owner, MAX_OWNED, a, &keys);

	for (size_t i = 0; r == 0 && i < keys.n; i++) {
		const struct ob_hub_kind *k;
		const char *uid;
		cJSON *object;

		if (object_get(&v, &keys.v[i], &k, &object) < 0)
			continue;
		uid = ob_json_string(object, "metadata.uid");
		if (uid)
			*OB_PUSH(j->queue_arena, &j->look) =
				ob_arena_strdup(j->queue_arena, uid);
	}
	return r;
}

/* --- the queue --- */

static bool queue_is_empty(const struct ob_hub_janitor *j)
{
	return j->look_at == j->look.n && j->owned_at == j->owned.n;
}

bool ob_hub_janitor_is_busy(const struct ob_hub_janitor *j)
{
	return !queue_is_empty(j) || j->names || ob_hub_purge_is_busy(j->purge);
}

static void queue_reset(struct ob_hub_janitor *j)
{
	j->look = j->owned = (struct ob_hub_gc_uids){ 0 };
	j->look_at = j->owned_at = 0;
	ob_arena_reset(j->queue_arena);
}

void ob_hub_janitor_step(struct ob_hub_janitor *j)
{
	int r = 0;

	for (int i = 0; r == 0 && i < BUDGET && !queue_is_empty(j); i++) {
		if (j->owned_at < j->owned.n)
			r = look_at_owned(j, j->owned.v[j->owned_at++]);
		else
			r = look_at(j, j->look.v[j->look_at++]);
	}
	if (queue_is_empty(j))
		queue_reset(j);
	if (r == 0)
		r = ob_hub_purge_step(j->purge);
	if (r == 0 && j->names) {
		j->names = false;
		r = ob_hub_naming_retry(j->hub);
	}
	if (r < 0)
		ob_warning("garbage collection failed", "error=%d", -r);
}

static cJSON *parse(struct ob_arena *a, const struct ob_hub_blob *b)
{
	cJSON *object;

	if (!b ||
	    ob_json_parse(a, b->bytes, b->size, SIZE_MAX, &object, NULL) < 0)
		return NULL;
	return object;
}

static bool mentions(const struct ob_hub_blob *b)
{
	return b && (strstr(b->bytes, "\"ownerReferences\"") ||
		     strstr(b->bytes, "\"deletionTimestamp\"") ||
		     strstr(b->bytes, "\"finalizers\""));
}

void ob_hub_janitor_note(struct ob_hub_janitor *j,
			 const struct ob_hub_change *c)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = NULL;
	bool gone = c->type == OB_HUB_DELETED;

	ob_hub_purge_note(j->purge, c);
	if (strcmp(c->key.resource, OB_HUB_CRDS) == 0)
		j->names = true;
	/* Most changes are of no interest here, and not worth parsing. */
	if (!gone && !mentions(c->object) && !mentions(c->old))
		return;
	a = ob_arena_new();
	if (queue_is_empty(j))
		queue_reset(j);
	ob_hub_gc_after(j->queue_arena, parse(a, c->old),
			gone ? NULL : parse(a, c->object), &j->look, &j->owned);
}

static void scan_object(struct ob_hub_janitor *j, const struct ob_hub_kind *k,
			const struct ob_hub_object *o)
{
	struct ob_hub_blob *b = ob_hub_blob_new(o->text, o->size);
	const struct ob_hub_key key = { k->id, o->namespace, o->name };
	struct ob_hub_change *c =
		ob_hub_change_new(&key, o->rv, OB_HUB_ADDED, b, NULL);

	ob_hub_janitor_note(j, c);
	ob_hub_change_unref(c);
}

static int scan_kind(struct ob_hub_janitor *j, const struct ob_hub_kind *k)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_hub_range range = { .resource = k->id, .max = BUDGET };
	struct ob_hub_objects list;
	char *ns = NULL, *name = NULL;
	int r;

	do {
		list = (struct ob_hub_objects){ 0 };
		ob_arena_reset(a);
		r = ob_hub_store_list(j->hub->store, &range, a, &list);
		for (size_t i = 0; r == 0 && i < list.n; i++)
			scan_object(j, k, &list.v[i]);
		free(ns);
		free(name);
		ns = list.n ? strdup(list.v[list.n - 1].namespace) : NULL;
		name = list.n ? strdup(list.v[list.n - 1].name) : NULL;
		range.after_namespace = ns;
		range.after_name = name;
	} while (r == 0 && list.n == range.max);
	free(ns);
	free(name);
	return r;
}

int ob_hub_janitor_scan(struct ob_hub_janitor *j)
{
	const struct ob_hub_kind *k;
	int r = 0;

	for (size_t i = 0;
	     r == 0 && (k = ob_hub_catalog_at(j->hub->catalog, i)); i++)
		r = scan_kind(j, k);
	return r;
}

void ob_hub_janitor_expire(struct ob_hub_janitor *j, int64_t before_s)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct view v = { j->hub, a };
	struct ob_hub_keys keys = { 0 };

	if (ob_hub_store_older(j->hub->store, OB_HUB_EVENTS, before_s, EXPIRE,
			       a, &keys) < 0)
		return;
	for (size_t i = 0; i < keys.n; i++) {
		const struct ob_hub_kind *k;
		cJSON *object;

		if (object_get(&v, &keys.v[i], &k, &object) == 0)
			delete_object(&v, k, object, "Background");
	}
	if (keys.n)
		ob_hub_http_kick(j->hub->http);
}
