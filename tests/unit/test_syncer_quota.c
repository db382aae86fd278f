// SPDX-License-Identifier: Apache-2.0
#include "syncer/quota.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct ob_quota_limits limits = { .services = 3,
					       .slices = 4,
					       .endpoints = 100 };

static int setup(void **state)
{
	*state = ob_quota_new(&limits);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	ob_quota_free(*state);
	return 0;
}

static void add_all(struct ob_quota *q, enum ob_quota_kind kind,
		    const struct ob_quota_object *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(ob_quota_change(q, kind, "c2", NULL, &v[i]),
				 0);
}

static void append(void *arg, const struct ob_quota_object *o)
{
	char *end = strchr(arg, '\0');

	end[0] = o->name[0];
	end[1] = '\0';
}

/* Whose being taken has changed, by names of one letter. */
static const char *weigh(struct ob_quota *q, struct ob_quota_object *v,
			 size_t n, size_t want)
{
	static char changed[64];
	struct ob_quota_share *s = ob_quota_due(q, true);

	changed[0] = '\0';
	assert_non_null(s);
	assert_string_equal(ob_quota_cluster(s), "c2");
	assert_int_equal(ob_quota_weigh(q, s, v, n, append, changed), want);
	assert_null(ob_quota_due(q, true));
	return changed;
}

static void takes_all_below_the_limits(void **state)
{
	const struct ob_quota_object v[] = { { "a", 1, 0, NULL },
					     { "b", 1, 0, NULL },
					     { "c", 1, 0, NULL } };

	add_all(*state, OB_QUOTA_EXPORTED, v, 3);
	assert_null(ob_quota_due(*state, true));
	assert_true(ob_quota_takes(*state, OB_QUOTA_EXPORTED, "c2", &v[2]));
}

static void takes_the_oldest_of_too_many(void **state)
{
	struct ob_quota_object v[] = { { "d", 4, 0, NULL },
				       { "c", 2, 0, NULL },
				       { "b", 2, 0, NULL },
				       { "a", 2, 0, NULL } };
	const struct ob_quota_object young = { "0", 5, 0, NULL };

	add_all(*state, OB_QUOTA_EXPORTED, v, 4);
	assert_string_equal(weigh(*state, v, 4, 3), "d");
	assert_string_equal(v[3].name, "d");
	assert_false(ob_quota_takes(*state, OB_QUOTA_EXPORTED, "c2", &v[3]));
	assert_false(ob_quota_takes(*state, OB_QUOTA_EXPORTED, "c2", &young));
	assert_true(ob_quota_takes(*state, OB_QUOTA_EXPORTED, "c2", &v[2]));
	assert_true(ob_quota_takes(*state, OB_QUOTA_EXPORTED, "c3", &v[3]));
	assert_true(ob_quota_takes(*state, OB_QUOTA_SLICE, "c2", &v[3]));
}

static void takes_the_next_when_one_goes(void **state)
{
	struct ob_quota_object v[] = { { "a", 1, 0, NULL },
				       { "b", 2, 0, NULL },
				       { "c", 3, 0, NULL },
				       { "d", 4, 0, NULL } };

	add_all(*state, OB_QUOTA_EXPORTED, v, 4);
	(void)weigh(*state, v, 4, 3);
	assert_int_equal(
		ob_quota_change(*state, OB_QUOTA_EXPORTED, "c2", &v[0], NULL),
		0);
	assert_null(ob_quota_due(*state, false));
	assert_string_equal(weigh(*state, v + 1, 3, 3), "d");
	assert_true(ob_quota_takes(*state, OB_QUOTA_EXPORTED, "c2", &v[3]));
}

static void counts_endpoints_of_slices(void **state)
{
	struct ob_quota_object v[] = { { "a", 1, 60, NULL },
				       { "b", 2, 40, NULL },
				       { "c", 3, 1, NULL },
				       { "d", 4, 0, NULL } };
	const struct ob_quota_object less = { "b", 2, 30, NULL };

	add_all(*state, OB_QUOTA_SLICE, v, 4);
	/* Whoever comes after what is too much is not taken, however small. */
	assert_string_equal(weigh(*state, v, 4, 2), "cd");
	assert_int_equal(
		ob_quota_change(*state, OB_QUOTA_SLICE, "c2", &v[1], &less), 0);
	v[1] = less;
	assert_string_equal(weigh(*state, v, 4, 4), "cd");
}

static void is_not_weighed_for_changes_of_no_weight(void **state)
{
	struct ob_quota_object v[] = { { "a", 1, 60, NULL },
				       { "b", 2, 60, NULL } };

	add_all(*state, OB_QUOTA_SLICE, v, 2);
	assert_string_equal(weigh(*state, v, 2, 1), "b");
	assert_int_equal(
		ob_quota_change(*state, OB_QUOTA_SLICE, "c2", &v[0], &v[0]), 0);
	assert_null(ob_quota_due(*state, true));
}

static void forgets_a_cluster_that_has_nothing(void **state)
{
	struct ob_quota_object v[] = { { "a", 1, 60, NULL },
				       { "b", 2, 60, NULL } };

	add_all(*state, OB_QUOTA_SLICE, v, 2);
	(void)weigh(*state, v, 2, 1);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(ob_quota_change(*state, OB_QUOTA_SLICE, "c2",
						 &v[i], NULL),
				 0);
	assert_null(ob_quota_due(*state, true));
	assert_true(ob_quota_takes(*state, OB_QUOTA_SLICE, "c2", &v[1]));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(takes_all_below_the_limits),
		TEST(takes_the_oldest_of_too_many),
		TEST(takes_the_next_when_one_goes),
		TEST(counts_endpoints_of_slices),
		TEST(is_not_weighed_for_changes_of_no_weight),
		TEST(forgets_a_cluster_that_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
