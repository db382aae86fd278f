// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "datapath/ranges.h"

#define SIZE 1024

static uint32_t length(uint32_t n)
{
	uint32_t len = 1;

	while (len < n)
		len *= 2;
	return len;
}

static void takes_all_there_is_and_no_more(void **state __attribute__((unused)))
{
	_cleanup_(ob_ranges_freep) struct ob_ranges *r = ob_ranges_new(SIZE);
	bool seen[SIZE] = { false };
	uint32_t first;

	for (int i = 0; i < SIZE; i++) {
		assert_int_equal(0, ob_ranges_take(r, 1, &first));
		assert_true(first < SIZE);
		assert_false(seen[first]);
		seen[first] = true;
	}
	assert_int_equal(-ENOSPC, ob_ranges_take(r, 1, &first));
}

static void what_is_given_back_joins_again(void **state __attribute__((unused)))
{
	_cleanup_(ob_ranges_freep) struct ob_ranges *r = ob_ranges_new(SIZE);
	uint32_t first[SIZE], all;

	for (int i = 0; i < SIZE; i++)
		assert_int_equal(0, ob_ranges_take(r, 1, &first[i]));
	for (int i = SIZE - 1; i >= 0; i--)
		ob_ranges_give(r, first[i], 1);
	assert_int_equal(0, ob_ranges_take(r, SIZE, &all));
	assert_int_equal(0, all);
}

static void claims_what_is_free_only(void **state __attribute__((unused)))
{
	_cleanup_(ob_ranges_freep) struct ob_ranges *r = ob_ranges_new(SIZE);
	uint32_t first;

	assert_int_equal(0, ob_ranges_claim(r, 64, 32));
	assert_int_equal(-EBUSY, ob_ranges_claim(r, 64, 32)); /* itself */
	assert_int_equal(-EBUSY, ob_ranges_claim(r, 72, 8));  /* within */
	assert_int_equal(-EBUSY, ob_ranges_claim(r, 0, 128)); /* around */
	assert_int_equal(-EINVAL, ob_ranges_claim(r, 65, 2)); /* across */
	assert_int_equal(-EINVAL, ob_ranges_claim(r, SIZE, 1));
	assert_int_equal(-EINVAL, ob_ranges_claim(r, 0, 2 * SIZE));
	assert_int_equal(-EINVAL, ob_ranges_claim(r, 0, 0));
	assert_int_equal(0, ob_ranges_claim(r, 96, 32));
	ob_ranges_give(r, 64, 32);
	assert_int_equal(0, ob_ranges_take(r, 64, &first));
	assert_int_equal(0, first);
}

/* xorshift32: the same walk every time. */
static uint32_t draw(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

struct taken {
	uint32_t first, n;
};

/* Marks or clears a range in a list of elements, which must not be so yet. */
static void mark(bool *used, const struct taken *t, bool value)
{
	for (uint32_t i = t->first; i < t->first + length(t->n); i++) {
		assert_true(i < SIZE);
		assert_true(used[i] != value);
		used[i] = value;
	}
}

/* Against a plain list of elements: nothing overlaps, and when a range is
 * refused there really is none. */
static void agrees_with_a_list(void **state __attribute__((unused)))
{
	_cleanup_(ob_ranges_freep) struct ob_ranges *r = ob_ranges_new(SIZE);
	bool used[SIZE] = { false };
	struct taken list[SIZE];
	uint32_t seed = 1;
	size_t n = 0;

	for (int step = 0; step < 20000; step++) {
		struct taken t = { .n = draw(&seed) % 64 + 1 };

		if (n && draw(&seed) % 2) {
			size_t i = draw(&seed) % n;

			ob_ranges_give(r, list[i].first, list[i].n);
			mark(used, &list[i], false);
			list[i] = list[--n];
		} else if (ob_ranges_take(r, t.n, &t.first) == 0) {
			assert_int_equal(0, t.first % length(t.n));
			mark(used, &t, true);
			list[n++] = t;
		} else {
			for (uint32_t i = 0; i < SIZE; i += length(t.n)) {
				bool any = false;

				for (uint32_t k = 0; k < length(t.n); k++)
					any |= used[i + k];
				assert_true(any);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_all_there_is_and_no_more),
		cmocka_unit_test(what_is_given_back_joins_again),
		cmocka_unit_test(claims_what_is_free_only),
		cmocka_unit_test(agrees_with_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
