// SPDX-License-Identifier: Apache-2.0
#include "hub/filter.h"

#include <string.h>

#include "hub/decode.h"

/* Of custom objects only these can be selected, as in Kubernetes. */
static bool field_is_known(const char *s, size_t size)
{
	static const char *const known[] = { "metadata.name",
					     "metadata.namespace" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strlen(known[i]) == size && memcmp(known[i], s, size) == 0)
			return true;
	return false;
}

/* The first field of a selector that is not known, or NULL. */
static const char *unknown_field(struct ob_arena *a, const char *text)
{
	while (*text) {
		size_t size = strcspn(text, ",");
		size_t field = strcspn(text, "=!,");

		if (field > 0 && !field_is_known(text, field))
			return ob_arena_printf(a, "%.*s", (int)field, text);
		text += size + (text[size] == ',');
	}
	return NULL;
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
	unknown = c->kind->r->custom ? unknown_field(c->a, text) : NULL;
	if (unknown)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"field label not supported: %s",
					unknown);
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
