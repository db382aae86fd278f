// SPDX-License-Identifier: Apache-2.0
#include "hub/delete.h"

#include <errno.h>
#include <string.h>

#include "apimachinery/meta.h"
#include "hub/body.h"
#include "hub/filter.h"
#include "hub/persist.h"
#include "hub/prepare.h"
#include "hub/remove.h"
#include "hub/revision.h"

struct options {
	const char *policy;   /* NULL: none given */
	const char *uid, *rv; /* preconditions; NULL: none */
};

static int policy_check(struct ob_hub_call *c, const char *s)
{
	static const char *const policies[] = { "Background", "Foreground",
						"Orphan" };

	for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
		if (strcmp(policies[i], s) == 0)
			return 0;
	return ob_hub_call_fail(
		c, 422, "Invalid",
		"DeleteOptions.meta.k8s.io \"\" is invalid: "
		"propagationPolicy: Invalid value: \"%s\": must be "
		"Foreground, Background, Orphan, or nil",
		s);
}

static int options_of_body(struct ob_hub_call *c, const cJSON *body,
			   struct options *o)
{
	const char *policy = ob_json_string(body, "propagationPolicy");
	const cJSON *dry = ob_json_get(body, "dryRun");

	o->uid = ob_json_string(body, "preconditions.uid");
	o->rv = ob_json_string(body, "preconditions.resourceVersion");
	if (dry && dry->child)
		c->dry_run = true;
	if (ob_json_bool(body, "orphanDependents", false))
		o->policy = "Orphan";
	if (policy && *policy)
		o->policy = policy;
	return 0;
}

static int options_parse(struct ob_hub_call *c, struct options *ret)
{
	const char *policy = ob_hub_route_param(&c->route, "propagationPolicy");
	cJSON *body;
	int r = 0;

	*ret = (struct options){ 0 };
	if (policy && *policy)
		ret->policy = policy;
	if (c->x->body_size > 0) {
		r = ob_hub_body_decode(c, c->kind->r->kind, &body);
		if (r == 0)
			r = options_of_body(c, body, ret);
	}
	if (r == 0 && ret->policy)
		r = policy_check(c, ret->policy);
	return r;
}

static int preconditions(struct ob_hub_call *c, const struct options *o,
			 const cJSON *object)
{
	const char *uid = ob_json_string(object, "metadata.uid");
	const char *rv = ob_json_string(object, "metadata.resourceVersion");
	const char *name = ob_json_string(object, "metadata.name");
	const struct ob_api_resource *r = c->kind->r;
	const char *why = NULL;
	cJSON *status;

	if (o->uid && strcmp(o->uid, uid) != 0)
		why = ob_arena_printf(
			c->a,
			"the UID in the precondition (%s) does not match the "
			"UID in record (%s). The object might have been "
			"deleted and then recreated",
			o->uid, uid);
	else if (o->rv && strcmp(o->rv, rv) != 0)
		why = ob_arena_printf(
			c->a,
			"the ResourceVersion in the precondition (%s) does not "
			"match the ResourceVersion in record (%s). The object "
			"might have been modified",
			o->rv, rv);
	if (!why)
		return 0;
	/* The one error that names the kind in its sentence. */
	status = ob_api_status(
		c->a, 409, "Conflict",
		ob_arena_printf(c->a,
				"Operation cannot be fulfilled on %s%s%s "
				"\"%s\": %s",
				r->kind, *r->group ? "." : "", r->group, name,
				why),
		r->group, r->kind, name, NULL);
	ob_hub_call_reply(c, 409, status);
	return -EBUSY;
}

static bool is_protected(const struct ob_hub_kind *k, const char *name)
{
	static const char *const names[] = { "default", "kube-system",
					     "syncer-operator" };

	if (strcmp(k->id, OB_HUB_NAMESPACES) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static int remove_one(struct ob_hub_call *c, cJSON *object,
		      const struct options *o, bool *ret_gone)
{
	const char *name = ob_json_string(object, "metadata.name");
	int r = ob_hub_prepare_owner(c, object);

	if (r == 0)
		r = preconditions(c, o, object);
	if (r < 0)
		return r;
	if (is_protected(c->kind, name))
		return ob_hub_call_fail_object(
			c, 403, "Forbidden", name, NULL,
			"namespaces \"%s\" is forbidden: this namespace may "
			"not be deleted",
			name);
	r = ob_hub_remove(c->hub, c->kind, c->a, object, o->policy, c->now_s,
			  c->dry_run, ret_gone);
	return r < 0 ? ob_hub_call_error(c, r) : 0;
}

static void reply_gone(struct ob_hub_call *c, const cJSON *object)
{
	struct ob_arena *a = c->a;
	cJSON *s = ob_json_object(a), *details = ob_json_object(a);

	ob_json_set_string(a, s, "kind", "Status");
	ob_json_set_string(a, s, "apiVersion", "v1");
	ob_json_set(a, s, "metadata", ob_json_object(a));
	ob_json_set_string(a, s, "status", "Success");
	ob_json_set_string(a, details, "name", c->route.name);
	if (*c->kind->r->group)
		ob_json_set_string(a, details, "group", c->kind->r->group);
	ob_json_set_string(a, details, "kind", c->kind->r->plural);
	ob_json_set_string(a, details, "uid",
			   ob_json_string(object, "metadata.uid"));
	ob_json_set(a, s, "details", details);
	ob_hub_call_reply(c, 200, s);
}

int ob_hub_delete(struct ob_hub_call *c)
{
	struct options o;
	cJSON *object;
	bool gone = false;
	int r = options_parse(c, &o);

	if (r < 0)
		return r;
	r = ob_hub_persist_get(c->hub, c->kind, c->version, c->route.namespace,
			       c->route.name, c->a, &object);
	if (r == -ENOENT)
		return ob_hub_call_not_found(c, c->route.name);
	if (r < 0)
		return ob_hub_call_error(c, r);
	r = remove_one(c, object, &o, &gone);
	if (r < 0)
		return r;
	if (gone)
		reply_gone(c, object);
	else
		ob_hub_call_reply(c, 200, object);
	return 0;
}

/* --- many --- */

#define CHUNK 500

static int remove_some(struct ob_hub_call *c, const struct ob_hub_filter *f,
		       const struct options *o,
		       const struct ob_hub_objects *list, cJSON *items)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n; i++) {
		const struct ob_hub_object *x = &list->v[i];
		cJSON *object;
		bool gone;

		if (!ob_hub_filter_key(f, x->namespace, x->name) ||
		    !ob_hub_filter_object(f, c->a, x->text, x->size))
			continue;
		object = ob_hub_persist_tree(c->a, c->kind, c->version, x->text,
					     x->size);
		if (!object)
			return ob_hub_call_error(c, -EUCLEAN);
		r = remove_one(c, object, o, &gone);
		ob_json_append(c->a, items, object);
	}
	return r;
}

static void reply_list(struct ob_hub_call *c, cJSON *items)
{
	cJSON *list = ob_json_object(c->a), *meta = ob_json_object(c->a);

	ob_json_set_string(c->a, list, "kind", c->kind->r->list_kind);
	ob_json_set_string(c->a, list, "apiVersion",
			   ob_hub_kind_api_version(c->a, c->kind, c->version));
	ob_json_set_string(c->a, meta, "resourceVersion",
			   ob_arena_printf(c->a, "%llu",
					   (unsigned long long)ob_hub_store_rv(
						   c->hub->store)));
	ob_json_set(c->a, list, "metadata", meta);
	ob_json_set(c->a, list, "items", items);
	ob_hub_call_reply(c, 200, list);
}

int ob_hub_delete_collection(struct ob_hub_call *c)
{
	struct ob_hub_range range = {
		.resource = c->kind->id,
		.namespace = *c->route.namespace ? c->route.namespace : NULL,
		.max = CHUNK,
	};
	struct ob_hub_filter filter;
	struct ob_hub_objects list;
	struct options o;
	cJSON *items = ob_json_array(c->a);
	int r = options_parse(c, &o);

	if (r == 0)
		r = ob_hub_filter_parse(c, c->a, &filter);
	if (r < 0)
		return r;
	do {
		list = (struct ob_hub_objects){ 0 };
		r = ob_hub_store_list(c->hub->store, &range, c->a, &list);
		if (r < 0)
			return ob_hub_call_error(c, r);
		r = remove_some(c, &filter, &o, &list, items);
		if (r < 0)
			return r;
		if (list.n > 0) {
			range.after_namespace = list.v[list.n - 1].namespace;
			range.after_name = list.v[list.n - 1].name;
		}
	} while (list.n == CHUNK);
	reply_list(c, items);
	return 0;
}
