// SPDX-License-Identifier: Apache-2.0
#include "hub/patch.h"

#include <errno.h>
#include <string.h>

#include "apimachinery/apply.h"
#include "apimachinery/meta.h"
#include "apimachinery/patch.h"
#include "hub/body.h"
#include "hub/persist.h"
#include "hub/prepare.h"
#include "hub/write.h"

static int get_live(struct ob_hub_call *c, cJSON **ret)
{
	int r = ob_hub_persist_get(c->hub, c->kind, c->version,
				   c->route.namespace, c->route.name, c->a,
				   ret);

	if (r < 0 && r != -ENOENT)
		ob_hub_call_error(c, r);
	return r;
}

/* --- server-side apply --- */

static int compare(const void *x, const void *y)
{
	const struct ob_api_cause *a = x, *b = y;
	int r = strcmp(a->message, b->message);

	return r ? r : strcmp(a->field, b->field);
}

/* Fields by manager: "conflicts with "x":\n- .a\n- .b\nconflicts with ..." */
static const char *conflicts_sentence(struct ob_arena *a,
				      const struct ob_api_causes *conflicts)
{
	struct ob_api_cause *v =
		ob_arena_array(a, conflicts->n + 1, sizeof(*v));
	const char *s = "", *before = "";

	for (size_t i = 0; i < conflicts->n; i++)
		v[i] = conflicts->v[i];
	qsort(v, conflicts->n, sizeof(*v), compare);
	for (size_t i = 0; i < conflicts->n; i++) {
		const char *who = v[i].message;

		if (strcmp(who, before) != 0)
			s = ob_arena_printf(a, "%s%sconflicts%s:", s,
					    i ? "\n" : "",
					    who + strlen("conflict"));
		s = ob_arena_printf(a, "%s\n- %s", s, v[i].field);
		before = who;
	}
	return s;
}

static int apply_conflict(struct ob_hub_call *c,
			  const struct ob_api_causes *conflicts)
{
	if (conflicts->n == 1)
		return ob_hub_call_fail_object(
			c, 409, "Conflict", c->route.name, conflicts,
			"Apply failed with 1 conflict: %s: %s",
			conflicts->v[0].message, conflicts->v[0].field);
	return ob_hub_call_fail_object(
		c, 409, "Conflict", c->route.name, conflicts,
		"Apply failed with %zu conflicts: %s", conflicts->n,
		conflicts_sentence(c->a, conflicts));
}

static int apply_checks(struct ob_hub_call *c, cJSON *config)
{
	const char *manager = ob_hub_route_param(&c->route, "fieldManager");
	int r;

	if (!manager || !*manager)
		return ob_hub_call_bad_option(
			c, "PatchOptions", "FieldValueRequired", "fieldManager",
			"Required value: is required for "
			"apply patch");
	r = ob_hub_prepare_type(c, config);
	if (r == 0)
		r = ob_hub_prepare_place(c, config, c->route.name);
	if (r < 0)
		return r;
	if (ob_json_at(config, "metadata.managedFields"))
		return ob_hub_call_fail(c, 400, "BadRequest",
					"metadata.managedFields must be nil");
	/* What the schema does not know nobody can own. */
	return ob_hub_prepare_prune(c, config);
}

static int apply_version(struct ob_hub_call *c, const cJSON *live,
			 cJSON *config)
{
	const char *rv = ob_json_string(config, "metadata.resourceVersion");
	const char *now = ob_json_string(live, "metadata.resourceVersion");

	if (rv && *rv && (!now || strcmp(rv, now) != 0))
		return ob_hub_call_conflict(
			c, c->route.name,
			"the object has been modified; please apply your "
			"changes to the latest version and try again");
	ob_json_set(c->a, ob_json_get(config, "metadata"), "resourceVersion",
		    NULL);
	return 0;
}

/* Nobody applies what the request cannot change: an apply of the object has no
 * status, one of the status has nothing else. */
static void apply_reset(struct ob_hub_call *c, cJSON *config)
{
	static const char *const kept[] = { "apiVersion", "kind", "metadata",
					    "status" };
	cJSON *meta = ob_json_object(c->a), *v, *next;
	bool of_status = strcmp(c->route.subresource, "status") == 0;

	if (c->version->has_status && !of_status)
		ob_json_set(c->a, config, "status", NULL);
	if (!of_status)
		return;
	for (v = config->child; v; v = next) {
		size_t i = 0;

		next = v->next;
		while (i < ARRAY_SIZE(kept) && strcmp(v->string, kept[i]) != 0)
			i++;
		if (i == ARRAY_SIZE(kept))
			ob_json_detach(config, v);
	}
	ob_json_set_string(c->a, meta, "name", c->route.name);
	if (*c->route.namespace)
		ob_json_set_string(c->a, meta, "namespace", c->route.namespace);
	ob_json_set(c->a, config, "metadata", meta);
}

static int apply(struct ob_hub_call *c)
{
	const struct ob_api_manager m = ob_hub_write_manager(c, "Apply");
	struct ob_api_causes conflicts = { 0 };
	cJSON *config, *live = NULL, *object;
	int r = ob_hub_body_decode(c, c->kind->r->kind, &config);

	if (r == 0)
		r = apply_checks(c, config);
	if (r < 0)
		return r;
	r = get_live(c, &live);
	if (r == -ENOENT && *c->route.subresource)
		return ob_hub_call_not_found(c, c->route.name);
	if (r < 0 && r != -ENOENT)
		return r;
	r = apply_version(c, live, config);
	if (r < 0)
		return r;
	apply_reset(c, config);
	r = ob_api_apply(c->a, c->version->schema, live, config, &m, c->force,
			 &object, &conflicts);
	if (r == -EBUSY)
		return apply_conflict(c, &conflicts);
	if (r < 0)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"the configuration cannot be applied");
	return live ? ob_hub_write_over(c, live, object, true)
		    : ob_hub_write_new(c, object, true);
}

/* --- the patches that rewrite --- */

static int rewrite(struct ob_hub_call *c, enum ob_hub_body type, cJSON **object,
		   const cJSON *patch, struct ob_status *status)
{
	if (type == OB_HUB_BODY_JSON_PATCH)
		return ob_api_patch_json(c->a, object, patch, status);
	if (type == OB_HUB_BODY_MERGE_PATCH)
		return ob_api_patch_merge(c->a, object, patch, status);
	return ob_api_patch_strategic(c->a, object, patch, c->kind->r->group,
				      c->kind->r->kind, status);
}

static int rewrite_failed(struct ob_hub_call *c, int r,
			  const struct ob_status *status)
{
	cJSON *answer;

	if (r == -EINVAL)
		return ob_hub_call_fail(c, 400, "BadRequest", "%s",
					status->message);
	answer = ob_api_status(c->a, 422, "Invalid",
			       "the server rejected our request due to an "
			       "error in our request",
			       NULL, NULL, NULL, NULL);
	ob_json_set(c->a, answer, "details", ob_json_object(c->a));
	ob_hub_call_reply(c, 422, answer);
	return -EINVAL;
}

int ob_hub_patch_rewrite(struct ob_hub_call *c, enum ob_hub_body type,
			 cJSON **object, const cJSON *patch)
{
	struct ob_status status = OB_STATUS_INIT;
	int r = rewrite(c, type, object, patch, &status);

	if (r < 0)
		return rewrite_failed(c, r, &status);
	if (!cJSON_IsObject(*object))
		return ob_hub_call_fail(c, 400, "BadRequest",
					"the patch leaves no object");
	return 0;
}

static int patch_object(struct ob_hub_call *c, enum ob_hub_body type)
{
	cJSON *patch, *live, *object;
	int r = ob_hub_body_decode(c, c->kind->r->kind, &patch);

	if (r < 0)
		return r;
	if (ob_hub_route_param(&c->route, "force"))
		return ob_hub_call_bad_option(c, "PatchOptions",
					      "FieldValueForbidden", "force",
					      "Forbidden: may not be specified "
					      "for non-apply patch");
	r = get_live(c, &live);
	if (r == -ENOENT)
		return ob_hub_call_not_found(c, c->route.name);
	if (r < 0)
		return r;
	object = ob_json_copy(c->a, live);
	r = ob_hub_patch_rewrite(c, type, &object, patch);
	if (r < 0)
		return r;
	r = ob_hub_prepare_type(c, object);
	if (r == 0)
		r = ob_hub_prepare_place(c, object, c->route.name);
	return r < 0 ? r : ob_hub_write_over(c, live, object, false);
}

static int unsupported_custom(struct ob_hub_call *c)
{
	return ob_hub_call_fail(c, 415, "UnsupportedMediaType",
				"the body of the request was in an unknown "
				"format - accepted media types include: "
				"application/json-patch+json, "
				"application/merge-patch+json, "
				"application/apply-patch+yaml");
}

static int unsupported(struct ob_hub_call *c)
{
	cJSON *status = ob_api_status(c->a, 415, "UnsupportedMediaType",
				      "415: Unsupported Media Type", NULL, NULL,
				      NULL, NULL);

	ob_json_set(c->a, status, "details", ob_json_object(c->a));
	ob_hub_call_reply(c, 415, status);
	return -ENOTSUP;
}

int ob_hub_patch(struct ob_hub_call *c)
{
	enum ob_hub_body type = ob_hub_media_body(c->x->content_type);

	switch (type) {
	case OB_HUB_BODY_APPLY_PATCH:
		return apply(c);
	case OB_HUB_BODY_STRATEGIC_PATCH:
		if (c->kind->r->custom)
			break;
		return patch_object(c, type);
	case OB_HUB_BODY_JSON_PATCH:
	case OB_HUB_BODY_MERGE_PATCH:
		return patch_object(c, type);
	case OB_HUB_BODY_UNKNOWN:
	case OB_HUB_BODY_JSON:
	case OB_HUB_BODY_YAML:
	case OB_HUB_BODY_PROTOBUF:
		break;
	}
	return c->kind->r->custom ? unsupported_custom(c) : unsupported(c);
}
