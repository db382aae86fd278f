// SPDX-License-Identifier: Apache-2.0
/*
 * OpenAPI documents: definitions of the types that are served, and paths with
 * the parameters by which kubectl knows what it may ask of the server.
 */
#include "apimachinery/discovery.h"

#include <inttypes.h>
#include <string.h>

#include "apimachinery/model.h"

#define GVK	 "x-kubernetes-group-version-kind"
#define V2_REFS	 "#/definitions/"
#define V3_REFS	 "#/components/schemas/"
#define META	 "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
#define PRESERVE "x-kubernetes-preserve-unknown-fields"

struct maker {
	struct ob_arena *a;
	const char *refs;
	cJSON *definitions;
	bool v3;
};

static void set_reference(const struct maker *k, cJSON *object, const char *key,
			  const char *name)
{
	cJSON *ref = ob_json_object(k->a);

	ob_json_set_string(k->a, ref, "$ref",
			   ob_arena_printf(k->a, "%s%s", k->refs, name));
	ob_json_set(k->a, object, key, ref);
}

static cJSON *gvk(const struct maker *k, const struct ob_api_resource *r,
		  const char *version)
{
	cJSON *v = ob_json_object(k->a);

	ob_json_set_string(k->a, v, "group", r->group);
	ob_json_set_string(k->a, v, "kind", r->kind);
	ob_json_set_string(k->a, v, "version", version);
	return v;
}

static const char *model_name(struct ob_arena *a, const struct ob_api_model *m)
{
	const char *dot = strrchr(m->name, '.');

	return ob_arena_printf(a, "%s.%s", m->package, dot ? dot + 1 : m->name);
}

/* A group backwards: io.octopus.v1alpha1.Peer */
static const char *custom_name(struct ob_arena *a,
			       const struct ob_api_resource *r,
			       const char *version)
{
	const char *name = "", *group = r->group;

	while (*group) {
		size_t n = strcspn(group, ".");

		name = ob_arena_printf(a, "%.*s.%s", (int)n, group, name);
		group += n + (group[n] == '.');
	}
	return ob_arena_printf(a, "%s%s.%s", name, version, r->kind);
}

static bool is_named(const struct ob_api_model *m, const char *name)
{
	const char *dot = strrchr(m->name, '.');
	size_t n = strlen(m->package);

	return !strncmp(name, m->package, n) && name[n] == '.' &&
	       !strcmp(name + n + 1, dot ? dot + 1 : m->name);
}

static void add_model(const struct maker *k, const struct ob_api_model *m);

/* The models that a definition refers to. */
static void add_referred(const struct maker *k, const cJSON *v)
{
	const struct ob_api_model *m;

	for (const cJSON *c = v->child; c; c = c->next) {
		const char *ref = cJSON_IsString(c) && c->string &&
						  !strcmp(c->string, "$ref")
					  ? c->valuestring + strlen(k->refs)
					  : NULL;

		if (!ref) {
			add_referred(k, c);
			continue;
		}
		for (size_t i = 0; (m = ob_api_model_at(i)); i++)
			if (is_named(m, ref))
				add_model(k, m);
	}
}

static void add_model(const struct maker *k, const struct ob_api_model *m)
{
	const char *name = model_name(k->a, m);
	cJSON *definition;

	if (ob_json_get(k->definitions, name))
		return;
	definition = ob_api_model_definition(k->a, m, k->refs);
	ob_json_set(k->a, k->definitions, name, definition);
	add_referred(k, definition);
}

/* OpenAPI 2 has no words for these. */
static void strip_for_v2(const struct maker *k, cJSON *schema)
{
	static const char *const keys[] = { "nullable", "oneOf", "anyOf",
					    "allOf", "not" };
	bool preserve = ob_json_bool(schema, PRESERVE, false);

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		ob_json_set(k->a, schema, keys[i], NULL);
	/* A kubectl that reads this refuses fields that are not named. */
	if (preserve) {
		ob_json_set(k->a, schema, "properties", NULL);
		ob_json_set(k->a, schema, "items", NULL);
		ob_json_set(k->a, schema, "type", NULL);
	}
}

static void strip(const struct maker *k, cJSON *schema)
{
	cJSON *below;

	if (!cJSON_IsObject(schema))
		return;
	if (!k->v3)
		strip_for_v2(k, schema);
	strip(k, ob_json_get(schema, "items"));
	strip(k, ob_json_get(schema, "additionalProperties"));
	below = ob_json_get(schema, "properties");
	for (cJSON *p = below ? below->child : NULL; p; p = p->next)
		strip(k, p);
}

static cJSON *string_property(const struct maker *k, const char *about)
{
	cJSON *s = ob_json_object(k->a);

	ob_json_set_string(k->a, s, "type", "string");
	ob_json_set_string(k->a, s, "description", about);
	return s;
}

static void add_meta(const struct maker *k, cJSON *schema)
{
	cJSON *properties = ob_json_get(schema, "properties");

	if (!properties) {
		properties = ob_json_object(k->a);
		ob_json_set(k->a, schema, "properties", properties);
	}
	ob_json_set(k->a, properties, "apiVersion",
		    string_property(k, "Group and version of the object."));
	ob_json_set(k->a, properties, "kind",
		    string_property(k, "Kind of the object."));
	set_reference(k, properties, "metadata", META);
}

static cJSON *custom_definition(const struct maker *k,
				const struct ob_api_version *v)
{
	cJSON *schema = v->openapi ? ob_json_copy(k->a, v->openapi)
				   : ob_json_object(k->a);

	ob_json_set_string(k->a, schema, "type", "object");
	strip(k, schema);
	if (ob_json_get(schema, "type"))
		add_meta(k, schema);
	return schema;
}

static void add_kind(const struct maker *k, const struct ob_api_resource *r,
		     const struct ob_api_version *v)
{
	const struct ob_api_model *m =
		r->custom ? NULL : ob_api_model_of(r->group, r->kind);
	const char *name =
		m ? model_name(k->a, m) : custom_name(k->a, r, v->name);
	cJSON *kinds = ob_json_array(k->a);

	if (m)
		add_model(k, m);
	else
		ob_json_set(k->a, k->definitions, name,
			    custom_definition(k, v));
	ob_json_append(k->a, kinds, gvk(k, r, v->name));
	ob_json_set(k->a, ob_json_get(k->definitions, name), GVK, kinds);
	if (!m)
		add_referred(k, ob_json_get(k->definitions, name));
}

static cJSON *parameter(const struct maker *k, const char *name, const char *in,
			const char *type)
{
	cJSON *p = ob_json_object(k->a), *schema;

	ob_json_set_string(k->a, p, "name", name);
	ob_json_set_string(k->a, p, "in", in);
	if (!strcmp(in, "path"))
		ob_json_set_bool(k->a, p, "required", true);
	if (!k->v3) {
		ob_json_set_string(k->a, p, "type", type);
		return p;
	}
	schema = ob_json_object(k->a);
	ob_json_set_string(k->a, schema, "type", type);
	ob_json_set(k->a, p, "schema", schema);
	return p;
}

static cJSON *responses(const struct maker *k)
{
	cJSON *all = ob_json_object(k->a), *ok = ob_json_object(k->a);

	ob_json_set_string(k->a, ok, "description", "OK");
	ob_json_set(k->a, all, "200", ok);
	return all;
}

/* action: as x-kubernetes-action has it. */
static void add_operation(const struct maker *k, cJSON *path,
			  const char *method, const char *action, cJSON *kind)
{
	static const char *const writes[] = { "dryRun", "fieldManager",
					      "fieldValidation" };
	cJSON *o = ob_json_object(k->a), *parameters = ob_json_array(k->a);
	bool changes =
		strcmp(method, "get") != 0 && strcmp(method, "delete") != 0;

	for (size_t i = 0; changes && i < ARRAY_SIZE(writes); i++)
		ob_json_append(k->a, parameters,
			       parameter(k, writes[i], "query", "string"));
	if (!strcmp(method, "patch"))
		ob_json_append(k->a, parameters,
			       parameter(k, "force", "query", "boolean"));
	if (!strcmp(method, "delete"))
		ob_json_append(k->a, parameters,
			       parameter(k, "dryRun", "query", "string"));
	ob_json_set(k->a, o, "parameters", parameters);
	ob_json_set(k->a, o, "responses", responses(k));
	ob_json_set_string(k->a, o, "x-kubernetes-action", action);
	ob_json_set(k->a, o, GVK, ob_json_copy(k->a, kind));
	ob_json_set(k->a, path, method, o);
}

static void add_path(const struct maker *k, cJSON *paths, const char *path,
		     bool namespaced, bool named, cJSON *kind)
{
	cJSON *item = ob_json_object(k->a), *parameters = ob_json_array(k->a);

	if (named) {
		add_operation(k, item, "get", "get", kind);
		add_operation(k, item, "put", "put", kind);
		add_operation(k, item, "patch", "patch", kind);
		add_operation(k, item, "delete", "delete", kind);
		ob_json_append(k->a, parameters,
			       parameter(k, "name", "path", "string"));
	} else {
		add_operation(k, item, "get", "list", kind);
		add_operation(k, item, "post", "post", kind);
	}
	if (namespaced)
		ob_json_append(k->a, parameters,
			       parameter(k, "namespace", "path", "string"));
	if (parameters->child)
		ob_json_set(k->a, item, "parameters", parameters);
	ob_json_set(k->a, paths, path, item);
}

static void add_paths(const struct maker *k, cJSON *paths,
		      const struct ob_api_resource *r,
		      const struct ob_api_version *v)
{
	const char *base =
		ob_arena_printf(k->a, "%s%s/%s", *r->group ? "/apis/" : "/api",
				r->group, v->name);
	cJSON *kind = gvk(k, r, v->name);

	base = ob_arena_printf(k->a, "%s%s/%s", base,
			       r->namespaced ? "/namespaces/{namespace}" : "",
			       r->plural);
	add_path(k, paths, base, r->namespaced, false, kind);
	base = ob_arena_printf(k->a, "%s/{name}", base);
	add_path(k, paths, base, r->namespaced, true, kind);
	if (v->has_status)
		add_path(k, paths, ob_arena_printf(k->a, "%s/status", base),
			 r->namespaced, true, kind);
}

static cJSON *document(struct ob_arena *a, const char *key, const char *version)
{
	cJSON *v = ob_json_object(a), *info = ob_json_object(a);

	ob_json_set_string(a, v, key, version);
	ob_json_set_string(a, info, "title", "Kubernetes");
	ob_json_set_string(a, info, "version", "v1.32.0");
	ob_json_set(a, v, "info", info);
	return v;
}

cJSON *ob_api_openapi_v2(struct ob_arena *a, const struct ob_api_catalog *c)
{
	struct maker k = { .a = a, .refs = V2_REFS };
	cJSON *v = document(a, "swagger", "2.0"), *paths = ob_json_object(a);

	k.definitions = ob_json_object(a);
	for (size_t i = 0; i < c->n; i++) {
		const struct ob_api_resource *r = c->v[i];

		for (size_t j = 0; j < r->n_versions; j++) {
			if (!r->versions[j].served)
				continue;
			add_kind(&k, r, &r->versions[j]);
			add_paths(&k, paths, r, &r->versions[j]);
		}
	}
	ob_json_set(a, v, "paths", paths);
	ob_json_set(a, v, "definitions", k.definitions);
	return v;
}

cJSON *ob_api_openapi_v3(struct ob_arena *a, const struct ob_api_catalog *c,
			 const char *group, const char *version)
{
	struct maker k = { .a = a, .refs = V3_REFS, .v3 = true };
	cJSON *v = document(a, "openapi", "3.0.0"), *paths = ob_json_object(a);
	cJSON *components = ob_json_object(a);

	k.definitions = ob_json_object(a);
	for (size_t i = 0; i < c->n; i++) {
		const struct ob_api_version *served;

		if (strcmp(c->v[i]->group, group) != 0)
			continue;
		served = ob_api_resource_version(c->v[i], version);
		if (!served)
			continue;
		add_kind(&k, c->v[i], served);
		add_paths(&k, paths, c->v[i], served);
	}
	if (!paths->child)
		return NULL;
	ob_json_set(a, v, "paths", paths);
	ob_json_set(a, components, "schemas", k.definitions);
	ob_json_set(a, v, "components", components);
	return v;
}

/* FNV-1a, which is enough to tell a document from the one before. */
static const char *digest(struct ob_arena *a, const cJSON *v)
{
	uint64_t h = 0xcbf29ce484222325;

	for (const char *s = ob_json_print(a, v); *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return ob_arena_printf(a, "%016" PRIX64, h);
}

static void add_index(struct ob_arena *a, const struct ob_api_catalog *c,
		      cJSON *paths, const char *group, const char *version)
{
	const char *path = ob_arena_printf(
		a, "%s%s/%s", *group ? "apis/" : "api", group, version);
	cJSON *entry, *v;

	if (ob_json_get(paths, path))
		return;
	v = ob_api_openapi_v3(a, c, group, version);
	if (!v)
		return;
	entry = ob_json_object(a);
	ob_json_set_string(a, entry, "serverRelativeURL",
			   ob_arena_printf(a, "/openapi/v3/%s?hash=%s", path,
					   digest(a, v)));
	ob_json_set(a, paths, path, entry);
}

cJSON *ob_api_openapi_v3_index(struct ob_arena *a,
			       const struct ob_api_catalog *c)
{
	cJSON *v = ob_json_object(a), *paths = ob_json_object(a);

	for (size_t i = 0; i < c->n; i++)
		for (size_t j = 0; j < c->v[i]->n_versions; j++)
			if (c->v[i]->versions[j].served)
				add_index(a, c, paths, c->v[i]->group,
					  c->v[i]->versions[j].name);
	ob_json_set(a, v, "paths", paths);
	return v;
}
