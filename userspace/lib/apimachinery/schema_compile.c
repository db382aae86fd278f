// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/schema_node.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "apimachinery/causes.h"
#include "apimachinery/model.h"

#define MAX_SCHEMAS 20000

enum level {
	LEVEL_ROOT,
	LEVEL_ITEM,
	LEVEL_FIELD,
};

struct compiler {
	struct ob_arena *a;
	struct ob_api_causes *causes, warnings;
	size_t schemas, depth;
};

/* Where a schema stands, and what it stands for. */
struct frame {
	const struct ob_api_place *place;
	enum level level;
	bool nested; /* below allOf, anyOf, oneOf or not */
	bool types;  /* {type: integer} is allowed there: int-or-string */
};

static const struct ob_api_schema *
compile(struct compiler *c, const cJSON *json, const struct frame *f);

static const char *path(struct compiler *c, const struct frame *f,
			const char *key)
{
	struct ob_api_place p = { .parent = f->place, .key = key };

	return ob_api_place_print(c->a, &p);
}

static void required(struct compiler *c, const struct frame *f, const char *key,
		     const char *detail)
{
	ob_api_causes_required(c->a, c->causes, path(c, f, key), detail);
}

static void forbidden(struct compiler *c, const struct frame *f,
		      const char *key, const char *detail)
{
	ob_api_causes_forbidden(c->a, c->causes, path(c, f, key), detail);
}

static void invalid(struct compiler *c, const struct frame *f, const char *key,
		    const cJSON *value, const char *detail)
{
	ob_api_causes_invalid(c->a, c->causes, path(c, f, key),
			      ob_api_show(c->a, value), detail);
}

/* NULL and a cause when the value is of another type than a schema has it. */
static const cJSON *take(struct compiler *c, const cJSON *json,
			 const struct frame *f, const char *key, int type)
{
	const cJSON *v = ob_json_get(json, key);
	int is = v ? v->type & 0xff : 0;

	if (!v || is == cJSON_NULL)
		return NULL;
	if (is == cJSON_False)
		is = cJSON_True;
	if (is == type)
		return v;
	ob_api_causes_add(c->a, c->causes, "FieldValueTypeInvalid",
			  path(c, f, key),
			  "Invalid value: \"%s\": has the wrong type",
			  ob_api_type_name(v));
	return NULL;
}

static bool take_bool(struct compiler *c, const cJSON *json,
		      const struct frame *f, const char *key)
{
	return cJSON_IsTrue(take(c, json, f, key, cJSON_True));
}

static const char *take_string(struct compiler *c, const cJSON *json,
			       const struct frame *f, const char *key)
{
	const cJSON *v = take(c, json, f, key, cJSON_String);

	return v ? v->valuestring : NULL;
}

static int64_t take_count(struct compiler *c, const cJSON *json,
			  const struct frame *f, const char *key)
{
	const cJSON *v = take(c, json, f, key, cJSON_Number);

	if (!v)
		return OB_API_NO_LIMIT;
	if (v->valuedouble < 0 || v->valuedouble > 9e15 ||
	    v->valuedouble != trunc(v->valuedouble)) {
		invalid(c, f, key, v, "must be a whole number, not negative");
		return OB_API_NO_LIMIT;
	}
	return (int64_t)v->valuedouble;
}

static void take_strings(struct compiler *c, const cJSON *json,
			 const struct frame *f, const char *key,
			 struct ob_api_strings *ret)
{
	const cJSON *v = take(c, json, f, key, cJSON_Array);

	for (v = v ? v->child : NULL; v; v = v->next) {
		if (cJSON_IsString(v))
			*OB_PUSH(c->a, ret) = v->valuestring;
		else
			invalid(c, f, key, v, "must be a string");
	}
}

static enum ob_api_type take_type(struct compiler *c, const cJSON *json,
				  const struct frame *f)
{
	static const char *const names[] = {
		[OB_API_OBJECT] = "object", [OB_API_ARRAY] = "array",
		[OB_API_STRING] = "string", [OB_API_INTEGER] = "integer",
		[OB_API_NUMBER] = "number", [OB_API_BOOLEAN] = "boolean",
	};
	const char *type = take_string(c, json, f, "type");

	if (!type || !*type)
		return OB_API_ANY;
	for (size_t i = OB_API_OBJECT; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], type))
			return (enum ob_api_type)i;
	ob_api_causes_add(c->a, c->causes, "FieldValueNotSupported",
			  path(c, f, "type"),
			  "Unsupported value: %s: supported values: \"array\", "
			  "\"boolean\", \"integer\", \"number\", \"object\", "
			  "\"string\"",
			  ob_api_quote(c->a, type));
	return OB_API_ANY;
}

static int by_name(const void *x, const void *y)
{
	const struct ob_api_property *p = x, *q = y;

	return strcmp(p->name, q->name);
}

static void compile_properties(struct compiler *c, const cJSON *json,
			       const struct frame *f, struct ob_api_schema *s)
{
	const cJSON *list = take(c, json, f, "properties", cJSON_Object);
	struct ob_api_place at = { .parent = f->place, .key = "properties" };

	for (const cJSON *p = list ? list->child : NULL; p; p = p->next) {
		struct ob_api_place place = { .parent = &at,
					      .key = p->string,
					      .bracket = true };
		struct frame below = { .place = &place,
				       .level = LEVEL_FIELD,
				       .nested = f->nested };
		const struct ob_api_schema *schema = compile(c, p, &below);
		struct ob_api_property *property;

		if (!schema)
			return;
		property = OB_PUSH(c->a, &s->properties);
		property->name = p->string;
		property->schema = schema;
	}
	if (s->properties.n)
		qsort(s->properties.v, s->properties.n,
		      sizeof(s->properties.v[0]), by_name);
}

static void compile_additional(struct compiler *c, const cJSON *json,
			       const struct frame *f, struct ob_api_schema *s)
{
	const cJSON *v = ob_json_get(json, "additionalProperties");
	struct ob_api_place place = { .parent = f->place,
				      .key = "additionalProperties" };
	struct frame below = { .place = &place,
			       .level = LEVEL_FIELD,
			       .nested = f->nested };

	if (!v || cJSON_IsNull(v))
		return;
	if (f->nested)
		forbidden(c, f, "additionalProperties",
			  "must be undefined to be structural");
	else if (f->level == LEVEL_ROOT)
		forbidden(c, f, "additionalProperties",
			  "must not be used at the root");
	else if (s->properties.n)
		forbidden(c, f, "additionalProperties",
			  "additionalProperties and properties are mutual "
			  "exclusive");
	if (cJSON_IsFalse(v)) {
		s->closed = true;
		forbidden(c, f, "additionalProperties",
			  "additionalProperties cannot be set to false");
		return;
	}
	s->has_additional = true;
	if (!cJSON_IsTrue(v))
		s->additional = compile(c, v, &below);
}

static void compile_items(struct compiler *c, const cJSON *json,
			  const struct frame *f, struct ob_api_schema *s)
{
	const cJSON *v = ob_json_get(json, "items");
	struct ob_api_place place = { .parent = f->place, .key = "items" };
	struct frame below = { .place = &place,
			       .level = LEVEL_ITEM,
			       .nested = f->nested };

	if (cJSON_IsArray(v))
		forbidden(c, f, "items",
			  "items must be a schema object and not an array");
	else if (v && !cJSON_IsNull(v))
		s->items = compile(c, v, &below);
	else if (s->type == OB_API_ARRAY && !f->nested)
		required(c, f, "items", "must be specified");
}

static void compile_limits(struct compiler *c, const cJSON *json,
			   const struct frame *f, struct ob_api_schema *s)
{
	s->minimum = take(c, json, f, "minimum", cJSON_Number);
	s->maximum = take(c, json, f, "maximum", cJSON_Number);
	s->multiple_of = take(c, json, f, "multipleOf", cJSON_Number);
	s->exclusive_minimum = take_bool(c, json, f, "exclusiveMinimum");
	s->exclusive_maximum = take_bool(c, json, f, "exclusiveMaximum");
	s->min_length = take_count(c, json, f, "minLength");
	s->max_length = take_count(c, json, f, "maxLength");
	s->min_items = take_count(c, json, f, "minItems");
	s->max_items = take_count(c, json, f, "maxItems");
	s->min_properties = take_count(c, json, f, "minProperties");
	s->max_properties = take_count(c, json, f, "maxProperties");
	s->choices = take(c, json, f, "enum", cJSON_Array);
	s->format = take_string(c, json, f, "format");
	s->unique = take_bool(c, json, f, "uniqueItems");
	if (s->multiple_of && s->multiple_of->valuedouble <= 0)
		invalid(c, f, "multipleOf", s->multiple_of, "must be above 0");
	if (s->unique)
		forbidden(c, f, "uniqueItems",
			  "uniqueItems cannot be set to true since the runtime "
			  "complexity becomes quadratic");
}

static void compile_pattern(struct compiler *c, const cJSON *json,
			    const struct frame *f, struct ob_api_schema *s)
{
	const char *text = take_string(c, json, f, "pattern"), *wrong;
	struct ob_regex *re = NULL;

	if (!text || !*text)
		return;
	s->pattern_text = text;
	wrong = ob_regex_compile(c->a, text, &re);
	s->pattern = re;
	if (wrong)
		invalid(c, f, "pattern", ob_json_get(json, "pattern"),
			ob_arena_printf(c->a,
					"must be a valid regular expression, "
					"but isn't: error parsing regexp: %s",
					wrong));
}

static bool is_type_alone(const cJSON *v, const char *type)
{
	const char *is = ob_json_string(v, "type");

	return is && !strcmp(is, type) && !v->child->next;
}

/* anyOf: [{type: integer}, {type: string}], which is allowed to have types. */
static bool is_int_or_string(const cJSON *any_of)
{
	const cJSON *first = any_of ? any_of->child : NULL;

	return first && first->next && !first->next->next &&
	       is_type_alone(first, "integer") &&
	       is_type_alone(first->next, "string");
}

static void compile_list(struct compiler *c, const cJSON *json,
			 const struct frame *f, const char *key, bool types,
			 struct ob_api_schemas *ret)
{
	const cJSON *list = take(c, json, f, key, cJSON_Array);
	struct ob_api_place at = { .parent = f->place, .key = key };
	struct ob_api_place place = { .parent = &at };

	for (const cJSON *v = list ? list->child : NULL; v; v = v->next) {
		struct frame below = { .place = &place,
				       .level = f->level,
				       .nested = true,
				       .types = types };
		const struct ob_api_schema *s = compile(c, v, &below);

		if (!s)
			return;
		*OB_PUSH(c->a, ret) = s;
		place.index++;
	}
}

static void compile_logic(struct compiler *c, const cJSON *json,
			  const struct frame *f, struct ob_api_schema *s)
{
	const cJSON *v = ob_json_get(json, "not");
	struct ob_api_place place = { .parent = f->place, .key = "not" };
	struct frame below = { .place = &place,
			       .level = f->level,
			       .nested = true };
	bool types = is_int_or_string(ob_json_get(json, "anyOf"));

	compile_list(c, json, f, "anyOf", types, &s->any_of);
	compile_list(c, json, f, "allOf", false, &s->all_of);
	compile_list(c, json, f, "oneOf", false, &s->one_of);
	if (v && !cJSON_IsNull(v))
		s->negated = compile(c, v, &below);
}

static void check_keys(struct compiler *c, const struct frame *f,
		       struct ob_api_schema *s)
{
	const cJSON *keys = ob_json_get(s->json, "x-kubernetes-list-map-keys");

	if (!s->list_keys.n) {
		required(c, f, "x-kubernetes-list-map-keys",
			 "must not be empty if x-kubernetes-list-type is map");
		return;
	}
	if (!s->items) {
		required(c, f, "items",
			 "must have a schema if x-kubernetes-list-type is map");
		return;
	}
	if (s->items->type != OB_API_OBJECT)
		invalid(c, f, "items.type", ob_json_get(s->items->json, "type"),
			"must be object if parent array's "
			"x-kubernetes-list-type is map");
	for (size_t i = 0; i < s->list_keys.n; i++) {
		const char *key = s->list_keys.v[i];

		if (!ob_api_schema_property(s->items, key))
			invalid(c, f, "x-kubernetes-list-map-keys", keys,
				"entries must all be names of item properties");
		for (size_t j = 0; j < i; j++)
			if (!strcmp(s->list_keys.v[j], key))
				invalid(c, f, "x-kubernetes-list-map-keys",
					keys,
					"must not contain duplicate entries");
	}
}

/* Keys that may be missing and have no default make elements that cannot be
 * told apart. */
static void check_keys_given(struct compiler *c, const struct frame *f,
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
		required(c, f,
			 ob_arena_printf(c->a, "items.properties[%s].default",
					 key),
			 "this property is in x-kubernetes-list-map-keys, so "
			 "it must have a default or be a required property");
	}
}

static void compile_list_type(struct compiler *c, const cJSON *json,
			      const struct frame *f, struct ob_api_schema *s)
{
	const char *type = take_string(c, json, f, "x-kubernetes-list-type");

	take_strings(c, json, f, "x-kubernetes-list-map-keys", &s->list_keys);
	if (!type) {
		if (s->list_keys.n)
			required(c, f, "x-kubernetes-list-type",
				 "must be map if x-kubernetes-list-map-keys is "
				 "non-empty");
		return;
	}
	if (s->type != OB_API_ARRAY)
		invalid(c, f, "type", ob_json_get(json, "type"),
			"must be array if x-kubernetes-list-type is specified");
	if (!strcmp(type, "atomic"))
		s->list_type = OB_API_LIST_ATOMIC;
	else if (!strcmp(type, "set"))
		s->list_type = OB_API_LIST_SET;
	else if (!strcmp(type, "map"))
		s->list_type = OB_API_LIST_MAP;
	else
		ob_api_causes_add(c->a, c->causes, "FieldValueNotSupported",
				  path(c, f, "x-kubernetes-list-type"),
				  "Unsupported value: %s: supported values: "
				  "\"atomic\", \"set\", \"map\"",
				  ob_api_quote(c->a, type));
	if (s->list_type != OB_API_LIST_MAP)
		return;
	check_keys(c, f, s);
	check_keys_given(c, f, s);
}

static void compile_map_type(struct compiler *c, const cJSON *json,
			     const struct frame *f, struct ob_api_schema *s)
{
	const char *type = take_string(c, json, f, "x-kubernetes-map-type");

	if (!type)
		return;
	s->atomic_map = !strcmp(type, "atomic");
	if (s->type != OB_API_OBJECT)
		invalid(c, f, "type", ob_json_get(json, "type"),
			"must be object if x-kubernetes-map-type is specified");
	if (!s->atomic_map && strcmp(type, "granular") != 0)
		ob_api_causes_add(c->a, c->causes, "FieldValueNotSupported",
				  path(c, f, "x-kubernetes-map-type"),
				  "Unsupported value: %s: supported values: "
				  "\"atomic\", \"granular\"",
				  ob_api_quote(c->a, type));
}

static void compile_extensions(struct compiler *c, const cJSON *json,
			       const struct frame *f, struct ob_api_schema *s)
{
	const char *preserve = "x-kubernetes-preserve-unknown-fields";
	const cJSON *v = take(c, json, f, preserve, cJSON_True);

	s->preserve = cJSON_IsTrue(v);
	if (cJSON_IsFalse(v))
		invalid(c, f, preserve, v, "must be true or undefined");
	s->int_or_string = take_bool(c, json, f, "x-kubernetes-int-or-string");
	s->embedded = take_bool(c, json, f, "x-kubernetes-embedded-resource");
	s->nullable = take_bool(c, json, f, "nullable");
	s->fallback = ob_json_get(json, "default");
	if (s->int_or_string && s->preserve)
		invalid(c, f, preserve, v,
			"must be false if x-kubernetes-int-or-string is true");
	if (s->embedded && s->type != OB_API_OBJECT)
		invalid(c, f, "type", ob_json_get(json, "type"),
			"must be object if x-kubernetes-embedded-resource is "
			"true");
}

/* What only schemas outside of allOf and the like may say. */
static void check_nested(struct compiler *c, const cJSON *json,
			 const struct frame *f)
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
		forbidden(c, f, keys[i].key, keys[i].detail);
	}
}

static void check_type_given(struct compiler *c, const struct frame *f,
			     const struct ob_api_schema *s)
{
	static const char *const details[] = {
		[LEVEL_ROOT] = "must not be empty at the root",
		[LEVEL_ITEM] = "must not be empty for specified array items",
		[LEVEL_FIELD] = "must not be empty for specified object fields",
	};

	if (s->type == OB_API_ANY && !s->int_or_string && !s->preserve &&
	    !s->embedded && !ob_json_get(s->json, "type"))
		required(c, f, "type", details[f->level]);
	if (f->level == LEVEL_ROOT && s->type != OB_API_ANY &&
	    s->type != OB_API_OBJECT)
		invalid(c, f, "type", ob_json_get(s->json, "type"),
			"must be object at the root");
	if (f->level == LEVEL_ROOT && s->nullable)
		forbidden(c, f, "nullable",
			  "nullable cannot be true at the "
			  "root");
}

static void check_unsupported(struct compiler *c, const cJSON *json,
			      const struct frame *f)
{
	static const char *const keys[] = {
		"$ref",	       "additionalItems", "patternProperties",
		"definitions", "dependencies",	  "id"
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (ob_json_get(json, keys[i]))
			forbidden(c, f, keys[i],
				  ob_arena_printf(c->a, "%s is not supported",
						  keys[i]));
}

/* A default that its own schema refuses would make every object invalid. */
static void check_default(struct compiler *c, const struct frame *f,
			  const struct ob_api_schema *s)
{
	struct ob_api_causes found = { .n = 0 };

	if (!s->fallback || cJSON_IsNull(s->fallback))
		return;
	ob_api_schema_validate(c->a, s, s->fallback, &found);
	ob_api_causes_join(c->a, c->causes, &found, path(c, f, "default"));
}

static void note_rules(struct compiler *c, const cJSON *json,
		       const struct frame *f)
{
	const char *key = "x-kubernetes-validations";

	if (ob_json_get(json, key))
		ob_api_causes_add(c->a, &c->warnings, "Warning",
				  path(c, f, key),
				  "rules are stored, but not evaluated");
}

static void compile_node(struct compiler *c, const cJSON *json,
			 const struct frame *f, struct ob_api_schema *s)
{
	s->json = json;
	s->type = take_type(c, json, f);
	compile_extensions(c, json, f, s);
	compile_properties(c, json, f, s);
	compile_additional(c, json, f, s);
	compile_items(c, json, f, s);
	compile_limits(c, json, f, s);
	compile_pattern(c, json, f, s);
	take_strings(c, json, f, "required", &s->required);
	compile_logic(c, json, f, s);
	compile_list_type(c, json, f, s);
	compile_map_type(c, json, f, s);
	check_unsupported(c, json, f);
	check_default(c, f, s);
	note_rules(c, json, f);
	if (f->nested)
		check_nested(c, json, f);
	else
		check_type_given(c, f, s);
}

static const struct ob_api_schema *
compile(struct compiler *c, const cJSON *json, const struct frame *f)
{
	struct ob_api_schema *s;

	if (!cJSON_IsObject(json)) {
		ob_api_causes_invalid(
			c->a, c->causes, ob_api_place_print(c->a, f->place),
			ob_api_show(c->a, json), "must be a schema");
		return NULL;
	}
	if (++c->schemas > MAX_SCHEMAS || c->depth >= OB_JSON_MAX_DEPTH) {
		ob_api_causes_forbidden(c->a, c->causes,
					ob_api_place_print(c->a, f->place),
					"the schema is too large");
		return NULL;
	}
	s = ob_arena_alloc(c->a, sizeof(*s));
	c->depth++;
	compile_node(c, json, f, s);
	c->depth--;
	return s;
}

/* Every object has the same metadata, whatever its schema says of them. */
static const struct ob_api_schema *compile_meta(struct ob_arena *a)
{
	struct ob_api_text name = { "ObjectMeta", strlen("ObjectMeta") };
	struct ob_api_causes found = { .n = 0 };
	struct compiler c = { .a = a, .causes = &found };
	const struct ob_api_model *m = ob_api_model_find(name);
	struct frame f = { .level = LEVEL_FIELD };

	return m ? compile(&c, ob_api_model_schema(a, m), &f) : NULL;
}

int ob_api_schema_compile(struct ob_arena *a, const cJSON *schema,
			  const struct ob_api_schema **ret,
			  struct ob_api_causes *causes)
{
	struct ob_api_causes found = { .n = 0 };
	struct compiler c = { .a = a, .causes = &found };
	struct frame root = { .level = LEVEL_ROOT };
	const struct ob_api_schema *s = compile(&c, schema, &root);
	struct ob_api_schema *with_meta;

	ob_api_causes_join(a, causes, &found, "");
	ob_api_causes_join(a, causes, &c.warnings, "");
	if (found.n)
		return -EINVAL;
	with_meta = ob_arena_alloc(a, sizeof(*with_meta));
	*with_meta = *s;
	with_meta->meta = compile_meta(a);
	*ret = with_meta;
	return 0;
}
