// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/table.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "apim_fixture.h"

static const char object[] =
	"{'metadata':{'name':'p','labels':{'a.b/c':'d'},'creationTimestamp':"
	"'2023-11-14T22:13:20Z'},'spec':{'list':[{'x':1},{'y':2},3],'n':4},"
	"'status':{'conditions':[{'type':'Accepted','status':'True'},"
	"{'type':'Ready','status':'False','at':5}]}}";

static void leads(const char *path, const char *want)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const cJSON *v = ob_api_path_get(apim_json(a, object), path);

	assert_int_equal(ob_api_path_check(path, NULL), 0);
	if (want)
		apim_assert_json(a, v, want);
	else
		assert_null(v);
}

static void follows_paths(void **state)
{
	(void)state;
	leads(".metadata.name", "'p'");
	leads("metadata.name", "'p'");
	leads(".metadata.labels['a.b/c']", "'d'");
	leads(".metadata.labels[\"a.b/c\"]", "'d'");
	leads(".metadata.labels.a\\.b/c", "'d'");
	leads(".spec.list[0].x", "1");
	leads(".spec.list[-1]", "3");
	leads(".spec.list[*].y", "2");
	leads(".spec.list[9]", NULL);
	leads(".status.conditions[?(@.type==\"Ready\")].status", "'False'");
	leads(".status.conditions[?(@.type=='Ready')].status", "'False'");
	leads(".status.conditions[?(@.type!='Ready')].status", "'True'");
	leads(".status.conditions[?(@.at)].type", "'Ready'");
	leads(".status.conditions[?(@.at>4)].type", "'Ready'");
	leads(".status.conditions[?(@.at<5)].type", NULL);
	leads(".spec.n.deeper", NULL);
}

static void refuses_paths_that_make_no_sense(void **state)
{
	static const char *const paths[] = {
		"",	 ".a[", ".a['b", ".a[b]",    ".a[?(@.b=='c']",
		".a..b", ".a.", ".a b",	 ".a[?(x)]",
	};
	struct ob_status status;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		status = (struct ob_status)OB_STATUS_INIT;
		if (ob_api_path_check(paths[i], &status) != -EINVAL)
			fail_msg("%s", paths[i]);
		assert_non_null(status.reason);
	}
}

static const struct ob_api_column columns[] = {
	{ "CIDRs", "string", "", "", ".spec.list", 0 },
	{ "N", "integer", "", "", ".spec.n", 1 },
	{ "Ready", "string", "", "",
	  ".status.conditions[?(@.type==\"Ready\")].status", 0 },
	{ "None", "boolean", "", "", ".spec.no", 0 },
	{ "Age", "date", "", "", ".metadata.creationTimestamp", 0 },
};

static void makes_rows(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_version v = { .columns = columns,
				    .n_columns = ARRAY_SIZE(columns) };
	struct ob_api_resource r = { .custom = true };
	cJSON *t = ob_api_table_new(a, &r, &v, "meta.k8s.io/v1", true);

	(void)state;
	ob_api_table_add(a, t, &r, &v, apim_json(a, object), "Metadata",
			 1700000000 + 3 * 3600 + 120);
	apim_assert_json(a, ob_json_get(ob_json_get(t, "rows")->child, "cells"),
			 "['p','[{\\'x\\':1},{\\'y\\':2},3]',4,'False',null,"
			 "'3h2m']");
	assert_string_equal(
		ob_json_string(ob_json_get(t, "rows")->child, "object.kind"),
		"PartialObjectMetadata");
	assert_string_equal(
		ob_json_string(ob_json_get(t, "columnDefinitions")->child,
			       "format"),
		"name");
}

static void lists_ten_thousand_rows(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_version v = { .n_columns = 0 };
	struct ob_api_resource r = { .custom = true };
	cJSON *t = ob_api_table_new(a, &r, &v, "meta.k8s.io/v1", false);
	cJSON *one = apim_json(a, object);

	(void)state;
	for (int i = 0; i < 10000; i++)
		ob_api_table_add(a, t, &r, &v, one, "None", 1700000000);
	assert_int_equal(cJSON_GetArraySize(ob_json_get(t, "rows")), 10000);
	assert_null(ob_json_get(t, "columnDefinitions")->child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_paths),
		cmocka_unit_test(refuses_paths_that_make_no_sense),
		cmocka_unit_test(makes_rows),
		cmocka_unit_test(lists_ten_thousand_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
