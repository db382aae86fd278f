// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/meta.h"
#include "base/timestamp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "apim_fixture.h"

static const char *said(struct ob_arena *a, const char *object, bool namespaced)
{
	struct ob_api_causes causes = { .n = 0 };

	ob_api_meta_validate(a, apim_json(a, object), namespaced, &causes);
	return apim_causes(a, &causes);
}

static void knows_names(void **state)
{
	(void)state;
	assert_true(ob_api_name_valid("a-1.b", false));
	assert_false(ob_api_name_valid("a-1.b", true));
	assert_false(ob_api_name_valid("", false));
	assert_false(ob_api_name_valid("A", false));
	assert_false(ob_api_name_valid("a..b", false));
	assert_false(ob_api_name_valid("-a", false));
	assert_false(ob_api_name_valid("a_b", false));
}

static void generates_names_that_fit(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *x = ob_api_name_generate(a, "peer-");
	char prefix[201] = { 0 };

	(void)state;
	assert_int_equal(strlen(x), strlen("peer-") + 5);
	assert_true(ob_api_name_valid(x, true));
	assert_string_not_equal(x, ob_api_name_generate(a, "peer-"));
	memset(prefix, 'a', sizeof(prefix) - 1);
	assert_int_equal(strlen(ob_api_name_generate(a, prefix)), 63);
}

static void makes_random_uids(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *x = ob_api_uid_new(a);

	(void)state;
	assert_int_equal(strlen(x), 36);
	assert_int_equal(x[14], '4');
	assert_non_null(strchr("89ab", x[19]));
	assert_string_not_equal(x, ob_api_uid_new(a));
}

static void reads_times_that_it_writes(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	int64_t s = 0;

	(void)state;
	assert_string_equal(ob_api_time(a, 1700000000), "2023-11-14T22:13:20Z");
	assert_int_equal(ob_timestamp_parse_any("2023-11-14T22:13:20.5Z", &s),
			 0);
	assert_int_equal(s, 1700000000);
	assert_int_equal(
		ob_timestamp_parse_any("2023-11-14T23:43:20+01:30", &s), 0);
	assert_int_equal(s, 1700000000);
	assert_int_equal(ob_timestamp_parse_any("2023-02-29T00:00:00Z", &s),
			 -EINVAL);
	assert_int_equal(ob_timestamp_parse_any("2023-11-14", &s), -EINVAL);
	assert_int_equal(ob_timestamp_parse_any("", &s), -EINVAL);
}

static void accepts_metadata_that_is_right(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	(void)state;
	assert_string_equal(
		said(a,
		     "{'metadata':{'name':'a.b','namespace':'n','labels':"
		     "{'x.io/y':'z','w':''},'annotations':{'X.io/y':'any'},"
		     "'finalizers':['x.io/f'],'ownerReferences':[{'apiVersion':"
		     "'v1','kind':'K','name':'n','uid':'u','controller':true}],"
		     "'creationTimestamp':null}}",
		     true),
		"");
	assert_string_equal(
		said(a, "{'metadata':{'generateName':'a-'}}", false), "");
}

static void names_what_is_wrong(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *text;

	(void)state;
	assert_string_equal(said(a, "{'metadata':{}}", false),
			    "metadata.name: Required value: name or "
			    "generateName is required");
	assert_string_equal(said(a, "{'metadata':{'name':'a'}}", true),
			    "metadata.namespace: Required value");
	assert_string_equal(
		said(a, "{'metadata':{'name':'a','namespace':'b'}}", false),
		"metadata.namespace: Forbidden: not allowed on this type");
	text = said(a, "{'metadata':{'name':'A'}}", false);
	assert_ptr_equal(strstr(text, "metadata.name: Invalid value: \"A\": a "
				      "lowercase RFC 1123 subdomain must"),
			 text);
	assert_string_equal(
		said(a, "{'metadata':{'name':'a','labels':{'a':1}}}", false),
		"metadata.labels: Invalid value: map[string]interface "
		"{}{\"a\":1}: must be strings by name");
	assert_string_equal(said(a,
				 "{'metadata':{'name':'a','labels':"
				 "{'/x':'y'}}}",
				 false),
			    "metadata.labels: Invalid value: \"/x\": prefix "
			    "part must be non-empty");
}

static void limits_annotations(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *object = apim_json(a, "{'metadata':{'name':'a','annotations':"
				     "{}}}");
	struct ob_api_causes causes = { .n = 0 };
	char *text = ob_arena_alloc(a, 256 * 1024 + 1);

	(void)state;
	memset(text, 'x', 256 * 1024);
	ob_json_set_string(a, ob_json_at(object, "metadata.annotations"), "k",
			   text);
	ob_api_meta_validate(a, object, false, &causes);
	assert_string_equal(apim_causes(a, &causes),
			    "metadata.annotations: Too long: may not be more "
			    "than 262144 bytes");
}

static void makes_statuses(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_causes causes = { .n = 0 };

	(void)state;
	ob_api_causes_add(a, &causes, "FieldValueRequired", "spec.x",
			  "Required value");
	apim_assert_json(
		a,
		ob_api_status(
			a, 422, "Invalid",
			ob_api_invalid_message(a, "x.io", "Peer", "p", &causes),
			"x.io", "Peer", "p", &causes),
		"{'kind':'Status','apiVersion':'v1','metadata':{},'status':"
		"'Failure','message':'Peer.x.io \\'p\\' is invalid: spec.x: "
		"Required value','reason':'Invalid','details':{'name':'p',"
		"'group':'x.io','kind':'Peer','causes':[{'reason':"
		"'FieldValueRequired','message':'Required value','field':"
		"'spec.x'}]},'code':422}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_names),
		cmocka_unit_test(generates_names_that_fit),
		cmocka_unit_test(makes_random_uids),
		cmocka_unit_test(reads_times_that_it_writes),
		cmocka_unit_test(accepts_metadata_that_is_right),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(limits_annotations),
		cmocka_unit_test(makes_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
