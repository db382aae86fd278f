// SPDX-License-Identifier: Apache-2.0
/* What is said, and in which order, is what kube-apiserver says. */
#include "apimachinery/schema_node.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apimachinery/causes.h"

#define INVALID "FieldValueInvalid"

/* Hostile objects are not worth more than this many sentences. */
#define MAX_CAUSES 1000

struct validator {
	struct ob_arena *a;
	struct ob_api_causes *causes;
};

/* A value, its schema and its place. */
struct at {
	const struct ob_api_schema *s;
	const cJSON *v;
	const struct ob_api_place *place;
};

static void validate(struct validator *w, const struct at *at);

static const char *path(struct validator *w, const struct at *at)
{
	return ob_api_place_print(w->a, at->place);
}

static bool is_whole(const cJSON *v)
{
	return v->valuedouble == trunc(v->valuedouble);
}

const char *ob_api_type_name(const cJSON *v)
{
	switch (v->type & 0xff) {
	case cJSON_NULL:
		return "null";
	case cJSON_True:
	case cJSON_False:
		return "boolean";
	case cJSON_Number:
		return is_whole(v) ? "integer" : "number";
	case cJSON_String:
		return "string";
	case cJSON_Array:
		return "array";
	}
	return "object";
}

static void invalid(struct validator *w, const struct at *at, const char *shown,
		    const char *rule)
{
	const char *p = path(w, at);

	ob_api_causes_add(w->a, w->causes, INVALID, p,
			  "Invalid value: %s: %s in body %s", shown, p, rule);
}

static void invalid_value(struct validator *w, const struct at *at,
			  const char *rule)
{
	invalid(w, at, ob_api_show(w->a, at->v), rule);
}

/* A sentence about two numbers of things: "should be at least 3 chars long" */
#define RULE(w, ...) ob_arena_printf((w)->a, __VA_ARGS__)

static void wrong_type(struct validator *w, const struct at *at,
		       const char *type, const char *found)
{
	const char *p = path(w, at), *shown = ob_api_quote(w->a, found);

	ob_api_causes_add(w->a, w->causes, "FieldValueTypeInvalid", p,
			  "Invalid value: %s: %s in body must be of type "
			  "%s: %s",
			  shown, p, type, shown);
}

static bool has_type(const struct ob_api_schema *s, const cJSON *v)
{
	if (s->int_or_string)
		return cJSON_IsString(v) || (cJSON_IsNumber(v) && is_whole(v));
	switch (s->type) {
	case OB_API_ANY:
		return true;
	case OB_API_OBJECT:
		return cJSON_IsObject(v);
	case OB_API_ARRAY:
		return cJSON_IsArray(v);
	case OB_API_STRING:
		return cJSON_IsString(v);
	case OB_API_INTEGER:
		return cJSON_IsNumber(v) && is_whole(v);
	case OB_API_NUMBER:
		return cJSON_IsNumber(v);
	case OB_API_BOOLEAN:
		return cJSON_IsBool(v);
	}
	return false;
}

static void check_type(struct validator *w, const struct at *at)
{
	static const char *const names[] = {
		[OB_API_ANY] = "",
		[OB_API_OBJECT] = "object",
		[OB_API_ARRAY] = "array",
		[OB_API_STRING] = "string",
		[OB_API_INTEGER] = "integer",
		[OB_API_NUMBER] = "number",
		[OB_API_BOOLEAN] = "boolean",
	};

	if (!has_type(at->s, at->v))
		wrong_type(w, at,
			   at->s->int_or_string ? "integer,string"
						: names[at->s->type],
			   ob_api_type_name(at->v));
}

/* Characters, not bytes; the text is UTF-8. */
static int64_t length(const char *s)
{
	int64_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static void check_string(struct validator *w, const struct at *at)
{
	const struct ob_api_schema *s = at->s;
	int64_t n = length(at->v->valuestring);

	if (s->max_length >= 0 && n > s->max_length) {
		ob_api_causes_add(w->a, w->causes, "FieldValueTooLong",
				  path(w, at),
				  "Too long: may not be more than %lld bytes",
				  (long long)s->max_length);
		return;
	}
	if (s->min_length >= 0 && n < s->min_length) {
		invalid_value(w, at,
			      RULE(w, "should be at least %lld chars long",
				   (long long)s->min_length));
		return;
	}
	if (s->pattern &&
	    !ob_regex_matches(w->a, s->pattern, at->v->valuestring))
		invalid_value(w, at,
			      RULE(w, "should match '%s'", s->pattern_text));
}

static void check_format(struct validator *w, const struct at *at)
{
	if (at->s->format &&
	    !ob_api_format_valid(at->s->format, at->v->valuestring))
		wrong_type(w, at, at->s->format, at->v->valuestring);
}

static bool is_multiple(double v, double of)
{
	double ratio = v / of;

	return fabs(ratio - round(ratio)) < 1e-9;
}

static void check_number(struct validator *w, const struct at *at)
{
	const struct ob_api_schema *s = at->s;
	double v = at->v->valuedouble;
	const char *shown;

	if (s->multiple_of && !is_multiple(v, s->multiple_of->valuedouble)) {
		shown = ob_json_print(w->a, s->multiple_of);
		invalid_value(w, at,
			      RULE(w, "should be a multiple of %s", shown));
	}
	if (s->maximum &&
	    (v > s->maximum->valuedouble ||
	     (s->exclusive_maximum && v == s->maximum->valuedouble))) {
		shown = ob_json_print(w->a, s->maximum);
		invalid_value(w, at,
			      RULE(w, "should be less than %s%s",
				   s->exclusive_maximum ? "" : "or equal to ",
				   shown));
	}
	if (s->minimum &&
	    (v < s->minimum->valuedouble ||
	     (s->exclusive_minimum && v == s->minimum->valuedouble))) {
		shown = ob_json_print(w->a, s->minimum);
		invalid_value(w, at,
			      RULE(w, "should be greater than %s%s",
				   s->exclusive_minimum ? "" : "or equal to ",
				   shown));
	}
}

static void too_many(struct validator *w, const struct at *at, int64_t n,
		     int64_t most)
{
	ob_api_causes_add(w->a, w->causes, "FieldValueTooMany", path(w, at),
			  "Too many: %lld: must have at most %lld items",
			  (long long)n, (long long)most);
}

struct keyed {
	const char *text;
	size_t index;
};

static int by_text(const void *x, const void *y)
{
	const struct keyed *p = x, *q = y;
	int order = strcmp(p->text, q->text);

	return order ? order : p->index < q->index ? -1 : 1;
}

static int by_index(const void *x, const void *y)
{
	const size_t *p = x, *q = y;

	return *p < *q ? -1 : *p > *q;
}

void ob_api_duplicates(struct ob_arena *a, const char *const *texts, size_t n,
		       struct ob_api_indexes *ret)
{
	struct keyed *all = ob_arena_array(a, n, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = (struct keyed){ texts[i], i };
	if (n)
		qsort(all, n, sizeof(*all), by_text);
	for (size_t i = 1; i < n; i++) {
		bool same = !strcmp(all[i].text, all[i - 1].text);

		if (same &&
		    (i < 2 || strcmp(all[i].text, all[i - 2].text) != 0))
			*OB_PUSH(a, ret) = all[i].index;
	}
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_index);
}

/* The keys of an element of a list-map. */
static cJSON *keys_of(struct validator *w, const struct at *at,
		      const cJSON *element)
{
	cJSON *keys = ob_json_object(w->a);

	for (size_t i = 0; i < at->s->list_keys.n; i++) {
		const char *name = at->s->list_keys.v[i];
		const cJSON *v = ob_json_get(element, name);

		if (v)
			ob_json_set(w->a, keys, name, ob_json_copy(w->a, v));
	}
	return keys;
}

/* The first element of a list-map that is no object is reported. */
static bool all_objects(struct validator *w, const struct at *at)
{
	struct ob_api_place place = { .parent = at->place };

	for (const cJSON *e = at->v->child; e; e = e->next, place.index++) {
		if (cJSON_IsObject(e) || cJSON_IsNull(e))
			continue;
		ob_api_causes_invalid(w->a, w->causes,
				      ob_api_place_print(w->a, &place),
				      ob_api_show(w->a, e),
				      "must be an object for an array of "
				      "list-type map");
		return false;
	}
	return true;
}

static void check_unique(struct validator *w, const struct at *at, size_t n)
{
	bool map = at->s->list_type == OB_API_LIST_MAP;
	const char **texts = ob_arena_array(w->a, n, sizeof(*texts));
	const cJSON **values = ob_arena_array(w->a, n, sizeof(*values));
	struct ob_api_indexes twice = { .n = 0 };
	size_t i = 0;

	if (map && !all_objects(w, at))
		return;
	for (const cJSON *e = at->v->child; e; e = e->next, i++) {
		values[i] = map ? keys_of(w, at, e) : e;
		texts[i] = ob_json_print(w->a, values[i]);
	}
	ob_api_duplicates(w->a, texts, n, &twice);
	for (i = 0; i < twice.n; i++) {
		struct ob_api_place place = { .parent = at->place,
					      .index = twice.v[i] };

		ob_api_causes_add(w->a, w->causes, "FieldValueDuplicate",
				  ob_api_place_print(w->a, &place),
				  "Duplicate value: %s",
				  ob_api_show(w->a, values[twice.v[i]]));
	}
}

static void check_array(struct validator *w, const struct at *at)
{
	const struct ob_api_schema *s = at->s;
	struct ob_api_place place = { .parent = at->place };
	int64_t n = 0;

	for (const cJSON *e = at->v->child; e; e = e->next, n++) {
		struct at below = { s->items, e, &place };

		place.index = (size_t)n;
		if (s->items)
			validate(w, &below);
	}
	if (s->min_items >= 0 && n < s->min_items)
		invalid(w, at, RULE(w, "%lld", (long long)n),
			RULE(w, "should have at least %lld items",
			     (long long)s->min_items));
	if (s->max_items >= 0 && n > s->max_items)
		too_many(w, at, n, s->max_items);
	if (s->list_type == OB_API_LIST_SET || s->list_type == OB_API_LIST_MAP)
		check_unique(w, at, (size_t)n);
}

static void check_choices(struct validator *w, const struct at *at)
{
	const char *all = "";

	if (!at->s->choices)
		return;
	for (const cJSON *c = at->s->choices->child; c; c = c->next) {
		const char *shown = cJSON_IsString(c) ? c->valuestring
						      : ob_json_print(w->a, c);

		if (ob_json_equal(c, at->v))
			return;
		all = ob_arena_printf(w->a, "%s%s%s", all, *all ? ", " : "",
				      ob_api_quote(w->a, shown));
	}
	ob_api_causes_add(w->a, w->causes, "FieldValueNotSupported",
			  path(w, at),
			  "Unsupported value: %s: supported values: %s",
			  ob_api_show(w->a, at->v), all);
}

static void check_required(struct validator *w, const struct at *at)
{
	for (size_t i = 0; i < at->s->required.n; i++) {
		struct ob_api_place place = { .parent = at->place,
					      .key = at->s->required.v[i] };

		if (!ob_json_get(at->v, place.key))
			ob_api_causes_required(w->a, w->causes,
					       ob_api_place_print(w->a, &place),
					       "");
	}
}

static void check_embedded(struct validator *w, const struct at *at)
{
	static const char *const needed[] = { "apiVersion", "kind" };

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		struct ob_api_place place = { .parent = at->place,
					      .key = needed[i] };
		const char *s = ob_json_string(at->v, needed[i]);

		if (!s || !*s)
			ob_api_causes_required(w->a, w->causes,
					       ob_api_place_print(w->a, &place),
					       "must not be empty");
	}
}

static void check_object(struct validator *w, const struct at *at)
{
	const struct ob_api_schema *s = at->s;
	int64_t n = 0;

	for (const cJSON *m = at->v->child; m; m = m->next, n++) {
		struct ob_api_place place = { .parent = at->place,
					      .key = m->string };
		struct at below = { ob_api_schema_member(s, m->string), m,
				    &place };

		/* metadata is for ob_api_meta_validate() */
		if (below.s && below.s != s->meta)
			validate(w, &below);
	}
	check_required(w, at);
	if (s->embedded)
		check_embedded(w, at);
	if (s->min_properties >= 0 && n < s->min_properties)
		invalid(w, at, RULE(w, "%lld", (long long)n),
			RULE(w, "should have at least %lld properties",
			     (long long)s->min_properties));
	if (s->max_properties >= 0 && n > s->max_properties)
		too_many(w, at, n, s->max_properties);
}

/* What a schema of allOf and the like has to say of the value. */
static struct ob_api_causes judge(struct validator *w, const struct at *at,
				  const struct ob_api_schema *s)
{
	struct ob_api_causes found = { .n = 0 };
	struct validator below = { .a = w->a, .causes = &found };
	struct at same = { s, at->v, at->place };

	validate(&below, &same);
	return found;
}

/* These have no field; people know them like that. */
static void no_schema(struct validator *w, const struct at *at,
		      const char *rule)
{
	ob_api_causes_add(w->a, w->causes, INVALID, "<nil>",
			  "Invalid value: \"\": %s must %s",
			  ob_api_quote(w->a, path(w, at)), rule);
}

static void check_some(struct validator *w, const struct at *at,
		       const struct ob_api_schemas *list, bool only_one)
{
	struct ob_api_causes best = { .n = 0 }, found;
	size_t valid = 0;

	for (size_t i = 0; i < list->n; i++) {
		found = judge(w, at, list->v[i]);
		valid += !found.n;
		if (!best.n || (found.n && found.n < best.n))
			best = found;
	}
	if (valid == 1 || (valid && !only_one))
		return;
	if (!only_one)
		no_schema(w, at, "validate at least one schema (anyOf)");
	else
		no_schema(w, at,
			  valid ? RULE(w,
				       "validate one and only one schema "
				       "(oneOf). Found %zu valid alternatives",
				       valid)
				: "validate one and only one schema (oneOf). "
				  "Found none valid");
	if (!valid)
		ob_api_causes_join(w->a, w->causes, &best, "");
}

static void check_all(struct validator *w, const struct at *at)
{
	const struct ob_api_schemas *list = &at->s->all_of;
	struct ob_api_causes found;
	size_t valid = 0;

	for (size_t i = 0; i < list->n; i++) {
		found = judge(w, at, list->v[i]);
		valid += !found.n;
		ob_api_causes_join(w->a, w->causes, &found, "");
	}
	if (valid < list->n)
		no_schema(w, at,
			  valid ? "validate all the schemas (allOf)"
				: "validate all the schemas (allOf). None "
				  "validated");
}

static void check_logic(struct validator *w, const struct at *at)
{
	if (at->s->any_of.n)
		check_some(w, at, &at->s->any_of, false);
	if (at->s->one_of.n)
		check_some(w, at, &at->s->one_of, true);
	if (at->s->all_of.n)
		check_all(w, at);
	if (at->s->negated && !judge(w, at, at->s->negated).n)
		no_schema(w, at, "not validate the schema (not)");
}

static void validate(struct validator *w, const struct at *at)
{
	if (w->causes->n >= MAX_CAUSES ||
	    (cJSON_IsNull(at->v) && at->s->nullable))
		return;
	check_type(w, at);
	check_logic(w, at);
	if (cJSON_IsString(at->v)) {
		check_string(w, at);
		check_format(w, at);
	}
	if (cJSON_IsNumber(at->v))
		check_number(w, at);
	if (cJSON_IsArray(at->v))
		check_array(w, at);
	check_choices(w, at);
	if (cJSON_IsObject(at->v))
		check_object(w, at);
}

void ob_api_schema_validate(struct ob_arena *a, const struct ob_api_schema *s,
			    const cJSON *object, struct ob_api_causes *causes)
{
	struct validator w = { .a = a, .causes = causes };
	struct at root = { s, object, NULL };

	if (s)
		validate(&w, &root);
}
