// SPDX-License-Identifier: Apache-2.0
#include "netlink/addr.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "netlink_fixture.h"

static struct ob_ifaddr address(int ifindex, const char *addr, uint8_t len)
{
	return (struct ob_ifaddr){
		.ifindex = ifindex,
		.addr = netlink_addr(addr),
		.len = len,
	};
}

static bool has(struct netlink_fixture *f, const struct ob_ifaddr *want)
{
	struct ob_ifaddrs addrs;
	size_t n = 0;

	assert_int_equal(ob_ifaddr_dump(f->nl, f->arena, &addrs), 0);
	for (size_t i = 0; i < addrs.n; i++)
		n += ob_ifaddr_equal(&addrs.v[i], want);
	assert_true(n <= 1);
	return n == 1;
}

static void adds_and_deletes(struct netlink_fixture *f, const char *addr,
			     uint8_t len)
{
	struct ob_ifaddr i = address(netlink_bridge(f, "x0"), addr, len);

	assert_false(has(f, &i));
	assert_int_equal(ob_ifaddr_add(f->nl, &i), 0);
	assert_true(has(f, &i));
	assert_int_equal(ob_ifaddr_add(f->nl, &i), -EEXIST);
	assert_int_equal(ob_ifaddr_del(f->nl, &i), 0);
	assert_false(has(f, &i));
	assert_int_equal(ob_ifaddr_del(f->nl, &i), -EADDRNOTAVAIL);
}

static void adds_and_deletes_ipv4(void **state)
{
	adds_and_deletes(*state, "10.113.0.1", 32);
}

static void adds_and_deletes_ipv6(void **state)
{
	adds_and_deletes(*state, "fd70:0:113::1", 128);
}

static void keeps_the_other_address_of_the_subnet(void **state)
{
	struct netlink_fixture *f = *state;
	int ifindex = netlink_bridge(f, "x0");
	struct ob_ifaddr a = address(ifindex, "192.0.2.1", 24);
	struct ob_ifaddr b = address(ifindex, "192.0.2.2", 24);

	assert_int_equal(ob_ifaddr_add(f->nl, &a), 0);
	assert_int_equal(ob_ifaddr_add(f->nl, &b), 0);
	assert_int_equal(ob_ifaddr_del(f->nl, &b), 0);
	assert_true(has(f, &a));
	assert_false(has(f, &b));
}

static void refuses_a_device_that_is_not_there(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_ifaddr i = address(4711, "192.0.2.1", 24);
	struct ob_ifaddr none = { .ifindex = 1 };

	assert_int_equal(ob_ifaddr_add(f->nl, &i), -ENODEV);
	assert_int_equal(ob_ifaddr_add(f->nl, &none), -EINVAL);
}

static void differs_in_device_address_and_length(void **state)
{
	struct ob_ifaddr a = address(1, "192.0.2.1", 24);
	struct ob_ifaddr index = address(2, "192.0.2.1", 24);
	struct ob_ifaddr addr = address(1, "192.0.2.2", 24);
	struct ob_ifaddr len = address(1, "192.0.2.1", 25);

	(void)state;
	assert_true(ob_ifaddr_equal(&a, &a));
	assert_false(ob_ifaddr_equal(&a, &index));
	assert_false(ob_ifaddr_equal(&a, &addr));
	assert_false(ob_ifaddr_equal(&a, &len));
}

static void prints_as_ip_does(void **state)
{
	struct ob_ifaddr i = address(7, "fd70:0:113::1", 64);
	char buf[64];

	(void)state;
	assert_string_equal(ob_ifaddr_format(&i, buf, sizeof(buf)),
			    "fd70:0:113::1/64 dev if7");
}

static void reads_recorded_addresses(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct recording rec = read_recording(a, "netlink/addr.bin");
	struct ob_addr subnet = netlink_addr("192.0.2.1");
	/* of "198.51.100.1 peer 198.51.100.2", ours is the former */
	struct ob_addr local = netlink_addr("198.51.100.1");
	const struct nlmsghdr *h;
	size_t offset = 0, seen = 0;
	struct ob_ifaddr i;

	(void)state;
	while ((h = next_message(&rec, &offset))) {
		if (ob_ifaddr_parse(h, h->nlmsg_len, &i) < 0)
			continue;
		seen += ob_addr_equal(&i.addr, &subnet) && i.len == 24;
		seen += ob_addr_equal(&i.addr, &local) && i.len == 32;
	}
	assert_int_equal(seen, 2);
}

static void survives_a_message_cut_anywhere(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct recording rec = read_recording(a, "netlink/addr.bin");
	const struct nlmsghdr *h = (const void *)rec.bytes;
	struct ob_ifaddr i;

	(void)state;
	for (uint32_t size = sizeof(*h); size < h->nlmsg_len; size++) {
		struct nlmsghdr *cut = ob_arena_alloc(a, size);

		memcpy(cut, rec.bytes, size);
		assert_int_equal(ob_ifaddr_parse(cut, size, &i), -EINVAL);
		cut->nlmsg_len = size;
		assert_true(ob_ifaddr_parse(cut, size, &i) <= 0);
	}
}

struct message {
	struct nlmsghdr h;
	struct ifaddrmsg ifa;
	struct rtattr attr;
	uint8_t addr[4];
};

static void refuses_a_length_beyond_the_family(void **state)
{
	struct message msg = {
		.h = { .nlmsg_len = sizeof(msg), .nlmsg_type = RTM_NEWADDR },
		.ifa = { .ifa_family = AF_INET,
			 .ifa_prefixlen = 32,
			 .ifa_index = 1 },
		.attr = { .rta_len = 8, .rta_type = IFA_LOCAL },
	};
	struct ob_ifaddr i;

	(void)state;
	assert_int_equal(ob_ifaddr_parse(&msg.h, sizeof(msg), &i), 0);
	msg.ifa.ifa_prefixlen = 33;
	assert_int_equal(ob_ifaddr_parse(&msg.h, sizeof(msg), &i), -EINVAL);
	msg.ifa.ifa_family = AF_INET6; /* of four bytes */
	assert_int_equal(ob_ifaddr_parse(&msg.h, sizeof(msg), &i), -EINVAL);
	msg.ifa.ifa_family = AF_DECnet;
	assert_int_equal(ob_ifaddr_parse(&msg.h, sizeof(msg), &i), -ENOMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		netlink_test(adds_and_deletes_ipv4),
		netlink_test(adds_and_deletes_ipv6),
		netlink_test(keeps_the_other_address_of_the_subnet),
		netlink_test(refuses_a_device_that_is_not_there),
		cmocka_unit_test(differs_in_device_address_and_length),
		cmocka_unit_test(prints_as_ip_does),
		cmocka_unit_test(reads_recorded_addresses),
		cmocka_unit_test(survives_a_message_cut_anywhere),
		cmocka_unit_test(refuses_a_length_beyond_the_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
