// SPDX-License-Identifier: Apache-2.0
#include "octopus/status.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void add(struct ob_arena *a, struct ob_conditions *list,
		const char *reason, const char *message)
{
	struct ob_status s = OB_STATUS_INIT;

	ob_status_set(&s, EINVAL, reason, "%s", message);
	ob_conditions_add(a, list, &s);
}

static void adds_each_condition_once(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_conditions list = { 0 };
	const struct ob_status none = OB_STATUS_INIT;

	(void)state;
	add(a, &list, "A", "one");
	add(a, &list, "A", "one");
	add(a, &list, "A", "two");
	ob_conditions_add(a, &list, &none);
	assert_int_equal(list.n, 2);
}

static void keeps_conditions_after_the_pass(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_state_done) struct ob_state s = { 0 };
	struct ob_conditions list = { 0 };

	(void)state;
	add(a, &list, "A", "one");
	ob_state_set_conditions(&s, &list);
	ob_arena_reset(a);
	assert_int_equal(s.n_conditions, 1);
	assert_string_equal(s.conditions[0].message, "one");
	list = (struct ob_conditions){ 0 };
	ob_state_set_conditions(&s, &list);
	assert_int_equal(s.n_conditions, 0);
}

static void is_not_healthy_before_the_first_success(void **state)
{
	struct ob_state s = { 0 };

	(void)state;
	assert_false(ob_state_is_healthy(&s, 1));
}

static void is_healthy_for_ten_seconds(void **state)
{
	struct ob_state s = { .last_success_ms = 500 };

	(void)state;
	assert_true(ob_state_is_healthy(&s, 500 + OB_HEALTHY_MS));
	assert_false(ob_state_is_healthy(&s, 501 + OB_HEALTHY_MS));
}

static void is_patient_when_there_is_much_to_compare(void **state)
{
	struct ob_state s = {
		.last_success_ms = 500,
		.last_compare_ns = UINT64_C(2000) * 1000 * 1000,
	};

	(void)state;
	/* Audits are 20 s apart then. */
	assert_true(ob_state_is_healthy(&s, 40000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_each_condition_once),
		cmocka_unit_test(keeps_conditions_after_the_pass),
		cmocka_unit_test(is_not_healthy_before_the_first_success),
		cmocka_unit_test(is_healthy_for_ten_seconds),
		cmocka_unit_test(is_patient_when_there_is_much_to_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
