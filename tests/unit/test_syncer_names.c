// SPDX-License-Identifier: Apache-2.0
#include "syncer/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LONG63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

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

static void derives_the_names_that_others_know(void **state)
{
	assert_string_equal(
		ob_derived_label(*state, "cluster1", "default", "nginx-svc"),
		"derived-cluster1-default-kl7j74ep4o");
	assert_string_equal(
		ob_derived_label(*state, "cluster1", "test", "demo"),
		"derived-cluster1-test-5abl2r1l9d");
}

static void hashes_all_of_a_label_that_is_too_long(void **state)
{
	const char *one = ob_derived_label(*state, LONG63, "b", "c");
	const char *two = ob_derived_label(*state, "a", LONG63, "c");

	assert_int_equal(strlen(one), strlen("derived-") + 32);
	assert_string_not_equal(one, two);
	/* a-b/c is not a/b-c */
	assert_string_not_equal(ob_derived_label(*state, LONG63 "-b", "c", "d"),
				ob_derived_label(*state, LONG63, "b-c", "d"));
}

static void names_hub_objects_by_their_cluster(void **state)
{
	char rest[240];

	assert_string_equal(ob_hub_name(*state, "c1", "ns", "web-abc"),
			    "c1.ns.web-abc");
	memset(rest, 'x', sizeof(rest) - 1);
	rest[sizeof(rest) - 1] = '\0';
	assert_string_equal(ob_hub_name(*state, "c1", "ns", rest),
			    ob_hub_name(*state, "c1", "ns", rest));
	assert_int_equal(strlen(ob_hub_name(*state, "c1", LONG63, rest)),
			 strlen("c1." LONG63 ".") + 32);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(derives_the_names_that_others_know),
		TEST(hashes_all_of_a_label_that_is_too_long),
		TEST(names_hub_objects_by_their_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
