// SPDX-License-Identifier: Apache-2.0
#include "model/space.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ob_prefix prefix(const char *s)
{
	struct ob_prefix p;

	assert_int_equal(ob_prefix_parse(s, &p), 0);
	return p;
}

static int setup(void **state)
{
	struct ob_space *s = calloc(1, sizeof(*s));

	if (!s)
		return -1;
	s->arena = ob_arena_new();
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct ob_space *s = *state;

	ob_arena_free(s->arena);
	free(s);
	return 0;
}

static int add(struct ob_space *s, const char *text, size_t owner)
{
	struct ob_prefix p = prefix(text);

	return ob_space_add(s, &p, owner);
}

static const char *find(const struct ob_space *s, const char *in, uint8_t len)
{
	static char buf[OB_PREFIX_STRLEN];
	struct ob_prefix p = prefix(in), found;

	if (ob_space_find_free(s, &p, len, &found) < 0)
		return "none";
	return ob_prefix_format(&found, buf, sizeof(buf));
}

static uint64_t count(const struct ob_space *s, const char *in, uint8_t len)
{
	struct ob_prefix p = prefix(in);

	return ob_space_count_free(s, &p, len);
}

static void nobody_gets_what_another_has(void **state)
{
	struct ob_space *s = *state;
	struct ob_prefix p = prefix("10.1.2.0/24");

	assert_int_equal(add(s, "10.1.0.0/16", 1), 0);
	assert_int_equal(add(s, "10.1.0.0/16", 2), -EEXIST);
	assert_int_equal(add(s, "10.0.0.0/8", 2), -EEXIST);
	assert_int_equal(add(s, "10.1.255.255/32", 2), -EEXIST);
	assert_int_equal(add(s, "10.2.0.0/16", 2), 0);
	assert_int_equal(ob_space_conflict(s, &p, 2)->owner, 1);
	assert_null(ob_space_conflict(s, &p, 1));
}

static void what_one_has_twice_is_merged(void **state)
{
	struct ob_space *s = *state;

	assert_int_equal(add(s, "10.1.0.0/24", 1), 0);
	assert_int_equal(add(s, "10.1.7.0/24", 1), 0);
	assert_int_equal(add(s, "10.1.7.0/25", 1), 0);
	assert_int_equal(s->n, 2);
	assert_int_equal(add(s, "10.1.0.0/16", 1), 0);
	assert_int_equal(s->n, 1);
}

static void one_that_covers_two_owners_conflicts_with_the_other(void **state)
{
	struct ob_space *s = *state;
	struct ob_prefix p = prefix("10.1.0.0/16");

	assert_int_equal(add(s, "10.1.0.0/24", 1), 0);
	assert_int_equal(add(s, "10.1.7.0/24", 2), 0);
	assert_int_equal(ob_space_conflict(s, &p, 1)->owner, 2);
	assert_int_equal(ob_space_conflict(s, &p, 2)->owner, 1);
}

/* The vectors of the system that this one replaces. */
static void finds_the_lowest_that_is_free(void **state)
{
	struct ob_space *s = *state;

	assert_string_equal(find(s, "20.112.0.0/12", 16), "20.112.0.0/16");
	assert_int_equal(add(s, "20.112.0.0/16", 1), 0);
	assert_string_equal(find(s, "20.112.0.0/12", 16), "20.113.0.0/16");
	assert_int_equal(add(s, "20.113.16.0/24", 2), 0);
	assert_int_equal(add(s, "20.114.32.0/24", 3), 0);
	assert_string_equal(find(s, "20.112.0.0/12", 16), "20.115.0.0/16");
	assert_string_equal(find(s, "20.112.0.0/12", 24), "20.113.0.0/24");
	assert_string_equal(find(s, "20.112.0.0/12", 13), "20.120.0.0/13");
}

static void never_looks_beyond_the_end(void **state)
{
	struct ob_space *s = *state;

	assert_int_equal(add(s, "10.1.0.0/25", 1), 0);
	assert_string_equal(find(s, "10.1.0.0/24", 25), "10.1.0.128/25");
	assert_int_equal(add(s, "10.1.0.128/25", 1), 0);
	assert_string_equal(find(s, "10.1.0.0/24", 25), "none");
	assert_string_equal(find(s, "10.1.0.0/24", 8), "none");
	assert_int_equal(add(s, "255.255.255.0/24", 1), 0);
	assert_string_equal(find(s, "255.255.255.0/24", 32), "none");
}

static void finds_in_ipv6(void **state)
{
	struct ob_space *s = *state;

	assert_int_equal(add(s, "fd70::/48", 1), 0);
	assert_int_equal(add(s, "fd70:0:1:8000::/64", 2), 0);
	assert_string_equal(find(s, "fd70::/32", 48), "fd70:0:2::/48");
	assert_string_equal(find(s, "fd70::/32", 64), "fd70:0:1::/64");
	assert_int_equal(count(s, "fd70::/32", 48), 65534);
}

static void counts_what_it_could_find(void **state)
{
	struct ob_space *s = *state;

	assert_int_equal(count(s, "10.112.0.0/12", 16), 16);
	assert_int_equal(add(s, "10.112.0.0/16", 1), 0);
	assert_int_equal(add(s, "10.113.1.0/24", 2), 0);
	assert_int_equal(add(s, "10.113.9.0/24", 2), 0);
	assert_int_equal(count(s, "10.112.0.0/12", 16), 14);
	assert_int_equal(add(s, "10.120.0.0/13", 3), 0);
	assert_int_equal(count(s, "10.112.0.0/12", 16), 6);
	assert_int_equal(count(s, "10.112.0.0/12", 11), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(nobody_gets_what_another_has),
		TEST(what_one_has_twice_is_merged),
		TEST(one_that_covers_two_owners_conflicts_with_the_other),
		TEST(finds_the_lowest_that_is_free),
		TEST(never_looks_beyond_the_end),
		TEST(finds_in_ipv6),
		TEST(counts_what_it_could_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
