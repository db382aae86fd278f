// SPDX-License-Identifier: Apache-2.0
#include "octopus/holds.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"

static int applied; /* how often apply() was called */

static int apply(void *context, const struct ob_op *op,
		 struct ob_status *status)
{
	(void)op;
	(void)status;
	applied++;
	return *(int *)context;
}

/* A pass at a time that wants the same n operations. */
static size_t pass_of(struct ob_holds *h, int result, uint64_t now_ms, size_t n)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_plan_result r;
	struct ob_plan plan;
	size_t held;

	ob_plan_init(&plan, a);
	for (size_t i = 0; i < n; i++) {
		char key[32];

		snprintf(key, sizeof(key), "thing %zu", i);
		ob_plan_add(&plan, 1, OB_VERB_ADD, "some", key)->apply = apply;
	}
	held = ob_holds_filter(h, &plan, now_ms);
	ob_plan_apply(&plan, &result, &r);
	return held;
}

static int reset(void **state)
{
	(void)state;
	applied = 0;
	ob_log_set_level(OB_LOG_ERROR);
	return 0;
}

static void lets_a_first_failure_through(void **state)
{
	struct ob_holds h = { 0 };

	(void)state;
	assert_int_equal(pass_of(&h, -EBUSY, 1000, 1), 0);
	assert_int_equal(applied, 1);
	assert_int_equal(h.n, 1);
	assert_string_equal(h.v[0].status.message,
			    "cannot add some thing 0: Device or resource busy");
}

static void holds_it_longer_each_time(void **state)
{
	struct ob_holds h = { 0 };
	uint64_t now = 1000, delay = OB_HOLD_FIRST_MS;

	(void)state;
	for (int i = 0; i < 8; i++) {
		pass_of(&h, -EBUSY, now, 1);
		assert_int_equal(pass_of(&h, -EBUSY, now + delay - 1, 1), 1);
		assert_int_equal(applied, i + 1);
		now += delay;
		delay = delay < OB_HOLD_MOST_MS ? 2 * delay : delay;
	}
}

static void forgets_what_is_not_wanted_any_more(void **state)
{
	struct ob_holds h = { 0 };

	(void)state;
	pass_of(&h, -EBUSY, 1000, 1);
	pass_of(&h, -EBUSY, 1001, 0);
	assert_int_equal(h.n, 0);
	assert_int_equal(pass_of(&h, -EBUSY, 1002, 1), 0);
}

static void one_success_frees_the_others(void **state)
{
	struct ob_holds h = { 0 };

	(void)state;
	pass_of(&h, -EBUSY, 1000, 2);
	h.v[1].until_ms = 100000;
	assert_int_equal(pass_of(&h, 0, 3000, 2), 1);
	assert_int_equal(h.n, 0);
}

static void does_not_hold_more_than_it_can_count(void **state)
{
	struct ob_holds h = { 0 };

	(void)state;
	pass_of(&h, -ENOMEM, 1000, OB_HOLDS_MAX + 5);
	assert_int_equal(h.n, OB_HOLDS_MAX);
	assert_int_equal(pass_of(&h, -ENOMEM, 1001, OB_HOLDS_MAX + 5),
			 OB_HOLDS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(lets_a_first_failure_through, reset),
		cmocka_unit_test_setup(holds_it_longer_each_time, reset),
		cmocka_unit_test_setup(forgets_what_is_not_wanted_any_more,
				       reset),
		cmocka_unit_test_setup(one_success_frees_the_others, reset),
		cmocka_unit_test_setup(does_not_hold_more_than_it_can_count,
				       reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
