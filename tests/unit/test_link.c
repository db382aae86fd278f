// SPDX-License-Identifier: Apache-2.0
#include "netlink/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cmocka.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "base/clock.h"
#include "netlink/addr.h"
#include "netlink_fixture.h"

static struct ob_link get(struct netlink_fixture *f, const char *name)
{
	struct ob_link l = {};

	assert_int_equal(ob_link_get(f->nl, name, &l), 0);
	return l;
}

static void adds_a_link_of_a_kind(void **state)
{
	struct netlink_fixture *f = *state;

	assert_int_equal(ob_link_add(f->nl, "x0", "bridge"), 0);

	struct ob_link l = get(f, "x0");

	assert_string_equal(l.name, "x0");
	assert_string_equal(l.kind, "bridge");
	assert_string_equal(l.alias, "");
	assert_int_equal(l.type, ARPHRD_ETHER);
	assert_int_equal(l.mtu, 1500);
	assert_false(l.up);
}

static void refuses_a_second_link_of_the_same_name(void **state)
{
	struct netlink_fixture *f = *state;

	assert_int_equal(ob_link_add(f->nl, "x0", "bridge"), 0);
	assert_int_equal(ob_link_add(f->nl, "x0", "bridge"), -EEXIST);
}

static void says_when_there_is_no_link(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_link l;

	assert_int_equal(ob_link_get(f->nl, "x0", &l), -ENODEV);
	assert_int_equal(ob_link_del(f->nl, 4711), -ENODEV);
	assert_int_equal(ob_link_del(f->nl, 0), -EINVAL);
}

static void refuses_a_name_that_is_none(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_link l;

	assert_int_equal(ob_link_get(f->nl, "", &l), -EINVAL);
	assert_int_equal(ob_link_add(f->nl, "sixteen-letters-", "bridge"),
			 -EINVAL);
}

static void says_when_the_kind_is_unknown(void **state)
{
	struct netlink_fixture *f = *state;

	assert_int_equal(ob_link_add(f->nl, "x0", "nosuchkind"), -EOPNOTSUPP);
}

static void changes_mtu_alias_and_state(void **state)
{
	struct netlink_fixture *f = *state;
	int ifindex = netlink_bridge(f, "x0");
	struct ob_link want = {
		.ifindex = ifindex,
		.mtu = 1400,
		.alias = "ovn-builder",
	};

	assert_true(get(f, "x0").up);
	assert_int_equal(ob_link_change(f->nl, &want), 0);

	struct ob_link l = get(f, "x0");

	assert_int_equal(l.mtu, 1400);
	assert_string_equal(l.alias, "ovn-builder");
	assert_false(l.up);
	assert_true(ob_link_equal(&l, &want));
}

static void removes_an_empty_alias(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_link l;

	netlink_bridge(f, "x0");
	l = get(f, "x0");
	memcpy(l.alias, "x", 2);
	assert_int_equal(ob_link_change(f->nl, &l), 0);
	assert_string_equal(get(f, "x0").alias, "x");
	l.alias[0] = '\0';
	assert_int_equal(ob_link_change(f->nl, &l), 0);
	assert_string_equal(get(f, "x0").alias, "");
}

static void sets_an_mtu_too_small_for_ipv6(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_link l;

	netlink_bridge(f, "x0");
	l = get(f, "x0");
	l.mtu = 1000;
	assert_int_equal(ob_link_change(f->nl, &l), 0);
	l.mtu = 1001;
	assert_int_equal(ob_link_change(f->nl, &l), 0);
	assert_int_equal(get(f, "x0").mtu, 1001);
}

static void deletes_a_link(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_link l;

	assert_int_equal(ob_link_del(f->nl, netlink_bridge(f, "x0")), 0);
	assert_int_equal(ob_link_get(f->nl, "x0", &l), -ENODEV);
}

static void lists_every_link(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_links links;
	bool seen = false, lo = false;

	netlink_bridge(f, "x0");
	assert_int_equal(ob_link_dump(f->nl, f->arena, &links), 0);
	for (size_t i = 0; i < links.n; i++) {
		seen = seen || strcmp(links.v[i].name, "x0") == 0;
		lo = lo || links.v[i].type == ARPHRD_LOOPBACK;
	}
	assert_true(seen);
	assert_true(lo);
}

static void counts_traffic(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_link lo = get(f, "lo");
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(9),
	};
	_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	lo.up = true;
	assert_int_equal(ob_link_change(f->nl, &lo), 0);
	assert_int_equal(get(f, "lo").tx_packets, 0);
	assert_int_equal(
		sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
	lo = get(f, "lo");
	assert_true(lo.tx_packets >= 1);
	assert_true(lo.tx_bytes >= 29);
}

/* As every other program brings a link up. */
static void set_up(const char *name)
{
	struct ifreq req = { .ifr_flags = IFF_UP };
	_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &req), 0);
}

static size_t count_addresses(struct netlink_fixture *f, int ifindex)
{
	struct ob_ifaddrs addrs;
	size_t n = 0;

	assert_int_equal(ob_ifaddr_dump(f->nl, f->arena, &addrs), 0);
	for (size_t i = 0; i < addrs.n; i++)
		n += addrs.v[i].ifindex == ifindex;
	return n;
}

static void generates_no_link_local_address(void **state)
{
	struct netlink_fixture *f = *state;
	uint64_t deadline = ob_clock_monotonic_ms() + 5000;

	assert_int_equal(ob_link_add(f->nl, "x0", "veth"), 0);

	struct ob_link ours = get(f, "x0"), peer = get(f, "veth0");

	ours.up = true;
	assert_int_equal(ob_link_change(f->nl, &ours), 0);
	set_up("veth0");
	while (count_addresses(f, peer.ifindex) == 0)
		assert_true(ob_clock_monotonic_ms() < deadline);
	assert_int_equal(count_addresses(f, ours.ifindex), 0);
}

static void prints_as_ip_does(void **state)
{
	struct ob_link l = {
		.ifindex = 3,
		.name = "ob0",
		.kind = "wireguard",
		.mtu = 1420,
		.up = true,
		.alias = "evil\nalias",
	};
	char buf[128];

	(void)state;
	assert_string_equal(
		ob_link_format(&l, buf, sizeof(buf)),
		"3: ob0: mtu 1420 up wireguard alias \"evil\\nalias\"");
	assert_string_equal(ob_link_format(&l, buf, 9), "3: ob0: ");
}

static void reads_recorded_links(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct recording rec = read_recording(a, "netlink/link.bin");
	const struct nlmsghdr *h;
	size_t offset = 0, n = 0;
	struct ob_link l, br = {};

	(void)state;
	while ((h = next_message(&rec, &offset))) {
		if (ob_link_parse(h, h->nlmsg_len, &l) < 0)
			continue;
		n++;
		if (strcmp(l.name, "br0") == 0)
			br = l;
	}
	assert_int_equal(n, 4);
	assert_string_equal(br.kind, "bridge");
	assert_string_equal(br.alias, "octopus test");
	assert_true(br.up);
}

/* Every cut of a real message is refused, or read within its bounds, which
 * are the arena's: the sanitizer sees them. */
static void survives_a_message_cut_anywhere(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct recording rec = read_recording(a, "netlink/link.bin");
	const struct nlmsghdr *h = (const void *)rec.bytes;
	struct ob_link l;

	(void)state;
	for (uint32_t size = 0; size < h->nlmsg_len; size++) {
		struct nlmsghdr *cut = ob_arena_alloc(a, size);

		memcpy(cut, rec.bytes, size);
		assert_int_equal(ob_link_parse(cut, size, &l), -EINVAL);
		if (size < sizeof(*cut))
			continue;
		cut->nlmsg_len = size;
		assert_true(ob_link_parse(cut, size, &l) <= 0);
	}
}

static void tells_other_messages_apart(void **state)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg ifi;
	} msg = {
		.h = { .nlmsg_len = sizeof(msg), .nlmsg_type = RTM_NEWADDR },
	};
	struct ob_link l;

	(void)state;
	assert_int_equal(ob_link_parse(&msg.h, sizeof(msg), &l), -ENOMSG);
	msg.h.nlmsg_type = RTM_NEWLINK; /* without index and name */
	assert_int_equal(ob_link_parse(&msg.h, sizeof(msg), &l), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		netlink_test(adds_a_link_of_a_kind),
		netlink_test(refuses_a_second_link_of_the_same_name),
		netlink_test(says_when_there_is_no_link),
		netlink_test(refuses_a_name_that_is_none),
		netlink_test(says_when_the_kind_is_unknown),
		netlink_test(changes_mtu_alias_and_state),
		netlink_test(removes_an_empty_alias),
		netlink_test(sets_an_mtu_too_small_for_ipv6),
		netlink_test(deletes_a_link),
		netlink_test(lists_every_link),
		netlink_test(counts_traffic),
		netlink_test(generates_no_link_local_address),
		cmocka_unit_test(prints_as_ip_does),
		cmocka_unit_test(reads_recorded_links),
		cmocka_unit_test(survives_a_message_cut_anywhere),
		cmocka_unit_test(tells_other_messages_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
