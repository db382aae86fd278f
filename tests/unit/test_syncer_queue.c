// SPDX-License-Identifier: Apache-2.0
#include "syncer/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static int setup(void **state)
{
	*state = ob_queue_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	ob_queue_free(*state);
	return 0;
}

static void assert_next(struct ob_queue *q, const char *key)
{
	const struct ob_queued *s = ob_queue_take(q);

	assert_non_null(s);
	assert_string_equal(s->key, key);
}

static void first_come_first_served(void **state)
{
	struct ob_queue *q = *state;

	assert_int_equal(ob_queue_add(q, "b/one", 1), 0);
	assert_int_equal(ob_queue_add(q, "a/two", 2), 0);
	assert_int_equal(ob_queue_add(q, "a/one", 3), 0);
	/* Once more is no other place. */
	assert_int_equal(ob_queue_add(q, "b/one", 4), 0);
	assert_int_equal(ob_queue_length(q), 3);
	assert_next(q, "b/one");
	assert_next(q, "a/two");
	assert_next(q, "a/one");
	assert_null(ob_queue_take(q));
}

static void who_has_been_served_goes_to_the_end(void **state)
{
	struct ob_queue *q = *state;

	assert_int_equal(ob_queue_add(q, "a/one", 1), 0);
	assert_int_equal(ob_queue_add(q, "a/two", 1), 0);
	assert_next(q, "a/one");
	assert_int_equal(ob_queue_add(q, "a/one", 2), 0);
	assert_next(q, "a/two");
	assert_next(q, "a/one");
}

static void remembers_the_first_change_that_is_not_done(void **state)
{
	struct ob_queue *q = *state;
	struct ob_queued *s;

	assert_int_equal(ob_queue_add(q, "a/one", 7), 0);
	assert_int_equal(ob_queue_add(q, "a/one", 9), 0);
	s = ob_queue_take(q);
	assert_int_equal(s->since_ms, 7);
	/* Its writes are not answered yet: it is the same change. */
	assert_int_equal(ob_queue_add(q, "a/one", 11), 0);
	assert_ptr_equal(ob_queue_take(q), s);
	assert_int_equal(s->since_ms, 7);
	s->since_ms = 0;
	assert_int_equal(ob_queue_add(q, "a/one", 13), 0);
	assert_int_equal(s->since_ms, 13);
}

static void a_namespace_is_all_of_its_services_and_no_others(void **state)
{
	struct ob_queue *q = *state;
	static const char *const keys[] = { "shop/a", "shop/b", "shop2/a",
					    "sho/a" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_int_equal(ob_queue_add(q, keys[i], 1), 0);
	while (ob_queue_take(q))
		;
	ob_queue_add_all(q, "shop", 2);
	assert_int_equal(ob_queue_length(q), 2);
	ob_queue_add_all(q, NULL, 3);
	assert_int_equal(ob_queue_length(q), 4);
}

static void is_no_longer_than_there_are_services(void **state)
{
	struct ob_queue *q = *state;
	char key[32];

	for (unsigned int i = 0; i < 50000; i++) {
		snprintf(key, sizeof(key), "ns/s%u", i % 100);
		assert_int_equal(ob_queue_add(q, key, i + 1), 0);
		if (i % 1000 == 0)
			ob_queue_add_all(q, NULL, i + 1);
	}
	assert_int_equal(ob_queue_known(q), 100);
	assert_int_equal(ob_queue_length(q), 100);
}

static void forgets_who_waits_and_who_does_not(void **state)
{
	struct ob_queue *q = *state;
	struct ob_queued *one, *two;

	assert_int_equal(ob_queue_add(q, "a/one", 1), 0);
	assert_int_equal(ob_queue_add(q, "a/two", 1), 0);
	assert_int_equal(ob_queue_add(q, "a/three", 1), 0);
	one = ob_queue_take(q);
	two = ob_queue_take(q);
	assert_int_equal(ob_queue_add(q, "a/two", 2), 0);
	ob_queue_forget(q, one);
	ob_queue_forget(q, two);
	assert_int_equal(ob_queue_known(q), 1);
	assert_int_equal(ob_queue_length(q), 1);
	/* It comes back as a new one. */
	assert_int_equal(ob_queue_add(q, "a/two", 5), 0);
	assert_next(q, "a/three");
	assert_int_equal(ob_queue_take(q)->since_ms, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_come_first_served),
		TEST(who_has_been_served_goes_to_the_end),
		TEST(remembers_the_first_change_that_is_not_done),
		TEST(a_namespace_is_all_of_its_services_and_no_others),
		TEST(is_no_longer_than_there_are_services),
		TEST(forgets_who_waits_and_who_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
