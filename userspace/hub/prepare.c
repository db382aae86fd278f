// SPDX-License-Identifier: Apache-2.0
#include "hub/prepare.h"

#include <errno.h>
#include <string.h>

#include "apimachinery/crd.h"
#include "apimachinery/meta.h"
#include "hub/base64.h"
#include "hub/naming.h"
#include "hub/persist.h"
#include "hub/validate.h"

#define MAX_MANAGER 128

/* --- options --- */

/* "kubectl" of "kubectl/v1.32 (linux/amd64)". */
static const char *agent_name(struct ob_hub_call *c)
{
	const char *agent = c->x->user_agent;

	if (!agent || !*agent)
		return "unknown";
	return ob_arena_printf(c->a, "%.*s", (int)strcspn(agent, "/"), agent);
}

static int manager_parse(struct ob_hub_call *c)
{
	const char *s = ob_hub_route_param(&c->route, "fieldManager");

	c->manager = s && *s ? s : agent_name(c);
	if (strlen(c->manager) <= MAX_MANAGER)
		return 0;
	if (c->manager != s) { /* nobody chose it */
		c->manager =
			ob_arena_printf(c->a, "%.*s", MAX_MANAGER, c->manager);
		return 0;
	}
	return ob_hub_call_fail(c, 422, "Invalid",
				"fieldManager: Too long: may not be more than "
				"%d bytes",
				MAX_MANAGER);
}

static int validation_parse(struct ob_hub_call *c)
{
	const char *s = ob_hub_route_param(&c->route, "fieldValidation");

	if (!s || !*s || strcmp(s, "Warn") == 0)
		c->validation = OB_HUB_VALIDATE_WARN;
	else if (strcmp(s, "Ignore") == 0)
		c->validation = OB_HUB_VALIDATE_IGNORE;
	else if (strcmp(s, "Strict") == 0)
		c->validation = OB_HUB_VALIDATE_STRICT;
	else
		return ob_hub_call_fail(
			c, 422, "Invalid",
			"fieldValidation: Unsupported value: \"%s\": supported "
			"values: \"\", \"Ignore\", \"Strict\", \"Warn\"",
			s);
	return 0;
}

int ob_hub_prepare_options(struct ob_hub_call *c)
{
	const char *dry = ob_hub_route_param(&c->route, "dryRun");
	int r;

	if (dry && *dry && strcmp(dry, "All") != 0)
		return ob_hub_call_fail(c, 422, "Invalid",
					"dryRun: Unsupported value: \"%s\": "
					"supported values: \"All\"",
					dry);
	c->dry_run = dry && *dry;
	c->force = ob_hub_route_flag(&c->route, "force");
	r = manager_parse(c);
	return r < 0 ? r : validation_parse(c);
}

/* --- type and place --- */

int ob_hub_prepare_type(struct ob_hub_call *c, cJSON *object)
{
	const char *version = ob_json_string(object, "apiVersion");
	const char *kind = ob_json_string(object, "kind");
	const char *want = ob_hub_kind_api_version(c->a, c->kind, c->version);
	bool strict = c->kind->r->custom;

	if (strict && (!kind || !*kind))
		return ob_hub_call_fail(c, 400, "BadRequest",
					"Object 'Kind' is missing in the "
					"object provided");
	if (strict && (!version || !*version))
		return ob_hub_call_fail(c, 400, "BadRequest",
					"Object 'apiVersion' is missing in the "
					"object provided");
	if (version && *version && strcmp(version, want) != 0)
		return ob_hub_call_fail(
			c, 400, "BadRequest",
			"the API version in the data (%s) does not match the "
			"expected API version (%s)",
			version, want);
	if (kind && *kind && strcmp(kind, c->kind->r->kind) != 0)
		return ob_hub_call_fail(
			c, 400, "BadRequest",
			"the kind in the data (%s) does not match the expected "
			"kind (%s)",
			kind, c->kind->r->kind);
	ob_hub_persist_head(c->a, object, want, c->kind->r->kind);
	if (!cJSON_IsObject(ob_json_get(object, "metadata")))
		ob_json_set(c->a, object, "metadata", ob_json_object(c->a));
	return 0;
}

int ob_hub_prepare_place(struct ob_hub_call *c, cJSON *object, const char *name)
{
	const char *ns = ob_json_string(object, "metadata.namespace");
	const char *own = ob_json_string(object, "metadata.name");
	cJSON *meta = ob_json_get(object, "metadata");

	if (ns && *ns && strcmp(ns, c->route.namespace) != 0)
		return ob_hub_call_fail(
			c, 400, "BadRequest",
			"the namespace of the provided object does not match "
			"the namespace sent on the request");
	if (c->kind->r->namespaced)
		ob_json_set_string(c->a, meta, "namespace", c->route.namespace);
	else
		ob_json_set(c->a, meta, "namespace", NULL);
	if (!name)
		return 0;
	if (own && *own && strcmp(own, name) != 0)
		return ob_hub_call_fail(
			c, 400, "BadRequest",
			"the name of the object (%s) does not match the name "
			"on the URL (%s)",
			own, name);
	ob_json_set_string(c->a, meta, "name", name);
	return 0;
}

static int terminating(struct ob_hub_call *c, const char *ns, const char *name)
{
	struct ob_api_causes causes = { 0 };

	ob_api_causes_add(c->a, &causes, "NamespaceTerminating",
			  "metadata.namespace",
			  "namespace %s is being terminated", ns);
	return ob_hub_call_fail_object(
		c, 403, "Forbidden", name, &causes,
		"%s \"%s\" is forbidden: unable to create new content in "
		"namespace %s because it is being terminated",
		ob_hub_kind_resource(c->a, c->kind), name, ns);
}

int ob_hub_prepare_namespace(struct ob_hub_call *c, const char *name)
{
	const char *ns_name = c->route.namespace;
	const struct ob_hub_kind *k =
		ob_hub_catalog_find(c->hub->catalog, "", "namespaces");
	cJSON *ns;
	int r;

	if (!c->kind->r->namespaced)
		return 0;
	r = ob_hub_persist_get(c->hub, k, NULL, "", ns_name, c->a, &ns);
	if (r == -ENOENT) {
		ob_hub_call_reply(c, 404,
				  ob_api_status(c->a, 404, "NotFound",
						ob_arena_printf(c->a,
								"namespaces "
								"\"%s\" not "
								"found",
								ns_name),
						"", "namespaces", ns_name,
						NULL));
		return -ENOENT;
	}
	if (r < 0)
		return ob_hub_call_error(c, r);
	if (ob_json_string(ns, "metadata.deletionTimestamp"))
		return terminating(c, ns_name, name);
	return 0;
}

/* --- fields --- */

static const char *name_of(const cJSON *object)
{
	const char *name = ob_json_string(object, "metadata.name");

	return name ? name : "";
}

static int unknown_refuse(struct ob_hub_call *c, const cJSON *object,
			  const struct ob_api_causes *unknown)
{
	struct ob_api_causes causes = { 0 };
	const char *s = "";

	for (size_t i = 0; i < unknown->n; i++)
		s = ob_arena_printf(c->a, "%s%s%s", s, i ? ", " : "",
				    unknown->v[i].message);
	if (c->route.verb != OB_HUB_PATCH)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"%s in version \"%s\" cannot be "
					"handled as a %s: strict decoding "
					"error: %s",
					c->kind->r->kind, c->version->name,
					c->kind->r->kind, s);
	ob_api_causes_add(c->a, &causes, "FieldValueInvalid", "patch",
			  "Invalid value: %s: strict decoding error: %s",
			  ob_json_print(c->a, object), s);
	return ob_hub_call_invalid(c, name_of(object), &causes);
}

int ob_hub_prepare_prune(struct ob_hub_call *c, cJSON *object)
{
	struct ob_api_causes unknown = { 0 };

	if (!c->version->schema)
		return 0;
	ob_api_schema_prune(c->a, c->version->schema, object, &unknown);
	if (unknown.n && c->validation == OB_HUB_VALIDATE_STRICT)
		return unknown_refuse(c, object, &unknown);
	for (size_t i = 0; i < unknown.n; i++)
		if (c->validation == OB_HUB_VALIDATE_WARN)
			ob_hub_call_warn(c, unknown.v[i].message);
	return 0;
}

int ob_hub_prepare_fields(struct ob_hub_call *c, cJSON *object)
{
	int r = ob_hub_prepare_prune(c, object);

	if (r == 0 && c->version->schema)
		ob_api_schema_default(c->a, c->version->schema, object);
	return r;
}

int ob_hub_prepare_validate(struct ob_hub_call *c, const cJSON *live,
			    cJSON *object)
{
	struct ob_api_causes causes = { 0 };

	ob_api_meta_validate(c->a, object, c->kind->r->namespaced, &causes);
	if (c->version->schema)
		ob_api_schema_validate(c->a, c->version->schema, object,
				       &causes);
	ob_hub_validate(c->a, c->kind, live, object, &causes);
	return causes.n ? ob_hub_call_invalid(c, name_of(object), &causes) : 0;
}

int ob_hub_prepare_owner(struct ob_hub_call *c, const cJSON *object)
{
	const cJSON *labels = ob_json_at(object, "metadata.labels");
	struct ob_hub_action what;

	/* The hub writes the status of all. */
	if (*c->route.subresource)
		return 0;
	if (ob_hub_who_owns(&c->who, cJSON_GetStringValue(ob_json_get(
					     labels, OB_HUB_LABEL_CLUSTER))))
		return 0;
	what = ob_hub_call_action(c, name_of(object));
	return ob_hub_call_forbidden(c, &what);
}

int ob_hub_prepare_references(struct ob_hub_call *c, const cJSON *object)
{
	const cJSON *ref;

	if (ob_hub_who_is_admin(&c->who))
		return 0;
	cJSON_ArrayForEach(ref, ob_json_at(object, "metadata.ownerReferences"))
	{
		if (!cJSON_IsTrue(ob_json_get(ref, "blockOwnerDeletion")))
			continue;
		return ob_hub_call_fail_object(
			c, 403, "Forbidden", name_of(object), NULL,
			"%s \"%s\" is forbidden: cannot set "
			"metadata.ownerReferences.blockOwnerDeletion: only "
			"the administrator may",
			ob_hub_kind_resource(c->a, c->kind), name_of(object));
	}
	return 0;
}

/* --- kinds that mean something to the server --- */

static cJSON *member(struct ob_arena *a, cJSON *object, const char *key)
{
	cJSON *v = ob_json_get(object, key);

	if (cJSON_IsObject(v))
		return v;
	v = ob_json_object(a);
	ob_json_set(a, object, key, v);
	return v;
}

static void namespace_prepare(struct ob_hub_call *c, const cJSON *live,
			      cJSON *object)
{
	cJSON *meta = ob_json_get(object, "metadata");
	cJSON *spec = member(c->a, object, "spec");
	const cJSON *kept = ob_json_at(live, "spec.finalizers");
	cJSON *finalizers = ob_json_array(c->a);
	bool finalize = strcmp(c->route.subresource, "finalize") == 0;

	ob_json_set_string(c->a, member(c->a, meta, "labels"),
			   "kubernetes.io/metadata.name", name_of(object));
	if (!live) {
		ob_json_append(c->a, finalizers,
			       ob_json_string_new(c->a, "kubernetes"));
		ob_json_set(c->a, spec, "finalizers", finalizers);
		ob_json_set_string(c->a, member(c->a, object, "status"),
				   "phase", "Active");
	} else if (!finalize) {
		ob_json_set(c->a, spec, "finalizers",
			    kept ? ob_json_copy(c->a, kept) : NULL);
	}
}

/* Text that kubectl was given goes where bytes are. */
static void secret_prepare(struct ob_hub_call *c, cJSON *object)
{
	cJSON *text = ob_json_get(object, "stringData"), *v;

	if (cJSON_IsObject(text)) {
		cJSON *data = member(c->a, object, "data");

		cJSON_ArrayForEach(v, text)
		{
			if (cJSON_IsString(v))
				ob_json_set_string(
					c->a, data, v->string,
					ob_hub_base64(c->a, v->valuestring));
		}
		ob_json_set(c->a, object, "stringData", NULL);
	}
	if (!ob_json_get(object, "type"))
		ob_json_set_string(c->a, object, "type", "Opaque");
}

/* What a rolling update is by default; another strategy has none. */
static void deployment_prepare(struct ob_arena *a, cJSON *object)
{
	static const char *const keys[] = { "maxUnavailable", "maxSurge" };
	cJSON *strategy = ob_json_at(object, "spec.strategy"), *rolling;
	const char *type = ob_json_string(strategy, "type");

	if (!type || strcmp(type, "RollingUpdate") != 0)
		return;
	rolling = member(a, strategy, "rollingUpdate");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!ob_json_get(rolling, keys[i]))
			ob_json_set_string(a, rolling, keys[i], "25%");
}

static void default_string(struct ob_arena *a, cJSON *o, const char *key,
			   const char *value)
{
	if (!ob_json_get(o, key))
		ob_json_set_string(a, o, key, value);
}

static void families_prepare(struct ob_arena *a, cJSON *spec)
{
	bool dual = strcmp(ob_json_string(spec, "ipFamilyPolicy") ?: "",
			   "SingleStack") != 0;
	cJSON *families = ob_json_array(a);

	if (ob_json_get(spec, "ipFamilies"))
		return;
	ob_json_append(a, families, ob_json_string_new(a, "IPv4"));
	if (dual)
		ob_json_append(a, families, ob_json_string_new(a, "IPv6"));
	ob_json_set(a, spec, "ipFamilies", families);
}

/* As in a cluster of both families whose first is IPv4. Addresses are not ours
 * to give. */
static void service_prepare(struct ob_arena *a, cJSON *object)
{
	cJSON *spec = member(a, object, "spec"), *config;
	const char *type = ob_json_string(spec, "type");
	const char *affinity = ob_json_string(spec, "sessionAffinity");

	if (type && strcmp(type, "ExternalName") == 0)
		return;
	default_string(a, spec, "internalTrafficPolicy", "Cluster");
	default_string(a, spec, "ipFamilyPolicy", "SingleStack");
	families_prepare(a, spec);
	if (!affinity || strcmp(affinity, "ClientIP") != 0)
		return;
	config =
		member(a, member(a, spec, "sessionAffinityConfig"), "clientIP");
	if (!ob_json_get(config, "timeoutSeconds"))
		ob_json_set_number(a, config, "timeoutSeconds", 10800);
}

static int crd_prepare(struct ob_hub_call *c, cJSON *object)
{
	const char *name = name_of(object);
	const struct ob_hub_kind *taken =
		ob_hub_catalog_by_id(c->hub->catalog, name);
	struct ob_api_causes causes = { 0 };
	struct ob_api_resource *resource;
	int r;

	if (taken && !taken->r->custom)
		ob_api_causes_add(c->a, &causes, "FieldValueForbidden",
				  "metadata.name",
				  "Forbidden: %s is a resource of the server "
				  "itself",
				  name);
	ob_api_crd_compile(c->a, ob_json_copy(c->a, object), &resource,
			   &causes);
	if (causes.n)
		return ob_hub_call_invalid(c, name, &causes);
	r = ob_hub_naming_establish(c->hub, c->a, object,
				    ob_api_time(c->a, c->now_s));
	return r < 0 ? ob_hub_call_error(c, r) : 0;
}

int ob_hub_prepare_special(struct ob_hub_call *c, const cJSON *live,
			   cJSON *object)
{
	if (strcmp(c->kind->id, OB_HUB_NAMESPACES) == 0)
		namespace_prepare(c, live, object);
	else if (strcmp(c->kind->id, "secrets") == 0)
		secret_prepare(c, object);
	else if (strcmp(c->kind->id, "services") == 0)
		service_prepare(c->a, object);
	else if (strcmp(c->kind->id, OB_HUB_DEPLOYMENTS) == 0)
		deployment_prepare(c->a, object);
	else if (strcmp(c->kind->id, OB_HUB_CRDS) == 0 &&
		 !*c->route.subresource)
		return crd_prepare(c, object);
	return 0;
}
