// SPDX-License-Identifier: Apache-2.0
#include "hub/gc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static cJSON *terminating(struct ob_arena *a)
{
	static const char text[] =
		"{\"metadata\":{\"name\":\"n\",\"deletionTimestamp\":\"t\"},"
		"\"spec\":{\"finalizers\":[\"kubernetes\"]},"
		"\"status\":{\"phase\":\"Terminating\"}}";
	cJSON *ns = NULL;

	assert_int_equal(ob_json_parse(a, text, strlen(text), 4096, &ns, NULL),
			 0);
	return ns;
}

static void lets_a_namespace_go_when_it_is_empty(void **state)
{
	struct ob_arena *a = *state;
	cJSON *ns = terminating(a), *update;
	bool gone = false;

	update = ob_hub_gc_namespace(a, ns, NULL, 0, NULL, 0, "now", &gone);
	assert_true(gone);
	assert_null(ob_json_at(update, "spec.finalizers"));
	ob_json_set(a, ob_json_get(ns, "metadata"), "finalizers",
		    ob_json_array(a));
	ob_json_append(a, ob_json_at(ns, "metadata.finalizers"),
		       ob_json_string_new(a, "example.org/hold"));
	update = ob_hub_gc_namespace(a, ns, NULL, 0, NULL, 0, "now", &gone);
	assert_false(gone);
	assert_null(
		ob_hub_gc_namespace(a, update, NULL, 0, NULL, 0, "now", &gone));
	assert_false(gone);
}

static const struct ob_hub_gc_left left[] = {
	{ "", "configmaps", 2 },
	{ "", "pods", 0 },
	{ "octopus.io", "peers", 1 },
};
static const struct ob_hub_gc_holds holds[] = { { "example.org/hold", 3 } };

static void says_what_is_left_in_a_namespace(void **state)
{
	struct ob_arena *a = *state;
	bool gone = true;
	cJSON *ns = ob_hub_gc_namespace(a, terminating(a), left, 3, holds, 1,
					"now", &gone);
	const cJSON *list = ob_json_at(ns, "status.conditions");
	const cJSON *content = cJSON_GetArrayItem(list, 3);
	const cJSON *held = cJSON_GetArrayItem(list, 4);

	assert_false(gone);
	assert_int_equal(cJSON_GetArraySize(list), 5);
	assert_string_equal(ob_json_string(list->child, "status"), "False");
	assert_string_equal(ob_json_string(content, "status"), "True");
	assert_string_equal(ob_json_string(content, "message"),
			    "Some resources are remaining: configmaps. has 2 "
			    "resource instances, peers.octopus.io has 1 "
			    "resource instances");
	assert_string_equal(ob_json_string(held, "message"),
			    "Some content in the namespace has finalizers "
			    "remaining: example.org/hold in 3 resource "
			    "instances");
	assert_non_null(ob_json_at(ns, "spec.finalizers"));
}

static void writes_a_namespace_only_when_something_changed(void **state)
{
	struct ob_arena *a = *state;
	bool gone;
	cJSON *ns = ob_hub_gc_namespace(a, terminating(a), left, 3, holds, 1,
					"now", &gone);
	const cJSON *held;

	assert_null(
		ob_hub_gc_namespace(a, ns, left, 3, holds, 1, "later", &gone));
	ns = ob_hub_gc_namespace(a, ns, left, 3, NULL, 0, "later", &gone);
	held = cJSON_GetArrayItem(ob_json_at(ns, "status.conditions"), 4);
	assert_string_equal(ob_json_string(held, "status"), "False");
	assert_string_equal(ob_json_string(held, "lastTransitionTime"),
			    "later");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lets_a_namespace_go_when_it_is_empty),
		TEST(says_what_is_left_in_a_namespace),
		TEST(writes_a_namespace_only_when_something_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
