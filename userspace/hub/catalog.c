// SPDX-License-Identifier: Apache-2.0
#include "hub/catalog.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "apimachinery/builtin.h"
#include "apimachinery/crd_status.h"
#include "base/log.h"
#include "hub/decode.h"
#include "hub/state.h"

struct ob_hub_catalog {
	struct ob_hub_store *store;
	struct ob_arena *arena; /* of the built-in kinds */
	struct ob_hub_kind **kinds;
	size_t n;
	const struct ob_api_resource **resources;
	struct ob_api_catalog api;
	unsigned int generation;
};

struct ob_hub_kind *ob_hub_kind_ref(struct ob_hub_kind *k)
{
	k->refs++;
	return k;
}

void ob_hub_kind_unref(struct ob_hub_kind *k)
{
	if (!k || --k->refs > 0)
		return;
	ob_arena_free(k->arena);
	free(k);
}

const char *ob_hub_kind_api_version(struct ob_arena *a,
				    const struct ob_hub_kind *k,
				    const struct ob_api_version *v)
{
	if (!*k->r->group)
		return v->name;
	return ob_arena_printf(a, "%s/%s", k->r->group, v->name);
}

const struct ob_api_version *ob_hub_kind_storage(const struct ob_hub_kind *k)
{
	return &k->r->versions[k->r->storage];
}

const char *ob_hub_kind_resource(struct ob_arena *a,
				 const struct ob_hub_kind *k)
{
	if (!*k->r->group)
		return k->r->plural;
	return ob_arena_printf(a, "%s.%s", k->r->plural, k->r->group);
}

/* Events of both groups are the same objects. */
static const char *id_make(struct ob_arena *a, const struct ob_api_resource *r)
{
	if (!*r->group || strcmp(r->group, "events.k8s.io") == 0)
		return r->plural;
	return ob_arena_printf(a, "%s.%s", r->plural, r->group);
}

static struct ob_hub_kind *kind_new(struct ob_arena *own, struct ob_arena *a,
				    const struct ob_api_resource *r)
{
	struct ob_hub_kind *k = calloc(1, sizeof(*k));

	if (!k)
		abort();
	k->refs = 1;
	k->arena = own;
	k->r = r;
	k->id = id_make(a, r);
	return k;
}

/* What discovery is made from follows the list of kinds. */
static void refresh(struct ob_hub_catalog *c)
{
	c->resources = reallocarray(c->resources, c->n + 1,
				    sizeof(const struct ob_api_resource *));
	if (!c->resources)
		abort();
	for (size_t i = 0; i < c->n; i++)
		c->resources[i] = c->kinds[i]->r;
	c->api.v = c->resources;
	c->api.n = c->n;
	c->generation++;
}

static void add(struct ob_hub_catalog *c, struct ob_hub_kind *k)
{
	c->kinds =
		reallocarray(c->kinds, c->n + 1, sizeof(struct ob_hub_kind *));
	if (!c->kinds)
		abort();
	c->kinds[c->n++] = k;
}

static void drop(struct ob_hub_catalog *c, const char *id)
{
	for (size_t i = 0; i < c->n; i++) {
		struct ob_hub_kind *k = c->kinds[i];

		if (!k->arena || strcmp(k->id, id) != 0)
			continue;
		memmove(c->kinds + i, c->kinds + i + 1,
			(c->n - i - 1) * sizeof(struct ob_hub_kind *));
		c->n--;
		ob_hub_kind_unref(k);
		return;
	}
}

/* It is served under the names it was given, not those it asks for. */
static void names_set(struct ob_arena *a, cJSON *crd)
{
	const cJSON *names = ob_json_at(crd, "status.acceptedNames");

	if (names && !ob_api_crd_is_accepted(crd))
		ob_json_set(a, ob_json_get(crd, "spec"), "names",
			    ob_json_copy(a, names));
}

/* 0 with NULL: not established. Anything else makes a kind, or would have been
 * refused when it was written. */
static int compile(const char *text, size_t size, struct ob_hub_kind **ret)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_causes causes = { 0 };
	struct ob_api_resource *r;
	struct ob_hub_kind *k;
	cJSON *crd = NULL;

	*ret = NULL;
	if (ob_hub_decode_json(a, text, size, &crd, NULL) == 0) {
		if (!ob_api_crd_is_established(crd))
			return 0;
		names_set(a, crd);
	}
	if (ob_api_crd_compile(a, crd, &r, &causes) < 0) {
		ob_error("a stored CustomResourceDefinition makes no sense",
			 "cause=\"%s\"",
			 causes.n ? causes.v[0].message : "JSON");
		return -EINVAL;
	}
	k = kind_new(a, a, r);
	k->closing = ob_json_string(crd, "metadata.deletionTimestamp");
	a = NULL;
	*ret = k;
	return 0;
}

/* Whether both make the same of an object. */
static bool same_schemas(const struct ob_api_resource *x,
			 const struct ob_api_resource *y)
{
	if (x->n_versions != y->n_versions || x->storage != y->storage)
		return false;
	for (size_t i = 0; i < x->n_versions; i++)
		if (strcmp(x->versions[i].name, y->versions[i].name) != 0 ||
		    !ob_json_equal(x->versions[i].openapi,
				   y->versions[i].openapi))
			return false;
	return true;
}

/* What is written from now on has all defaults, unless that depends on the
 * version in which it is written. */
static uint64_t incomplete(const struct ob_api_resource *r, uint64_t rv)
{
	bool defaults = false, same = true;

	for (size_t i = 0; i < r->n_versions; i++) {
		const struct ob_api_version *v = &r->versions[i];

		defaults = defaults || ob_api_schema_has_defaults(v->schema);
		same = same && ob_json_equal(v->openapi, r->versions->openapi);
	}
	if (!defaults)
		return 0;
	return same ? rv : UINT64_MAX;
}

/*
 * What is incomplete is noted with the revision of the definition, so that a
 * restart need not take everything for it. A note that a crash has prevented is
 * one of an older definition, and worth nothing.
 */
static const char *note_key(struct ob_arena *a, const char *id)
{
	return ob_arena_printf(a, "incomplete:%s", id);
}

static bool is_noted(const struct ob_hub_kind *k)
{
	return k && k->incomplete_rv && k->incomplete_rv != UINT64_MAX;
}

static void note(struct ob_hub_catalog *c, const char *id, uint64_t rv,
		 const struct ob_hub_kind *k)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *key = note_key(a, id), *value = NULL;
	const char *old = ob_hub_state_get(c->store, a, key);

	if (is_noted(k))
		value = ob_arena_printf(a, "%" PRIu64 " %" PRIu64, rv,
					k->incomplete_rv);
	if (old == value || (old && value && strcmp(old, value) == 0))
		return;
	if (ob_hub_state_set(c->store, key, value) < 0)
		ob_debug("not noted", "key=%s", key);
}

static uint64_t noted(struct ob_hub_catalog *c, const char *id, uint64_t rv,
		      uint64_t otherwise)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *text = ob_hub_state_get(c->store, a, note_key(a, id));
	char *rest;

	if (!text || strtoull(text, &rest, 10) != rv)
		return otherwise;
	return strtoull(rest, NULL, 10);
}

int ob_hub_catalog_set(struct ob_hub_catalog *c, const char *id,
		       const char *text, size_t size, uint64_t rv,
		       uint64_t turn_rv)
{
	const struct ob_hub_kind *old = ob_hub_catalog_by_id(c, id);
	struct ob_hub_kind *k = NULL;
	int r = text ? compile(text, size, &k) : 0;

	if (r < 0)
		return r;
	if (k && old && same_schemas(old->r, k->r))
		k->incomplete_rv = old->incomplete_rv;
	else if (k)
		k->incomplete_rv = incomplete(k->r, turn_rv);
	note(c, id, rv, k);
	drop(c, id);
	if (k)
		add(c, k);
	refresh(c);
	return 0;
}

static int load(struct ob_hub_catalog *c, struct ob_hub_store *s)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const struct ob_hub_range range = { .resource = OB_HUB_CRDS,
					    .max = INT32_MAX };
	struct ob_hub_objects list = { 0 };
	int r = ob_hub_store_list(s, &range, a, &list);

	for (size_t i = 0; r == 0 && i < list.n; i++) {
		const struct ob_hub_object *o = &list.v[i];

		ob_hub_catalog_set(
			c, o->name, o->text, o->size, o->rv,
			noted(c, o->name, o->rv, ob_hub_store_rv(s)));
	}
	return r;
}

int ob_hub_catalog_new(struct ob_hub_store *s, struct ob_hub_catalog **ret)
{
	_cleanup_(ob_hub_catalog_freep) struct ob_hub_catalog *c =
		calloc(1, sizeof(*c));
	struct ob_api_catalog builtin;
	int r;

	if (!c)
		return -ENOMEM;
	c->store = s;
	c->arena = ob_arena_new();
	ob_api_builtin(c->arena, &builtin);
	for (size_t i = 0; i < builtin.n; i++)
		add(c, kind_new(NULL, c->arena, builtin.v[i]));
	refresh(c);
	r = load(c, s);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(c);
	return 0;
}

void ob_hub_catalog_free(struct ob_hub_catalog *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		ob_hub_kind_unref(c->kinds[i]);
	free(c->kinds);
	free(c->resources);
	ob_arena_free(c->arena);
	free(c);
}

struct ob_hub_kind *ob_hub_catalog_find(const struct ob_hub_catalog *c,
					const char *group, const char *plural)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->kinds[i]->r->plural, plural) == 0 &&
		    strcmp(c->kinds[i]->r->group, group) == 0)
			return c->kinds[i];
	return NULL;
}

struct ob_hub_kind *ob_hub_catalog_by_id(const struct ob_hub_catalog *c,
					 const char *id)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->kinds[i]->id, id) == 0)
			return c->kinds[i];
	return NULL;
}

static bool group_fits(const char *api_version, const char *group)
{
	const char *slash = strchr(api_version, '/');
	size_t size = slash ? (size_t)(slash - api_version) : 0;

	return strlen(group) == size && memcmp(api_version, group, size) == 0;
}

struct ob_hub_kind *ob_hub_catalog_by_kind(const struct ob_hub_catalog *c,
					   const char *api_version,
					   const char *kind)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->kinds[i]->r->kind, kind) == 0 &&
		    group_fits(api_version, c->kinds[i]->r->group))
			return c->kinds[i];
	return NULL;
}

struct ob_hub_kind *ob_hub_catalog_at(const struct ob_hub_catalog *c, size_t i)
{
	return i < c->n ? c->kinds[i] : NULL;
}

const struct ob_api_catalog *ob_hub_catalog_api(const struct ob_hub_catalog *c)
{
	return &c->api;
}

unsigned int ob_hub_catalog_generation(const struct ob_hub_catalog *c)
{
	return c->generation;
}
