// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MAX 4096

static cJSON *parse(struct ob_arena *a, const char *text)
{
	struct ob_status status = OB_STATUS_INIT;
	cJSON *root = NULL;

	assert_int_equal(
		ob_json_parse(a, text, strlen(text), MAX, &root, &status), 0);
	return root;
}

static void refuse(const char *text, size_t size, int error)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *root = NULL;

	assert_int_equal(ob_json_parse(a, text, size, MAX, &root, &status),
			 error);
	assert_null(root);
	assert_non_null(status.reason);
}

static void reads_what_it_prints(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *text =
		"{\"a\":[1,true,null,\"\\u00e4\\n\"],\"b\":{\"c\":2}}";
	cJSON *root = parse(a, text);

	(void)state;
	assert_true(ob_json_equal(root, parse(a, ob_json_print(a, root))));
}

static void refuses_what_is_no_json(void **state)
{
	(void)state;
	refuse("{\"a\":1} x", 9, -EINVAL);
	refuse("{\"a\":", 5, -EINVAL);
	refuse("", 0, -EINVAL);
	refuse("\"\xff\"", 3, -EINVAL);
	refuse("\"\xed\xa0\x80\"", 5, -EINVAL);
	refuse("\"a\0b\"", 5, -EINVAL);
	refuse("\"\\u0000\"", 8, -EINVAL);
	refuse("\"a\nb\"", 5, -EINVAL);
}

static void refuses_what_is_too_big(void **state)
{
	char deep[2 * OB_JSON_MAX_DEPTH + 2];
	char big[MAX + 1];

	(void)state;
	memset(deep, '[', OB_JSON_MAX_DEPTH + 1);
	memset(deep + OB_JSON_MAX_DEPTH + 1, ']', OB_JSON_MAX_DEPTH + 1);
	refuse(deep, sizeof(deep), -EINVAL);
	memset(big, ' ', sizeof(big));
	refuse(big, sizeof(big), -EMSGSIZE);
}

static void takes_the_deepest_allowed(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	char deep[2 * OB_JSON_MAX_DEPTH + 1] = "";

	(void)state;
	memset(deep, '[', OB_JSON_MAX_DEPTH);
	memset(deep + OB_JSON_MAX_DEPTH, ']', OB_JSON_MAX_DEPTH);
	assert_non_null(parse(a, deep));
}

static void finds_by_path(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *root = parse(a, "{\"m\":{\"name\":\"x\",\"names\":\"y\","
			       "\"n\":7,\"f\":1.5,\"t\":true}}");
	int64_t n = 0;

	(void)state;
	assert_string_equal(ob_json_string(root, "m.name"), "x");
	assert_null(ob_json_string(root, "m.nam"));
	assert_null(ob_json_string(root, "m.name.x"));
	assert_null(ob_json_string(NULL, "m"));
	assert_int_equal(ob_json_int(root, "m.n", &n), 0);
	assert_int_equal(n, 7);
	assert_int_equal(ob_json_int(root, "m.f", &n), -EINVAL);
	assert_int_equal(ob_json_int(root, "m.z", &n), -ENOENT);
	assert_true(ob_json_bool(root, "m.t", false));
	assert_true(ob_json_bool(root, "m.z", true));
}

static void changes_members_where_they_stand(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *root = parse(a, "{\"a\":1,\"b\":2,\"c\":3}");

	(void)state;
	ob_json_set_string(a, root, "b", "x");
	ob_json_set(a, root, "c", NULL);
	ob_json_set(a, root, "missing", NULL);
	ob_json_set_bool(a, root, "d", true);
	assert_string_equal(ob_json_print(a, root),
			    "{\"a\":1,\"b\":\"x\",\"d\":true}");
}

static void inserts_and_detaches_elements(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *root = parse(a, "[1,3]");

	(void)state;
	ob_json_insert(a, root, 1, ob_json_number_new(a, 2));
	ob_json_insert(a, root, 9, ob_json_number_new(a, 4));
	ob_json_detach(root, root->child);
	assert_string_equal(ob_json_print(a, root), "[2,3,4]");
}

static void compares_without_the_order_of_members(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	(void)state;
	assert_true(ob_json_equal(parse(a, "{\"a\":1,\"b\":[1,2]}"),
				  parse(a, "{\"b\":[1,2],\"a\":1}")));
	assert_false(ob_json_equal(parse(a, "{\"b\":[1,2]}"),
				   parse(a, "{\"b\":[2,1]}")));
	assert_false(ob_json_equal(parse(a, "{\"a\":1}"), parse(a, "{}")));
	assert_false(ob_json_equal(parse(a, "1"), parse(a, "\"1\"")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_prints),
		cmocka_unit_test(refuses_what_is_no_json),
		cmocka_unit_test(refuses_what_is_too_big),
		cmocka_unit_test(takes_the_deepest_allowed),
		cmocka_unit_test(finds_by_path),
		cmocka_unit_test(changes_members_where_they_stand),
		cmocka_unit_test(inserts_and_detaches_elements),
		cmocka_unit_test(compares_without_the_order_of_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
