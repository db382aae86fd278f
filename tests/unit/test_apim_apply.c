// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/apply.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "apim_fixture.h"

static const char thing[] =
	"{'type':'object','properties':{'spec':{'type':'object','properties':{"
	"'a':{'type':'string'},'b':{'type':'string'},"
	"'list':{'type':'array','items':{'type':'string'}},"
	"'set':{'type':'array','x-kubernetes-list-type':'set','items':{'type':"
	"'string'}},"
	"'map':{'type':'array','x-kubernetes-list-type':'map',"
	"'x-kubernetes-list-map-keys':['port','protocol'],'items':{'type':"
	"'object','required':['port'],'properties':{'port':{'type':'integer'},"
	"'protocol':{'type':'string','default':'TCP'},'name':{'type':'string'}}"
	"}},"
	"'one':{'type':'object','x-kubernetes-map-type':'atomic',"
	"'properties':{'x':{'type':'string'},'y':{'type':'string'}}},"
	"'labels':{'type':'object','additionalProperties':{'type':'string'}}"
	"}}}}";

#define LAST "kubectl.kubernetes.io/last-applied-configuration"

struct world {
	struct ob_arena *a;
	const struct ob_api_schema *schema;
	cJSON *live;
	struct ob_api_causes conflicts;
};

static int setup(void **state)
{
	struct world *w = test_calloc(1, sizeof(*w));

	w->a = ob_arena_new();
	w->schema = apim_schema(w->a, thing);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	ob_arena_free(w->a);
	test_free(w);
	return 0;
}

static int apply(struct world *w, const char *name, const char *spec,
		 bool force, const char *time)
{
	struct ob_api_manager m = { name, "Apply", "x.io/v1", "", time };
	cJSON *config = apim_json(
		w->a, ob_arena_printf(w->a,
				      "{'apiVersion':'x.io/v1','kind':'T',"
				      "'metadata':{'name':'t'},'spec':%s}",
				      spec));

	w->conflicts.n = 0;
	return ob_api_apply(w->a, w->schema, w->live, config, &m, force,
			    &w->live, &w->conflicts);
}

static void update(struct world *w, const char *name, const char *spec)
{
	struct ob_api_manager m = { name, "Update", "x.io/v1", "", "T9" };
	cJSON *object = w->live ? ob_json_copy(w->a, w->live)
				: apim_json(w->a, "{'metadata':{}}");

	ob_json_set(w->a, object, "spec", apim_json(w->a, spec));
	ob_api_manage_update(w->a, w->schema, w->live, object, &m);
	w->live = object;
}

static void assert_spec(struct world *w, const char *spec)
{
	apim_assert_json(w->a, ob_json_get(w->live, "spec"), spec);
}

/* fieldsV1 of a manager; NULL: it owns nothing. */
static cJSON *owned(struct world *w, const char *name)
{
	cJSON *list = ob_json_at(w->live, "metadata.managedFields");

	for (cJSON *e = list ? list->child : NULL; e; e = e->next)
		if (!strcmp(ob_json_string(e, "manager"), name))
			return ob_json_get(e, "fieldsV1");
	return NULL;
}

static void creates_by_applying(void **state)
{
	struct world *w = *state;

	assert_int_equal(apply(w, "me",
			       "{'a':'1','map':[{'port':80}],"
			       "'set':['x'],'one':{'x':'1'}}",
			       false, "T1"),
			 0);
	apim_assert_json(
		w->a, ob_json_at(w->live, "metadata.managedFields"),
		"[{'manager':'me','operation':'Apply','apiVersion':'x.io/v1',"
		"'time':'T1','fieldsType':'FieldsV1','fieldsV1':{'f:spec':{"
		"'f:a':{},'f:map':{'k:{\\\"port\\\":80,\\\"protocol\\\":"
		"\\\"TCP\\\"}':{'.':{},'f:port':{}}},'f:one':{},"
		"'f:set':{'v:\\\"x\\\"':{}}}}}]");
}

static void applying_twice_changes_nothing(void **state)
{
	struct world *w = *state;
	const char *spec = "{'a':'1','map':[{'port':80},{'port':81}],"
			   "'labels':{'k':'v'},'list':['a','b']}";
	const char *first;

	assert_int_equal(apply(w, "me", spec, false, "T1"), 0);
	first = ob_json_print(w->a, w->live);
	assert_int_equal(apply(w, "me", spec, false, "T2"), 0);
	assert_string_equal(first, ob_json_print(w->a, w->live));
}

static void two_may_apply_different_fields(void **state)
{
	struct world *w = *state;

	assert_int_equal(
		apply(w, "me", "{'a':'1','map':[{'port':80}]}", false, "T1"),
		0);
	assert_int_equal(
		apply(w, "you", "{'b':'2','map':[{'port':81}]}", false, "T2"),
		0);
	assert_spec(w, "{'a':'1','b':'2','map':[{'port':80},{'port':81}]}");
	apim_assert_json(w->a, owned(w, "you"),
			 "{'f:spec':{'f:b':{},'f:map':{'k:{\\\"port\\\":81,"
			 "\\\"protocol\\\":\\\"TCP\\\"}':{'.':{},'f:port':{}}}"
			 "}}");
}

static void names_the_conflict(void **state)
{
	struct world *w = *state;

	update(w, "kubectl-edit", "{'a':'1','map':[{'port':80,'name':'x'}]}");
	assert_int_equal(apply(w, "me", "{'a':'2'}", false, "T1"), -EBUSY);
	assert_string_equal(ob_api_conflict_message(w->a, &w->conflicts),
			    "Apply failed with 1 conflict: conflict with "
			    "\"kubectl-edit\" using x.io/v1: .spec.a");
	assert_int_equal(apply(w, "me",
			       "{'a':'2','map':[{'port':80,'name':'y'}]}",
			       false, "T1"),
			 -EBUSY);
	assert_string_equal(ob_api_conflict_message(w->a, &w->conflicts),
			    "Apply failed with 2 conflicts: conflicts with "
			    "\"kubectl-edit\" using x.io/v1:\n- .spec.a\n"
			    "- .spec.map[port=80,protocol=\"TCP\"].name");
	assert_string_equal(w->conflicts.v[0].type, "FieldManagerConflict");
}

static void force_takes_fields_over(void **state)
{
	struct world *w = *state;

	assert_int_equal(apply(w, "me", "{'a':'1','b':'1'}", false, "T1"), 0);
	assert_int_equal(apply(w, "you", "{'a':'2'}", true, "T2"), 0);
	assert_spec(w, "{'a':'2','b':'1'}");
	apim_assert_json(w->a, owned(w, "me"), "{'f:spec':{'f:b':{}}}");
	apim_assert_json(w->a, owned(w, "you"), "{'f:spec':{'f:a':{}}}");
}

static void what_is_not_applied_any_more_goes(void **state)
{
	struct world *w = *state;

	apply(w, "me",
	      "{'a':'1','b':'1','set':['x','y'],"
	      "'map':[{'port':80},{'port':81}]}",
	      false, "T1");
	assert_int_equal(apply(w, "me", "{'a':'1','set':['y']}", false, "T2"),
			 0);
	assert_spec(w, "{'a':'1','set':['y']}");
}

static void what_another_owns_too_stays(void **state)
{
	struct world *w = *state;

	apply(w, "me", "{'a':'1','labels':{'x':'1','y':'1'}}", false, "T1");
	apply(w, "you", "{'a':'1','labels':{'x':'1'}}", false, "T1");
	assert_int_equal(apply(w, "me", "{}", false, "T2"), 0);
	assert_spec(w, "{'a':'1','labels':{'x':'1'}}");
	assert_int_equal(apply(w, "you", "{}", false, "T3"), 0);
	assert_null(ob_json_at(w->live, "spec.a"));
	assert_null(ob_json_at(w->live, "spec.labels"));
}

static void atomic_values_have_one_owner(void **state)
{
	struct world *w = *state;

	apply(w, "me", "{'one':{'x':'1'},'list':['a']}", false, "T1");
	assert_int_equal(apply(w, "you", "{'one':{'y':'1'}}", false, "T1"),
			 -EBUSY);
	assert_string_equal(w->conflicts.v[0].field, ".spec.one");
	assert_int_equal(apply(w, "you", "{'list':['b']}", false, "T1"),
			 -EBUSY);
	assert_int_equal(apply(w, "you", "{'one':{'y':'1'}}", true, "T1"), 0);
	assert_spec(w, "{'one':{'y':'1'},'list':['a']}");
}

static void lists_stand_as_applied(void **state)
{
	struct world *w = *state;

	update(w, "x", "{'set':['a','x','b']}");
	assert_int_equal(apply(w, "me", "{'set':['b','c','a']}", false, "T1"),
			 0);
	assert_spec(w, "{'set':['x','b','c','a']}");
}

static void an_update_owns_what_it_changed(void **state)
{
	struct world *w = *state;

	apply(w, "me", "{'a':'1','b':'1'}", false, "T1");
	update(w, "you", "{'a':'2','labels':{'k':'v'}}");
	assert_null(owned(w, "me"));
	apim_assert_json(w->a, owned(w, "you"),
			 "{'f:spec':{'f:a':{},'f:labels':{'.':{},'f:k':{}}}}");
}

static void an_object_without_managers_has_one_before(void **state)
{
	struct world *w = *state;

	w->live = apim_json(w->a, "{'metadata':{'name':'t'},'spec':{'a':'1'}}");
	assert_int_equal(apply(w, "me", "{'a':'2'}", false, "T1"), -EBUSY);
	assert_string_equal(w->conflicts.v[0].message,
			    "conflict with \"before-first-apply\" using "
			    "x.io/v1");
}

static void forgets_managers_when_told(void **state)
{
	struct world *w = *state;
	struct ob_api_manager m = { "x", "Update", "x.io/v1", "", "T2" };
	cJSON *object;

	apply(w, "me", "{'a':'1'}", false, "T1");
	object = ob_json_copy(w->a, w->live);
	ob_json_set(w->a, ob_json_get(object, "metadata"), "managedFields",
		    apim_json(w->a, "[{}]"));
	ob_api_manage_update(w->a, w->schema, w->live, object, &m);
	assert_null(ob_json_at(object, "metadata.managedFields"));
}

static void many_updaters_become_one(void **state)
{
	struct world *w = *state;
	const char *name, *spec;

	for (int i = 0; i < 30; i++) {
		name = ob_arena_printf(w->a, "m%02d", i);
		spec = ob_arena_printf(w->a, "{'a':'%d'}", i);
		update(w, name, spec);
		update(w, name,
		       ob_arena_printf(w->a, "{'a':'%d','labels':{'l%d':''}}",
				       i, i));
	}
	assert_true(cJSON_GetArraySize(ob_json_at(
			    w->live, "metadata.managedFields")) <= 10);
}

static void kubectl_takes_over_what_it_applied_before(void **state)
{
	struct world *w = *state;
	const char *last = "{\"spec\":{\"a\":\"1\"}}\n";
	const char *now;

	update(w, "kubectl-client-side-apply", "{'a':'1','b':'1'}");
	ob_json_set(w->a, ob_json_get(w->live, "metadata"), "annotations",
		    ob_json_object(w->a));
	ob_json_set_string(w->a, ob_json_at(w->live, "metadata.annotations"),
			   LAST, last);
	assert_int_equal(apply(w, "me", "{'a':'2'}", false, "T1"), -EBUSY);
	assert_int_equal(apply(w, "kubectl", "{'b':'2'}", false, "T1"), -EBUSY);
	assert_int_equal(apply(w, "kubectl", "{'a':'2'}", false, "T1"), 0);
	now = ob_json_get(ob_json_at(w->live, "metadata.annotations"), LAST)
		      ->valuestring;
	assert_string_equal(now, "{\"apiVersion\":\"x.io/v1\",\"kind\":\"T\","
				 "\"metadata\":{\"name\":\"t\"},\"spec\":"
				 "{\"a\":\"2\"}}\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(creates_by_applying),
		TEST(applying_twice_changes_nothing),
		TEST(two_may_apply_different_fields),
		TEST(names_the_conflict),
		TEST(force_takes_fields_over),
		TEST(what_is_not_applied_any_more_goes),
		TEST(what_another_owns_too_stays),
		TEST(atomic_values_have_one_owner),
		TEST(lists_stand_as_applied),
		TEST(an_update_owns_what_it_changed),
		TEST(an_object_without_managers_has_one_before),
		TEST(forgets_managers_when_told),
		TEST(many_updaters_become_one),
		TEST(kubectl_takes_over_what_it_applied_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
