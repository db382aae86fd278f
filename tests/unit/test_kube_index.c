// SPDX-License-Identifier: Apache-2.0
#include "kube/index.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kube/table.h"

#define KEYS  300
#define STEPS 100000

static void text_of(unsigned int i, char key[16])
{
	snprintf(key, 16, "key-%u", i);
}

static void check_table(const struct ob_kube_table *t, const bool *truth)
{
	struct ob_kube_entry *e;
	size_t at = 0, n = 0;
	char key[16];

	for (unsigned int i = 0; i < KEYS; i++) {
		text_of(i, key);
		assert_int_equal(ob_kube_table_get(t, key) != NULL, truth[i]);
		n += truth[i];
	}
	assert_int_equal(ob_kube_table_count(t), n);
	while ((e = ob_kube_table_next(t, &at)))
		n--;
	assert_int_equal(n, 0);
}

static void holds_what_was_added_and_not_deleted(void **state)
{
	_cleanup_(ob_kube_table_freep) struct ob_kube_table *t =
		ob_kube_table_new();
	unsigned int dice = (unsigned int)ob_clock_monotonic_ns();
	bool truth[KEYS] = { false };
	struct ob_kube_entry *e;
	char key[16];

	(void)state;
	print_message("seed %u\n", dice);
	for (int step = 0; step < STEPS; step++) {
		unsigned int i = (unsigned int)rand_r(&dice) % KEYS;

		text_of(i, key);
		if (rand_r(&dice) % 2)
			assert_int_equal(ob_kube_table_add(t, key, &e), 0);
		else if ((e = ob_kube_table_get(t, key)))
			ob_kube_table_del(t, e);
		else
			continue;
		truth[i] = ob_kube_table_get(t, key) != NULL;
		if (step % 1000 == 0)
			check_table(t, truth);
	}
	check_table(t, truth);
}

/* A walk that deletes sees every entry, and leaves none. */
static void can_be_emptied_while_it_is_walked(void **state)
{
	_cleanup_(ob_kube_table_freep) struct ob_kube_table *t =
		ob_kube_table_new();
	struct ob_kube_entry *e;
	unsigned int n = 0;
	size_t at = 0;
	char key[16];

	(void)state;
	for (unsigned int i = 0; i < KEYS; i++) {
		text_of(i, key);
		assert_int_equal(ob_kube_table_add(t, key, &e), 0);
	}
	while ((e = ob_kube_table_next(t, &at))) {
		ob_kube_table_del(t, e);
		at--;
		n++;
	}
	assert_int_equal(n, KEYS);
	assert_int_equal(ob_kube_table_count(t), 0);
}

/* Index 0: the value's parity, twice; index 1: nothing for values below 10. */
static void keys_of(void *arg, size_t i, const void *value,
		    void (*add)(void *to, const char *key), void *to)
{
	unsigned int v = *(const unsigned int *)value;

	(void)arg;
	if (i == 0) {
		add(to, v % 2 ? "odd" : "even");
		add(to, v % 2 ? "odd" : "even");
	} else if (v >= 10) {
		add(to, "big");
	}
}

static void sum(void *arg, const char *key, const void *value)
{
	(void)key;
	*(unsigned int *)arg += *(const unsigned int *)value;
}

static unsigned int sum_by(const struct ob_kube_index *x, size_t i,
			   const char *key)
{
	unsigned int total = 0;

	ob_kube_index_each_by(x, i, key, sum, &total);
	return total;
}

static void put(struct ob_kube_index *x, const char *key, unsigned int v)
{
	unsigned int *value = malloc(sizeof(*value));
	void *before = NULL;

	*value = v;
	assert_int_equal(ob_kube_index_set(x, key, value, &before), 0);
	free(before);
}

static void finds_values_by_their_other_keys(void **state)
{
	_cleanup_(ob_kube_table_freep) struct ob_kube_table *t =
		ob_kube_table_new();
	struct ob_kube_index *x = NULL;

	(void)state;
	assert_int_equal(ob_kube_index_new(t, 2, keys_of, NULL, &x), 0);
	put(x, "a", 1);
	put(x, "b", 2);
	put(x, "c", 13);
	assert_int_equal(sum_by(x, 0, "odd"), 14);
	assert_int_equal(sum_by(x, 1, "big"), 13);
	put(x, "a", 20);
	assert_int_equal(sum_by(x, 0, "odd"), 13);
	assert_int_equal(sum_by(x, 0, "even"), 22);
	assert_int_equal(sum_by(x, 1, "big"), 33);
	free(ob_kube_index_del(x, "c"));
	assert_int_equal(sum_by(x, 0, "odd"), 0);
	assert_null(ob_kube_index_del(x, "c"));
	assert_int_equal(ob_kube_index_count(x), 2);
	ob_kube_index_free(x, free);
}

static void append(void *arg, const char *key, const void *value)
{
	char *to = arg;

	(void)value;
	memcpy(to + strlen(to), key, strlen(key) + 1);
}

static void keeps_the_order_in_which_they_came(void **state)
{
	_cleanup_(ob_kube_table_freep) struct ob_kube_table *t =
		ob_kube_table_new();
	struct ob_kube_index *x = NULL;
	char order[16] = "";

	(void)state;
	assert_int_equal(ob_kube_index_new(t, 1, keys_of, NULL, &x), 0);
	for (unsigned int i = 0; i < 4; i++)
		put(x, (const char[]){ (char)('a' + i), '\0' }, 2 * i + 1);
	free(ob_kube_index_del(x, "a"));
	put(x, "c", 9);
	ob_kube_index_each_by(x, 0, "odd", append, order);
	assert_string_equal(order, "bdc");
	ob_kube_index_free(x, free);
}

static void check_sums(const struct ob_kube_index *x,
		       const unsigned int truth[KEYS])
{
	unsigned int odd = 0, even = 0, big = 0, n = 0;

	for (unsigned int i = 0; i < KEYS; i++) {
		n += truth[i] > 0;
		odd += truth[i] % 2 ? truth[i] : 0;
		even += truth[i] % 2 ? 0 : truth[i];
		big += truth[i] >= 10 ? truth[i] : 0;
	}
	assert_int_equal(ob_kube_index_count(x), n);
	assert_int_equal(sum_by(x, 0, "odd"), odd);
	assert_int_equal(sum_by(x, 0, "even"), even);
	assert_int_equal(sum_by(x, 1, "big"), big);
}

/* 0: not there. */
static void every_key_has_its_own_whatever_comes_and_goes(void **state)
{
	unsigned int dice = (unsigned int)ob_clock_monotonic_ns();
	unsigned int truth[KEYS] = { 0 };
	_cleanup_(ob_kube_table_freep) struct ob_kube_table *t =
		ob_kube_table_new();
	struct ob_kube_index *x = NULL;
	char key[16];

	(void)state;
	print_message("seed %u\n", dice);
	assert_int_equal(ob_kube_index_new(t, 2, keys_of, NULL, &x), 0);
	for (int step = 0; step < STEPS; step++) {
		unsigned int i = (unsigned int)rand_r(&dice) % KEYS;

		text_of(i, key);
		truth[i] = (unsigned int)rand_r(&dice) % 20;
		if (truth[i])
			put(x, key, truth[i]);
		else
			free(ob_kube_index_del(x, key));
		if (step % 1000 == 0)
			check_sums(x, truth);
	}
	check_sums(x, truth);
	ob_kube_index_free(x, free);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_what_was_added_and_not_deleted),
		cmocka_unit_test(can_be_emptied_while_it_is_walked),
		cmocka_unit_test(finds_values_by_their_other_keys),
		cmocka_unit_test(keeps_the_order_in_which_they_came),
		cmocka_unit_test(every_key_has_its_own_whatever_comes_and_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
