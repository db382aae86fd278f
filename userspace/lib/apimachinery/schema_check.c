// SPDX-License-Identifier: Apache-2.0
/* List types, and what makes a schema structural. */
#include "apimachinery/schema_compile.h"

#include <string.h>

static void wrong_keys(struct ob_api_compiler *c, const struct ob_api_frame *f,
		       const struct ob_api_schema *s, const char *detail)
{
	const char *text = "[]string{";

	for (size_t i = 0; i < s->list_keys.n; i++)
		text = ob_arena_printf(c->a, "%s%s%s", text, i ? ", " : "",
				       ob_api_quote(c->a, s->list_keys.v[i]));
	ob_api_causes_invalid(
		c->a, &c->causes,
		ob_api_frame_path(c, f, "x-kubernetes-list-map-keys"),
		ob_arena_printf(c->a, "%s}", text), detail);
}

static void check_keys(struct ob_api_compiler *c, const struct ob_api_frame *f,
		       struct ob_api_schema *s)
{
	if (!s->list_keys.n) {
		ob_api_frame_required(
			c, &c->causes, f, "x-kubernetes-list-map-keys",
			"must not be empty if x-kubernetes-list-type is map");
		return;
	}
	if (!s->items) {
		ob_api_frame_required(
			c, &c->causes, f, "items",
			"must have a schema if x-kubernetes-list-type is map");
		return;
	}
	if (s->items->type != OB_API_OBJECT)
		ob_api_frame_invalid(c, &c->causes, f, "items.type",
				     ob_json_get(s->items->json, "type"),
				     "must be object if parent array's "
				     "x-kubernetes-list-type is map");
	for (size_t i = 0; i < s->list_keys.n; i++) {
		const char *key = s->list_keys.v[i];

		if (!ob_api_schema_property(s->items, key))
			wrong_keys(c, f, s,
				   "entries must all be names of item "
				   "properties");
		for (size_t j = 0; j < i; j++)
			if (!strcmp(s->list_keys.v[j], key))
				wrong_keys(c, f, s,
					   "must not contain duplicate "
					   "entries");
	}
}

/* Keys that may be missing and have no default make elements that cannot be
 * told apart. */
static void check_keys_given(struct ob_api_compiler *c,
			     const struct ob_api_frame *f,
			     const struct ob_api_schema *s)
{
	for (size_t i = 0; s->items && i < s->list_keys.n; i++) {
		const char *key = s->list_keys.v[i];
		const struct ob_api_schema *p =
			ob_api_schema_property(s->items, key);
		bool needed = false;

		for (size_t j = 0; j < s->items->required.n; j++)
			needed |= !strcmp(s->items->required.v[j], key);
		if (!p || p->fallback || needed)
			continue;
		ob_api_frame_required(
			c, &c->causes, f,
			ob_arena_printf(c->a, "items.properties[%s].default",
					key),
			"this property is in x-kubernetes-list-map-keys, so "
			"it must have a default or be a required property");
	}
}

/* Elements of a set are told apart as a whole. */
static void check_set(struct ob_api_compiler *c, const struct ob_api_frame *f,
		      const struct ob_api_schema *s)
{
	const char *detail = "must be atomic as item of a list with "
			     "x-kubernetes-list-type=set";
	const struct ob_api_schema *items = s->items;

	if (items && items->type == OB_API_OBJECT && !items->atomic_map)
		ob_api_frame_invalid(c, &c->causes, f,
				     "items.x-kubernetes-map-type",
				     ob_json_string_new(c->a, "null"), detail);
	if (items && items->type == OB_API_ARRAY &&
	    items->list_type != OB_API_LIST_ATOMIC &&
	    items->list_type != OB_API_LIST_UNSET)
		ob_api_frame_invalid(
			c, &c->causes, f, "items.x-kubernetes-list-type",
			ob_json_get(items->json, "x-kubernetes-list-type"),
			detail);
}

void ob_api_compile_list_type(struct ob_api_compiler *c, const cJSON *json,
			      const struct ob_api_frame *f,
			      struct ob_api_schema *s)
{
	const char *type =
		ob_api_take_string(c, json, f, "x-kubernetes-list-type");

	ob_api_take_strings(c, json, f, "x-kubernetes-list-map-keys",
			    &s->list_keys);
	if (!type) {
		if (s->list_keys.n)
			ob_api_frame_required(
				c, &c->causes, f, "x-kubernetes-list-type",
				"must be map if x-kubernetes-list-map-keys is "
				"non-empty");
		return;
	}
	if (s->type != OB_API_ARRAY)
		ob_api_frame_invalid(
			c, &c->causes, f, "type", ob_json_get(json, "type"),
			"must be array if x-kubernetes-list-type is specified");
	if (!strcmp(type, "atomic"))
		s->list_type = OB_API_LIST_ATOMIC;
	else if (!strcmp(type, "set"))
		s->list_type = OB_API_LIST_SET;
	else if (!strcmp(type, "map"))
		s->list_type = OB_API_LIST_MAP;
	else
		ob_api_causes_add(
			c->a, &c->causes, "FieldValueNotSupported",
			ob_api_frame_path(c, f, "x-kubernetes-list-type"),
			"Unsupported value: %s: supported values: "
			"\"atomic\", \"set\", \"map\"",
			ob_api_quote(c->a, type));
	if (s->list_type == OB_API_LIST_SET)
		check_set(c, f, s);
	if (s->list_type != OB_API_LIST_MAP)
		return;
	check_keys(c, f, s);
	check_keys_given(c, f, s);
}

void ob_api_compile_map_type(struct ob_api_compiler *c, const cJSON *json,
			     const struct ob_api_frame *f,
			     struct ob_api_schema *s)
{
	const char *type =
		ob_api_take_string(c, json, f, "x-kubernetes-map-type");

	if (!type)
		return;
	s->atomic_map = !strcmp(type, "atomic");
	if (s->type != OB_API_OBJECT)
		ob_api_frame_invalid(
			c, &c->causes, f, "type", ob_json_get(json, "type"),
			"must be object if x-kubernetes-map-type is specified");
	if (!s->atomic_map && strcmp(type, "granular") != 0)
		ob_api_causes_add(
			c->a, &c->causes, "FieldValueNotSupported",
			ob_api_frame_path(c, f, "x-kubernetes-map-type"),
			"Unsupported value: %s: supported values: "
			"\"atomic\", \"granular\"",
			ob_api_quote(c->a, type));
}

/* What only schemas outside of allOf and the like may say. */
static void check_nested(struct ob_api_compiler *c, const cJSON *json,
			 const struct ob_api_frame *f)
{
	static const struct {
		const char *key, *detail;
	} keys[] = {
		{ "type", "must be empty to be structural" },
		{ "default", "must be undefined to be structural" },
		{ "title", "must be empty to be structural" },
		{ "description", "must be empty to be structural" },
		{ "nullable", "must be false to be structural" },
		{ "x-kubernetes-preserve-unknown-fields",
		  "must be false to be structural" },
		{ "x-kubernetes-embedded-resource",
		  "must be false to be structural" },
		{ "x-kubernetes-int-or-string",
		  "must be false to be structural" },
		{ "x-kubernetes-list-type",
		  "must be undefined to be structural" },
		{ "x-kubernetes-list-map-keys",
		  "must be empty to be structural" },
		{ "x-kubernetes-map-type",
		  "must be undefined to be structural" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const cJSON *v = ob_json_get(json, keys[i].key);

		if (!v || cJSON_IsNull(v) || cJSON_IsFalse(v) ||
		    (f->types && i == 0))
			continue;
		ob_api_frame_forbidden(c, &c->structural, f, keys[i].key,
				       keys[i].detail);
	}
}

static void check_type_given(struct ob_api_compiler *c,
			     const struct ob_api_frame *f,
			     const struct ob_api_schema *s)
{
	static const char *const details[] = {
		[OB_API_LEVEL_ROOT] = "must not be empty at the root",
		[OB_API_LEVEL_ITEM] =
			"must not be empty for specified array items",
		[OB_API_LEVEL_FIELD] =
			"must not be empty for specified object fields",
	};

	if (s->type == OB_API_ANY && !s->int_or_string && !s->preserve &&
	    !s->embedded && !ob_json_get(s->json, "type"))
		ob_api_frame_required(c, &c->structural, f, "type",
				      details[f->level]);
	if (f->level == OB_API_LEVEL_ROOT && s->type != OB_API_ANY &&
	    s->type != OB_API_OBJECT)
		ob_api_frame_invalid(c, &c->structural, f, "type",
				     ob_json_get(s->json, "type"),
				     "must be object at the root");
	if (f->level == OB_API_LEVEL_ROOT && s->nullable)
		ob_api_frame_forbidden(c, &c->causes, f, "nullable",
				       "nullable cannot be true at the "
				       "root");
}

/* apiVersion and kind are strings, and metadata is what it is everywhere. */
static void check_meta(struct ob_api_compiler *c, const struct ob_api_frame *f,
		       const struct ob_api_schema *s)
{
	static const char *const keys[] = { "apiVersion", "kind" };
	const struct ob_api_schema *p;

	if (s->embedded && !s->preserve && !s->properties.n)
		ob_api_frame_required(
			c, &c->structural, f, "properties",
			"must not be empty if x-kubernetes-embedded-resource "
			"is true without x-kubernetes-preserve-unknown-fields");
	if (f->level != OB_API_LEVEL_ROOT && !s->embedded)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		p = ob_api_schema_property(s, keys[i]);
		if (p && p->type != OB_API_STRING)
			ob_api_frame_invalid(
				c, &c->structural, f,
				ob_arena_printf(c->a, "properties[%s].type",
						keys[i]),
				ob_json_get(p->json, "type"), "must be string");
	}
	p = ob_api_schema_property(s, "metadata");
	if (p && p->type != OB_API_OBJECT)
		ob_api_frame_invalid(
			c, &c->structural, f, "properties[metadata].type",
			ob_json_get(p->json, "type"), "must be object");
	for (size_t i = 0;
	     f->level == OB_API_LEVEL_ROOT && p && i < p->properties.n; i++) {
		const char *name = p->properties.v[i].name;

		if (strcmp(name, "name") != 0 &&
		    strcmp(name, "generateName") != 0)
			ob_api_frame_forbidden(
				c, &c->structural, f, "properties[metadata]",
				"must not specify anything other than name and "
				"generateName, but metadata is implicitly "
				"specified");
	}
}

static void check_unsupported(struct ob_api_compiler *c, const cJSON *json,
			      const struct ob_api_frame *f)
{
	static const char *const keys[] = {
		"$ref",	       "additionalItems", "patternProperties",
		"definitions", "dependencies",	  "id"
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (ob_json_get(json, keys[i]))
			ob_api_frame_forbidden(
				c, &c->causes, f, keys[i],
				ob_arena_printf(c->a, "%s is not supported",
						keys[i]));
}

void ob_api_check_structure(struct ob_api_compiler *c, const cJSON *json,
			    const struct ob_api_frame *f,
			    const struct ob_api_schema *s)
{
	check_unsupported(c, json, f);
	if (f->nested) {
		check_nested(c, json, f);
		return;
	}
	check_type_given(c, f, s);
	check_meta(c, f, s);
}
