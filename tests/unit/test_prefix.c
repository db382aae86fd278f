// SPDX-License-Identifier: Apache-2.0
#include "base/prefix.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

static struct ob_addr addr(const char *s)
{
	struct ob_addr a;

	assert_int_equal(ob_addr_parse(s, &a), 0);
	return a;
}

static struct ob_prefix prefix(const char *s)
{
	struct ob_prefix p;

	assert_int_equal(ob_prefix_parse(s, &p), 0);
	return p;
}

static void assert_addr(struct ob_addr a, const char *expected)
{
	char buf[OB_ADDR_STRLEN];

	assert_string_equal(ob_addr_format(&a, buf, sizeof(buf)), expected);
}

static void parses_and_formats_addresses(void **state)
{
	static const char *const same[] = {
		"0.0.0.0",
		"10.113.0.1",
		"255.255.255.255",
		"::",
		"fd70:0:113::1",
		"::ffff:10.0.0.1",
		"1111:2222:3333:4444:5555:6666:7777:8888",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(same); i++)
		assert_addr(addr(same[i]), same[i]);
	assert_addr(addr("FD70:0000:0113:0::0001"), "fd70:0:113::1");
}

static void refuses_what_is_no_address(void **state)
{
	static const char *const bad[] = {
		"",	      " 10.0.0.1",     "10.0.0.1 ",  "10.0.0",
		"10.0.0.256", "10.0.0.01",     "10.0.0.0x1", "::1%lo",
		":::",	      "1:2:3:4:5:6:7", "g::",	     "10.0.0.1/8",
		"none",	      "1::2::3",       "-1.0.0.0",
	};
	struct ob_addr untouched = { .family = 77 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(ob_addr_parse(bad[i], &untouched), -EINVAL);
	assert_int_equal(untouched.family, 77);
}

static void formats_no_address_as_none(void **state)
{
	const struct ob_prefix none = { .len = 0 };
	char buf[OB_PREFIX_STRLEN];

	(void)state;
	assert_addr(none.addr, "none");
	assert_string_equal(ob_prefix_format(&none, buf, sizeof(buf)), "none");
}

static void keeps_to_a_buffer_that_is_too_small(void **state)
{
	const struct ob_addr a = addr("10.113.0.1");
	char buf[4] = "xyz";

	(void)state;
	assert_string_equal(ob_addr_format(&a, buf, sizeof(buf)), "");
}

static void unused_bytes_of_ipv4_are_zero(void **state)
{
	const struct in_addr in = { .s_addr = htonl(0x0a000001) };
	const struct ob_addr a = ob_addr_from_in(&in), b = addr("10.0.0.1");

	(void)state;
	assert_memory_equal(&a, &b, sizeof(a));
	assert_true(ob_addr_equal(&a, &b));
}

static void families_are_never_equal(void **state)
{
	const struct ob_addr a = addr("0.0.0.0"), b = addr("::");
	const struct ob_addr c = ob_addr_from_in6(&in6addr_any);

	(void)state;
	assert_false(ob_addr_equal(&a, &b));
	assert_true(ob_addr_equal(&b, &c));
}

static void plus_carries_and_wraps(void **state)
{
	const struct ob_addr a = addr("10.0.255.255"), b = addr("fd00::ffff");
	const struct ob_addr last4 = addr("255.255.255.255");
	const struct ob_addr last6 =
		addr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	const struct ob_addr low6 = addr("fd00::ffff:ffff:ffff:ffff");

	(void)state;
	assert_addr(ob_addr_plus(&a, 1), "10.1.0.0");
	assert_addr(ob_addr_plus(&a, 0), "10.0.255.255");
	assert_addr(ob_addr_plus(&b, 0x100000001ULL), "fd00::1:1:0");
	assert_addr(ob_addr_plus(&last4, 1), "0.0.0.0");
	assert_addr(ob_addr_plus(&last6, 2), "::1");
	assert_addr(ob_addr_plus(&low6, 1), "fd00:0:0:1::");
	assert_addr(ob_addr_plus(&low6, UINT64_MAX),
		    "fd00::1:ffff:ffff:ffff:fffe");
}

static void parses_and_formats_prefixes(void **state)
{
	static const char *const same[] = {
		"0.0.0.0/0",   "10.112.0.0/12",	    "10.1.2.3/32",
		"128.0.0.0/1", "10.1.2.2/31",	    "::/0",
		"fd70::/32",   "fd70:0:113::/48",   "::1/128",
		"8000::/1",    "fd00:244:0:8::/61",
	};
	char buf[OB_PREFIX_STRLEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		const struct ob_prefix p = prefix(same[i]);

		ob_prefix_format(&p, buf, sizeof(buf));
		assert_string_equal(buf, same[i]);
	}
}

static void refuses_malformed_prefixes(void **state)
{
	static const char *const bad[] = {
		"",
		"/",
		"10.0.0.0",
		"10.0.0.0/",
		"/8",
		"10.0.0.0/ 8",
		"10.0.0.0/+8",
		"10.0.0.0/-1",
		"10.0.0.0/08",
		"10.0.0.0/8x",
		"10.0.0.0//8",
		"10.0.0.0/8/8",
		"10.0.0/8",
		"fd70::/x",
		"x/8",
		"10.0.0.0/0x8",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/64",
	};
	struct ob_prefix p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(ob_prefix_parse(bad[i], &p), -EINVAL);
}

static void tells_a_length_that_does_not_fit(void **state)
{
	struct ob_prefix p;

	(void)state;
	assert_int_equal(ob_prefix_parse("10.0.0.0/33", &p), -ERANGE);
	assert_int_equal(ob_prefix_parse("fd00::/129", &p), -ERANGE);
	assert_int_equal(ob_prefix_parse("10.0.0.0/256", &p), -ERANGE);
	assert_int_equal(ob_prefix_parse("10.0.0.0/4294967304", &p), -ERANGE);
	assert_int_equal(ob_prefix_parse("10.0.0.0/99999999999999999999", &p),
			 -ERANGE);
}

static void tells_host_bits(void **state)
{
	struct ob_prefix p;

	(void)state;
	assert_int_equal(ob_prefix_parse("10.113.0.1/16", &p), -EDOM);
	assert_int_equal(ob_prefix_parse("0.0.0.1/0", &p), -EDOM);
	assert_int_equal(ob_prefix_parse("10.0.8.0/20", &p), -EDOM);
	assert_int_equal(ob_prefix_parse("10.0.0.1/31", &p), -EDOM);
	assert_int_equal(ob_prefix_parse("fd00:0:0:4::/61", &p), -EDOM);
	assert_int_equal(ob_prefix_parse("fd00::1/127", &p), -EDOM);
}

static void orders_by_family_address_length(void **state)
{
	static const char *const sorted[] = {
		"0.0.0.0/0",   "10.0.0.0/8", "10.0.0.0/16",
		"10.1.0.0/16", "::/0",	     "fd00::/8",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(sorted); j++) {
			const struct ob_prefix a = prefix(sorted[i]);
			const struct ob_prefix b = prefix(sorted[j]);
			int r = ob_prefix_compare(&a, &b);

			assert_int_equal((r > 0) - (r < 0), (i > j) - (i < j));
			assert_int_equal(ob_prefix_equal(&a, &b), i == j);
		}
	}
}

static void contains_addresses_of_its_family_only(void **state)
{
	const struct ob_prefix all4 = prefix("0.0.0.0/0");
	const struct ob_prefix odd = prefix("10.0.16.0/20");
	const struct ob_addr in = addr("10.0.31.255"), out = addr("10.0.32.0");
	const struct ob_addr six = addr("::");

	(void)state;
	assert_true(ob_prefix_contains(&odd, &in));
	assert_false(ob_prefix_contains(&odd, &out));
	assert_true(ob_prefix_contains(&all4, &out));
	assert_false(ob_prefix_contains(&all4, &six));
}

static void covers_only_what_is_inside(void **state)
{
	const struct ob_prefix outer = prefix("10.112.0.0/12");
	const struct ob_prefix inner = prefix("10.113.0.0/16");
	const struct ob_prefix other = prefix("10.128.0.0/16");

	(void)state;
	assert_true(ob_prefix_covers(&outer, &inner));
	assert_true(ob_prefix_covers(&outer, &outer));
	assert_false(ob_prefix_covers(&inner, &outer));
	assert_false(ob_prefix_covers(&outer, &other));
	assert_true(ob_prefix_overlaps(&inner, &outer));
	assert_true(ob_prefix_overlaps(&outer, &inner));
	assert_false(ob_prefix_overlaps(&inner, &other));
}

static void host_is_the_whole_address(void **state)
{
	const struct ob_addr a = addr("10.0.0.1"), b = addr("fd00::1");
	const struct ob_prefix host4 = ob_prefix_host(&a);
	const struct ob_prefix host6 = ob_prefix_host(&b);
	const struct ob_prefix expect4 = prefix("10.0.0.1/32");
	const struct ob_prefix expect6 = prefix("fd00::1/128");

	(void)state;
	assert_true(ob_prefix_equal(&host4, &expect4));
	assert_true(ob_prefix_equal(&host6, &expect6));
}

static void translate_keeps_host_bits(void **state)
{
	static const struct {
		const char *to, *from, *expected;
	} cases[] = {
		{ "10.113.0.0/16", "10.244.3.7", "10.113.3.7" },
		{ "10.113.32.0/20", "10.244.31.255", "10.113.47.255" },
		{ "10.120.0.0/13", "10.247.255.1", "10.127.255.1" },
		{ "0.0.0.0/0", "10.244.3.7", "10.244.3.7" },
		{ "10.113.0.9/32", "10.244.3.7", "10.113.0.9" },
		{ "10.113.0.2/31", "10.244.3.7", "10.113.0.3" },
		{ "fd70:0:113::/48", "fd00:244:0:1::5", "fd70:0:113:1::5" },
		{ "fd70:0:113:8::/61", "fd00:244:0:17:a::5",
		  "fd70:0:113:f:a::5" },
		{ "::/0", "fd00::5", "fd00::5" },
		{ "fd70::1/128", "fd00::5", "fd70::1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct ob_prefix to = prefix(cases[i].to);
		const struct ob_addr from = addr(cases[i].from);

		assert_addr(ob_prefix_translate(&to, &from), cases[i].expected);
	}
}

/* What goes out and comes back is what it was, for every length. */
static void translate_there_and_back_is_the_same(void **state)
{
	const struct ob_addr a = addr("fd00:244:9:8765:4321:fedc:ba98:7654");
	struct ob_prefix local = { .addr = a };
	struct ob_prefix global = { .addr = addr("::") };

	(void)state;
	for (int len = 0; len <= 128; len++) {
		local.len = global.len = (uint8_t)len;
		const struct ob_addr there = ob_prefix_translate(&global, &a);
		const struct ob_addr back = ob_prefix_translate(&local, &there);

		assert_true(ob_prefix_contains(&global, &there));
		assert_true(ob_addr_equal(&back, &a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_formats_addresses),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(formats_no_address_as_none),
		cmocka_unit_test(keeps_to_a_buffer_that_is_too_small),
		cmocka_unit_test(unused_bytes_of_ipv4_are_zero),
		cmocka_unit_test(families_are_never_equal),
		cmocka_unit_test(plus_carries_and_wraps),
		cmocka_unit_test(parses_and_formats_prefixes),
		cmocka_unit_test(refuses_malformed_prefixes),
		cmocka_unit_test(tells_a_length_that_does_not_fit),
		cmocka_unit_test(tells_host_bits),
		cmocka_unit_test(orders_by_family_address_length),
		cmocka_unit_test(contains_addresses_of_its_family_only),
		cmocka_unit_test(covers_only_what_is_inside),
		cmocka_unit_test(host_is_the_whole_address),
		cmocka_unit_test(translate_keeps_host_bits),
		cmocka_unit_test(translate_there_and_back_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
