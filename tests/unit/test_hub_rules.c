// SPDX-License-Identifier: Apache-2.0
#include "hub/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define GROUPS(...)                                                            \
	.groups = (const char *const[]){ __VA_ARGS__ },                        \
	.n_groups = ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ }))

static const struct ob_hub_identity admin = {
	.user = "admin",
	GROUPS("system:masters", "system:authenticated"),
};
static const struct ob_hub_identity member = {
	.user = "cluster:a",
	GROUPS("octopus.io:members", "system:authenticated"),
};
static const struct ob_hub_identity gateway = {
	.user = "cluster:a",
	GROUPS("system:authenticated", "octopus.io:gateways"),
};
static const struct ob_hub_identity anonymous = {
	.user = "system:anonymous",
	GROUPS("system:unauthenticated"),
};

/* Of no group that counts, or of no cluster. */
static const struct ob_hub_identity strangers[] = {
	{ .user = "cluster:a" },
	{ .user = "cluster:a", GROUPS("octopus.io:member", "members") },
	{ .user = "system:masters", GROUPS("system:authenticated", "") },
	{ .user = "cluster:", GROUPS("octopus.io:members") },
	{ .user = "a", GROUPS("octopus.io:members") },
	{ .user = "", GROUPS("octopus.io:gateways") },
	{ .user = "Cluster:a", GROUPS("octopus.io:gateways") },
};

static const char *const verbs[] = { "get",	 "list",   "watch",
				     "create",	 "update", "patch",
				     "delete",	 "*",	   "deletecollection",
				     "escalate", "GET",	   "" };
static const char *const namespaces[] = { "", "syncer-operator", "default",
					  "syncer-operator2", "a" };
static const char *const names[] = {
	"",	      "a",	 "a-cnf",    "a-cnf-cnf", "a.1",
	"b",	      "b-cnf",	 "aa",	     "-cnf",	  "syncer-operator",
	"a-cn",	      "a-cnf2",	 "a.",	     ".a",	  "aa.1",
	"b.a.1",      "a.n.s",	 "a-syncer", "b-syncer",  "a-syncers",
	"a-syncer.1", "a-cnf.1",
};

struct type {
	const char *group, *resource, *subresource;
};

static const struct type types[] = {
	{ "octopus.io", "peers", "" },
	{ "octopus.io", "peers", "status" },
	{ "octopus.io", "peers/status", "" },
	{ "octopus.io", "peers", "scale" },
	{ "octopus.io", "peer", "" },
	{ "octopus.io", "*", "" },
	{ "", "peers", "" },
	{ "coordination.k8s.io", "leases", "" },
	{ "coordination.k8s.io", "leases", "status" },
	{ "coordination.k8s.io", "leasecandidates", "" },
	{ "octopus.io", "leases", "" },
	{ "octopus.io", "exportedservices", "" },
	{ "octopus.io", "exportedservices", "status" },
	{ "", "exportedservices", "" },
	{ "discovery.k8s.io", "endpointslices", "" },
	{ "discovery.k8s.io", "endpointslices", "status" },
	{ "octopus.io", "endpointslices", "" },
	{ "", "endpoints", "" },
	{ "", "events", "" },
	{ "events.k8s.io", "events", "" },
	{ "", "namespaces", "" },
	{ "", "namespaces", "status" },
	{ "", "namespaces", "finalize" },
	{ "", "secrets", "" },
	{ "", "configmaps", "" },
	{ "", "serviceaccounts", "token" },
	{ "apiextensions.k8s.io", "customresourcedefinitions", "" },
	{ "authorization.k8s.io", "selfsubjectaccessreviews", "" },
	{ "authorization.k8s.io", "selfsubjectrulesreviews", "" },
	{ "authorization.k8s.io", "subjectaccessreviews", "" },
	{ "authentication.k8s.io", "selfsubjectreviews", "" },
	{ "authentication.k8s.io", "tokenreviews", "" },
	{ "", "", "" },
};

static const char *const paths[] = {
	"/healthz", "/livez",	   "/readyz",  "/version",  "/api",
	"/api/v1",  "/apis",	   "/apis/x",  "/apisx",    "/openapi",
	"/",	    "/openapi/v2", "/metrics", "/healthzz", "/version/",
	"/debug",   "/apiz/",	   "/livez/x",
};

static bool is(const char *x, const char *y)
{
	return strcmp(x, y) == 0;
}

/* space-separated words */
static bool among(const char *word, const char *words)
{
	char w[160], ws[256];

	snprintf(w, sizeof(w), " %s ", word);
	snprintf(ws, sizeof(ws), " %s ", words);
	return word[0] && strstr(ws, w);
}

/*
 * The policy once more, from the object's side: who may do this with it? As
 * letters: m the cluster "a", g its gateway.
 */
static bool expected_object(char who, const struct ob_hub_action *w)
{
	char type[128];

	snprintf(type, sizeof(type), "%s.%s/%s", w->resource, w->group,
		 w->subresource);
	if (is(type, "peers.octopus.io/") && among(w->verb, "get list watch"))
		return true;
	if (is(type, "peers.octopus.io/") && is(w->name, "a"))
		return among(w->verb, "create update patch delete");
	if (is(type, "peers.octopus.io/status") && w->name[0] && who == 'g')
		return among(w->verb, "get update patch");
	if (among(type, "leases.coordination.k8s.io/ "
			"exportedservices.octopus.io/ "
			"endpointslices.discovery.k8s.io/") &&
	    among(w->verb, "get list watch"))
		return true;
	if (is(type, "leases.coordination.k8s.io/"))
		return among(w->name, "a-cnf a-syncer") &&
		       among(w->verb, "create update patch delete");
	if (among(type, "exportedservices.octopus.io/ "
			"endpointslices.discovery.k8s.io/"))
		return among(w->name, "a.1 a.n.s") &&
		       among(w->verb, "create update patch delete");
	if (among(type, "events./ events.events.k8s.io/"))
		return among(w->name, "a.1 a.n.s") &&
		       among(w->verb, "create patch");
	return false;
}

static bool expected(char who, const struct ob_hub_action *w)
{
	if (is(w->resource, "namespaces") && is(w->name, "syncer-operator"))
		return is(w->verb, "get") && is(w->subresource, "");
	if (is(w->namespace, "syncer-operator") &&
	    !(is(w->resource, "namespaces") && w->name[0]))
		return expected_object(who, w);
	if (is(w->verb, "create") && is(w->namespace, ""))
		return is(w->subresource, "") &&
		       ((is(w->group, "authorization.k8s.io") &&
			 among(w->resource, "selfsubjectaccessreviews "
					    "selfsubjectrulesreviews")) ||
			(is(w->group, "authentication.k8s.io") &&
			 is(w->resource, "selfsubjectreviews")));
	return false;
}

typedef void visit(const struct ob_hub_action *w);

static void each_name(struct ob_hub_action *w, visit *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++)
		for (size_t j = 0; j < ARRAY_SIZE(names); j++) {
			w->namespace = namespaces[i];
			w->name = names[j];
			f(w);
		}
}

static void each(visit *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		for (size_t j = 0; j < ARRAY_SIZE(verbs); j++)
			each_name(
				&(struct ob_hub_action){
					.verb = verbs[j],
					.group = types[i].group,
					.resource = types[i].resource,
					.subresource = types[i].subresource,
				},
				f);
}

static void assert_answer(const struct ob_hub_identity *who,
			  const struct ob_hub_action *w, bool want)
{
	if (ob_hub_rules_allow(who, w) != want)
		fail_msg("%s %s %s.%s/%s \"%s\" in \"%s\": not %s", who->user,
			 w->verb, w->resource, w->group, w->subresource,
			 w->name, w->namespace, want ? "allowed" : "refused");
	if (want && !ob_hub_rules_may_allow(who, w))
		fail_msg("%s %s %s: refused before its name was known",
			 who->user, w->verb, w->resource);
}

static void check_admin(const struct ob_hub_action *w)
{
	assert_answer(&admin, w, true);
}

static void check_member(const struct ob_hub_action *w)
{
	assert_answer(&member, w, expected('m', w));
}

static void check_gateway(const struct ob_hub_action *w)
{
	assert_answer(&gateway, w, expected('g', w));
}

static void check_anonymous(const struct ob_hub_action *w)
{
	assert_answer(&anonymous, w, false);
}

/* Never more than a member, and never an object of its own. */
static void check_strangers(const struct ob_hub_action *w)
{
	bool reads = among(w->verb, "get list watch");

	for (size_t i = 0; i < ARRAY_SIZE(strangers); i++) {
		const struct ob_hub_identity *who = &strangers[i];
		bool in_group = i > 2, status = is(w->subresource, "status");
		bool own = !reads && among(w->resource,
					   "peers leases events "
					   "exportedservices endpointslices");

		if (!in_group || (own && !status))
			assert_answer(who, w, false);
		else if (i < 5)
			assert_answer(who, w, expected('m', w));
		else
			assert_answer(who, w, expected('g', w));
	}
}

static void lets_the_administrator_do_everything(void **state)
{
	(void)state;
	each(check_admin);
}

static void lets_a_member_write_its_own_objects_only(void **state)
{
	(void)state;
	each(check_member);
}

static void lets_a_gateway_write_every_status_besides(void **state)
{
	(void)state;
	each(check_gateway);
}

static void lets_anonymous_clients_touch_no_object(void **state)
{
	(void)state;
	each(check_anonymous);
}

static void gives_nothing_of_its_own_to_who_is_no_cluster(void **state)
{
	(void)state;
	each(check_strangers);
}

static bool path_allowed(const struct ob_hub_identity *who, const char *verb,
			 const char *path)
{
	return ob_hub_rules_allow(who, &(struct ob_hub_action){
					       .verb = verb,
					       .group = "",
					       .resource = "",
					       .subresource = "",
					       .namespace = "",
					       .name = "",
					       .path = path,
				       });
}

static void lets_clusters_discover_and_others_ask_for_health(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const char *p = paths[i];
		bool health = among(p, "/healthz /livez /readyz /version "
				       "/version/");
		bool discovery = among(p, "/api /api/v1 /apis /apis/x "
					  "/openapi /openapi/v2");

		assert_true(path_allowed(&admin, "get", p));
		assert_true(path_allowed(&admin, "post", p));
		assert_int_equal(path_allowed(&member, "get", p),
				 health || discovery);
		assert_int_equal(path_allowed(&gateway, "get", p),
				 health || discovery);
		assert_int_equal(path_allowed(&anonymous, "get", p), health);
		assert_false(path_allowed(&member, "post", p));
		assert_false(path_allowed(&anonymous, "put", p));
		assert_false(path_allowed(&strangers[1], "get", p));
	}
}

static struct ob_hub_action on_peer(const char *verb, const char *name)
{
	return (struct ob_hub_action){
		.verb = verb,
		.group = "octopus.io",
		.resource = "peers",
		.subresource = "",
		.namespace = "syncer-operator",
		.name = name,
	};
}

static void refuses_a_create_early_only_if_no_name_would_do(void **state)
{
	struct ob_hub_action peer = on_peer("create", "");
	struct ob_hub_action elsewhere = on_peer("create", "a");

	(void)state;
	elsewhere.namespace = "default";
	assert_false(ob_hub_rules_allow(&member, &peer));
	assert_true(ob_hub_rules_may_allow(&member, &peer));
	assert_false(ob_hub_rules_may_allow(&member, &elsewhere));
	assert_false(ob_hub_rules_may_allow(&anonymous, &peer));
}

static void tells_apart_clusters_whose_names_begin_alike(void **state)
{
	const struct ob_hub_identity a_cnf = {
		.user = "cluster:a-cnf",
		GROUPS("octopus.io:members"),
	};
	struct ob_hub_action w = on_peer("update", "a-cnf");

	(void)state;
	assert_true(ob_hub_rules_allow(&a_cnf, &w));
	assert_false(ob_hub_rules_allow(&member, &w));
	w.group = "coordination.k8s.io";
	w.resource = "leases";
	assert_false(ob_hub_rules_allow(&a_cnf, &w));
	assert_true(ob_hub_rules_allow(&member, &w));
	w.name = "a-cnf-cnf";
	assert_true(ob_hub_rules_allow(&a_cnf, &w));
	assert_false(ob_hub_rules_allow(&member, &w));
}

static void assert_refusal(const struct ob_hub_action *w, const char *want)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	assert_string_equal(ob_hub_rules_refusal(a, &member, w), want);
}

static void names_object_user_verb_and_namespace_in_a_refusal(void **state)
{
	struct ob_hub_action w = on_peer("update", "b");

	(void)state;
	assert_refusal(&w, "peers.octopus.io \"b\" is forbidden: User "
			   "\"cluster:a\" cannot update resource \"peers\" in "
			   "API group \"octopus.io\" in the namespace "
			   "\"syncer-operator\"");
	w.subresource = "status";
	w.verb = "patch";
	assert_refusal(&w, "peers.octopus.io \"b\" is forbidden: User "
			   "\"cluster:a\" cannot patch resource "
			   "\"peers/status\" in API group \"octopus.io\" in "
			   "the namespace \"syncer-operator\"");
}

static void leaves_out_of_a_refusal_what_there_is_not(void **state)
{
	struct ob_hub_action w = {
		.verb = "list",
		.group = "",
		.resource = "namespaces",
		.subresource = "",
		.namespace = "",
		.name = "",
	};

	(void)state;
	assert_refusal(&w, "namespaces is forbidden: User \"cluster:a\" cannot "
			   "list resource \"namespaces\" in API group \"\" at "
			   "the cluster scope");
	w.verb = "delete";
	w.name = "x";
	assert_refusal(&w, "namespaces \"x\" is forbidden: User \"cluster:a\" "
			   "cannot delete resource \"namespaces\" in API group "
			   "\"\" in the namespace \"x\"");
}

static void names_the_path_in_a_refusal(void **state)
{
	struct ob_hub_action w = on_peer("get", "");

	(void)state;
	w.path = "/metrics";
	assert_refusal(&w, "forbidden: User \"cluster:a\" cannot get path "
			   "\"/metrics\"");
}

static void writes_valid_text_whatever_was_asked(void **state)
{
	struct ob_hub_action w = on_peer("get", "");

	(void)state;
	w.path = "/\"\\\n\x01<b>&\x7f\xc3\xa9\xff\xc3/\xed\xa0\x80\xf0\x9f\x90"
		 "\x99\xc0\xaf\xe2\x82";
	assert_refusal(
		&w, "forbidden: User \"cluster:a\" cannot get path "
		    "\"/\\\"\\\\\\n\\x01&lt;b&gt;&amp;\\x7f\xc3\xa9\\xff\\xc3/"
		    "\\xed\\xa0\\x80\xf0\x9f\x90\x99\\xc0\\xaf\\xe2\\x82\"");
}

/* The rules of a list, one line each. */
static const char *list_text(struct ob_arena *a,
			     const struct ob_hub_identity *who,
			     const char *namespace)
{
	cJSON *status = ob_json_object(a);

	ob_hub_rules_list(a, who, namespace, status);
	return ob_json_print(a, status);
}

static void lists_what_somebody_may_do(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *inside = list_text(a, &member, "syncer-operator");

	(void)state;
	assert_non_null(strstr(inside, "\"resources\":[\"peers\"],"
				       "\"resourceNames\":[\"a\"]"));
	assert_non_null(strstr(inside, "\"resourceNames\":[\"a-cnf\"]"));
	assert_non_null(strstr(inside, "\"resourceNames\":[\"a-syncer\"]"));
	assert_non_null(strstr(inside, "\"resources\":[\"exportedservices\"],"
				       "\"resourceNames\":[\"a.*\"]"));
	assert_non_null(strstr(inside, "[\"/apis/*\"]"));
	assert_null(strstr(inside, "status"));
	assert_null(strstr(list_text(a, &member, "default"), "peers"));
	assert_non_null(strstr(list_text(a, &gateway, "syncer-operator"),
			       "peers/status"));
	assert_non_null(strstr(list_text(a, &admin, ""), "[\"*\"]"));
	assert_null(
		strstr(list_text(a, &anonymous, "syncer-operator"), "/apis"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_the_administrator_do_everything),
		cmocka_unit_test(lets_a_member_write_its_own_objects_only),
		cmocka_unit_test(lets_a_gateway_write_every_status_besides),
		cmocka_unit_test(lets_anonymous_clients_touch_no_object),
		cmocka_unit_test(gives_nothing_of_its_own_to_who_is_no_cluster),
		cmocka_unit_test(
			lets_clusters_discover_and_others_ask_for_health),
		cmocka_unit_test(
			refuses_a_create_early_only_if_no_name_would_do),
		cmocka_unit_test(tells_apart_clusters_whose_names_begin_alike),
		cmocka_unit_test(
			names_object_user_verb_and_namespace_in_a_refusal),
		cmocka_unit_test(leaves_out_of_a_refusal_what_there_is_not),
		cmocka_unit_test(names_the_path_in_a_refusal),
		cmocka_unit_test(lists_what_somebody_may_do),
		cmocka_unit_test(writes_valid_text_whatever_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
