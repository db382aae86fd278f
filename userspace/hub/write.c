// SPDX-License-Identifier: Apache-2.0
#include "hub/write.h"

#include <errno.h>
#include <string.h>

#include "apimachinery/meta.h"
#include "hub/body.h"
#include "hub/carry.h"
#include "hub/persist.h"
#include "hub/prepare.h"
#include "hub/remove.h"
#include "hub/render.h"

struct ob_api_manager ob_hub_write_manager(struct ob_hub_call *c,
					   const char *operation)
{
	return (struct ob_api_manager){
		.name = c->manager,
		.operation = operation,
		.api_version =
			ob_hub_kind_api_version(c->a, c->kind, c->version),
		.subresource = c->route.subresource,
		.time = ob_api_time(c->a, c->now_s),
	};
}

static int reply_object(struct ob_hub_call *c, unsigned int code,
			const char *text)
{
	struct ob_hub_view view = ob_hub_view_of(c, c->a);
	/* It has just been made: nothing is missing. */
	const struct ob_hub_object o = { .rv = UINT64_MAX,
					 .text = text,
					 .size = strlen(text) };
	const char *out = ob_hub_render(c->a, &view, &o, true, c->now_s);

	if (!out)
		return ob_hub_call_error(c, -EUCLEAN);
	ob_hub_call_reply_text(c, code, "application/json", out);
	return 0;
}

/* Stores object, unless it is all just to see, and answers with it. */
static int finish(struct ob_hub_call *c, const cJSON *live, cJSON *object,
		  unsigned int code)
{
	const char *text;
	int r = 0;

	if (c->dry_run)
		text = ob_json_print(c->a, object);
	else
		r = ob_hub_persist_put(c->hub, c->kind, c->a, live, object,
				       &text);
	return r < 0 ? ob_hub_call_error(c, r) : reply_object(c, code, text);
}

/* --- create --- */

static int name_make(struct ob_hub_call *c, cJSON *object)
{
	const char *prefix = ob_json_string(object, "metadata.generateName");
	const char *name = ob_json_string(object, "metadata.name");
	struct ob_api_causes causes = { 0 };

	if (name && *name)
		return 0;
	if (!prefix || !*prefix) {
		ob_api_causes_add(c->a, &causes, "FieldValueRequired",
				  "metadata.name",
				  "Required value: name or generateName is "
				  "required");
		return ob_hub_call_invalid(c, "", &causes);
	}
	ob_json_set_string(c->a, ob_json_get(object, "metadata"), "name",
			   ob_api_name_generate(c->a, prefix));
	return 0;
}

static void meta_begin(struct ob_hub_call *c, cJSON *object)
{
	static const char *const ours[] = { "resourceVersion",
					    "deletionTimestamp",
					    "deletionGracePeriodSeconds",
					    "selfLink", "generation" };
	cJSON *meta = ob_json_get(object, "metadata");

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		ob_json_set(c->a, meta, ours[i], NULL);
	ob_json_set_string(c->a, meta, "uid", ob_api_uid_new(c->a));
	ob_json_set_string(c->a, meta, "creationTimestamp",
			   ob_api_time(c->a, c->now_s));
	if (ob_hub_carry_has_generation(c->kind))
		ob_json_set_number(c->a, meta, "generation", 1);
}

static int exists(struct ob_hub_call *c, const cJSON *object)
{
	const char *name = ob_json_string(object, "metadata.name");
	const char *going = "";
	cJSON *live;
	int r = ob_hub_persist_get(c->hub, c->kind, NULL, c->route.namespace,
				   name, c->a, &live);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return ob_hub_call_error(c, r);
	if (ob_json_string(live, "metadata.deletionTimestamp"))
		going = "object is being deleted: ";
	return ob_hub_call_fail_object(c, 409, "AlreadyExists", name, NULL,
				       "%s%s \"%s\" already exists", going,
				       ob_hub_kind_resource(c->a, c->kind),
				       name);
}

static int new_checks(struct ob_hub_call *c, cJSON *object)
{
	const char *rv = ob_json_string(object, "metadata.resourceVersion");
	int r;

	if (rv && *rv)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"resourceVersion should not be set on "
					"objects to be created");
	if (c->kind->closing)
		return ob_hub_call_fail(c, 405, "MethodNotAllowed",
					"create not allowed while custom "
					"resource definition is terminating");
	r = name_make(c, object);
	if (r == 0)
		r = ob_hub_prepare_namespace(
			c, ob_json_string(object, "metadata.name"));
	if (r == 0)
		r = ob_hub_prepare_owner(c, object);
	if (r == 0)
		r = ob_hub_prepare_references(c, object);
	return r;
}

int ob_hub_write_new(struct ob_hub_call *c, cJSON *object, bool applied)
{
	const struct ob_api_manager m = ob_hub_write_manager(c, "Update");
	int r = new_checks(c, object);

	if (r < 0)
		return r;
	if (c->version->has_status && !ob_hub_carry_keeps_status(c->kind))
		ob_json_set(c->a, object, "status", NULL);
	r = ob_hub_prepare_fields(c, object);
	if (r < 0)
		return r;
	meta_begin(c, object);
	r = ob_hub_prepare_special(c, NULL, object);
	if (r < 0)
		return r;
	if (!applied)
		ob_api_manage_update(c->a, c->version->schema, NULL, object,
				     &m);
	r = ob_hub_prepare_validate(c, NULL, object);
	if (r == 0)
		r = exists(c, object);
	return r < 0 ? r : finish(c, NULL, object, 201);
}

int ob_hub_create(struct ob_hub_call *c)
{
	cJSON *object;
	int r = ob_hub_body_decode(c, c->kind->r->kind, &object);

	if (r == 0)
		r = ob_hub_prepare_type(c, object);
	if (r == 0)
		r = ob_hub_prepare_place(c, object, NULL);
	return r < 0 ? r : ob_hub_write_new(c, object, false);
}

/* --- update --- */

static int over_checks(struct ob_hub_call *c, const cJSON *live, cJSON *object)
{
	const char *name = c->route.name;
	const char *rv = ob_json_string(object, "metadata.resourceVersion");
	const char *uid = ob_json_string(object, "metadata.uid");
	const char *live_rv = ob_json_string(live, "metadata.resourceVersion");
	const char *live_uid = ob_json_string(live, "metadata.uid");
	int r = ob_hub_prepare_owner(c, live);

	if (r == 0)
		r = ob_hub_prepare_owner(c, object);
	if (r == 0)
		r = ob_hub_prepare_references(c, object);
	if (r < 0)
		return r;
	if (uid && *uid && strcmp(uid, live_uid) != 0)
		return ob_hub_call_conflict(
			c, name,
			ob_arena_printf(c->a,
					"Precondition failed: UID in "
					"precondition: %s, UID in object meta: "
					"%s",
					uid, live_uid));
	if (rv && *rv && strcmp(rv, live_rv) != 0)
		return ob_hub_call_conflict(
			c, name,
			"the object has been modified; please apply your "
			"changes to the latest version and try again");
	return 0;
}

/* The last finalizer of an object that was to go is gone: so is the object. */
static int finish_removal(struct ob_hub_call *c, cJSON *object)
{
	const char *text = ob_json_print(c->a, object);
	int r = 0;

	if (!c->dry_run)
		r = ob_hub_persist_drop(c->hub, c->kind, c->a, object);
	if (r < 0)
		return ob_hub_call_error(c, r);
	return reply_object(c, 200, text);
}

static bool is_removal(struct ob_hub_call *c, const cJSON *object)
{
	return ob_json_string(object, "metadata.deletionTimestamp") &&
	       ob_hub_remove_is_due(c->kind, object);
}

static int over_fields(struct ob_hub_call *c, const cJSON *live, cJSON *object)
{
	int r;

	ob_hub_carry_meta(c->a, live, object);
	ob_hub_carry_parts(c->a, c->kind, c->version, c->route.subresource,
			   live, object);
	r = ob_hub_prepare_fields(c, object);
	if (r == 0)
		r = ob_hub_prepare_special(c, live, object);
	return r < 0 ? r : ob_hub_carry_check(c, live, object);
}

int ob_hub_write_over(struct ob_hub_call *c, cJSON *live, cJSON *object,
		      bool applied)
{
	const struct ob_api_manager m = ob_hub_write_manager(c, "Update");
	int r = over_checks(c, live, object);

	if (r == 0)
		r = over_fields(c, live, object);
	if (r < 0)
		return r;
	ob_hub_carry_generation(c->a, c->kind, c->version, live, object);
	if (!applied)
		ob_api_manage_update(c->a, c->version->schema, live, object,
				     &m);
	r = ob_hub_prepare_validate(c, live, object);
	if (r < 0)
		return r;
	if (is_removal(c, object))
		return finish_removal(c, object);
	/* Nothing new is not written, so that nobody is woken by it. */
	if (ob_hub_carry_is_same(c->a, live, object))
		return reply_object(c, 200, ob_json_print(c->a, live));
	return finish(c, live, object, 200);
}

static int version_required(struct ob_hub_call *c, const cJSON *object)
{
	const char *rv = ob_json_string(object, "metadata.resourceVersion");
	struct ob_api_causes causes = { 0 };

	if (ob_hub_carry_is_unconditional(c->kind) || (rv && *rv))
		return 0;
	ob_api_causes_add(c->a, &causes, "FieldValueInvalid",
			  "metadata.resourceVersion",
			  "Invalid value: 0x0: must be specified for an "
			  "update");
	return ob_hub_call_invalid(c, c->route.name, &causes);
}

int ob_hub_update(struct ob_hub_call *c)
{
	cJSON *object, *live;
	int r = ob_hub_body_decode(c, c->kind->r->kind, &object);

	if (r == 0)
		r = ob_hub_prepare_type(c, object);
	if (r == 0)
		r = ob_hub_prepare_place(c, object, c->route.name);
	if (r < 0)
		return r;
	r = ob_hub_persist_get(c->hub, c->kind, c->version, c->route.namespace,
			       c->route.name, c->a, &live);
	if (r == -ENOENT)
		return ob_hub_call_not_found(c, c->route.name);
	if (r < 0)
		return ob_hub_call_error(c, r);
	r = version_required(c, object);
	return r < 0 ? r : ob_hub_write_over(c, live, object, false);
}

int ob_hub_write_ensure(struct ob_hub_call *c, cJSON *object)
{
	cJSON *live;
	int r = ob_hub_prepare_type(c, object);

	if (r < 0)
		return r;
	r = ob_hub_persist_get(c->hub, c->kind, c->version, c->route.namespace,
			       c->route.name, c->a, &live);
	if (r == -ENOENT)
		return ob_hub_write_new(c, object, false);
	if (r < 0)
		return ob_hub_call_error(c, r);
	/* Labels and the like are the administrator's. */
	ob_json_set(c->a, object, "metadata",
		    ob_json_copy(c->a, ob_json_get(live, "metadata")));
	return ob_hub_write_over(c, live, object, false);
}
