// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "datapath/maglev.h"

/* 10.x.y.z:8080 for a number, in the order of numbers. */
static struct ob_backend backend(uint32_t i)
{
	return (struct ob_backend){
		.addr.b = { [10] = 0xff,
			    [11] = 0xff,
			    10,
			    (uint8_t)(i >> 16),
			    (uint8_t)(i >> 8),
			    (uint8_t)i },
		.port = 8080,
	};
}

static struct ob_backend *backends(size_t n)
{
	struct ob_backend *v = calloc(n + 1, sizeof(*v));

	assert_non_null(v);
	for (size_t i = 0; i < n; i++)
		v[i] = backend((uint32_t)i);
	return v;
}

static uint32_t *fill(const struct ob_backend *v, size_t n)
{
	uint32_t *table = calloc(ob_maglev_size(n) + 1, sizeof(*table));

	assert_non_null(table);
	assert_int_equal(0, ob_maglev_fill(v, n, table));
	return table;
}

static bool is_prime(uint32_t n)
{
	for (uint32_t i = 2; i * i <= n; i++) {
		if (n % i == 0)
			return false;
	}
	return n > 1;
}

static void sizes_are_primes_with_sixteen_slots_each(void **state
						     __attribute__((unused)))
{
	assert_int_equal(0, ob_maglev_size(0));
	assert_int_equal(1, ob_maglev_size(1));
	for (uint32_t n = 2; n <= OB_MAGLEV_MAX; n++) {
		assert_true(ob_maglev_size(n) >= 16 * n);
		assert_true(ob_maglev_size(n) <= OB_MAX_TABLE);
		assert_true(is_prime(ob_maglev_size(n)));
	}
}

static void no_backend_has_two_slots_more_than_another(void **state
						       __attribute__((unused)))
{
	static const size_t numbers[] = { 1,  2,  3,   5,    7,
					  10, 63, 100, 1000, OB_MAGLEV_MAX };

	for (size_t k = 0; k < ARRAY_SIZE(numbers); k++) {
		const size_t n = numbers[k];
		const uint32_t size = ob_maglev_size(n);
		_free_ struct ob_backend *v = backends(n);
		_free_ uint32_t *table = fill(v, n);
		_free_ uint32_t *count = calloc(n, sizeof(*count));

		assert_non_null(count);
		for (uint32_t i = 0; i < size; i++) {
			assert_true(table[i] < n);
			count[table[i]]++;
		}
		for (size_t i = 0; i < n; i++)
			assert_in_range(count[i], size / n, size / n + 1);
	}
}

/* Slots whose backend changed though it had not to. */
static double needless_moves(size_t n, size_t gone)
{
	const uint32_t size = ob_maglev_size(n);
	_free_ struct ob_backend *before = backends(n);
	_free_ struct ob_backend *after = backends(n);
	_free_ uint32_t *old = fill(before, n);
	_free_ uint32_t *new = NULL;
	uint32_t moved = 0;

	assert_int_equal(size, ob_maglev_size(n - 1));
	memmove(&after[gone], &after[gone + 1], (n - gone) * sizeof(*after));
	new = fill(after, n - 1);
	for (uint32_t i = 0; i < size; i++)
		moved += old[i] != gone &&
			 ob_maglev_compare(&before[old[i]], &after[new[i]]);
	return (double)moved / size;
}

/* The paper's figure 12: a few percent beyond those that must move. */
static void few_slots_move_when_one_backend_goes(void **state
						 __attribute__((unused)))
{
	static const size_t numbers[] = { 3, 10, 50, 100, 500, 1000 };

	for (size_t k = 0; k < ARRAY_SIZE(numbers); k++) {
		double sum = 0;

		for (size_t i = 0; i < 3; i++)
			sum += needless_moves(numbers[k],
					      i * (numbers[k] - 1) / 2);
		print_message("%zu backends, one goes: %.1f %% of the slots "
			      "move besides its own\n",
			      numbers[k], sum / 3 * 100);
		assert_true(sum / 3 < 0.1);
	}
}

/* What another gateway must come to, whatever its byte order. */
static void table_of_three_is_the_same_everywhere(void **state
						  __attribute__((unused)))
{
	_free_ struct ob_backend *v = backends(3);
	_free_ uint32_t *table = fill(v, 3);
	char text[62] = "";

	for (uint32_t i = 0; i < ob_maglev_size(3); i++)
		text[i] = (char)('0' + table[i]);
	assert_string_equal(
		"1021022101012120101120122110010221010210221000201221001202220",
		text);
}

static void more_than_fit_are_refused(void **state __attribute__((unused)))
{
	_free_ struct ob_backend *v = backends(OB_MAGLEV_MAX + 1);
	_free_ uint32_t *table = calloc(OB_MAX_TABLE, sizeof(*table));

	assert_int_equal(-E2BIG, ob_maglev_fill(v, OB_MAGLEV_MAX + 1, table));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_primes_with_sixteen_slots_each),
		cmocka_unit_test(no_backend_has_two_slots_more_than_another),
		cmocka_unit_test(few_slots_move_when_one_backend_goes),
		cmocka_unit_test(table_of_three_is_the_same_everywhere),
		cmocka_unit_test(more_than_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
