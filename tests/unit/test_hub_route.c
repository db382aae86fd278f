// SPDX-License-Identifier: Apache-2.0
#include "hub/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	*state = ob_arena_new();
	return 0;
}

static int teardown(void **state)
{
	ob_arena_free(*state);
	return 0;
}

static struct ob_hub_route parse(void **state, const char *method,
				 const char *target)
{
	struct ob_hub_route route;

	assert_int_equal(
		ob_hub_route_parse(*state, method, target, &route, NULL), 0);
	return route;
}

static void assert_route(const struct ob_hub_route *r, enum ob_hub_verb verb,
			 const char *group, const char *namespace,
			 const char *resource, const char *name,
			 const char *subresource)
{
	assert_true(r->is_resource);
	assert_int_equal(r->verb, verb);
	assert_string_equal(r->group, group);
	assert_string_equal(r->namespace, namespace);
	assert_string_equal(r->resource, resource);
	assert_string_equal(r->name, name);
	assert_string_equal(r->subresource, subresource);
}

static void reads_core_and_group_paths(void **state)
{
	struct ob_hub_route r = parse(state, "GET", "/api/v1/pods");

	assert_route(&r, OB_HUB_LIST, "", "", "pods", "", "");
	r = parse(state, "GET",
		  "/apis/octopus.io/v1alpha1/namespaces/n/peers/a");
	assert_route(&r, OB_HUB_GET, "octopus.io", "n", "peers", "a", "");
	assert_string_equal(r.version, "v1alpha1");
	r = parse(state, "PATCH",
		  "/apis/octopus.io/v1alpha1/namespaces/n/peers/a/status");
	assert_route(&r, OB_HUB_PATCH, "octopus.io", "n", "peers", "a",
		     "status");
}

static void knows_namespaces_from_what_is_in_them(void **state)
{
	struct ob_hub_route r = parse(state, "GET", "/api/v1/namespaces/n");

	assert_route(&r, OB_HUB_GET, "", "", "namespaces", "n", "");
	r = parse(state, "PUT", "/api/v1/namespaces/n/finalize");
	assert_route(&r, OB_HUB_UPDATE, "", "", "namespaces", "n", "finalize");
	r = parse(state, "POST", "/api/v1/namespaces/n/configmaps");
	assert_route(&r, OB_HUB_CREATE, "", "n", "configmaps", "", "");
}

static void takes_the_verb_from_method_and_watch(void **state)
{
	assert_int_equal(parse(state, "GET", "/api/v1/pods?watch=1").verb,
			 OB_HUB_WATCH);
	assert_int_equal(parse(state, "GET", "/api/v1/pods?watch=false").verb,
			 OB_HUB_LIST);
	assert_int_equal(
		parse(state, "GET", "/api/v1/watch/namespaces/n/pods").verb,
		OB_HUB_WATCH);
	/* One object by its name is not watched: as in Kubernetes. */
	assert_int_equal(
		parse(state, "GET", "/api/v1/namespaces/n/pods/a?watch=1").verb,
		OB_HUB_GET);
	assert_int_equal(parse(state, "DELETE", "/api/v1/pods").verb,
			 OB_HUB_DELETECOLLECTION);
	assert_int_equal(parse(state, "PUT", "/api/v1/pods").verb,
			 OB_HUB_NO_VERB);
	assert_int_equal(parse(state, "BREW", "/api/v1/pods").verb,
			 OB_HUB_NO_VERB);
}

static void decodes_percent_and_plus(void **state)
{
	struct ob_hub_route r = parse(
		state, "GET",
		"/api/v1/pods?labelSelector=a%3Db%2Cc+in+%28d%29&limit=5");

	assert_string_equal(ob_hub_route_param(&r, "labelSelector"),
			    "a=b,c in (d)");
	assert_string_equal(ob_hub_route_param(&r, "limit"), "5");
	assert_null(ob_hub_route_param(&r, "continue"));
	/* A slash that was encoded is part of a name. */
	r = parse(state, "GET", "/api/v1/namespaces/n/pods/a%2Fb");
	assert_string_equal(r.name, "a/b");
}

static void refuses_what_is_malformed(void **state)
{
	static const char *const bad[] = { "",	      "api",
					   "/api%",   "/api%2",
					   "/api%zz", "/api/v1/pods?a=%0",
					   "/a%00b",  "/api/v1/pods?a%00=b",
					   "*",	      "http://host/api" };
	struct ob_hub_route route;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(
			ob_hub_route_parse(*state, "GET", bad[i], &route, NULL),
			-22);
}

static void other_paths_are_no_resources(void **state)
{
	static const char *const paths[] = { "/",	 "/healthz",
					     "/api",	 "/api/v1",
					     "/apis",	 "/apis/octopus.io/v1",
					     "/api//v1", "/api/v1/a/b/c/d/e" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		assert_false(parse(state, "GET", paths[i]).is_resource);
}

static void bounds_the_number_of_parameters(void **state)
{
	struct ob_hub_route route;
	char target[1024] = "/api?";
	size_t n = strlen(target);

	for (int i = 0; i <= OB_HUB_MAX_PARAMS; i++)
		n += (size_t)snprintf(target + n, sizeof(target) - n, "a=%d&",
				      i);
	assert_int_equal(
		ob_hub_route_parse(*state, "GET", target, &route, NULL), -22);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_core_and_group_paths),
		cmocka_unit_test(knows_namespaces_from_what_is_in_them),
		cmocka_unit_test(takes_the_verb_from_method_and_watch),
		cmocka_unit_test(decodes_percent_and_plus),
		cmocka_unit_test(refuses_what_is_malformed),
		cmocka_unit_test(other_paths_are_no_resources),
		cmocka_unit_test(bounds_the_number_of_parameters),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
