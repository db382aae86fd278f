// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/model.h"

#include <stdlib.h>
#include <string.h>

/* refs: NULL, then other types are put in place; lenient: what is missing is
 * no failure, as in a status that a component of Kubernetes wrote. */
struct maker {
	struct ob_arena *a;
	const char *refs;
	bool lenient;
};

static cJSON *make_model(const struct maker *k, const struct ob_api_model *m);

static cJSON *typed(const struct maker *k, const char *type, const char *format)
{
	cJSON *s = ob_json_object(k->a);

	ob_json_set_string(k->a, s, "type", type);
	if (format)
		ob_json_set_string(k->a, s, "format", format);
	return s;
}

static cJSON *make_any(const struct maker *k)
{
	cJSON *s = typed(k, "object", NULL);

	/* In OpenAPI that is an object that may have any members. */
	if (!k->refs) {
		ob_json_set(k->a, s, "type", NULL);
		ob_json_set_bool(k->a, s,
				 "x-kubernetes-preserve-unknown-fields", true);
	}
	return s;
}

static cJSON *make_int_or_string(const struct maker *k)
{
	cJSON *s;

	if (k->refs)
		return typed(k, "string", "int-or-string");
	s = ob_json_object(k->a);
	ob_json_set_bool(k->a, s, "x-kubernetes-int-or-string", true);
	return s;
}

/* NULL: a model. */
static cJSON *make_scalar(const struct maker *k, struct ob_api_text type)
{
	static const struct {
		const char *name, *type, *format;
	} scalars[] = {
		{ "string", "string", NULL },
		{ "boolean", "boolean", NULL },
		{ "bytes", "string", "byte" },
		{ "int32", "integer", "int32" },
		{ "int64", "integer", "int64" },
		{ "time", "string", "date-time" },
		{ "microtime", "string", "date-time" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(scalars); i++)
		if (ob_api_text_is(type, scalars[i].name))
			return typed(k, scalars[i].type, scalars[i].format);
	if (ob_api_text_is(type, "any"))
		return make_any(k);
	if (ob_api_text_is(type, "int-or-string"))
		return make_int_or_string(k);
	if (ob_api_text_is(type, "quantity"))
		return k->refs ? typed(k, "string", NULL) : make_any(k);
	return NULL;
}

static cJSON *make_reference(const struct maker *k,
			     const struct ob_api_model *m)
{
	const char *name = strrchr(m->name, '.');
	cJSON *s = ob_json_object(k->a);

	ob_json_set_string(k->a, s, "$ref",
			   ob_arena_printf(k->a, "%s%s.%s", k->refs, m->package,
					   name ? name + 1 : m->name));
	return s;
}

static cJSON *make_type(const struct maker *k, struct ob_api_text type)
{
	const char *below = NULL;
	const struct ob_api_model *m;
	cJSON *s;

	if (type.n > 2 && !memcmp(type.s, "[]", 2))
		below = "items";
	else if (type.n > 2 && !memcmp(type.s, "{}", 2))
		below = "additionalProperties";
	if (below) {
		s = typed(k, *below == 'i' ? "array" : "object", NULL);
		type = (struct ob_api_text){ type.s + 2, type.n - 2 };
		ob_json_set(k->a, s, below, make_type(k, type));
	} else {
		s = make_scalar(k, type);
	}
	if (!s) {
		m = ob_api_model_find(type);
		if (!m)
			return make_any(k);
		return k->refs ? make_reference(k, m) : make_model(k, m);
	}
	/* A null is what Go writes for what is not there. */
	if (!k->refs)
		ob_json_set_bool(k->a, s, "nullable", true);
	return s;
}

static bool has_text(const cJSON *list, const char *text)
{
	for (const cJSON *e = list ? list->child : NULL; e; e = e->next)
		if (!strcmp(e->valuestring, text))
			return true;
	return false;
}

/* Elements are told apart by it: it is there, or has a default. */
static void need_key(const struct maker *k, cJSON *items, const char *key)
{
	const cJSON *property =
		ob_json_get(ob_json_get(items, "properties"), key);
	cJSON *required = ob_json_get(items, "required");

	if (!property || ob_json_get(property, "default") ||
	    has_text(required, key))
		return;
	if (!required) {
		required = ob_json_array(k->a);
		ob_json_set(k->a, items, "required", required);
	}
	ob_json_append(k->a, required, ob_json_string_new(k->a, key));
}

static void add_list_keys(const struct maker *k, cJSON *s,
			  struct ob_api_text list)
{
	cJSON *keys = ob_json_array(k->a), *items = ob_json_get(s, "items");

	if (!k->refs && !ob_json_get(items, "properties"))
		return; /* of any */
	while (list.n) {
		const char *comma = memchr(list.s, ',', list.n);
		size_t n = comma ? (size_t)(comma - list.s) : list.n;
		const char *key = ob_api_text_copy(
			k->a, (struct ob_api_text){ list.s, n });

		ob_json_append(k->a, keys, ob_json_string_new(k->a, key));
		if (!k->refs)
			need_key(k, items, key);
		n += comma != NULL;
		list = (struct ob_api_text){ list.s + n, list.n - n };
	}
	ob_json_set_string(k->a, s, "x-kubernetes-list-type", "map");
	ob_json_set(k->a, s, "x-kubernetes-list-map-keys", keys);
}

static void add_list_type(const struct maker *k, cJSON *s,
			  struct ob_api_text list)
{
	bool is_list = ob_json_get(s, "items");

	if (!list.n)
		return;
	if (list.n > 4 && !memcmp(list.s, "map:", 4))
		add_list_keys(k, s,
			      (struct ob_api_text){ list.s + 4, list.n - 4 });
	else
		ob_json_set_string(k->a, s,
				   is_list ? "x-kubernetes-list-type"
					   : "x-kubernetes-map-type",
				   ob_api_text_copy(k->a, list));
}

static void add_strategy(const struct maker *k, cJSON *s,
			 const struct ob_api_field *f)
{
	if (!f->merge.n || !k->refs)
		return;
	ob_json_set_string(k->a, s, "x-kubernetes-patch-strategy",
			   f->retain ? "merge,retainKeys" : "merge");
	if (!ob_api_text_is(f->merge, "."))
		ob_json_set_string(k->a, s, "x-kubernetes-patch-merge-key",
				   ob_api_text_copy(k->a, f->merge));
}

/* A string, a number, or {}, of which the members have defaults. */
static cJSON *make_fallback(const struct maker *k, const struct ob_api_field *f)
{
	const char *text = ob_api_text_copy(k->a, f->fallback);

	if (ob_api_text_is(f->type, "int32") ||
	    ob_api_text_is(f->type, "int64"))
		return ob_json_number_new(k->a, strtod(text, NULL));
	return *text == '{' ? ob_json_object(k->a)
			    : ob_json_string_new(k->a, text);
}

static cJSON *make_field(const struct maker *k, const struct ob_api_field *f)
{
	struct maker below = *k;
	cJSON *s;

	below.lenient |= ob_api_text_is(f->name, "status");
	s = make_type(&below, f->type);
	add_list_type(k, s, f->list);
	add_strategy(k, s, f);
	if (f->fallback.n)
		ob_json_set(k->a, s, "default", make_fallback(k, f));
	return s;
}

static cJSON *make_model(const struct maker *k, const struct ob_api_model *m)
{
	cJSON *s = typed(k, "object", NULL), *properties = ob_json_object(k->a);
	cJSON *required = ob_json_array(k->a);
	const char *line = m->fields;
	struct ob_api_field f;

	while (ob_api_field_next(&line, &f)) {
		const char *name = ob_api_text_copy(k->a, f.name);

		ob_json_set(k->a, properties, name, make_field(k, &f));
		if (f.required && !k->lenient)
			ob_json_append(k->a, required,
				       ob_json_string_new(k->a, name));
	}
	ob_json_set(k->a, s, "properties", properties);
	if (required->child)
		ob_json_set(k->a, s, "required", required);
	if (m->about)
		ob_json_set_string(k->a, s, "description", m->about);
	if (m->atomic)
		ob_json_set_string(k->a, s, "x-kubernetes-map-type", "atomic");
	if (!k->refs) {
		ob_json_set_bool(k->a, s, "nullable", true);
		ob_json_set_bool(k->a, s,
				 "x-kubernetes-preserve-unknown-fields", true);
	}
	return s;
}

cJSON *ob_api_model_schema(struct ob_arena *a, const struct ob_api_model *m)
{
	const struct maker k = { .a = a };
	cJSON *s = make_model(&k, m);

	ob_json_set(a, s, "nullable", NULL);
	/* Every compiled schema has that of its own. */
	ob_json_set(a, ob_json_get(s, "properties"), "metadata", NULL);
	return s;
}

cJSON *ob_api_model_definition(struct ob_arena *a, const struct ob_api_model *m,
			       const char *refs)
{
	const struct maker k = { .a = a, .refs = refs };

	return make_model(&k, m);
}
