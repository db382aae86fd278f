// SPDX-License-Identifier: Apache-2.0
#include "syncer/members.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ob_member two[] = {
	{ .cluster = "c1", .joined_s = 100 },
	{ .cluster = "c2", .joined_s = 500 },
};
static const struct ob_members members = { .v = two, .n = 2 };

static void believes_an_age_since_joining(void **state)
{
	(void)state;
	assert_int_equal(ob_members_since(&members, "c1", 150, 900), 150);
	assert_int_equal(ob_members_since(&members, "c2", 501, 400), 501);
}

static void is_no_older_than_its_cluster(void **state)
{
	(void)state;
	assert_int_equal(ob_members_since(&members, "c2", 1, 900), 500);
}

static void is_as_old_as_its_claim_before_it_is_accepted(void **state)
{
	(void)state;
	assert_int_equal(ob_members_since(&members, "c3", 1, 900), 900);
}

static void differs_when_a_cluster_joins_again(void **state)
{
	struct ob_member again = { .cluster = "c1", .joined_s = 700 };
	const struct ob_members a = { .own_uid = "u", .v = two, .n = 1 };
	const struct ob_members b = { .own_uid = "u", .v = &again, .n = 1 };

	(void)state;
	assert_true(ob_members_equal(&a, &a));
	assert_false(ob_members_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_an_age_since_joining),
		cmocka_unit_test(is_no_older_than_its_cluster),
		cmocka_unit_test(is_as_old_as_its_claim_before_it_is_accepted),
		cmocka_unit_test(differs_when_a_cluster_joins_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
