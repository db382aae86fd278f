// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/builtin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "apim_fixture.h"
#include "apimachinery/table.h"

static const struct ob_api_resource *find(const struct ob_api_catalog *c,
					  const char *kind)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->v[i]->kind, kind))
			return c->v[i];
	fail_msg("%s", kind);
	return NULL;
}

static void every_kind_has_a_schema_and_columns(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_catalog c;

	(void)state;
	ob_api_builtin(a, &c);
	assert_true(c.n >= 14);
	for (size_t i = 0; i < c.n; i++) {
		struct ob_api_causes causes = { .n = 0 };
		const struct ob_api_schema *s = NULL;
		const struct ob_api_version *v = &c.v[i]->versions[0];

		assert_non_null(v->openapi);
		if (ob_api_schema_compile(a, v->openapi, &s, &causes) < 0)
			fail_msg("%s: %s", c.v[i]->kind,
				 apim_causes(a, &causes));
		assert_non_null(v->schema);
		assert_true(v->n_columns > 0);
	}
}

static void validates_what_it_knows_and_keeps_the_rest(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_catalog c;
	struct ob_api_causes causes = { .n = 0 };
	const struct ob_api_schema *s;
	cJSON *v = apim_json(a, "{'metadata':{'creationTimestamp':null},'new':"
				"1,'spec':{'containers':[{'name':1,'later':2}]}"
				",'status':{'conditions':[{'type':'x'}]}}");

	(void)state;
	ob_api_builtin(a, &c);
	s = find(&c, "Pod")->versions[0].schema;
	ob_api_schema_validate(a, s, v, &causes);
	assert_string_equal(apim_causes(a, &causes),
			    "spec.containers[0].name: Invalid value: "
			    "\"integer\": spec.containers[0].name in body must "
			    "be of type string: \"integer\"");
	ob_api_schema_prune(a, s, v, NULL);
	assert_non_null(ob_json_at(v, "new"));
}

/* The cells of a row, as JSON. */
static const char *row(struct ob_arena *a, const char *kind, const char *object)
{
	struct ob_api_catalog c;
	const struct ob_api_resource *r;
	cJSON *t;

	ob_api_builtin(a, &c);
	r = find(&c, kind);
	t = ob_api_table_new(a, r, &r->versions[0], "meta.k8s.io/v1", true);
	ob_api_table_add(a, t, r, &r->versions[0], apim_json(a, object), "None",
			 1700000000);
	assert_int_equal(
		cJSON_GetArraySize(ob_json_get(t, "columnDefinitions")),
		cJSON_GetArraySize(ob_json_at(t, "rows")->child->child));
	return ob_json_print(
		a, ob_json_get(ob_json_at(t, "rows")->child, "cells"));
}

static void prints_rows_as_kubectl_users_know_them(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	(void)state;
	assert_string_equal(
		row(a, "Service",
		    "{'metadata':{'name':'s','creationTimestamp':"
		    "'2023-11-14T22:11:20Z'},'spec':{'clusterIP':'10.0.0.1',"
		    "'ports':[{'port':80},{'port':53,'protocol':'UDP',"
		    "'nodePort':30053}]}}"),
		"[\"s\",\"ClusterIP\",\"10.0.0.1\",\"<none>\","
		"\"80/TCP,53:30053/UDP\",\"2m\",\"<none>\"]");
	assert_string_equal(
		row(a, "Pod",
		    "{'metadata':{'name':'p'},'spec':{'containers':[{},{}]},"
		    "'status':{'phase':'Running','podIP':'10.1.0.2',"
		    "'containerStatuses':[{'ready':true,'restartCount':3}]}}"),
		"[\"p\",\"1/2\",\"Running\",\"3\",\"<unknown>\","
		"\"10.1.0.2\",\"<none>\",\"<none>\",\"<none>\"]");
	assert_string_equal(
		row(a, "Deployment",
		    "{'metadata':{'name':'d'},'spec':{'replicas':2,'selector':"
		    "{'matchLabels':{'b':'2','a':'1'}},'template':{'spec':"
		    "{'containers':[{'name':'x','image':'i:1'},{'name':'y'}]}"
		    "}},'status':{'readyReplicas':1}}"),
		"[\"d\",\"1/2\",0,0,\"<unknown>\",\"x,y\",\"i:1,\","
		"\"a=1,b=2\"]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_schema_and_columns),
		cmocka_unit_test(validates_what_it_knows_and_keeps_the_rest),
		cmocka_unit_test(prints_rows_as_kubectl_users_know_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
