// SPDX-License-Identifier: Apache-2.0
/* Looking up, defaulting and pruning along a schema. */
#include "apimachinery/schema_node.h"

#include <stdlib.h>
#include <string.h>

#include "apimachinery/causes.h"

static int compare_name(const void *key, const void *element)
{
	const struct ob_api_property *p = element;

	return strcmp(key, p->name);
}

const struct ob_api_schema *
ob_api_schema_property(const struct ob_api_schema *s, const char *name)
{
	const struct ob_api_property *p;

	if (s && s->meta && !strcmp(name, "metadata"))
		return s->meta;
	if (!s || !s->properties.n)
		return NULL;
	p = bsearch(name, s->properties.v, s->properties.n, sizeof(*p),
		    compare_name);
	return p ? p->schema : NULL;
}

const struct ob_api_schema *ob_api_schema_member(const struct ob_api_schema *s,
						 const char *name)
{
	const struct ob_api_schema *p = ob_api_schema_property(s, name);

	return p ? p : s ? s->additional : NULL;
}

static bool is_unwanted_null(const cJSON *v, const struct ob_api_schema *s)
{
	return s && cJSON_IsNull(v) && !s->nullable;
}

static void default_value(struct ob_arena *a, const struct ob_api_schema *s,
			  cJSON *v);

static void default_object(struct ob_arena *a, const struct ob_api_schema *s,
			   cJSON *object)
{
	cJSON *next;

	for (cJSON *v = object->child; v; v = next) {
		const struct ob_api_schema *below =
			ob_api_schema_member(s, v->string);

		next = v->next;
		if (is_unwanted_null(v, below) && !below->preserve)
			ob_json_detach(object, v);
	}
	for (size_t i = 0; i < s->properties.n; i++) {
		const struct ob_api_property *p = &s->properties.v[i];

		if (p->schema->fallback && !ob_json_get(object, p->name))
			ob_json_set(a, object, p->name,
				    ob_json_copy(a, p->schema->fallback));
	}
	for (cJSON *v = object->child; v; v = v->next)
		default_value(a, ob_api_schema_member(s, v->string), v);
}

static void default_value(struct ob_arena *a, const struct ob_api_schema *s,
			  cJSON *v)
{
	if (!s)
		return;
	if (cJSON_IsObject(v))
		default_object(a, s, v);
	else if (cJSON_IsArray(v))
		for (cJSON *e = v->child; e; e = e->next)
			default_value(a, s->items, e);
}

void ob_api_schema_default(struct ob_arena *a, const struct ob_api_schema *s,
			   cJSON *object)
{
	default_value(a, s, object);
}

struct pruner {
	struct ob_arena *a;
	struct ob_api_causes *unknown;
};

static bool is_meta(const char *key)
{
	return !strcmp(key, "apiVersion") || !strcmp(key, "kind") ||
	       !strcmp(key, "metadata");
}

static void prune(struct pruner *p, const struct ob_api_schema *s, cJSON *v,
		  const struct ob_api_place *at);

static void report(struct pruner *p, const struct ob_api_place *place)
{
	const char *path;

	if (!p->unknown)
		return;
	path = ob_api_place_print(p->a, place);
	ob_api_causes_add(p->a, p->unknown, "FieldValueInvalid", path,
			  "unknown field \"%s\"", path);
}

/* metadata has the fields that it has everywhere. */
static void prune_meta(struct pruner *p, const struct ob_api_schema *s,
		       cJSON *meta)
{
	const struct ob_api_place at = { .key = "metadata" };
	cJSON *next;

	for (cJSON *v = meta->child; v; v = next) {
		struct ob_api_place place = { .parent = &at, .key = v->string };

		next = v->next;
		if (ob_api_schema_property(s->meta, v->string))
			continue;
		report(p, &place);
		ob_json_detach(meta, v);
	}
}

static void prune_object(struct pruner *p, const struct ob_api_schema *s,
			 cJSON *object, const struct ob_api_place *at)
{
	bool embedded = !at || (s && s->embedded), known;
	cJSON *next;

	for (cJSON *v = object->child; v; v = next) {
		struct ob_api_place place = { .parent = at, .key = v->string };
		const struct ob_api_schema *below;

		next = v->next;
		if (embedded && is_meta(v->string))
			continue;
		below = ob_api_schema_member(s, v->string);
		known = below || (s && (s->preserve || s->has_additional));
		if (!known) {
			report(p, &place);
			ob_json_detach(object, v);
		} else if (below || !s->preserve) {
			prune(p, below, v, &place);
		}
	}
}

static void prune(struct pruner *p, const struct ob_api_schema *s, cJSON *v,
		  const struct ob_api_place *at)
{
	struct ob_api_place place = { .parent = at };

	if (cJSON_IsObject(v)) {
		prune_object(p, s, v, at);
		return;
	}
	if (!cJSON_IsArray(v) || (s && s->preserve && !s->items))
		return;
	for (cJSON *e = v->child; e; e = e->next, place.index++)
		prune(p, s ? s->items : NULL, e, &place);
}

void ob_api_schema_prune(struct ob_arena *a, const struct ob_api_schema *s,
			 cJSON *object, struct ob_api_causes *unknown)
{
	struct pruner p = { .a = a, .unknown = unknown };

	cJSON *meta = ob_json_get(object, "metadata");

	if (!s)
		return;
	if (s->meta && cJSON_IsObject(meta))
		prune_meta(&p, s, meta);
	prune(&p, s, object, NULL);
}
