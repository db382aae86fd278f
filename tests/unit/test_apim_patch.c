// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/patch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "apim_fixture.h"

struct vector {
	const char *object, *patch, *want; /* want NULL: refused with err */
	int err;
};

static void check_merge(const struct vector *v)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *object = apim_json(a, v->object);

	assert_int_equal(
		ob_api_patch_merge(a, &object, apim_json(a, v->patch), &status),
		0);
	apim_assert_json(a, object, v->want);
}

/* RFC 7386, appendix A */
static void merges_as_the_rfc_says(void **state)
{
	static const struct vector vectors[] = {
		{ "{'a':'b'}", "{'a':'c'}", "{'a':'c'}", 0 },
		{ "{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}", 0 },
		{ "{'a':'b'}", "{'a':null}", "{}", 0 },
		{ "{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}", 0 },
		{ "{'a':['b']}", "{'a':'c'}", "{'a':'c'}", 0 },
		{ "{'a':'c'}", "{'a':['b']}", "{'a':['b']}", 0 },
		{ "{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}",
		  "{'a':{'b':'d'}}", 0 },
		{ "{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}", 0 },
		{ "['a','b']", "['c','d']", "['c','d']", 0 },
		{ "{'a':'b'}", "['c']", "['c']", 0 },
		{ "{'a':'foo'}", "null", "null", 0 },
		{ "{'a':'foo'}", "'bar'", "'bar'", 0 },
		{ "{'e':null}", "{'a':1}", "{'e':null,'a':1}", 0 },
		{ "[1,2]", "{'a':'b','c':null}", "{'a':'b'}", 0 },
		{ "{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++)
		check_merge(&vectors[i]);
}

static void check_json(const struct vector *v)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *object = apim_json(a, v->object);
	int r = ob_api_patch_json(a, &object, apim_json(a, v->patch), &status);

	if (r != v->err)
		fail_msg("%s: %d %s", v->patch, r, status.message);
	if (v->want)
		apim_assert_json(a, object, v->want);
	else
		assert_non_null(status.reason);
}

/* RFC 6902, appendix A */
static const struct vector rfc_6902[] = {
	{ "{'foo':'bar'}", "[{'op':'add','path':'/baz','value':'qux'}]",
	  "{'baz':'qux','foo':'bar'}", 0 },
	{ "{'foo':['bar','baz']}",
	  "[{'op':'add','path':'/foo/1','value':'qux'}]",
	  "{'foo':['bar','qux','baz']}", 0 },
	{ "{'baz':'qux','foo':'bar'}", "[{'op':'remove','path':'/baz'}]",
	  "{'foo':'bar'}", 0 },
	{ "{'foo':['bar','qux','baz']}", "[{'op':'remove','path':'/foo/1'}]",
	  "{'foo':['bar','baz']}", 0 },
	{ "{'baz':'qux','foo':'bar'}",
	  "[{'op':'replace','path':'/baz','value':'boo'}]",
	  "{'baz':'boo','foo':'bar'}", 0 },
	{ "{'foo':{'bar':'baz','waldo':'fred'},'qux':{'corge':'g'}}",
	  "[{'op':'move','from':'/foo/waldo','path':'/qux/thud'}]",
	  "{'foo':{'bar':'baz'},'qux':{'corge':'g','thud':'fred'}}", 0 },
	{ "{'foo':['all','grass','cows','eat']}",
	  "[{'op':'move','from':'/foo/1','path':'/foo/3'}]",
	  "{'foo':['all','cows','eat','grass']}", 0 },
	{ "{'baz':'qux','foo':['a',2,'c']}",
	  "[{'op':'test','path':'/baz','value':'qux'},"
	  "{'op':'test','path':'/foo/1','value':2}]",
	  "{'baz':'qux','foo':['a',2,'c']}", 0 },
	{ "{'baz':'qux'}", "[{'op':'test','path':'/baz','value':'bar'}]", NULL,
	  -EEXIST },
	{ "{'foo':'bar'}",
	  "[{'op':'add','path':'/child','value':{'grandchild':{}}}]",
	  "{'foo':'bar','child':{'grandchild':{}}}", 0 },
	{ "{'foo':'bar'}",
	  "[{'op':'add','path':'/baz','value':'qux','xyz':123}]",
	  "{'foo':'bar','baz':'qux'}", 0 },
	{ "{'foo':'bar'}", "[{'op':'add','path':'/baz/bat','value':'qux'}]",
	  NULL, -ENOENT },
	{ "{'/':9,'~1':10}", "[{'op':'test','path':'/~01','value':10}]",
	  "{'/':9,'~1':10}", 0 },
	{ "{'/':9,'~1':10}", "[{'op':'test','path':'/~01','value':'10'}]", NULL,
	  -EEXIST },
	{ "{'foo':['bar']}",
	  "[{'op':'add','path':'/foo/-','value':['abc','def']}]",
	  "{'foo':['bar',['abc','def']]}", 0 },
};

static void patches_as_the_rfc_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rfc_6902); i++)
		check_json(&rfc_6902[i]);
}

static void patches_roots_copies_and_escapes(void **state)
{
	static const struct vector vectors[] = {
		{ "{'a':1}", "[{'op':'replace','path':'','value':{'b':2}}]",
		  "{'b':2}", 0 },
		{ "{'a':{'b':[1]}}",
		  "[{'op':'copy','from':'/a','path':'/c'},"
		  "{'op':'add','path':'/c/b/0','value':0}]",
		  "{'a':{'b':[1]},'c':{'b':[0,1]}}", 0 },
		{ "{'a/b':{'c~d':1}}", "[{'op':'remove','path':'/a~1b/c~0d'}]",
		  "{'a/b':{}}", 0 },
		{ "{'':1}", "[{'op':'replace','path':'/','value':2}]", "{'':2}",
		  0 },
		{ "{'a':1}", "[{'op':'move','from':'/a','path':'/a'}]",
		  "{'a':1}", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++)
		check_json(&vectors[i]);
}

static void refuses_patches_that_make_no_sense(void **state)
{
	static const struct vector vectors[] = {
		{ "{}", "{}", NULL, -EINVAL },
		{ "{}", "[1]", NULL, -EINVAL },
		{ "{}", "[{'op':'add','path':'/a'}]", NULL, -EINVAL },
		{ "{}", "[{'op':'x','path':'/a'}]", NULL, -EINVAL },
		{ "{}", "[{'op':'move','path':'/a'}]", NULL, -EINVAL },
		{ "{}", "[{'op':'remove','path':''}]", NULL, -EINVAL },
		{ "{}", "[{'op':'remove','path':'a'}]", NULL, -EINVAL },
		{ "{}", "[{'op':'remove','path':'/~2'}]", NULL, -EINVAL },
		{ "{}", "[{'op':'remove','path':'/a'}]", NULL, -ENOENT },
		{ "{}", "[{'op':'replace','path':'/a','value':1}]", NULL,
		  -ENOENT },
		{ "{'a':[]}", "[{'op':'add','path':'/a/1','value':1}]", NULL,
		  -ENOENT },
		{ "{'a':[1]}", "[{'op':'add','path':'/a/00','value':1}]", NULL,
		  -EINVAL },
		{ "{'a':{}}", "[{'op':'move','from':'/a','path':'/a/b'}]", NULL,
		  -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++)
		check_json(&vectors[i]);
}

/* Each copies everything: thirty would make a billion values. */
static void refuses_to_copy_without_end(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *object = apim_json(a, "{'a':[1]}"), *patch = ob_json_array(a);
	const char *one = "{'op':'copy','from':'/a','path':'/a/0'}";

	(void)state;
	for (int i = 0; i < 40; i++)
		ob_json_append(a, patch, apim_json(a, one));
	assert_int_equal(ob_api_patch_json(a, &object, patch, &status),
			 -EINVAL);
}

static void merges_many_members_quickly(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *object = ob_json_object(a), *patch;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		cJSON *v = ob_json_number_new(a, i);

		v->string = ob_arena_printf(a, "key-%d", i);
		ob_json_append(a, object, v);
	}
	patch = ob_json_copy(a, object);
	ob_api_patch_merge(a, &object, patch, NULL);
	/* all against all would take the test's time limit */
	assert_int_equal(cJSON_GetArraySize(object), 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges_as_the_rfc_says),
		cmocka_unit_test(patches_as_the_rfc_says),
		cmocka_unit_test(patches_roots_copies_and_escapes),
		cmocka_unit_test(refuses_patches_that_make_no_sense),
		cmocka_unit_test(refuses_to_copy_without_end),
		cmocka_unit_test(merges_many_members_quickly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
