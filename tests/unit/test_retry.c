// SPDX-License-Identifier: Apache-2.0
#include "base/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_first_try_is_at_once(void **state)
{
	const struct ob_retry r = { 0 };

	(void)state;
	assert_true(ob_retry_is_due(&r, 0));
}

static void waits_twice_as_long_each_time_up_to_a_limit(void **state)
{
	static const uint64_t waits[] = { 500,	 1000,	2000,  4000, 8000,
					  16000, 30000, 30000, 30000 };
	struct ob_retry r = { 0 };
	uint64_t now = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		ob_retry_failed(&r, now);
		assert_false(ob_retry_is_due(&r, now + waits[i] - 1));
		assert_true(ob_retry_is_due(&r, now + waits[i]));
		now += waits[i];
	}
}

static void does_not_overflow(void **state)
{
	struct ob_retry r = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		ob_retry_failed(&r, 1);
	assert_true(ob_retry_is_due(&r, 30001));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_try_is_at_once),
		cmocka_unit_test(waits_twice_as_long_each_time_up_to_a_limit),
		cmocka_unit_test(does_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
