// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/selector.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "apim_fixture.h"

static bool label_matches(const char *text, const char *labels)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	struct ob_api_selector *s = NULL;

	if (ob_api_label_selector_parse(a, text, &s, &status) < 0)
		fail_msg("%s", status.message);
	return ob_api_label_selector_matches(s, labels ? apim_json(a, labels)
						       : NULL);
}

static void selects_by_labels(void **state)
{
	(void)state;
	assert_true(label_matches("", NULL));
	assert_true(label_matches("a=b", "{'a':'b'}"));
	assert_false(label_matches("a==c", "{'a':'b'}"));
	assert_true(label_matches("a!=c", "{'a':'b'}"));
	assert_true(label_matches("a!=c", NULL));
	assert_true(label_matches("a in (b, c),d notin (e)", "{'a':'c'}"));
	assert_false(label_matches("a in (b,c)", "{'a':'d'}"));
	assert_true(label_matches(" a , !b ", "{'a':''}"));
	assert_false(label_matches("a,!b", "{'a':'','b':'x'}"));
	assert_true(label_matches("x.io/n>3,x.io/n<5", "{'x.io/n':'4'}"));
	assert_false(label_matches("n>3", "{'n':'x'}"));
	assert_true(label_matches("in in (in)", "{'in':'in'}"));
}

static void refuse(const char *text,
		   int (*parse)(struct ob_arena *, const char *,
				struct ob_api_selector **, struct ob_status *))
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	struct ob_api_selector *s = NULL;

	if (parse(a, text, &s, &status) != -EINVAL)
		fail_msg("%s", text);
	assert_null(s);
	assert_non_null(status.reason);
}

static void refuses_what_is_no_selector(void **state)
{
	(void)state;
	refuse("a in b", ob_api_label_selector_parse);
	refuse("a in (b", ob_api_label_selector_parse);
	refuse("a=b,", ob_api_label_selector_parse);
	refuse("=b", ob_api_label_selector_parse);
	refuse("a b", ob_api_label_selector_parse);
	refuse("-a=b", ob_api_label_selector_parse);
	refuse("a=b/c", ob_api_label_selector_parse);
	refuse("n>x", ob_api_label_selector_parse);
	refuse("a", ob_api_field_selector_parse);
	refuse("a=b=c", ob_api_field_selector_parse);
	refuse("a=b\\c", ob_api_field_selector_parse);
}

static void selects_by_fields(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	struct ob_api_selector *s = NULL;
	const cJSON *object = apim_json(
		a, "{'metadata':{'name':'x,y'},'spec':{'on':true,'n':3}}");

	(void)state;
	assert_int_equal(ob_api_field_selector_parse(
				 a,
				 "metadata.name=x\\,y,spec.on==true,spec.n=3,"
				 "spec.z=,spec.n!=4",
				 &s, &status),
			 0);
	assert_true(ob_api_field_selector_matches(s, object));
	assert_string_equal(ob_api_field_selector_equals(s, "metadata.name"),
			    "x,y");
	assert_null(ob_api_field_selector_equals(s, "spec.q"));
	assert_int_equal(ob_api_field_selector_fields(s), 5);
}

static void writes_what_it_can_read(void **state)
{
	static const char *const texts[] = {
		"a=b", "a!=b,c in (d,e),f notin (g),h,!i,j>1,k<2"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
		struct ob_api_selector *s = NULL;

		assert_int_equal(
			ob_api_label_selector_parse(a, texts[i], &s, NULL), 0);
		assert_string_equal(ob_api_selector_format(a, s), texts[i]);
	}
}

static void assert_text(const char *selector, const char *want)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *text =
		ob_api_label_selector_text(a, apim_json(a, selector));

	if (!want)
		assert_null(text);
	else
		assert_string_equal(text, want);
}

static void writes_the_selectors_of_objects_as_text(void **state)
{
	(void)state;
	assert_text("{}", "");
	assert_text("{'matchLabels':{'b':'2','a':'1'}}", "a=1,b=2");
	assert_text("{'matchLabels':{'z':'1'},'matchExpressions':["
		    "{'key':'c','operator':'In','values':['y','x']},"
		    "{'key':'d','operator':'NotIn','values':['v']},"
		    "{'key':'e','operator':'Exists'},"
		    "{'key':'f','operator':'DoesNotExist'}]}",
		    "c in (x,y),d notin (v),e,!f,z=1");
	assert_text("{'matchExpressions':[{'key':'a','operator':'Gt'}]}", NULL);
	assert_text("{'matchExpressions':[{'operator':'Exists'}]}", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects_by_labels),
		cmocka_unit_test(refuses_what_is_no_selector),
		cmocka_unit_test(selects_by_fields),
		cmocka_unit_test(writes_what_it_can_read),
		cmocka_unit_test(writes_the_selectors_of_objects_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
