// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/schema_compile.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apimachinery/model.h"

#define MAX_SCHEMAS 20000

static const struct ob_api_schema *compile(struct ob_api_compiler *c,
					   const cJSON *json,
					   const struct ob_api_frame *f);

const char *ob_api_frame_path(struct ob_api_compiler *c,
			      const struct ob_api_frame *f, const char *key)
{
	struct ob_api_place p = { .parent = f->place, .key = key };

	return ob_api_place_print(c->a, &p);
}

void ob_api_frame_required(struct ob_api_compiler *c,
			   struct ob_api_causes *list,
			   const struct ob_api_frame *f, const char *key,
			   const char *detail)
{
	ob_api_causes_required(c->a, list, ob_api_frame_path(c, f, key),
			       detail);
}

void ob_api_frame_forbidden(struct ob_api_compiler *c,
			    struct ob_api_causes *list,
			    const struct ob_api_frame *f, const char *key,
			    const char *detail)
{
	ob_api_causes_forbidden(c->a, list, ob_api_frame_path(c, f, key),
				detail);
}

void ob_api_frame_invalid(struct ob_api_compiler *c, struct ob_api_causes *list,
			  const struct ob_api_frame *f, const char *key,
			  const cJSON *value, const char *detail)
{
	ob_api_causes_invalid(c->a, list, ob_api_frame_path(c, f, key),
			      ob_api_show(c->a, value), detail);
}

/* NULL and a cause when the value is of another type than a schema has it. */
static const cJSON *take(struct ob_api_compiler *c, const cJSON *json,
			 const struct ob_api_frame *f, const char *key,
			 int type)
{
	const cJSON *v = ob_json_get(json, key);
	int is = v ? v->type & 0xff : 0;

	if (!v || is == cJSON_NULL)
		return NULL;
	if (is == cJSON_False)
		is = cJSON_True;
	if (is == type)
		return v;
	ob_api_causes_add(c->a, &c->causes, "FieldValueTypeInvalid",
			  ob_api_frame_path(c, f, key),
			  "Invalid value: \"%s\": has the wrong type",
			  ob_api_type_name(v));
	return NULL;
}

static bool take_bool(struct ob_api_compiler *c, const cJSON *json,
		      const struct ob_api_frame *f, const char *key)
{
	return cJSON_IsTrue(take(c, json, f, key, cJSON_True));
}

const char *ob_api_take_string(struct ob_api_compiler *c, const cJSON *json,
			       const struct ob_api_frame *f, const char *key)
{
	const cJSON *v = take(c, json, f, key, cJSON_String);

	return v ? v->valuestring : NULL;
}

static int64_t take_count(struct ob_api_compiler *c, const cJSON *json,
			  const struct ob_api_frame *f, const char *key)
{
	const cJSON *v = take(c, json, f, key, cJSON_Number);

	if (!v)
		return OB_API_NO_LIMIT;
	if (v->valuedouble < 0 || v->valuedouble > 9e15 ||
	    v->valuedouble != trunc(v->valuedouble)) {
		ob_api_frame_invalid(c, &c->causes, f, key, v,
				     "must be a whole number, not negative");
		return OB_API_NO_LIMIT;
	}
	return (int64_t)v->valuedouble;
}

void ob_api_take_strings(struct ob_api_compiler *c, const cJSON *json,
			 const struct ob_api_frame *f, const char *key,
			 struct ob_api_strings *ret)
{
	const cJSON *v = take(c, json, f, key, cJSON_Array);

	for (v = v ? v->child : NULL; v; v = v->next) {
		if (cJSON_IsString(v))
			*OB_PUSH(c->a, ret) = v->valuestring;
		else
			ob_api_frame_invalid(c, &c->causes, f, key, v,
					     "must be a string");
	}
}

static enum ob_api_type take_type(struct ob_api_compiler *c, const cJSON *json,
				  const struct ob_api_frame *f)
{
	static const char *const names[] = {
		[OB_API_OBJECT] = "object", [OB_API_ARRAY] = "array",
		[OB_API_STRING] = "string", [OB_API_INTEGER] = "integer",
		[OB_API_NUMBER] = "number", [OB_API_BOOLEAN] = "boolean",
	};
	const char *type = ob_api_take_string(c, json, f, "type");

	if (!type || !*type)
		return OB_API_ANY;
	for (size_t i = OB_API_OBJECT; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], type))
			return (enum ob_api_type)i;
	ob_api_causes_add(c->a, &c->causes, "FieldValueNotSupported",
			  ob_api_frame_path(c, f, "type"),
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

static void compile_properties(struct ob_api_compiler *c, const cJSON *json,
			       const struct ob_api_frame *f,
			       struct ob_api_schema *s)
{
	const cJSON *list = take(c, json, f, "properties", cJSON_Object);
	struct ob_api_place at = { .parent = f->place, .key = "properties" };

	for (const cJSON *p = list ? list->child : NULL; p; p = p->next) {
		struct ob_api_place place = { .parent = &at,
					      .key = p->string,
					      .bracket = true };
		struct ob_api_frame below = { .place = &place,
					      .level = OB_API_LEVEL_FIELD,
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

static void compile_additional(struct ob_api_compiler *c, const cJSON *json,
			       const struct ob_api_frame *f,
			       struct ob_api_schema *s)
{
	const cJSON *v = ob_json_get(json, "additionalProperties");
	struct ob_api_place place = { .parent = f->place,
				      .key = "additionalProperties" };
	struct ob_api_frame below = { .place = &place,
				      .level = OB_API_LEVEL_FIELD,
				      .nested = f->nested };

	if (!v || cJSON_IsNull(v))
		return;
	if (f->nested)
		ob_api_frame_forbidden(c, &c->structural, f,
				       "additionalProperties",
				       "must be undefined to be structural");
	else if (f->level == OB_API_LEVEL_ROOT)
		ob_api_frame_forbidden(c, &c->structural, f,
				       "additionalProperties",
				       "must not be used at the root");
	else if (s->properties.n)
		ob_api_frame_forbidden(
			c, &c->causes, f, "additionalProperties",
			"additionalProperties and properties are mutual "
			"exclusive");
	if (cJSON_IsFalse(v)) {
		s->closed = true;
		return;
	}
	s->has_additional = true;
	if (!cJSON_IsTrue(v))
		s->additional = compile(c, v, &below);
}

static void compile_items(struct ob_api_compiler *c, const cJSON *json,
			  const struct ob_api_frame *f, struct ob_api_schema *s)
{
	const cJSON *v = ob_json_get(json, "items");
	struct ob_api_place place = { .parent = f->place, .key = "items" };
	struct ob_api_frame below = { .place = &place,
				      .level = OB_API_LEVEL_ITEM,
				      .nested = f->nested };

	if (cJSON_IsArray(v))
		ob_api_frame_forbidden(
			c, &c->causes, f, "items",
			"items must be a schema object and not an array");
	else if (v && !cJSON_IsNull(v))
		s->items = compile(c, v, &below);
	else if (s->type == OB_API_ARRAY && !f->nested)
		ob_api_frame_required(c, &c->structural, f, "items",
				      "must be specified");
}

static void compile_limits(struct ob_api_compiler *c, const cJSON *json,
			   const struct ob_api_frame *f,
			   struct ob_api_schema *s)
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
	s->format = ob_api_take_string(c, json, f, "format");
	s->unique = take_bool(c, json, f, "uniqueItems");
	if (s->multiple_of && s->multiple_of->valuedouble <= 0)
		ob_api_frame_invalid(c, &c->causes, f, "multipleOf",
				     s->multiple_of, "must be above 0");
	if (s->unique)
		ob_api_frame_forbidden(
			c, &c->causes, f, "uniqueItems",
			"uniqueItems cannot be set to true since the runtime "
			"complexity becomes quadratic");
}

static void compile_pattern(struct ob_api_compiler *c, const cJSON *json,
			    const struct ob_api_frame *f,
			    struct ob_api_schema *s)
{
	const char *text = ob_api_take_string(c, json, f, "pattern"), *wrong;
	struct ob_regex *re = NULL;

	if (!text || !*text)
		return;
	s->pattern_text = text;
	wrong = ob_regex_compile(c->a, text, &re);
	s->pattern = re;
	if (wrong)
		ob_api_frame_invalid(
			c, &c->structural, f, "pattern",
			ob_json_get(json, "pattern"),
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

static void compile_list(struct ob_api_compiler *c, const cJSON *json,
			 const struct ob_api_frame *f, const char *key,
			 bool types, struct ob_api_schemas *ret)
{
	const cJSON *list = take(c, json, f, key, cJSON_Array);
	struct ob_api_place at = { .parent = f->place, .key = key };
	struct ob_api_place place = { .parent = &at };

	for (const cJSON *v = list ? list->child : NULL; v; v = v->next) {
		struct ob_api_frame below = { .place = &place,
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

static void compile_logic(struct ob_api_compiler *c, const cJSON *json,
			  const struct ob_api_frame *f, struct ob_api_schema *s)
{
	const cJSON *v = ob_json_get(json, "not");
	struct ob_api_place place = { .parent = f->place, .key = "not" };
	struct ob_api_frame below = { .place = &place,
				      .level = f->level,
				      .nested = true };
	bool types = is_int_or_string(ob_json_get(json, "anyOf"));

	compile_list(c, json, f, "anyOf", types, &s->any_of);
	compile_list(c, json, f, "allOf", false, &s->all_of);
	compile_list(c, json, f, "oneOf", false, &s->one_of);
	if (v && !cJSON_IsNull(v))
		s->negated = compile(c, v, &below);
}

static void compile_extensions(struct ob_api_compiler *c, const cJSON *json,
			       const struct ob_api_frame *f,
			       struct ob_api_schema *s)
{
	const char *preserve = "x-kubernetes-preserve-unknown-fields";
	const cJSON *v = take(c, json, f, preserve, cJSON_True);

	s->preserve = cJSON_IsTrue(v);
	if (cJSON_IsFalse(v))
		ob_api_frame_invalid(c, &c->causes, f, preserve, v,
				     "must be true or undefined");
	s->int_or_string = take_bool(c, json, f, "x-kubernetes-int-or-string");
	s->embedded = take_bool(c, json, f, "x-kubernetes-embedded-resource");
	s->nullable = take_bool(c, json, f, "nullable");
	s->fallback = ob_json_get(json, "default");
	if (s->int_or_string && s->preserve)
		ob_api_frame_invalid(
			c, &c->structural, f, preserve, v,
			"must be false if x-kubernetes-int-or-string is true");
	if (s->embedded && s->type != OB_API_OBJECT)
		ob_api_frame_invalid(
			c, &c->structural, f, "type", ob_json_get(json, "type"),
			"must be object if x-kubernetes-embedded-resource is "
			"true");
}

/* A default that its own schema refuses would make every object invalid. */
static void check_default(struct ob_api_compiler *c,
			  const struct ob_api_frame *f,
			  const struct ob_api_schema *s)
{
	struct ob_api_causes found = { .n = 0 };

	if (!s->fallback || cJSON_IsNull(s->fallback))
		return;
	ob_api_schema_prune(c->a, s, ob_json_copy(c->a, s->fallback), &found);
	if (found.n) {
		found.n = 0;
		ob_api_causes_invalid(c->a, &found, "",
				      ob_api_show(c->a, s->fallback),
				      "must not have unknown fields");
	}
	ob_api_schema_validate(c->a, s, s->fallback, &found);
	ob_api_causes_join(c->a, &c->defaults, &found,
			   ob_api_frame_path(c, f, "default"));
}

static void note_rules(struct ob_api_compiler *c, const cJSON *json,
		       const struct ob_api_frame *f)
{
	const char *key = "x-kubernetes-validations";

	if (ob_json_get(json, key))
		ob_api_causes_add(c->a, &c->warnings, "Warning",
				  ob_api_frame_path(c, f, key),
				  "rules are stored, but not evaluated");
}

static void compile_node(struct ob_api_compiler *c, const cJSON *json,
			 const struct ob_api_frame *f, struct ob_api_schema *s)
{
	s->json = json;
	s->type = take_type(c, json, f);
	compile_extensions(c, json, f, s);
	compile_properties(c, json, f, s);
	compile_additional(c, json, f, s);
	compile_items(c, json, f, s);
	compile_limits(c, json, f, s);
	compile_pattern(c, json, f, s);
	ob_api_take_strings(c, json, f, "required", &s->required);
	compile_logic(c, json, f, s);
	ob_api_compile_list_type(c, json, f, s);
	ob_api_compile_map_type(c, json, f, s);
	ob_api_check_structure(c, json, f, s);
	check_default(c, f, s);
	note_rules(c, json, f);
}

static const struct ob_api_schema *compile(struct ob_api_compiler *c,
					   const cJSON *json,
					   const struct ob_api_frame *f)
{
	struct ob_api_schema *s;

	if (!cJSON_IsObject(json)) {
		ob_api_causes_invalid(
			c->a, &c->causes, ob_api_place_print(c->a, f->place),
			ob_api_show(c->a, json), "must be a schema");
		return NULL;
	}
	if (++c->schemas > MAX_SCHEMAS || c->depth >= OB_JSON_MAX_DEPTH) {
		ob_api_causes_forbidden(c->a, &c->causes,
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
	struct ob_api_compiler c = { .a = a };
	const struct ob_api_model *m = ob_api_model_find(name);
	struct ob_api_frame f = { .level = OB_API_LEVEL_FIELD };

	return m ? compile(&c, ob_api_model_schema(a, m), &f) : NULL;
}

static int by_text(const void *x, const void *y)
{
	const struct ob_api_cause *p = x, *q = y;
	int order = strcmp(p->field, q->field);

	return order ? order : strcmp(p->message, q->message);
}

/* The causes that matter. */
static struct ob_api_causes *found(struct ob_api_compiler *c)
{
	if (c->causes.n)
		return &c->causes;
	if (!c->structural.n)
		return &c->defaults;
	qsort(c->structural.v, c->structural.n, sizeof(*c->structural.v),
	      by_text);
	return &c->structural;
}

int ob_api_schema_compile(struct ob_arena *a, const cJSON *schema,
			  const struct ob_api_schema **ret,
			  struct ob_api_causes *causes)
{
	struct ob_api_compiler c = { .a = a };
	struct ob_api_frame root = { .level = OB_API_LEVEL_ROOT };
	const struct ob_api_schema *s = compile(&c, schema, &root);
	struct ob_api_schema *with_meta;

	ob_api_causes_join(a, causes, found(&c), "");
	ob_api_causes_join(a, causes, &c.warnings, "");
	if (found(&c)->n)
		return -EINVAL;
	with_meta = ob_arena_alloc(a, sizeof(*with_meta));
	*with_meta = *s;
	with_meta->meta = compile_meta(a);
	*ret = with_meta;
	return 0;
}
