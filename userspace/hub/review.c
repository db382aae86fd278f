// SPDX-License-Identifier: Apache-2.0
#include "hub/review.h"

#include <string.h>

#include "hub/body.h"

static cJSON *user_info(struct ob_hub_call *c, const struct ob_hub_who *who)
{
	cJSON *user = ob_json_object(c->a), *groups = ob_json_array(c->a);

	ob_json_set_string(c->a, user, "username", who->identity.user);
	for (size_t i = 0; i < who->identity.n_groups; i++)
		ob_json_append(
			c->a, groups,
			ob_json_string_new(c->a, who->identity.groups[i]));
	ob_json_set(c->a, user, "groups", groups);
	return user;
}

static int who_am_i(struct ob_hub_call *c, const cJSON *spec, cJSON *status)
{
	(void)spec;
	ob_json_set(c->a, status, "userInfo", user_info(c, &c->who));
	return 0;
}

static int who_is(struct ob_hub_call *c, const cJSON *spec, cJSON *status)
{
	const char *token = ob_json_string(spec, "token");
	struct ob_hub_who who;
	bool known = token &&
		     ob_hub_who_find(c->hub->store, c->a,
				     ob_arena_printf(c->a, "Bearer %s", token),
				     c->now_s, &who) == 0;

	ob_json_set_bool(c->a, status, "authenticated", known);
	if (known)
		ob_json_set(c->a, status, "user", user_info(c, &who));
	else
		ob_json_set_string(c->a, status, "error",
				   "the token is not known");
	return 0;
}

static const char *text(const cJSON *o, const char *key)
{
	const char *s = ob_json_string(o, key);

	return s ? s : "";
}

static int may_i(struct ob_hub_call *c, const cJSON *spec, cJSON *status)
{
	const cJSON *r = ob_json_get(spec, "resourceAttributes");
	const cJSON *p = ob_json_get(spec, "nonResourceAttributes");
	const struct ob_hub_action what = {
		.verb = text(r ? r : p, "verb"),
		.group = text(r, "group"),
		.resource = text(r, "resource"),
		.subresource = text(r, "subresource"),
		.namespace = text(r, "namespace"),
		.name = text(r, "name"),
		.path = p && !r ? text(p, "path") : NULL,
	};

	if (!r && !p)
		return ob_hub_call_fail(
			c, 422, "Invalid",
			"SelfSubjectAccessReview.authorization.k8s.io \"\" is "
			"invalid: spec.resourceAttributes: Invalid value: "
			"\"null\": exactly one of nonResourceAttributes or "
			"resourceAttributes must be specified");
	ob_json_set_bool(c->a, status, "allowed",
			 ob_hub_rules_allow(&c->who.identity, &what));
	return 0;
}

static int what_may_i(struct ob_hub_call *c, const cJSON *spec, cJSON *status)
{
	ob_hub_rules_list(c->a, &c->who.identity, text(spec, "namespace"),
			  status);
	return 0;
}

static const struct review {
	const char *group, *resource, *kind;
	int (*answer)(struct ob_hub_call *c, const cJSON *spec, cJSON *status);
} reviews[] = {
	{ "authorization.k8s.io", "selfsubjectaccessreviews",
	  "SelfSubjectAccessReview", may_i },
	{ "authorization.k8s.io", "selfsubjectrulesreviews",
	  "SelfSubjectRulesReview", what_may_i },
	{ "authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview",
	  who_am_i },
	{ "authentication.k8s.io", "tokenreviews", "TokenReview", who_is },
};

static const struct review *find(const struct ob_hub_route *route)
{
	for (size_t i = 0; i < ARRAY_SIZE(reviews); i++)
		if (strcmp(route->resource, reviews[i].resource) == 0 &&
		    strcmp(route->group, reviews[i].group) == 0 &&
		    strcmp(route->version, "v1") == 0)
			return &reviews[i];
	return NULL;
}

bool ob_hub_review_is(const struct ob_hub_route *route)
{
	return route->is_resource && find(route);
}

int ob_hub_review(struct ob_hub_call *c)
{
	const struct review *review = find(&c->route);
	cJSON *body, *status = ob_json_object(c->a);
	int r;

	if (c->route.verb != OB_HUB_CREATE)
		return ob_hub_call_fail(c, 405, "MethodNotAllowed",
					"the server does not allow this method "
					"on the requested resource");
	r = ob_hub_body_decode(c, review->kind, &body);
	if (r < 0)
		return r;
	r = review->answer(c, ob_json_get(body, "spec"), status);
	if (r < 0)
		return r;
	ob_json_set_string(c->a, body, "kind", review->kind);
	ob_json_set_string(c->a, body, "apiVersion",
			   ob_arena_printf(c->a, "%s/v1", review->group));
	if (!cJSON_IsObject(ob_json_get(body, "metadata")))
		ob_json_set(c->a, body, "metadata", ob_json_object(c->a));
	/* A token is not sent around more than it has to be. */
	ob_json_set(c->a, ob_json_get(body, "spec"), "token", NULL);
	ob_json_set(c->a, body, "status", status);
	ob_hub_call_reply(c, 201, body);
	return 0;
}
