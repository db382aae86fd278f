// SPDX-License-Identifier: Apache-2.0
/* What Peers may call themselves; test_accept_hostile.c has endpoints. */
#include "model/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"

static void a_cluster_id_is_a_label(void **state)
{
	static const char *const good[] = { "a", "c1", "a-b", "0" };
	static const char *const bad[] = { "",	  "-a",	 "a-", "A",
					   "a.b", "a_b", "a b" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(ob_name_is_label(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(ob_name_is_label(bad[i]));
	assert_true(ob_name_is_label("aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"
				     "eeeeeeeeeeffffffffffggg"));
	assert_false(ob_name_is_label("aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"
				      "eeeeeeeeeeffffffffffgggg"));
}

static void a_host_is_an_address_or_a_name(void **state)
{
	static const char *const good[] = { "192.0.2.1", "2001:db8::1", "gw",
					    "GW.Example.org", "gw.example." };
	static const char *const bad[] = { "",	    "1.2.3",	   "1.2.3.4.5",
					   "gw..x", ".gw",	   "gw:31820",
					   "a b",   "fe80::1%eth0" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(ob_name_is_host(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(ob_name_is_host(bad[i]));
}

static void an_address_of_the_global_network_is_no_endpoint(void **state)
{
	struct ob_prefix global;

	(void)state;
	assert_int_equal(ob_prefix_parse("10.112.0.0/12", &global), 0);
	assert_null(ob_endpoint_fault("10.111.255.255", &global, 1));
	assert_non_null(ob_endpoint_fault("10.112.0.0", &global, 1));
	assert_null(ob_endpoint_fault("10.112.0.0", &global, 0));
	assert_null(ob_endpoint_fault("localhost.example.org", &global, 1));
	assert_non_null(ob_endpoint_fault("x.localhost", &global, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cluster_id_is_a_label),
		cmocka_unit_test(a_host_is_an_address_or_a_name),
		cmocka_unit_test(
			an_address_of_the_global_network_is_no_endpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
