// SPDX-License-Identifier: Apache-2.0
#include "base/timestamp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_time(const char *text, int64_t want)
{
	int64_t t = -1;

	assert_int_equal(ob_timestamp_parse(text, &t), 0);
	assert_int_equal(t, want);
}

static void reads_what_kubernetes_writes(void **state)
{
	(void)state;
	assert_time("1970-01-01T00:00:00Z", 0);
	assert_time("2001-09-09T01:46:40Z", 1000000000);
	assert_time("2024-02-29T12:00:00Z", 1709208000);
	assert_time("9999-12-31T23:59:59Z", INT64_C(253402300799));
}

static void reads_fractions_and_zones(void **state)
{
	(void)state;
	assert_time("2001-09-09T01:46:40.123456Z", 1000000000);
	assert_time("2001-09-09T03:46:40+02:00", 1000000000);
	assert_time("2001-09-08T20:16:40-05:30", 1000000000);
}

static void refuses_everything_else(void **state)
{
	static const char *const bad[] = {
		"",
		"now",
		"2001-09-09",
		"2001-09-09 01:46:40Z",
		"2001-09-09T01:46:40",
		"2001-13-09T01:46:40Z",
		"2001-09-09T24:00:00Z",
		"2001-09-09T01:46:40.Z",
		"2001-09-09T01:46:40Zx",
		"2001-09-09T01:46:40+2:00",
		"1969-12-31T23:59:59Z",
		"1969-12-31T23:59:59-05:00",
		"2001-02-29T01:46:40Z",
		"2001-09-09t01:46:40z",
		"1970-01-01T00:00:00+01:00",
		"-001-09-09T01:46:40Z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t t = 7;

		assert_int_equal(ob_timestamp_parse(bad[i], &t), -EINVAL);
		assert_int_equal(t, 7);
	}
}

static void writes_microseconds(void **state)
{
	char buf[OB_TIMESTAMP_STRLEN];

	(void)state;
	assert_string_equal(
		ob_timestamp_format_micro(1700000000000042, buf, sizeof(buf)),
		"2023-11-14T22:13:20.000042Z");
}

static void writes_what_it_reads(void **state)
{
	char buf[OB_TIMESTAMP_STRLEN];

	(void)state;
	for (int64_t t = 0; t < INT64_C(253402300799); t += 86399 * 997) {
		ob_timestamp_format(t, buf, sizeof(buf));
		assert_time(buf, t);
	}
	assert_string_equal(ob_timestamp_format(-1, buf, sizeof(buf)),
			    "1970-01-01T00:00:00Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_kubernetes_writes),
		cmocka_unit_test(reads_fractions_and_zones),
		cmocka_unit_test(refuses_everything_else),
		cmocka_unit_test(writes_microseconds),
		cmocka_unit_test(writes_what_it_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
