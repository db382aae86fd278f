// SPDX-License-Identifier: Apache-2.0
#include "hub/filter.h"

#include <string.h>

#include "hub/decode.h"

/* What can be selected besides the name and the namespace. */
static const struct {
	const char *id, *field;
} selectable[] = {
	{ "pods", "spec.nodeName" },
	{ "pods", "spec.restartPolicy" },
	{ "pods", "spec.schedulerName" },
	{ "pods", "spec.serviceAccountName" },
	{ "pods", "spec.hostNetwork" },
	{ "pods", "status.phase" },
	{ "pods", "status.podIP" },
	{ "pods", "status.nominatedNodeName" },
	{ "nodes", "spec.unschedulable" },
	{ "secrets", "type" },
	{ "services", "spec.clusterIP" },
	{ "services", "spec.type" },
	{ "namespaces", "status.phase" },
	{ "events", "involvedObject.kind" },
	{ "events", "involvedObject.namespace" },
	{ "events", "involvedObject.name" },
	{ "events", "involvedObject.uid" },
	{ "events", "involvedObject.apiVersion" },
	{ "events", "involvedObject.resourceVersion" },
	{ "events", "involvedObject.fieldPath" },
	{ "events", "reason" },
	{ "events", "reportingComponent" },
	{ "events", "source" },
	{ "events", "type" },
};

static bool is_field(const char *known, const char *s, size_t size)
{
	return strlen(known) == size && memcmp(known, s, size) == 0;
}

static bool field_is_known(const struct ob_hub_kind *k, const char *s,
			   size_t size)
{
	if (is_field("metadata.name", s, size) ||
	    is_field("metadata.namespace", s, size))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(selectable); i++)
		if (strcmp(selectable[i].id, k->id) == 0 &&
		    is_field(selectable[i].field, s, size))
			return true;
	return false;
}

/* The first field of a selector that is not known, or NULL. */
static const char *unknown_field(struct ob_arena *a,
				 const struct ob_hub_kind *k, const char *text)
{
	while (*text) {
		size_t size = strcspn(text, ",");
		size_t field = strcspn(text, "=!,");

		if (field > 0 && !field_is_known(k, text, field))
			return ob_arena_printf(a, "%.*s", (int)field, text);
		text += size + (text[size] == ',');
	}
	return NULL;
}

static int field_refuse(struct ob_hub_call *c, const char *text,
			const char *field)
{
	const char *labels = ob_hub_route_param(&c->route, "labelSelector");
	const char *why;

	if (c->kind->r->custom)
		why = ob_arena_printf(c->a, "field label not supported: %s",
				      field);
	else
		why = ob_arena_printf(c->a,
				      "\"%s\" is not a known field selector: "
				      "only \"metadata.name\", "
				      "\"metadata.namespace\"",
				      field);
	return ob_hub_call_fail(
		c, 400, "BadRequest",
		"Unable to find \"%s/%s, Resource=%s\" that match label "
		"selector \"%s\", field selector \"%s\": %s",
		c->kind->r->group, c->version->name, c->kind->r->plural,
		labels ? labels : "", text, why);
}

static int fields_parse(struct ob_hub_call *c, struct ob_arena *a,
			const char *text, struct ob_hub_filter *f)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_api_selector *s;
	const char *unknown;

	if (ob_api_field_selector_parse(a, text, &s, &status) < 0)
		return ob_hub_call_fail(c, 400, "BadRequest", "%s",
					status.message);
	unknown = unknown_field(c->a, c->kind, text);
	if (unknown)
		return field_refuse(c, text, unknown);
	f->fields = s;
	f->name = ob_api_field_selector_equals(s, "metadata.name");
	return 0;
}

int ob_hub_filter_parse(struct ob_hub_call *c, struct ob_arena *a,
			struct ob_hub_filter *ret)
{
	const char *labels = ob_hub_route_param(&c->route, "labelSelector");
	const char *fields = ob_hub_route_param(&c->route, "fieldSelector");
	struct ob_status status = OB_STATUS_INIT;
	struct ob_hub_filter f = { 0 };
	struct ob_api_selector *s;
	int r = 0;

	if (*c->route.namespace)
		f.namespace = ob_arena_strdup(a, c->route.namespace);
	if (labels && *labels) {
		if (ob_api_label_selector_parse(a, labels, &s, &status) < 0)
			return ob_hub_call_fail(c, 400, "BadRequest", "%s",
						status.message);
		f.labels = s;
	}
	if (fields && *fields)
		r = fields_parse(c, a, ob_arena_strdup(a, fields), &f);
	if (r == 0 && *c->route.name)
		f.name = ob_arena_strdup(a, c->route.name);
	*ret = f;
	return r;
}

bool ob_hub_filter_is_simple(const struct ob_hub_filter *f)
{
	return !f->labels && !f->fields;
}

bool ob_hub_filter_key(const struct ob_hub_filter *f, const char *namespace,
		       const char *name)
{
	if (f->namespace && strcmp(f->namespace, namespace) != 0)
		return false;
	return !f->name || strcmp(f->name, name) == 0;
}

bool ob_hub_filter_object(const struct ob_hub_filter *f,
			  struct ob_arena *scratch, const char *text,
			  size_t size)
{
	cJSON *o;

	if (ob_hub_filter_is_simple(f))
		return true;
	if (ob_hub_decode_json(scratch, text, size, &o, NULL) < 0)
		return false;
	if (f->labels && !ob_api_label_selector_matches(
				 f->labels, ob_json_at(o, "metadata.labels")))
		return false;
	return !f->fields || ob_api_field_selector_matches(f->fields, o);
}
