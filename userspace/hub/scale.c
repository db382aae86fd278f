// SPDX-License-Identifier: Apache-2.0
#include "hub/scale.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "apimachinery/causes.h"
#include "apimachinery/selector.h"
#include "hub/body.h"
#include "hub/decode.h"
#include "hub/patch.h"
#include "hub/persist.h"
#include "hub/prepare.h"
#include "hub/write.h"

#define KIND	"Scale"
#define VERSION "autoscaling/v1"

static cJSON *meta_of(struct ob_arena *a, const cJSON *object)
{
	static const char *const kept[] = { "name", "namespace", "uid",
					    "resourceVersion",
					    "creationTimestamp" };
	cJSON *meta = ob_json_object(a);

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		const char *s = ob_json_string(ob_json_get(object, "metadata"),
					       kept[i]);

		if (s)
			ob_json_set_string(a, meta, kept[i], s);
	}
	return meta;
}

static cJSON *replicas_of(struct ob_arena *a, const cJSON *object,
			  const char *path)
{
	cJSON *v = ob_json_object(a);
	int64_t n = 0;

	(void)ob_json_int(object, path, &n);
	ob_json_set_number(a, v, "replicas", (double)n);
	return v;
}

static cJSON *scale_of(struct ob_arena *a, const cJSON *object)
{
	cJSON *scale = ob_json_object(a), *status;
	const char *selector = ob_api_label_selector_text(
		a, ob_json_at(object, "spec.selector"));

	ob_json_set_string(a, scale, "kind", KIND);
	ob_json_set_string(a, scale, "apiVersion", VERSION);
	ob_json_set(a, scale, "metadata", meta_of(a, object));
	ob_json_set(a, scale, "spec", replicas_of(a, object, "spec.replicas"));
	status = replicas_of(a, object, "status.replicas");
	if (selector && *selector)
		ob_json_set_string(a, status, "selector", selector);
	ob_json_set(a, scale, "status", status);
	return scale;
}

/* Of an update: apiVersion and kind are there; of both: name and number. */
static int check(struct ob_hub_call *c, cJSON *scale, int64_t *ret_replicas)
{
	const cJSON *n = ob_json_at(scale, "spec.replicas");
	const char *kind = ob_json_string(scale, "kind");
	const char *version = ob_json_string(scale, "apiVersion");
	struct ob_api_causes causes = { 0 };
	int r;

	if (!cJSON_IsObject(scale) || !kind || strcmp(kind, KIND) != 0 ||
	    !version || strcmp(version, VERSION) != 0)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"the body is no " KIND " of " VERSION);
	if (!cJSON_IsObject(ob_json_get(scale, "metadata")))
		ob_json_set(c->a, scale, "metadata", ob_json_object(c->a));
	r = ob_hub_prepare_place(c, scale, c->route.name);
	if (r < 0)
		return r;
	*ret_replicas = 0;
	if (n && ob_json_int(scale, "spec.replicas", ret_replicas) < 0)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"spec.replicas is no integer");
	if (*ret_replicas >= 0 && *ret_replicas <= INT32_MAX)
		return 0;
	ob_api_causes_invalid(c->a, &causes, "spec.replicas",
			      ob_arena_printf(c->a, "%" PRId64, *ret_replicas),
			      "must be greater than or equal to 0");
	return ob_hub_call_invalid(c, c->route.name, &causes);
}

static int rewritten(struct ob_hub_call *c, cJSON **scale)
{
	enum ob_hub_body type = ob_hub_media_body(c->x->content_type);
	cJSON *patch;
	int r;

	if (type != OB_HUB_BODY_JSON_PATCH && type != OB_HUB_BODY_MERGE_PATCH &&
	    type != OB_HUB_BODY_STRATEGIC_PATCH)
		return ob_hub_call_fail(c, 415, "UnsupportedMediaType",
					"a " KIND " takes JSON patches, merge "
					"patches and strategic merge patches");
	r = ob_hub_body_decode(c, KIND, &patch);
	/* It has no lists, so that the strategy is to merge. */
	if (type == OB_HUB_BODY_STRATEGIC_PATCH)
		type = OB_HUB_BODY_MERGE_PATCH;
	return r < 0 ? r : ob_hub_patch_rewrite(c, type, scale, patch);
}

/* What was said of the object becomes what is said of its scale. */
static int answer(struct ob_hub_call *c)
{
	cJSON *object;
	int r = ob_hub_decode_json(c->a, c->reply->body, strlen(c->reply->body),
				   &object, NULL);

	if (r < 0)
		return ob_hub_call_error(c, r);
	ob_hub_call_reply(c, 200, scale_of(c->a, object));
	return 0;
}

static int change(struct ob_hub_call *c, cJSON *live, cJSON *scale)
{
	cJSON *object = ob_json_copy(c->a, live);
	cJSON *meta = ob_json_get(object, "metadata");
	const char *rv = ob_json_string(scale, "metadata.resourceVersion");
	int64_t replicas;
	int r = check(c, scale, &replicas);

	if (r < 0)
		return r;
	/* As a precondition; none is any. */
	ob_json_set(c->a, meta, "resourceVersion",
		    rv ? ob_json_string_new(c->a, rv) : NULL);
	ob_json_set_number(c->a, ob_json_get(object, "spec"), "replicas",
			   (double)replicas);
	r = ob_hub_write_over(c, live, object, false);
	return r < 0 ? r : answer(c);
}

int ob_hub_scale(struct ob_hub_call *c)
{
	cJSON *live, *scale;
	int r = ob_hub_persist_get(c->hub, c->kind, c->version,
				   c->route.namespace, c->route.name, c->a,
				   &live);

	if (r == -ENOENT)
		return ob_hub_call_not_found(c, c->route.name);
	if (r < 0)
		return ob_hub_call_error(c, r);
	/* A Scale is never a row. */
	c->accept.media = OB_HUB_MEDIA_JSON;
	scale = scale_of(c->a, live);
	if (c->route.verb == OB_HUB_GET) {
		ob_hub_call_reply(c, 200, scale);
		return 0;
	}
	r = ob_hub_prepare_options(c);
	if (r == 0 && c->route.verb == OB_HUB_UPDATE)
		r = ob_hub_body_decode(c, KIND, &scale);
	else if (r == 0 && c->route.verb == OB_HUB_PATCH)
		r = rewritten(c, &scale);
	else if (r == 0)
		return ob_hub_call_fail(c, 405, "MethodNotAllowed",
					"the server does not allow this method "
					"on the requested resource");
	return r < 0 ? r : change(c, live, scale);
}
