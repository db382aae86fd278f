// SPDX-License-Identifier: Apache-2.0
#include "syncer/pulse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RENEW  10000
#define EXPIRY 120000

static int setup(void **state)
{
	*state = ob_pulse_new("own", 3 * (uint64_t)RENEW, EXPIRY);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	ob_pulse_free(*state);
	return 0;
}

static void a_silent_cluster_dies_while_we_see(void **state)
{
	struct ob_pulse *p = *state;

	ob_pulse_beat(p, "own", 1);
	ob_pulse_beat(p, "other", 1);
	for (uint64_t i = 1; i <= 12; i++)
		ob_pulse_beat(p, "own", 1 + i * RENEW);
	assert_true(ob_pulse_alive(p, "other"));
	assert_false(ob_pulse_changed(p));
	ob_pulse_beat(p, "own", 1 + 13 * RENEW);
	assert_false(ob_pulse_alive(p, "other"));
	assert_true(ob_pulse_changed(p));
	assert_false(ob_pulse_changed(p));
	assert_int_equal(ob_pulse_dead(p), 1);
	ob_pulse_beat(p, "other", 1);
	assert_true(ob_pulse_alive(p, "other"));
	assert_true(ob_pulse_changed(p));
}

static void nobody_dies_while_we_see_nothing(void **state)
{
	struct ob_pulse *p = *state;

	ob_pulse_beat(p, "own", 1);
	ob_pulse_beat(p, "other", 1);
	/* An hour without the hub: of it counts what may be between two. */
	ob_pulse_beat(p, "own", 3600000);
	assert_true(ob_pulse_alive(p, "other"));
}

static void one_that_was_never_heard_of_has_time(void **state)
{
	struct ob_pulse *p = *state;

	ob_pulse_beat(p, "own", 1);
	for (uint64_t i = 1; i <= 100; i++)
		ob_pulse_beat(p, "own", 1 + i * RENEW);
	assert_true(ob_pulse_alive(p, "new"));
	for (uint64_t i = 101; i <= 112; i++)
		ob_pulse_beat(p, "own", 1 + i * RENEW);
	assert_true(ob_pulse_alive(p, "new"));
	ob_pulse_beat(p, "own", 1 + 113 * RENEW);
	assert_false(ob_pulse_alive(p, "new"));
	assert_true(ob_pulse_alive(p, "own"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_silent_cluster_dies_while_we_see),
		TEST(nobody_dies_while_we_see_nothing),
		TEST(one_that_was_never_heard_of_has_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
