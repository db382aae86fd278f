// SPDX-License-Identifier: Apache-2.0
#include "netlink/neigh.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "netlink_fixture.h"

static struct ob_neigh neighbour(int ifindex, const char *addr)
{
	return (struct ob_neigh){
		.ifindex = ifindex,
		.addr = netlink_addr(addr),
		.lladdr = { 2, 0, 0, 0, 0, 9 },
		.lladdr_len = 6,
		.state = NUD_PERMANENT,
	};
}

static bool has(struct netlink_fixture *f, const struct ob_neigh *want)
{
	struct ob_neighs neighs;
	size_t n = 0;

	assert_int_equal(ob_neigh_dump(f->nl, f->arena, &neighs), 0);
	for (size_t i = 0; i < neighs.n; i++)
		n += ob_neigh_equal(&neighs.v[i], want);
	assert_true(n <= 1);
	return n == 1;
}

static void adds_and_deletes(struct netlink_fixture *f, const char *addr)
{
	struct ob_neigh n = neighbour(netlink_bridge(f, "x0"), addr);

	assert_false(has(f, &n));
	assert_int_equal(ob_neigh_add(f->nl, &n), 0);
	assert_true(has(f, &n));
	assert_int_equal(ob_neigh_add(f->nl, &n), -EEXIST);
	assert_int_equal(ob_neigh_del(f->nl, &n), 0);
	assert_false(has(f, &n));
	assert_int_equal(ob_neigh_del(f->nl, &n), -ENOENT);
}

static void adds_and_deletes_ipv4(void **state)
{
	adds_and_deletes(*state, "192.0.2.9");
}

static void adds_and_deletes_ipv6(void **state)
{
	adds_and_deletes(*state, "2001:db8::9");
}

static void changes_the_link_layer_address(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_neigh n = neighbour(netlink_bridge(f, "x0"), "192.0.2.9");
	struct ob_neigh old = n;

	assert_int_equal(ob_neigh_change(f->nl, &n), 0); /* creates */
	n.lladdr[5] = 7;
	assert_int_equal(ob_neigh_change(f->nl, &n), 0);
	assert_true(has(f, &n));
	assert_false(has(f, &old));
}

static void refuses_a_neighbour_without_address(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_neigh n = neighbour(1, "192.0.2.9");

	n.addr = (struct ob_addr){};
	assert_int_equal(ob_neigh_add(f->nl, &n), -EINVAL);
	n = neighbour(4711, "192.0.2.9");
	assert_int_equal(ob_neigh_add(f->nl, &n), -ENODEV);
}

static void ignores_states_the_kernel_moves_through(void **state)
{
	struct ob_neigh a = neighbour(1, "192.0.2.9"), b = a, c = a;

	(void)state;
	a.state = NUD_REACHABLE;
	b.state = NUD_STALE;
	assert_true(ob_neigh_equal(&a, &b));
	assert_false(ob_neigh_equal(&a, &c)); /* permanent */
	c.state = NUD_STALE;
	c.lladdr[0] = 4;
	assert_false(ob_neigh_equal(&a, &c));
}

static void prints_as_ip_does(void **state)
{
	struct ob_neigh n = neighbour(7, "192.0.2.9");
	char buf[160];

	(void)state;
	assert_string_equal(
		ob_neigh_format(&n, buf, sizeof(buf)),
		"192.0.2.9 dev if7 lladdr 02:00:00:00:00:09 PERMANENT");
	n.lladdr_len = 0;
	n.state = NUD_FAILED;
	assert_string_equal(ob_neigh_format(&n, buf, sizeof(buf)),
			    "192.0.2.9 dev if7 FAILED");
}

static void reads_recorded_neighbours(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct recording rec = read_recording(a, "netlink/neigh.bin");
	struct ob_neigh want = neighbour(2, "192.0.2.9"), n;
	const struct nlmsghdr *h;
	size_t offset = 0, seen = 0, all = 0;

	(void)state;
	while ((h = next_message(&rec, &offset))) {
		if (ob_neigh_parse(h, h->nlmsg_len, &n) < 0)
			continue;
		all++;
		seen += ob_neigh_equal(&n, &want);
	}
	assert_int_equal(seen, 1);
	assert_true(all > 2);
}

static void survives_a_message_cut_anywhere(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct recording rec = read_recording(a, "netlink/neigh.bin");
	const struct nlmsghdr *h = (const void *)rec.bytes;
	struct ob_neigh n;

	(void)state;
	for (uint32_t size = sizeof(*h); size < h->nlmsg_len; size++) {
		struct nlmsghdr *cut = ob_arena_alloc(a, size);

		memcpy(cut, rec.bytes, size);
		assert_int_equal(ob_neigh_parse(cut, size, &n), -EINVAL);
		cut->nlmsg_len = size;
		assert_true(ob_neigh_parse(cut, size, &n) <= 0);
	}
}

static void refuses_a_link_layer_address_too_long(void **state)
{
	struct {
		struct nlmsghdr h;
		struct ndmsg ndm;
		struct rtattr dst;
		uint8_t addr[4];
		struct rtattr lladdr;
		uint8_t bytes[OB_LLADDR_MAX + 4];
	} msg = {
		.h = { .nlmsg_len = sizeof(msg), .nlmsg_type = RTM_NEWNEIGH },
		.ndm = { .ndm_family = AF_INET, .ndm_ifindex = 1 },
		.dst = { .rta_len = 8, .rta_type = NDA_DST },
		.lladdr = { .rta_len = 4 + OB_LLADDR_MAX,
			    .rta_type = NDA_LLADDR },
	};
	struct ob_neigh n;

	(void)state;
	assert_int_equal(ob_neigh_parse(&msg.h, sizeof(msg), &n), 0);
	assert_int_equal(n.lladdr_len, OB_LLADDR_MAX);
	msg.lladdr.rta_len++;
	assert_int_equal(ob_neigh_parse(&msg.h, sizeof(msg), &n), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		netlink_test(adds_and_deletes_ipv4),
		netlink_test(adds_and_deletes_ipv6),
		netlink_test(changes_the_link_layer_address),
		netlink_test(refuses_a_neighbour_without_address),
		cmocka_unit_test(ignores_states_the_kernel_moves_through),
		cmocka_unit_test(prints_as_ip_does),
		cmocka_unit_test(reads_recorded_neighbours),
		cmocka_unit_test(survives_a_message_cut_anywhere),
		cmocka_unit_test(refuses_a_link_layer_address_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
