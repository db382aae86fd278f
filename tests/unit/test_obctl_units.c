// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "obctl/units.h"
#include "obctl_fixture.h"

static void bytes_have_binary_units(void **state)
{
	struct obctl_fixture *f = *state;

	assert_string_equal("0 B", ob_ctl_bytes(f->arena, 0));
	assert_string_equal("1023 B", ob_ctl_bytes(f->arena, 1023));
	assert_string_equal("1.0 KiB", ob_ctl_bytes(f->arena, 1024));
	assert_string_equal("1.5 KiB", ob_ctl_bytes(f->arena, 1536));
	assert_string_equal("100.0 MiB", ob_ctl_bytes(f->arena, 100 << 20));
	assert_string_equal("16.0 EiB", ob_ctl_bytes(f->arena, UINT64_MAX));
}

static void bytes_never_say_1024(void **state)
{
	struct obctl_fixture *f = *state;

	assert_string_equal("1.0 MiB", ob_ctl_bytes(f->arena, (1 << 20) - 1));
	assert_string_equal("1023.9 KiB",
			    ob_ctl_bytes(f->arena, (1 << 20) - 103));
}

static void durations_have_two_units_at_most(void **state)
{
	struct obctl_fixture *f = *state;

	assert_string_equal("0 s", ob_ctl_duration(f->arena, 0));
	assert_string_equal("59 s", ob_ctl_duration(f->arena, 59));
	assert_string_equal("1 min", ob_ctl_duration(f->arena, 119));
	assert_string_equal("1 h 0 min", ob_ctl_duration(f->arena, 3600));
	assert_string_equal("2 d 3 h", ob_ctl_duration(f->arena, 183600));
}

static void mapped_address_becomes_ipv4(void **state)
{
	static const struct ob_ip6 mapped = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 7 }
	};
	static const struct ob_ip6 native = { { 0xfd, 0x70, [15] = 7 } };
	struct obctl_fixture *f = *state;
	struct ob_addr v4 = ob_ctl_from_ip6(&mapped);
	struct ob_addr v6 = ob_ctl_from_ip6(&native);

	assert_string_equal("10.0.0.7", ob_ctl_addr(f->arena, &v4));
	assert_string_equal("fd70::7", ob_ctl_addr(f->arena, &v6));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(bytes_have_binary_units),
		TEST(bytes_never_say_1024),
		TEST(durations_have_two_units_at_most),
		TEST(mapped_address_becomes_ipv4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
