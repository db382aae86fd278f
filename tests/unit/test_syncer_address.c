// SPDX-License-Identifier: Apache-2.0
#include "syncer/address.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct ob_addresses *pool(const char *block)
{
	struct ob_prefix p = { 0 };

	assert_int_equal(ob_prefix_parse(block, &p), 0);
	return ob_addresses_new(&p);
}

static struct ob_addr addr(const char *text)
{
	struct ob_addr a = { 0 };

	assert_int_equal(ob_addr_parse(text, &a), 0);
	return a;
}

static void gives_every_address_once(void **state)
{
	_cleanup_(ob_addresses_freep) struct ob_addresses *p =
		pool("10.1.0.0/28");
	struct ob_addr got[14], more;
	char key[16];

	(void)state;
	for (int i = 0; i < 14; i++) {
		snprintf(key, sizeof(key), "ns/%d", i);
		assert_int_equal(ob_addresses_allocate(p, key, &got[i]), 0);
		for (int j = 0; j < i; j++)
			assert_false(ob_addr_equal(&got[i], &got[j]));
		/* Neither the first of the block nor the last. */
		assert_in_range(got[i].b[3], 1, 14);
	}
	assert_int_equal(ob_addresses_allocate(p, "ns/x", &more), -ENOSPC);
	assert_int_equal(ob_addresses_used(p), 14);
	ob_addresses_release(p, "ns/3", &got[3]);
	assert_int_equal(ob_addresses_allocate(p, "ns/x", &more), 0);
	assert_true(ob_addr_equal(&more, &got[3]));
}

static void a_service_that_comes_back_finds_its_address(void **state)
{
	_cleanup_(ob_addresses_freep) struct ob_addresses *p =
		pool("10.1.0.0/18");
	struct ob_addr first, again;

	(void)state;
	assert_int_equal(ob_addresses_allocate(p, "ns/a", &first), 0);
	assert_int_equal(ob_addresses_allocate(p, "ns/a", &again), 0);
	assert_true(ob_addr_equal(&first, &again));
	assert_int_equal(ob_addresses_used(p), 1);
	ob_addresses_release(p, "ns/a", &first);
	assert_int_equal(ob_addresses_allocate(p, "ns/a", &again), 0);
	assert_true(ob_addr_equal(&first, &again));
}

static void adopts_what_is_in_the_block_and_free(void **state)
{
	_cleanup_(ob_addresses_freep) struct ob_addresses *p =
		pool("10.1.192.0/18");
	struct ob_addr in = addr("10.1.200.1"), out = addr("10.2.200.1");
	struct ob_addr six = addr("fd00::1"), net = addr("10.1.192.0");

	(void)state;
	assert_true(ob_addresses_take(p, "ns/a", &in));
	assert_true(ob_addresses_take(p, "ns/a", &in));
	assert_false(ob_addresses_take(p, "ns/b", &in));
	assert_false(ob_addresses_take(p, "ns/a", &out));
	assert_false(ob_addresses_take(p, "ns/a", &six));
	assert_false(ob_addresses_take(p, "ns/a", &net));
	/* Nobody gives away what is another's. */
	ob_addresses_release(p, "ns/b", &in);
	assert_int_equal(ob_addresses_used(p), 1);
}

static void uses_the_beginning_of_a_large_block(void **state)
{
	_cleanup_(ob_addresses_freep) struct ob_addresses *p =
		pool("fd70:0:113:c000::/50");
	struct ob_addr in = addr("fd70:0:113:c000::fffe"), got;
	struct ob_addr far = addr("fd70:0:113:c000::1:0001");

	(void)state;
	assert_int_equal(ob_addresses_size(p), 65534);
	assert_true(ob_addresses_take(p, "ns/a", &in));
	assert_false(ob_addresses_take(p, "ns/a", &far));
	assert_int_equal(ob_addresses_allocate(p, "ns/b", &got), 0);
	assert_true(ob_prefix_contains(ob_addresses_block(p), &got));
}

static void a_block_without_room_has_none(void **state)
{
	_cleanup_(ob_addresses_freep) struct ob_addresses *p =
		pool("10.1.0.0/32");
	struct ob_addr got;

	(void)state;
	assert_int_equal(ob_addresses_allocate(p, "ns/a", &got), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_every_address_once),
		cmocka_unit_test(a_service_that_comes_back_finds_its_address),
		cmocka_unit_test(adopts_what_is_in_the_block_and_free),
		cmocka_unit_test(uses_the_beginning_of_a_large_block),
		cmocka_unit_test(a_block_without_room_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
