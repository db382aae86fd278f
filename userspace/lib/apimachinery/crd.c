// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/crd.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "apimachinery/causes.h"
#include "apimachinery/meta.h"
#include "apimachinery/table.h"

#define MAX_VERSIONS 100

struct compiler {
	struct ob_arena *a;
	const cJSON *spec;
	struct ob_api_causes *causes;
	struct ob_api_resource *r;
	bool same_schemas, same_columns; /* in all versions */
};

static void required(struct compiler *c, const char *field, const char *detail)
{
	ob_api_causes_required(c->a, c->causes, field, detail);
}

static void invalid(struct compiler *c, const char *field, const char *value,
		    const char *detail)
{
	ob_api_causes_invalid(c->a, c->causes, field, ob_api_quote(c->a, value),
			      detail);
}

static char *lower(struct ob_arena *a, const char *s)
{
	char *out = ob_arena_strdup(a, s);

	for (char *c = out; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return out;
}

static void set_missing(struct ob_arena *a, cJSON *object, const char *key,
			const char *value)
{
	const char *is = ob_json_string(object, key);

	if (!is || !*is)
		ob_json_set_string(a, object, key, value);
}

void ob_api_crd_default(struct ob_arena *a, cJSON *crd)
{
	cJSON *spec = ob_json_get(crd, "spec"), *conversion;
	cJSON *names = ob_json_get(spec, "names");
	const char *kind = ob_json_string(names, "kind");

	if (!cJSON_IsObject(spec))
		return;
	if (kind && *kind) {
		set_missing(a, names, "singular", lower(a, kind));
		set_missing(a, names, "listKind",
			    ob_arena_printf(a, "%sList", kind));
	}
	if (ob_json_get(spec, "conversion"))
		return;
	conversion = ob_json_object(a);
	ob_json_set_string(a, conversion, "strategy", "None");
	ob_json_set(a, spec, "conversion", conversion);
}

/* A DNS label that begins with a letter (RFC 1035). */
static bool is_label(const char *s)
{
	return ob_api_name_valid(s, true) && isalpha((unsigned char)*s);
}

#define LABEL_RULE                                                             \
	"a DNS-1035 label must consist of lower case alphanumeric characters " \
	"or '-', start with an alphabetic character, and end with an "         \
	"alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used "   \
	"for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"

/* "" and a cause when it is missing or no label; any_case: as a kind is. */
static const char *take_name(struct compiler *c, const char *key, bool any_case)
{
	const char *field = ob_arena_printf(c->a, "spec.names.%s", key);
	const char *name = ob_json_string(ob_json_get(c->spec, "names"), key);

	if (!name || !*name) {
		required(c, field, "");
		return "";
	}
	if (!is_label(any_case ? lower(c->a, name) : name))
		invalid(c, field, name,
			any_case ? "may have mixed case, but should otherwise "
				   "match: " LABEL_RULE
				 : LABEL_RULE);
	return name;
}

static const char *const *take_list(struct compiler *c, const char *key,
				    size_t *ret_n)
{
	const cJSON *list = ob_json_get(ob_json_get(c->spec, "names"), key);
	size_t n = 0;
	const char **v;

	for (const cJSON *e = list ? list->child : NULL; e; e = e->next)
		n++;
	v = ob_arena_array(c->a, n, sizeof(*v));
	n = 0;
	for (const cJSON *e = list ? list->child : NULL; e; e = e->next) {
		const char *s = cJSON_IsString(e) ? e->valuestring : "";

		if (!is_label(s))
			invalid(c,
				ob_arena_printf(c->a, "spec.names.%s[%zu]", key,
						n),
				s, LABEL_RULE);
		v[n++] = s;
	}
	*ret_n = n;
	return v;
}

static void take_names(struct compiler *c)
{
	struct ob_api_resource *r = c->r;
	const cJSON *names = ob_json_get(c->spec, "names");
	const char *s;

	r->plural = take_name(c, "plural", false);
	r->kind = take_name(c, "kind", true);
	s = ob_json_string(names, "singular");
	r->singular = s && *s ? take_name(c, "singular", false)
			      : lower(c->a, r->kind);
	s = ob_json_string(names, "listKind");
	r->list_kind = s && *s ? take_name(c, "listKind", true)
			       : ob_arena_printf(c->a, "%sList", r->kind);
	if (*r->kind && !strcmp(r->kind, r->list_kind))
		invalid(c, "spec.names.listKind", r->list_kind,
			"kind and listKind may not be the same");
	r->short_names = take_list(c, "shortNames", &r->n_short_names);
	r->categories = take_list(c, "categories", &r->n_categories);
}

static void take_scope(struct compiler *c)
{
	const char *scope = ob_json_string(c->spec, "scope");

	c->r->namespaced = scope && !strcmp(scope, "Namespaced");
	if (!scope || !*scope)
		required(c, "spec.scope", "");
	else if (!c->r->namespaced && strcmp(scope, "Cluster") != 0)
		ob_api_causes_add(c->a, c->causes, "FieldValueNotSupported",
				  "spec.scope",
				  "Unsupported value: %s: supported values: "
				  "\"Cluster\", \"Namespaced\"",
				  ob_api_quote(c->a, scope));
}

static const char *text(const cJSON *object, const char *key)
{
	const char *s = ob_json_string(object, key);

	return s ? s : "";
}

static void check_own_name(struct compiler *c, const cJSON *crd)
{
	const char *name = ob_json_string(crd, "metadata.name");
	const char *want = ob_arena_printf(
		c->a, "%s.%s", text(ob_json_get(c->spec, "names"), "plural"),
		text(c->spec, "group"));

	if (!name || strcmp(name, want) != 0)
		invalid(c, "metadata.name", name ? name : "",
			"must be spec.names.plural+\".\"+spec.group");
}

static void take_group(struct compiler *c)
{
	const char *group = text(c->spec, "group");
	const char *problem = ob_api_subdomain_problem(group);

	c->r->group = group;
	if (!*group)
		required(c, "spec.group", "");
	else if (problem)
		invalid(c, "spec.group", group, problem);
	else if (!strchr(group, '.'))
		invalid(c, "spec.group", group,
			"should be a domain with at least one dot");
}

static bool one_of(const char *s, const char *const *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(all[i], s))
			return true;
	return false;
}

#define TYPES "boolean,date,integer,number,string"

static void check_column_type(struct compiler *c, const char *field,
			      const struct ob_api_column *column)
{
	static const char *const types[] = { "boolean", "date", "integer",
					     "number", "string" };
	const char *f = ob_arena_printf(c->a, "%s.type", field);

	if (!*column->type)
		required(c, f, "must be one of " TYPES);
	else if (!one_of(column->type, types, ARRAY_SIZE(types)))
		invalid(c, f, column->type, "must be one of " TYPES);
}

static void check_column_format(struct compiler *c, const char *field,
				const struct ob_api_column *column)
{
	static const char *const formats[] = { "byte",	 "date",    "date-time",
					       "double", "float",   "int32",
					       "int64",	 "password" };

	if (*column->format &&
	    !one_of(column->format, formats, ARRAY_SIZE(formats)))
		invalid(c, ob_arena_printf(c->a, "%s.format", field),
			column->format,
			"must be one of byte,date,date-time,double,float,int32,"
			"int64,password");
}

static void check_column(struct compiler *c, const char *field,
			 const struct ob_api_column *column)
{
	struct ob_status status = OB_STATUS_INIT;
	const char *f = ob_arena_printf(c->a, "%s.JSONPath", field);

	if (!*column->name)
		required(c, ob_arena_printf(c->a, "%s.name", field), "");
	check_column_type(c, field, column);
	check_column_format(c, field, column);
	if (!*column->json_path)
		required(c, f, "");
	else if (*column->json_path != '.')
		invalid(c, f, column->json_path,
			"must be a simple json path starting with .");
	else if (ob_api_path_check(column->json_path, &status) < 0)
		invalid(c, f, column->json_path, status.message);
}

static void take_column(struct compiler *c, const cJSON *json,
			const char *field, struct ob_api_column *ret)
{
	int64_t priority = 0;

	ob_json_int(json, "priority", &priority);
	ret->name = text(json, "name");
	ret->type = text(json, "type");
	ret->format = text(json, "format");
	ret->description = text(json, "description");
	ret->json_path = text(json, "jsonPath");
	ret->priority = (int)(priority > 1000 ? 1000 : priority);
	if (!*ret->description)
		ret->description = ob_arena_printf(
			c->a,
			"Custom resource definition column (in JSONPath "
			"format): %s",
			ret->json_path);
	check_column(c, field, ret);
}

static void take_columns(struct compiler *c, const cJSON *json, size_t index,
			 struct ob_api_version *v)
{
	const cJSON *list = ob_json_get(json, "additionalPrinterColumns");
	size_t n = list ? (size_t)cJSON_GetArraySize(list) : 0, i = 0;
	struct ob_api_column *columns;

	columns = ob_arena_array(c->a, n, sizeof(*columns));
	for (const cJSON *e = list ? list->child : NULL; e; e = e->next, i++) {
		const char *field =
			c->same_columns
				? ob_arena_printf(
					  c->a,
					  "spec.additionalPrinterColumns[%zu]",
					  i)
				: ob_arena_printf(
					  c->a,
					  "spec.versions[%zu]."
					  "additionalPrinterColumns[%zu]",
					  index, i);

		take_column(c, e, field, &columns[i]);
	}
	v->columns = columns;
	v->n_columns = n;
}

static const cJSON *schema_of(const cJSON *version)
{
	return ob_json_get(ob_json_get(version, "schema"), "openAPIV3Schema");
}

static void take_schema(struct compiler *c, const cJSON *json, size_t index,
			struct ob_api_version *v)
{
	struct ob_api_causes found = { .n = 0 };
	const char *field;

	v->openapi = schema_of(json);
	if (!v->openapi) {
		field = ob_arena_printf(
			c->a, "spec.versions[%zu].schema.openAPIV3Schema",
			index);
		required(c, field, "schemas are required");
		return;
	}
	field = c->same_schemas
			? "spec.validation.openAPIV3Schema"
			: ob_arena_printf(
				  c->a,
				  "spec.versions[%zu].schema.openAPIV3Schema",
				  index);
	(void)ob_api_schema_compile(c->a, v->openapi, &v->schema, &found);
	ob_api_causes_join(c->a, c->causes, &found, field);
}

static void take_version(struct compiler *c, const cJSON *json, size_t index,
			 struct ob_api_version *v)
{
	const cJSON *subresources = ob_json_get(json, "subresources");

	v->name = text(json, "name");
	if (!is_label(v->name))
		invalid(c,
			ob_arena_printf(c->a, "spec.versions[%zu].name", index),
			v->name, LABEL_RULE);
	v->served = ob_json_bool(json, "served", false);
	v->deprecated = ob_json_bool(json, "deprecated", false);
	v->has_status = cJSON_IsObject(ob_json_get(subresources, "status"));
	take_columns(c, json, index, v);
	take_schema(c, json, index, v);
}

/* Internally what is the same in all versions stands once, at the top; this is
 * the path that kube-apiserver then shows. */
static bool same_in_all(const cJSON *versions,
			const cJSON *(*get)(const cJSON *version))
{
	const cJSON *first = get(versions->child);

	for (const cJSON *v = versions->child; v; v = v->next)
		if (!ob_json_equal(get(v), first))
			return false;
	return true;
}

static const cJSON *columns_of(const cJSON *version)
{
	return ob_json_get(version, "additionalPrinterColumns");
}

/* Newest first; insertion, as there are few. */
static void sort_versions(struct ob_api_version *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct ob_api_version one = v[i];
		size_t at = i;

		for (; at > 0 &&
		       ob_api_version_compare(one.name, v[at - 1].name) > 0;
		     at--)
			v[at] = v[at - 1];
		v[at] = one;
	}
}

static void find_storage(struct compiler *c, const cJSON *versions)
{
	const char *name = NULL;
	size_t stored = 0;

	for (const cJSON *v = versions->child; v; v = v->next) {
		if (!ob_json_bool(v, "storage", false))
			continue;
		stored++;
		name = text(v, "name");
	}
	if (stored != 1)
		ob_api_causes_invalid(c->a, c->causes, "spec.versions",
				      ob_json_print(c->a, versions),
				      "must have exactly one version marked as "
				      "storage version");
	for (size_t i = 0; name && i < c->r->n_versions; i++)
		if (!strcmp(c->r->versions[i].name, name))
			c->r->storage = i;
}

static void check_unique(struct compiler *c, const cJSON *versions)
{
	for (size_t i = 1; i < c->r->n_versions; i++)
		if (!strcmp(c->r->versions[i].name,
			    c->r->versions[i - 1].name)) {
			ob_api_causes_invalid(
				c->a, c->causes, "spec.versions",
				ob_json_print(c->a, versions),
				"must contain unique version names");
			return;
		}
}

static void take_versions(struct compiler *c)
{
	const cJSON *versions = ob_json_get(c->spec, "versions");
	size_t n = cJSON_IsArray(versions)
			   ? (size_t)cJSON_GetArraySize(versions)
			   : 0;
	struct ob_api_version *all;
	size_t i = 0;

	if (!n || n > MAX_VERSIONS) {
		ob_api_causes_invalid(c->a, c->causes, "spec.versions",
				      n ? "..." : "null",
				      n ? "has too many versions"
					: "must have exactly one version "
					  "marked as storage version");
		return;
	}
	c->same_schemas = same_in_all(versions, schema_of);
	c->same_columns = same_in_all(versions, columns_of);
	all = ob_arena_array(c->a, n, sizeof(*all));
	for (const cJSON *v = versions->child; v; v = v->next, i++)
		take_version(c, v, i, &all[i]);
	sort_versions(all, n);
	c->r->versions = all;
	c->r->n_versions = n;
	find_storage(c, versions);
	check_unique(c, versions);
}

static void check_conversion(struct compiler *c)
{
	const char *strategy = ob_json_string(c->spec, "conversion.strategy");

	if (strategy && *strategy && strcmp(strategy, "None") != 0)
		ob_api_causes_add(c->a, c->causes, "FieldValueNotSupported",
				  "spec.conversion.strategy",
				  "Unsupported value: %s: supported values: "
				  "\"None\"",
				  ob_api_quote(c->a, strategy));
}

static bool has_failure(const struct ob_api_causes *causes, size_t from)
{
	for (size_t i = from; i < causes->n; i++)
		if (strcmp(causes->v[i].type, "Warning") != 0)
			return true;
	return false;
}

int ob_api_crd_compile(struct ob_arena *a, const cJSON *crd,
		       struct ob_api_resource **ret,
		       struct ob_api_causes *causes)
{
	struct compiler c = { .a = a,
			      .spec = ob_json_get(crd, "spec"),
			      .causes = causes };
	size_t before = causes->n;

	if (!cJSON_IsObject(c.spec)) {
		required(&c, "spec", "");
		return -EINVAL;
	}
	c.r = ob_arena_alloc(a, sizeof(*c.r));
	c.r->custom = true;
	check_own_name(&c, crd);
	take_group(&c);
	take_scope(&c);
	take_versions(&c);
	take_names(&c);
	check_conversion(&c);
	if (has_failure(causes, before))
		return -EINVAL;
	*ret = c.r;
	return 0;
}
