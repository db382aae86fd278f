// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "datapath/private.h"
#include "datapath/tables.h"
#include "gateway.h"

struct fixture {
	struct ob_datapath *dp;
	struct ob_arena *arena;
};

static int set_up(void **state)
{
	static struct fixture f;

	f.dp = gateway_load();
	f.arena = ob_arena_new();
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	ob_datapath_free(f->dp);
	ob_arena_free(f->arena);
	return ob_datapath_unpin(GATEWAY_ROOT);
}

static struct ob_prefix prefix(const char *s)
{
	struct ob_prefix p = { 0 };

	assert_int_equal(0, ob_prefix_parse(s, &p));
	return p;
}

static struct ob_addr address(const char *s)
{
	struct ob_addr a = { 0 };

	assert_int_equal(0, ob_addr_parse(s, &a));
	return a;
}

static void add_nat(struct fixture *f, enum ob_nat_dir dir, const char *from,
		    const char *to, enum ob_nat_kind kind)
{
	struct ob_nat_entry entry = {
		.dir = dir, .from = prefix(from), .to = prefix(to), .kind = kind
	};

	assert_int_equal(0, ob_nat_table_set(f->dp, &entry));
}

static void add_route(struct fixture *f, const char *dst, uint32_t slot)
{
	struct ob_route_entry entry = {
		.dst = prefix(dst),
		.value = { .ifindex = 7,
			   .mtu = 1420,
			   .slot = slot,
			   .cluster = "east" },
	};

	assert_int_equal(0, ob_route_table_set(f->dp, &entry));
}

static void config_reads_back(void **state)
{
	struct fixture *f = *state;
	struct ob_config config = { .cluster = "west", .generation = 3 };
	struct ob_config read = { 0 };

	assert_int_equal(0, ob_config_table_set(f->dp, &config));
	assert_int_equal(0, ob_config_table_get(f->dp, &read));
	assert_memory_equal(&config, &read, sizeof(config));
}

static void routes_of_both_families_read_back(void **state)
{
	struct fixture *f = *state;
	struct ob_route_entries list = { 0 };
	struct ob_prefix v4 = prefix("10.114.0.0/16");
	struct ob_prefix v6 = prefix("fd70:0:114::/48");

	add_route(f, "10.114.0.0/16", 1);
	add_route(f, "fd70:0:114::/48", 2);
	assert_int_equal(0, ob_route_table_dump(f->dp, f->arena, &list));
	assert_int_equal(2, list.n);
	assert_true(ob_prefix_equal(&v4, &list.v[0].dst));
	assert_true(ob_prefix_equal(&v6, &list.v[1].dst));
	assert_int_equal(1420, list.v[0].value.mtu);
	assert_int_equal(2, list.v[1].value.slot);
	assert_string_equal("east", list.v[1].value.cluster);
}

static void route_lookup_takes_the_longest_prefix(void **state)
{
	struct fixture *f = *state;
	struct ob_addr near = address("10.114.9.1");
	struct ob_addr far = address("10.114.8.1");
	struct ob_addr none = address("10.115.0.1");
	struct ob_route route = { 0 };

	add_route(f, "10.114.0.0/16", 1);
	add_route(f, "10.114.9.0/24", 2);
	assert_int_equal(0, ob_route_table_lookup(f->dp, &near, &route));
	assert_int_equal(2, route.slot);
	assert_int_equal(0, ob_route_table_lookup(f->dp, &far, &route));
	assert_int_equal(1, route.slot);
	assert_int_equal(-ENOENT, ob_route_table_lookup(f->dp, &none, &route));
}

static void deleted_route_is_gone(void **state)
{
	struct fixture *f = *state;
	struct ob_route_entries list = { 0 };
	struct ob_prefix dst = prefix("fd70:0:114::/48");

	add_route(f, "fd70:0:114::/48", 2);
	assert_int_equal(0, ob_route_table_del(f->dp, &dst));
	assert_int_equal(-ENOENT, ob_route_table_del(f->dp, &dst));
	assert_int_equal(0, ob_route_table_dump(f->dp, f->arena, &list));
	assert_int_equal(0, list.n);
}

static void nat_entries_keep_direction_and_kind(void **state)
{
	struct fixture *f = *state;
	struct ob_nat_entries list = { 0 };
	struct ob_prefix to = prefix("fd00:244::/48");

	add_nat(f, OB_NAT_OUT, "10.244.0.0/16", "10.113.0.0/16", OB_NAT_PREFIX);
	add_nat(f, OB_NAT_IN, "10.113.0.1/32", "10.113.0.1/32", OB_NAT_STACK);
	add_nat(f, OB_NAT_IN, "fd70:0:113::/48", "fd00:244::/48",
		OB_NAT_PREFIX);
	assert_int_equal(0, ob_nat_table_dump(f->dp, f->arena, &list));
	assert_int_equal(3, list.n);
	assert_int_equal(OB_NAT_OUT, list.v[0].dir);
	assert_int_equal(OB_NAT_IN, list.v[1].dir);
	assert_int_equal(OB_NAT_STACK, list.v[1].kind);
	assert_true(ob_prefix_equal(&to, &list.v[2].to));
}

static void nat_lookup_keeps_host_bits(void **state)
{
	struct fixture *f = *state;
	struct ob_addr local4 = address("10.244.7.9");
	struct ob_addr local6 = address("fd00:244::7:9");
	struct ob_addr want4 = address("10.113.7.9");
	struct ob_addr want6 = address("fd70:0:113::7:9");
	enum ob_nat_kind kind = OB_NAT_STACK;
	struct ob_addr got;

	add_nat(f, OB_NAT_OUT, "10.244.0.0/16", "10.113.0.0/16", OB_NAT_PREFIX);
	add_nat(f, OB_NAT_OUT, "fd00:244::/48", "fd70:0:113::/48",
		OB_NAT_PREFIX);
	assert_int_equal(0, ob_nat_table_lookup(f->dp, OB_NAT_OUT, &local4,
						&got, &kind));
	assert_true(ob_addr_equal(&want4, &got));
	assert_int_equal(OB_NAT_PREFIX, kind);
	assert_int_equal(0, ob_nat_table_lookup(f->dp, OB_NAT_OUT, &local6,
						&got, &kind));
	assert_true(ob_addr_equal(&want6, &got));
	assert_int_equal(-ENOENT, ob_nat_table_lookup(f->dp, OB_NAT_IN, &local4,
						      &got, &kind));
}

static void nat_entry_of_unequal_prefixes_is_refused(void **state)
{
	struct fixture *f = *state;
	struct ob_nat_entry entry = {
		.from = prefix("10.244.0.0/16"),
		.to = prefix("10.113.0.0/17"),
	};

	assert_int_equal(-EINVAL, ob_nat_table_set(f->dp, &entry));
	entry.to = prefix("fd00::/16");
	assert_int_equal(-EINVAL, ob_nat_table_set(f->dp, &entry));
	entry.from.addr.family = 0;
	assert_int_equal(-EAFNOSUPPORT, ob_nat_table_set(f->dp, &entry));
}

static void clusters_read_back(void **state)
{
	struct fixture *f = *state;
	struct ob_cluster_entry east = { { "east" }, { .slot = 4, .hub = 1 } };
	struct ob_cluster_entries list = { 0 };

	assert_int_equal(0, ob_cluster_table_set(f->dp, &east));
	assert_int_equal(0, ob_cluster_table_dump(f->dp, f->arena, &list));
	assert_int_equal(1, list.n);
	assert_memory_equal(&east, &list.v[0], sizeof(east));
	assert_int_equal(0, ob_cluster_table_del(f->dp, &east.key));
	assert_int_equal(0, ob_cluster_table_dump(f->dp, f->arena, &list));
	assert_int_equal(0, list.n);
}

static void add_many(struct fixture *f, uint32_t n)
{
	struct ob_route_entry entry = {
		.dst = { { .family = AF_INET }, 32 },
		.value = { .slot = 1, .cluster = "east" },
	};

	for (uint32_t i = 0; i < n; i++) {
		entry.dst.addr.b[0] = 10;
		entry.dst.addr.b[1] = (uint8_t)(i >> 16);
		entry.dst.addr.b[2] = (uint8_t)(i >> 8);
		entry.dst.addr.b[3] = (uint8_t)i;
		assert_int_equal(0, ob_route_table_set(f->dp, &entry));
	}
}

static int compare(const void *a, const void *b)
{
	const struct ob_route_entry *x = a, *y = b;

	return ob_prefix_compare(&x->dst, &y->dst);
}

static void dump_of_100000_is_complete_and_quick(void **state)
{
	struct fixture *f = *state;
	struct ob_route_entries list = { 0 };
	const uint32_t n = 100000;
	uint64_t start;

	add_many(f, n);
	start = ob_clock_monotonic_ms();
	assert_int_equal(0, ob_route_table_dump(f->dp, f->arena, &list));
	assert_in_range(ob_clock_monotonic_ms() - start, 0, 5000);
	assert_int_equal(n, list.n);
	qsort(list.v, list.n, sizeof(list.v[0]), compare);
	for (size_t i = 1; i < list.n; i++)
		assert_true(compare(&list.v[i - 1], &list.v[i]) < 0);
}

static void full_map_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct ob_cluster_entry entry = { 0 };
	int r = 0;

	for (int i = 0; i <= OB_MAX_CLUSTERS && r == 0; i++) {
		snprintf(entry.key.name, sizeof(entry.key.name), "c%d", i);
		r = ob_cluster_table_set(f->dp, &entry);
	}
	assert_int_equal(-E2BIG, r);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(config_reads_back),
		TEST(routes_of_both_families_read_back),
		TEST(route_lookup_takes_the_longest_prefix),
		TEST(deleted_route_is_gone),
		TEST(nat_entries_keep_direction_and_kind),
		TEST(nat_lookup_keeps_host_bits),
		TEST(nat_entry_of_unequal_prefixes_is_refused),
		TEST(clusters_read_back),
		TEST(dump_of_100000_is_complete_and_quick),
		TEST(full_map_is_an_error),
	};

	return cmocka_run_group_tests(tests, gateway_setup, NULL);
}
