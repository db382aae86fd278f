// SPDX-License-Identifier: Apache-2.0
#include "crossdns/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define SECOND 1000000000ULL

static unsigned int answered(struct ob_limit *l, const struct ob_addr *client,
			     uint64_t now_ns, unsigned int n)
{
	unsigned int passed = 0;

	for (unsigned int i = 0; i < n; i++)
		passed +=
			ob_limit_take(l, client, now_ns, i) == OB_LIMIT_ANSWER;
	return passed;
}

static void a_burst_is_one_second_s_rate(void **state)
{
	_cleanup_(ob_limit_freep) struct ob_limit *l = NULL;
	const struct ob_addr client = { AF_INET, { 10, 1, 2, 3 } };

	(void)state;
	assert_int_equal(ob_limit_new(100, &l), 0);
	assert_int_equal(answered(l, &client, SECOND, 1000), 100);
	assert_int_equal(answered(l, &client, SECOND + SECOND / 2, 1000), 50);
	assert_int_equal(answered(l, &client, 10 * SECOND, 1000), 100);
}

static void a_network_shares_and_others_do_not(void **state)
{
	_cleanup_(ob_limit_freep) struct ob_limit *l = NULL;
	const struct ob_addr one = { AF_INET, { 10, 1, 2, 3 } };
	const struct ob_addr neighbour = { AF_INET, { 10, 1, 2, 200 } };
	const struct ob_addr v6 = { AF_INET6, { 0xfd } };

	(void)state;
	assert_int_equal(ob_limit_new(10, &l), 0);
	assert_int_equal(answered(l, &one, SECOND, 100), 10);
	assert_int_equal(answered(l, &neighbour, SECOND, 100), 0);
	assert_int_equal(answered(l, &v6, SECOND, 100), 10);
}

static void every_second_one_slips(void **state)
{
	_cleanup_(ob_limit_freep) struct ob_limit *l = NULL;
	const struct ob_addr client = { AF_INET, { 10, 1, 2, 3 } };

	(void)state;
	assert_int_equal(ob_limit_new(1, &l), 0);
	assert_int_equal(ob_limit_take(l, &client, SECOND, 0), OB_LIMIT_ANSWER);
	assert_int_equal(ob_limit_take(l, &client, SECOND, 0), OB_LIMIT_DROP);
	assert_int_equal(ob_limit_take(l, &client, SECOND, 1), OB_LIMIT_SLIP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_one_second_s_rate),
		cmocka_unit_test(a_network_shares_and_others_do_not),
		cmocka_unit_test(every_second_one_slips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
