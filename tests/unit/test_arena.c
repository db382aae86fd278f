// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	*state = ob_arena_new();
	return 0;
}

static int teardown(void **state)
{
	ob_arena_free(*state);
	return 0;
}

static void memory_is_zeroed_and_aligned(void **state)
{
	static const unsigned char zero[300];

	for (size_t size = 0; size <= sizeof(zero); size++) {
		unsigned char *p = ob_arena_alloc(*state, size);

		assert_int_equal((uintptr_t)p % 16, 0);
		assert_memory_equal(p, zero, size);
		memset(p, 0xff, size);
	}
}

static void allocations_do_not_touch(void **state)
{
	enum {
		N = 5000,
		SIZE = 48
	};
	unsigned char *v[N];

	for (size_t i = 0; i < N; i++) {
		v[i] = ob_arena_alloc(*state, SIZE);
		memset(v[i], (int)(i % 251), SIZE);
	}
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < SIZE; j++)
			assert_int_equal(v[i][j], i % 251);
}

static void a_big_allocation_leaves_small_ones_alone(void **state)
{
	const size_t big = (size_t)8 * 1024 * 1024;
	char *before = ob_arena_strdup(*state, "before");
	char *p = ob_arena_alloc(*state, big);
	char *after = ob_arena_strdup(*state, "after");

	memset(p, 'x', big);
	assert_string_equal(before, "before");
	assert_string_equal(after, "after");
}

static void reset_memory_is_zero_again(void **state)
{
	static const unsigned char zero[64];
	unsigned char *p;

	memset(ob_arena_alloc(*state, sizeof(zero)), 0xff, sizeof(zero));
	ob_arena_reset(*state);
	p = ob_arena_alloc(*state, sizeof(zero));
	assert_memory_equal(p, zero, sizeof(zero));
}

static void an_unused_arena_can_be_reset(void **state)
{
	ob_arena_reset(*state);
	assert_non_null(ob_arena_alloc(*state, 1));
}

static void printf_takes_any_length(void **state)
{
	const char *s = ob_arena_printf(*state, "%09000d", 7);

	assert_int_equal(strlen(s), 9000);
	assert_int_equal(s[8999], '7');
	assert_string_equal(ob_arena_printf(*state, "%s", ""), "");
}

static void push_keeps_elements_while_growing(void **state)
{
	OB_LIST(int) list = { 0 };

	for (int i = 0; i < 1000; i++) {
		int *p = OB_PUSH((struct ob_arena *)*state, &list);

		assert_int_equal(*p, 0);
		*p = i;
	}
	assert_int_equal(list.n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(list.v[i], i);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(memory_is_zeroed_and_aligned),
		T(allocations_do_not_touch),
		T(a_big_allocation_leaves_small_ones_alone),
		T(reset_memory_is_zero_again),
		T(an_unused_arena_can_be_reset),
		T(printf_takes_any_length),
		T(push_keeps_elements_while_growing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
