// SPDX-License-Identifier: Apache-2.0
#include "model/allocate.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MAX 16

struct result {
	struct ob_mapping v[MAX];
	size_t failed;
	int r;
};

static size_t parse(const char *const *text, struct ob_prefix *ret)
{
	size_t n = 0;

	for (; text[n]; n++)
		assert_int_equal(ob_prefix_parse(text[n], &ret[n]), 0);
	return n;
}

static struct result allocate(const char *const *pools,
			      const char *const *blocks)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_prefix p[MAX], b[MAX];
	size_t n_pools = parse(pools, p), n_blocks = parse(blocks, b);
	struct result res = { .failed = MAX };

	res.r = ob_mappings_allocate(a, p, n_pools, b, n_blocks, res.v,
				     &res.failed);
	return res;
}

#define TEXTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void assert_global(const struct result *res, size_t i, const char *want)
{
	char buf[OB_PREFIX_STRLEN];

	assert_string_equal(
		ob_prefix_format(&res->v[i].global, buf, sizeof(buf)), want);
}

static void fills_pools_in_their_order(void **state)
{
	struct result res = allocate(
		TEXTS("10.9.0.0/24", "10.1.0.0/24"),
		TEXTS("10.200.0.0/25", "10.201.0.0/25", "10.202.0.0/25"));

	(void)state;
	assert_int_equal(res.r, 0);
	assert_global(&res, 0, "10.9.0.0/25");
	assert_global(&res, 1, "10.9.0.128/25");
	assert_global(&res, 2, "10.1.0.0/25");
}

static void takes_the_lowest_address_not_the_best_fit(void **state)
{
	/* After the first, a /24 and larger ones are free: first fit takes
	 * the lowest. */
	struct result res = allocate(TEXTS("10.9.0.0/22"),
				     TEXTS("10.200.0.0/24", "10.201.0.0/23",
					   "10.202.0.0/25", "10.203.0.0/26",
					   "10.204.0.0/26"));

	(void)state;
	assert_global(&res, 1, "10.9.2.0/23");
	assert_global(&res, 2, "10.9.1.0/25");
	assert_global(&res, 3, "10.9.1.128/26");
	assert_global(&res, 4, "10.9.1.192/26");
}

static void uses_every_address(void **state)
{
	struct result res =
		allocate(TEXTS("10.9.0.0/30"),
			 TEXTS("10.2.0.1/32", "10.2.0.9/32", "10.2.0.4/31"));

	(void)state;
	assert_int_equal(res.r, 0);
	assert_global(&res, 2, "10.9.0.2/31");
}

static void says_which_block_does_not_fit(void **state)
{
	struct result res = allocate(TEXTS("10.9.0.0/24"),
				     TEXTS("10.2.0.0/25", "10.3.0.0/24"));

	(void)state;
	assert_int_equal(res.r, -ENOSPC);
	assert_int_equal(res.failed, 1);
}

static void keeps_families_apart(void **state)
{
	struct result res = allocate(TEXTS("10.9.0.0/16", "fd00:9::/48"),
				     TEXTS("fd00:244::/64", "10.2.0.0/24"));

	(void)state;
	assert_global(&res, 0, "fd00:9::/64");
	assert_global(&res, 1, "10.9.0.0/24");
}

static void goes_around_blocks_that_keep_their_address(void **state)
{
	struct result res =
		allocate(TEXTS("10.9.0.0/24"),
			 TEXTS("10.2.0.0/26", "10.9.0.64/26", "10.3.0.0/25"));

	(void)state;
	assert_int_equal(res.r, 0);
	assert_global(&res, 0, "10.9.0.0/26");
	assert_global(&res, 1, "10.9.0.64/26");
	assert_global(&res, 2, "10.9.0.128/25");
}

static void knows_no_pool_of_a_family(void **state)
{
	struct result res = allocate(TEXTS("10.9.0.0/24"), TEXTS("fd00::/64"));

	(void)state;
	assert_int_equal(res.r, -ENOSPC);
	assert_int_equal(res.failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_pools_in_their_order),
		cmocka_unit_test(takes_the_lowest_address_not_the_best_fit),
		cmocka_unit_test(uses_every_address),
		cmocka_unit_test(says_which_block_does_not_fit),
		cmocka_unit_test(keeps_families_apart),
		cmocka_unit_test(goes_around_blocks_that_keep_their_address),
		cmocka_unit_test(knows_no_pool_of_a_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
