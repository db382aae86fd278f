// SPDX-License-Identifier: Apache-2.0
#include "hub/api.h"

#include <errno.h>
#include <string.h>

#include "apimachinery/causes.h"
#include "base/clock.h"
#include "base/log.h"
#include "hub/body.h"
#include "hub/call.h"
#include "hub/delete.h"
#include "hub/filter.h"
#include "hub/list.h"
#include "hub/patch.h"
#include "hub/plain.h"
#include "hub/prepare.h"
#include "hub/review.h"
#include "hub/scale.h"
#include "hub/watch.h"
#include "hub/write.h"

/* --- may they? --- */

/* The name that a list or a watch is limited to, for rules about names. */
static const char *selected_name(struct ob_hub_call *c)
{
	const char *fields = ob_hub_route_param(&c->route, "fieldSelector");
	struct ob_api_selector *s;
	const char *name;

	if (*c->route.name || !fields || !*fields)
		return c->route.name;
	if (ob_api_field_selector_parse(c->a, fields, &s, NULL) < 0)
		return "";
	name = ob_api_field_selector_equals(s, "metadata.name");
	return name ? name : "";
}

/* A new object has its name in the body; without one it has no owner yet. What
 * cannot be read has none either, and who may make anything gets to hear why
 * later. */
static const char *created_name(struct ob_hub_call *c)
{
	const char *name;
	cJSON *body;

	if (ob_hub_who_is_admin(&c->who) ||
	    ob_hub_body_decode(c, "object", &body) < 0) {
		c->reply->code = 0;
		return "";
	}
	name = ob_json_string(body, "metadata.name");
	return name ? name : "";
}

static int authorize(struct ob_hub_call *c, bool with_body)
{
	bool is_new = c->route.is_resource && !*c->route.name &&
		      strcmp(c->x->method, "POST") == 0;
	const struct ob_hub_action what = ob_hub_call_action(
		c, is_new && with_body ? created_name(c) : selected_name(c));

	/* The name of a new object comes with the body. */
	if (is_new && !with_body) {
		if (ob_hub_rules_may_allow(&c->who.identity, &what))
			return 0;
	} else if (ob_hub_rules_allow(&c->who.identity, &what)) {
		return 0;
	}
	return ob_hub_call_forbidden(c, &what);
}

/* --- what? --- */

static int not_allowed(struct ob_hub_call *c)
{
	return ob_hub_call_fail(c, 405, "MethodNotAllowed",
				"the server does not allow this method on the "
				"requested resource");
}

static bool subresource_exists(const struct ob_hub_call *c)
{
	const char *s = c->route.subresource;

	if (!*s)
		return true;
	if (strcmp(s, "status") == 0)
		return c->version->has_status;
	if (strcmp(s, "scale") == 0)
		return c->version->has_scale;
	return strcmp(s, "finalize") == 0 &&
	       strcmp(c->kind->id, OB_HUB_NAMESPACES) == 0;
}

static int find_kind(struct ob_hub_call *c)
{
	const struct ob_hub_route *r = &c->route;

	c->kind = ob_hub_catalog_find(c->hub->catalog, r->group, r->resource);
	if (!c->kind)
		return ob_hub_call_no_such_resource(c);
	c->version = ob_api_resource_version(c->kind->r, r->version);
	if (!c->version)
		return ob_hub_call_no_such_path(c);
	if (!subresource_exists(c) ||
	    (!c->kind->r->namespaced && *r->namespace))
		return ob_hub_call_no_such_resource(c);
	if (c->kind->r->namespaced && !*r->namespace &&
	    r->verb != OB_HUB_LIST && r->verb != OB_HUB_WATCH)
		return *r->name ? ob_hub_call_no_such_resource(c)
				: not_allowed(c);
	if (c->version->deprecated)
		ob_hub_call_warn(
			c, ob_arena_printf(c->a, "%s %s is deprecated",
					   ob_hub_kind_api_version(
						   c->a, c->kind, c->version),
					   c->kind->r->kind));
	return 0;
}

static int dispatch(struct ob_hub_call *c)
{
	bool sub = *c->route.subresource;
	int r;

	if (strcmp(c->route.subresource, "scale") == 0)
		return ob_hub_scale(c);
	switch (c->route.verb) {
	case OB_HUB_GET:
		return ob_hub_get(c);
	case OB_HUB_LIST:
		return ob_hub_list(c);
	case OB_HUB_WATCH:
		return ob_hub_watch(c);
	case OB_HUB_CREATE:
	case OB_HUB_UPDATE:
	case OB_HUB_PATCH:
	case OB_HUB_DELETE:
	case OB_HUB_DELETECOLLECTION:
		break;
	case OB_HUB_NO_VERB:
	case OB_HUB_VERBS:
		return not_allowed(c);
	}
	r = ob_hub_prepare_options(c);
	if (r < 0)
		return r;
	if (c->route.verb == OB_HUB_UPDATE)
		return ob_hub_update(c);
	if (c->route.verb == OB_HUB_PATCH)
		return ob_hub_patch(c);
	if (sub)
		return not_allowed(c);
	if (c->route.verb == OB_HUB_CREATE)
		return ob_hub_create(c);
	return c->route.verb == OB_HUB_DELETE ? ob_hub_delete(c)
					      : ob_hub_delete_collection(c);
}

static int not_acceptable(struct ob_hub_call *c)
{
	return ob_hub_call_fail(c, 406, "NotAcceptable",
				"only the following media types are accepted: "
				"application/json");
}

static unsigned int media_of(const struct ob_hub_route *r)
{
	if (r->is_resource)
		return 1U << OB_HUB_MEDIA_TABLE | 1U << OB_HUB_MEDIA_PARTIAL;
	if (strcmp(r->path, "/openapi/v2") == 0)
		return 1U << OB_HUB_MEDIA_OPENAPI;
	return 1U << OB_HUB_MEDIA_GROUPS;
}

/* What a Table is asked to have in its rows; no one else reads it. */
static int check_table(struct ob_hub_call *c)
{
	static const char *const all[] = { "", "Metadata", "Object", "None" };
	const char *s = ob_hub_route_param(&c->route, "includeObject");

	if (!s || c->accept.media != OB_HUB_MEDIA_TABLE)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (strcmp(s, all[i]) == 0)
			return 0;
	return ob_hub_call_fail(c, 400, "BadRequest",
				"Unable to convert to Table as requested: "
				"includeObject: Invalid value: %s: must be "
				"'Metadata', 'Object', 'None', or empty",
				ob_api_quote(c->a, s));
}

static int serve(struct ob_hub_call *c)
{
	int r = authorize(c, true);

	if (r < 0)
		return r;
	c->accept =
		ob_hub_media_accept(c->a, c->x->accept, media_of(&c->route));
	if (!c->route.is_resource)
		return c->route.verb == OB_HUB_GET ? ob_hub_plain(c)
						   : not_allowed(c);
	if (ob_hub_review_is(&c->route))
		return ob_hub_review(c);
	if (c->accept.media == OB_HUB_MEDIA_NONE)
		return not_acceptable(c);
	r = find_kind(c);
	if (r == 0)
		r = check_table(c);
	return r < 0 ? r : dispatch(c);
}

/* --- the transport's view --- */

static int unauthorized(struct ob_hub_call *c)
{
	c->hub->traffic.unauthenticated++;
	ob_hub_reply_header(c->reply, "WWW-Authenticate", "Bearer");
	return ob_hub_call_fail(c, 401, "Unauthorized", "Unauthorized");
}

static int too_large(struct ob_hub_call *c)
{
	return ob_hub_call_fail(c, 413, "RequestEntityTooLarge",
				"Request entity too large: limit is %zu",
				OB_HUB_MAX_BODY);
}

static int identify(struct ob_hub_call *c)
{
	int r = ob_hub_who_find(c->hub->store, c->a, c->x->authorization,
				c->now_s, &c->who);

	if (r == -EACCES)
		return unauthorized(c);
	return r < 0 ? ob_hub_call_error(c, r) : 0;
}

static void on_begin(void *arg, struct ob_hub_exchange *x)
{
	struct ob_hub_call *c = ob_arena_alloc(x->arena, sizeof(*c));
	struct ob_status status = OB_STATUS_INIT;
	int r;

	c->hub = arg;
	c->x = x;
	c->a = x->arena;
	c->reply = &x->reply;
	c->now_s = (int64_t)ob_clock_realtime_s();
	c->route.path = "";
	x->user = c;
	r = ob_hub_route_parse(c->a, x->method, x->target, &c->route, &status);
	if (r < 0) {
		c->route.path = "";
		c->route.verb = OB_HUB_NO_VERB;
		ob_hub_call_fail(c, 400, "BadRequest", "%s", status.message);
		return;
	}
	r = identify(c);
	/* Nobody sends a body for nothing. */
	if (r == 0)
		r = authorize(c, false);
	if (r == 0 && x->content_length > OB_HUB_MAX_BODY)
		too_large(c);
}

static void on_handle(void *arg, struct ob_hub_exchange *x)
{
	struct ob_hub_call *c = x->user;

	(void)arg;
	/* It may have been revoked while the body came. */
	c->now_s = (int64_t)ob_clock_realtime_s();
	if (identify(c) == 0)
		(void)(x->too_large ? too_large(c) : serve(c));
	if (!x->reply.code)
		ob_hub_call_error(c, -EIO);
}

static void publish(struct ob_hub *hub, struct ob_hub_change *c)
{
	if (strcmp(c->key.resource, OB_HUB_CRDS) == 0) {
		bool gone = c->type == OB_HUB_DELETED;

		ob_hub_catalog_set(hub->catalog, c->key.name,
				   gone ? NULL : c->object->bytes,
				   c->object->size, c->rv,
				   ob_hub_store_rv(hub->store));
		if (c->type != OB_HUB_ADDED)
			ob_hub_watch_close(hub, c->key.name);
	}
	ob_hub_janitor_note(hub->janitor, c);
	ob_hub_feed_publish(hub->feed, c);
}

static int on_commit(void *arg)
{
	struct ob_hub_change *const *changes;
	struct ob_hub *hub = arg;
	uint64_t begin_ns;
	size_t n;
	int r;

	ob_hub_janitor_step(hub->janitor);
	if (!ob_hub_store_dirty(hub->store))
		return 0;
	begin_ns = ob_clock_monotonic_ns();
	r = ob_hub_store_commit(hub->store, &changes, &n);
	if (r < 0) {
		hub->traffic.commit_failures++;
		ob_error("the store does not take writes",
			 "error=%d text=\"%s\"", -r, strerrordesc_np(-r));
		/* What it did in this turn is not done. */
		ob_hub_janitor_scan(hub->janitor);
		return r;
	}
	hub->traffic.commits++;
	hub->traffic.commit_ns += ob_clock_monotonic_ns() - begin_ns;
	for (size_t i = 0; i < n; i++)
		publish(hub, changes[i]);
	/* There is none yet while the first objects are made. */
	if (hub->http && ob_hub_janitor_is_busy(hub->janitor))
		ob_hub_http_kick(hub->http);
	return 0;
}

/* What it said may never have happened. */
static void on_fail(void *arg, struct ob_hub_exchange *x, int error)
{
	struct ob_hub_call *c = x->user;

	(void)arg;
	if (x->reply.stream_ops)
		x->reply.stream_ops->free(x->reply.stream);
	x->reply = (struct ob_hub_reply){ 0 };
	ob_hub_call_error(c, error);
}

static void on_end(void *arg, struct ob_hub_exchange *x)
{
	struct ob_hub *hub = arg;
	struct ob_hub_call *c = x->user;
	unsigned int class = x->reply.code / 100;

	if (!c)
		return;
	if (class < OB_HUB_CODE_CLASSES)
		hub->traffic.requests[c->route.verb][class]++;
	ob_debug("request", "method=%s target=\"%s\" code=%u user=%s ms=%llu",
		 x->method, x->target, x->reply.code,
		 c->who.identity.user ? c->who.identity.user : "",
		 (unsigned long long)(ob_clock_monotonic_ms() - x->begin_ms));
}

const struct ob_hub_http_ops ob_hub_api_ops = {
	.begin = on_begin,
	.handle = on_handle,
	.commit = on_commit,
	.fail = on_fail,
	.end = on_end,
};
