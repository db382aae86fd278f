// SPDX-License-Identifier: Apache-2.0
#include "octopus/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ob_wg_endpoint endpoint(const char *addr, uint16_t port)
{
	struct ob_wg_endpoint e = { .port = port };

	assert_int_equal(ob_addr_parse(addr, &e.addr), 0);
	return e;
}

static const struct ob_key key1 = { { 1 } }, key2 = { { 2 } };
static const struct ob_wg_endpoint none;

/* With nothing to learn from. */
static struct ob_wg_endpoint told_get(struct ob_told *told,
				      const struct ob_key *key)
{
	return ob_told_learn(told, key, &none, &none);
}

static void knows_what_was_told(void **state)
{
	_cleanup_(ob_told_done) struct ob_told told = { 0 };
	struct ob_wg_endpoint e = endpoint("192.0.2.1", 1);

	(void)state;
	assert_int_equal(ob_told_set(&told, &key1, &e), 0);
	e = endpoint("192.0.2.1", 2);
	assert_int_equal(ob_told_set(&told, &key1, &e), 0);
	assert_int_equal(told.n, 1);
	assert_int_equal(told_get(&told, &key1).port, 2);
	assert_int_equal(told_get(&told, &key2).addr.family, 0);
}

static void forgets_a_deleted_peer(void **state)
{
	_cleanup_(ob_told_done) struct ob_told told = { 0 };
	struct ob_wg_endpoint e = endpoint("192.0.2.1", 1);

	(void)state;
	assert_int_equal(ob_told_set(&told, &key1, &e), 0);
	assert_int_equal(ob_told_set(&told, &key2, &e), 0);
	ob_told_del(&told, &key1);
	ob_told_del(&told, &key1);
	assert_int_equal(told_get(&told, &key1).addr.family, 0);
	assert_int_equal(told_get(&told, &key2).port, 1);
}

/* It roamed before we were born: our word counts from now on. */
static void takes_what_it_would_tell_as_told(void **state)
{
	_cleanup_(ob_told_done) struct ob_told told = { 0 };
	struct ob_wg_endpoint roamed = endpoint("198.51.100.1", 9);
	struct ob_wg_endpoint ours = endpoint("192.0.2.1", 1);
	struct ob_wg_endpoint other = endpoint("192.0.2.2", 1);

	(void)state;
	assert_int_equal(ob_told_learn(&told, &key1, &roamed, &ours).port, 1);
	ours = ob_told_learn(&told, &key1, &roamed, &other);
	assert_false(ob_addr_equal(&ours.addr, &other.addr));
}

static void learns_nothing_from_nothing(void **state)
{
	_cleanup_(ob_told_done) struct ob_told told = { 0 };
	struct ob_wg_endpoint ours = endpoint("192.0.2.1", 1);

	(void)state;
	ob_told_learn(&told, &key1, &none, &ours);
	ob_told_learn(&told, &key1, &ours, &none);
	assert_int_equal(told.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_was_told),
		cmocka_unit_test(forgets_a_deleted_peer),
		cmocka_unit_test(takes_what_it_would_tell_as_told),
		cmocka_unit_test(learns_nothing_from_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
