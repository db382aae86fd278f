// SPDX-License-Identifier: Apache-2.0
#include "model/service_block.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ob_prefix prefix(const char *text)
{
	struct ob_prefix p = { 0 };

	assert_int_equal(ob_prefix_parse(text, &p), 0);
	return p;
}

static void expect(const char *cidr, uint8_t family, const char *block)
{
	struct ob_prefix own = prefix(cidr), got = { 0 };
	char text[OB_PREFIX_STRLEN];

	assert_int_equal(ob_service_block(&own, 1, NULL, 0, family, &got), 0);
	assert_string_equal(ob_prefix_format(&got, text, sizeof(text)), block);
}

static void is_the_last_quarter_of_the_cluster_cidr(void **state)
{
	(void)state;
	expect("10.113.0.0/16", AF_INET, "10.113.192.0/18");
	expect("10.113.128.0/17", AF_INET, "10.113.224.0/19");
	expect("10.113.4.0/23", AF_INET, "10.113.5.128/25");
	expect("10.113.0.4/30", AF_INET, "10.113.0.7/32");
	expect("fd00:113::/48", AF_INET6, "fd00:113:0:c000::/50");
}

static void is_what_the_configuration_says(void **state)
{
	struct ob_prefix own[] = { prefix("10.113.0.0/16"),
				   prefix("10.120.0.0/24") };
	struct ob_prefix wanted[] = { prefix("fd00::/64"),
				      prefix("10.120.0.64/26") };
	struct ob_prefix got = { 0 };

	(void)state;
	assert_int_equal(ob_service_block(own, 2, wanted, 2, AF_INET, &got), 0);
	assert_true(ob_prefix_equal(&got, &wanted[1]));
}

static void may_be_all_of_a_cluster_cidr(void **state)
{
	struct ob_prefix own = prefix("10.113.0.0/24"), got = { 0 };

	(void)state;
	assert_int_equal(ob_service_block(&own, 1, &own, 1, AF_INET, &got), 0);
	assert_true(ob_prefix_equal(&got, &own));
}

static void is_refused_outside_of_our_cidrs(void **state)
{
	struct ob_prefix own = prefix("10.113.0.0/16");
	struct ob_prefix wanted = prefix("10.114.0.0/24"), got = { 0 };

	(void)state;
	assert_int_equal(ob_service_block(&own, 1, &wanted, 1, AF_INET, &got),
			 -EDOM);
	assert_int_equal(got.addr.family, 0);
}

static void comes_from_the_first_cidr_with_room(void **state)
{
	struct ob_prefix own[] = { prefix("10.113.0.0/32"),
				   prefix("10.120.0.0/24") };
	struct ob_prefix got = { 0 };
	char text[OB_PREFIX_STRLEN];

	(void)state;
	assert_int_equal(ob_service_block(own, 2, NULL, 0, AF_INET, &got), 0);
	assert_string_equal(ob_prefix_format(&got, text, sizeof(text)),
			    "10.120.0.192/26");
}

static void is_nowhere_without_a_cidr_of_the_family(void **state)
{
	struct ob_prefix own[] = { prefix("10.113.0.0/16"),
				   prefix("10.120.0.0/31") };
	struct ob_prefix got = { 0 };

	(void)state;
	assert_int_equal(ob_service_block(own, 1, NULL, 0, AF_INET6, &got),
			 -ENOENT);
	assert_int_equal(ob_service_block(&own[1], 1, NULL, 0, AF_INET, &got),
			 -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_last_quarter_of_the_cluster_cidr),
		cmocka_unit_test(is_what_the_configuration_says),
		cmocka_unit_test(may_be_all_of_a_cluster_cidr),
		cmocka_unit_test(is_refused_outside_of_our_cidrs),
		cmocka_unit_test(comes_from_the_first_cidr_with_room),
		cmocka_unit_test(is_nowhere_without_a_cidr_of_the_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
