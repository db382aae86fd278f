// SPDX-License-Identifier: Apache-2.0
#include "octopus/nudge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct ob_key key = { { 1 } };

static void dials_again_soon_and_then_less_often(void **state)
{
	static const struct {
		uint64_t ms;
		bool due;
	} times[] = {
		{ 1000, false }, { 1200, false },  { 1250, true },
		{ 1300, false }, { 1699, false },  { 1700, true },
		{ 2499, false }, { 2500, true },   { 4000, true },
		{ 9000, false }, { 90000, false },
	};
	struct ob_wg_peer now = { .public_key = key };
	struct ob_nudge n = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		assert_int_equal(ob_nudge_is_due(&n, &key, &now, times[i].ms),
				 times[i].due);
}

static void leaves_alone_who_has_answered(void **state)
{
	struct ob_wg_peer now = { .public_key = key, .handshake_s = 1 };
	struct ob_nudge n = { 0 };

	(void)state;
	assert_false(ob_nudge_is_due(&n, &key, &now, 1000));
	assert_false(ob_nudge_is_due(&n, &key, &now, 5000));
}

static void waits_until_the_kernel_has_it(void **state)
{
	struct ob_wg_peer now = { .public_key = key };
	struct ob_nudge n = { 0 };

	(void)state;
	assert_false(ob_nudge_is_due(&n, &key, NULL, 1000));
	assert_false(ob_nudge_is_due(&n, &key, NULL, 2000));
	assert_true(ob_nudge_is_due(&n, &key, &now, 2001));
}

static void forgets_who_is_gone(void **state)
{
	struct ob_wg_peer now = { .public_key = key };
	struct ob_nudge n = { 0 };

	(void)state;
	assert_false(ob_nudge_is_due(&n, &key, &now, 1000));
	ob_nudge_sweep(&n);
	assert_int_equal(n.n, 1);
	ob_nudge_sweep(&n);
	assert_int_equal(n.n, 0);
	assert_false(ob_nudge_is_due(&n, &key, &now, 9000));
}

static void has_a_limit(void **state)
{
	struct ob_nudge n = { 0 };
	struct ob_key k = { 0 };

	(void)state;
	for (unsigned int i = 0; i < OB_MAX_CLUSTERS + 10; i++) {
		k.b[0] = (uint8_t)i;
		k.b[1] = (uint8_t)(i >> 8);
		assert_false(ob_nudge_is_due(&n, &k, NULL, 0));
	}
	assert_int_equal(n.n, OB_MAX_CLUSTERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dials_again_soon_and_then_less_often),
		cmocka_unit_test(leaves_alone_who_has_answered),
		cmocka_unit_test(waits_until_the_kernel_has_it),
		cmocka_unit_test(forgets_who_is_gone),
		cmocka_unit_test(has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
