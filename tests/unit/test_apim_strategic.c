// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "apim_fixture.h"
#include "apimachinery/patch.h"

static void check(const char *kind, const char *object, const char *patch,
		  const char *want)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *v = apim_json(a, object);

	if (ob_api_patch_strategic(a, &v, apim_json(a, patch), "", kind,
				   &status) < 0)
		fail_msg("%s", status.message);
	apim_assert_json(a, v, want);
}

static void merges_elements_by_their_key(void **state)
{
	(void)state;
	check("Pod",
	      "{'spec':{'containers':[{'name':'a','image':'1'},"
	      "{'name':'b','image':'1'}]}}",
	      "{'spec':{'containers':[{'name':'b','image':'2'},"
	      "{'name':'c'}]}}",
	      "{'spec':{'containers':[{'name':'a','image':'1'},"
	      "{'name':'b','image':'2'},{'name':'c'}]}}");
	check("Service", "{'spec':{'ports':[{'port':80,'name':'x'}]}}",
	      "{'spec':{'ports':[{'port':80,'name':'y'},{'port':81}]}}",
	      "{'spec':{'ports':[{'port':80,'name':'y'},{'port':81}]}}");
}

static void deletes_and_replaces(void **state)
{
	(void)state;
	check("Pod", "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
	      "{'spec':{'containers':[{'name':'a','$patch':'delete'}]}}",
	      "{'spec':{'containers':[{'name':'b'}]}}");
	check("Pod", "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
	      "{'spec':{'containers':[{'$patch':'replace'},{'name':'c'}]}}",
	      "{'spec':{'containers':[{'name':'c'}]}}");
	check("Pod", "{'spec':{'a':1,'b':2}}",
	      "{'spec':{'$patch':'replace','c':3}}", "{'spec':{'c':3}}");
	check("Pod", "{'metadata':{'labels':{'a':'b','c':'d'}}}",
	      "{'metadata':{'labels':{'a':null}}}",
	      "{'metadata':{'labels':{'c':'d'}}}");
}

static void orders_lists_as_told(void **state)
{
	(void)state;
	check("Pod",
	      "{'spec':{'containers':[{'name':'a'},{'name':'x'},"
	      "{'name':'b'}]}}",
	      "{'spec':{'$setElementOrder/containers':[{'name':'b'},"
	      "{'name':'a'}],'containers':[{'name':'b','image':'2'}]}}",
	      "{'spec':{'containers':[{'name':'x'},{'name':'b','image':'2'},"
	      "{'name':'a'}]}}");
}

static void changes_lists_of_scalars(void **state)
{
	(void)state;
	check("Pod", "{'metadata':{'finalizers':['a','b']}}",
	      "{'metadata':{'$deleteFromPrimitiveList/finalizers':['a'],"
	      "'finalizers':['c']}}",
	      "{'metadata':{'finalizers':['c','b']}}");
	/* without a strategy a list is replaced */
	check("Pod", "{'spec':{'containers':[{'name':'a','args':['1']}]}}",
	      "{'spec':{'containers':[{'name':'a','args':['2']}]}}",
	      "{'spec':{'containers':[{'name':'a','args':['2']}]}}");
}

static void keeps_only_what_is_retained(void **state)
{
	(void)state;
	check("Pod", "{'spec':{'volumes':[{'name':'v','emptyDir':{}}]}}",
	      "{'spec':{'volumes':[{'$retainKeys':['name','hostPath'],"
	      "'name':'v','hostPath':{'path':'/'}}]}}",
	      "{'spec':{'volumes':[{'name':'v','hostPath':{'path':'/'}}]}}");
}

static void leaves_no_directive_behind(void **state)
{
	(void)state;
	check("Pod", "{}",
	      "{'spec':{'$setElementOrder/containers':[{'name':'a'}],"
	      "'containers':[{'name':'a'},{'$patch':'delete','name':'b'}]}}",
	      "{'spec':{'containers':[{'name':'a'}]}}");
}

static void refuses_elements_without_their_key(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *v = apim_json(a, "{'spec':{'containers':[{'name':'a'}]}}");
	const char *patch = "{'spec':{'containers':[{'image':'x'}]}}";

	(void)state;
	assert_int_equal(ob_api_patch_strategic(a, &v, apim_json(a, patch), "",
						"Pod", &status),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges_elements_by_their_key),
		cmocka_unit_test(deletes_and_replaces),
		cmocka_unit_test(orders_lists_as_told),
		cmocka_unit_test(changes_lists_of_scalars),
		cmocka_unit_test(keeps_only_what_is_retained),
		cmocka_unit_test(leaves_no_directive_behind),
		cmocka_unit_test(refuses_elements_without_their_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
