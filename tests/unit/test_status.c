// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void fills_reason_and_sentence(void **state)
{
	struct ob_status s = OB_STATUS_INIT;

	(void)state;
	assert_int_equal(ob_status_set(&s, EINVAL, "BadPort", "port %d", 70000),
			 -EINVAL);
	assert_string_equal(s.reason, "BadPort");
	assert_string_equal(s.message, "port 70000");
}

static void returns_the_error_without_a_status(void **state)
{
	(void)state;
	assert_int_equal(ob_status_set(NULL, EPERM, "No", "no"), -EPERM);
}

static void cuts_a_long_sentence(void **state)
{
	struct ob_status s = OB_STATUS_INIT;

	(void)state;
	ob_status_set(&s, EINVAL, "Long", "%0*d", 2 * OB_STATUS_MESSAGE_LEN, 1);
	assert_int_equal(strlen(s.message), OB_STATUS_MESSAGE_LEN - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_reason_and_sentence),
		cmocka_unit_test(returns_the_error_without_a_status),
		cmocka_unit_test(cuts_a_long_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
