// SPDX-License-Identifier: Apache-2.0
/* Replies recorded from a real kernel; tests/lab/test_wireguard_device.c
 * talks to one. */
#include "wireguard/device.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/wireguard.h>

#include "netlink_fixture.h"

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

static struct ob_wg_device device(struct ob_arena *a, const char *file)
{
	struct recording rec =
		read_recording(a, ob_arena_printf(a, "wireguard/%s.bin", file));
	struct ob_wg_device dev = {};
	const struct nlmsghdr *h;
	size_t offset = 0;

	while ((h = next_message(&rec, &offset))) {
		int r = ob_wg_device_parse(a, h, h->nlmsg_len, &dev);

		assert_int_equal(r, h->nlmsg_type == NLMSG_DONE ? -ENOMSG : 0);
	}
	assert_int_equal(offset, rec.size);
	return dev;
}

static const struct ob_wg_peer *peer(const struct ob_wg_device *dev, uint8_t n)
{
	const struct ob_wg_peer *found = NULL;
	struct ob_key key;

	memset(key.b, n, sizeof(key.b));
	for (size_t i = 0; i < dev->n_peers; i++) {
		if (!ob_key_equal(&dev->peers[i].public_key, &key))
			continue;
		assert_null(found); /* once only */
		found = &dev->peers[i];
	}
	assert_non_null(found);
	return found;
}

static void reads_a_device_without_key(void **state)
{
	struct ob_wg_device dev = device(*state, "nokey");

	assert_string_equal(dev.name, "wg0");
	assert_true(ob_key_is_zero(&dev.public_key));
	assert_int_equal(dev.n_peers, 0);
}

static void reads_key_port_and_mark(void **state)
{
	struct ob_wg_device dev = device(*state, "nopeer");
	char key[OB_KEY_STRLEN];

	assert_string_equal(dev.name, "wg0");
	assert_int_equal(dev.ifindex, 2);
	assert_int_equal(dev.listen_port, 31820);
	assert_int_equal(dev.fwmark, 0x20);
	/* what "wg show" said */
	assert_string_equal(ob_key_format(&dev.public_key, key, sizeof(key)),
			    "E0tCKVtvms+wPF/JYfsci6NdZoaBoVW18SOWSzLedwo=");
}

static void reads_peers_of_both_families(void **state)
{
	struct ob_wg_device dev = device(*state, "peers");
	struct ob_addr a4 = netlink_addr("192.0.2.1");
	struct ob_addr a6 = netlink_addr("2001:db8::7");

	assert_int_equal(dev.n_peers, 3);
	assert_true(ob_addr_equal(&peer(&dev, 1)->endpoint.addr, &a4));
	assert_int_equal(peer(&dev, 1)->endpoint.port, 31820);
	assert_int_equal(peer(&dev, 1)->keepalive_s, 25);
	assert_true(ob_addr_equal(&peer(&dev, 2)->endpoint.addr, &a6));
	assert_int_equal(peer(&dev, 2)->endpoint.port, 5000);
	assert_int_equal(peer(&dev, 2)->keepalive_s, 0);
	assert_int_equal(peer(&dev, 3)->endpoint.addr.family, 0);
	assert_int_equal(peer(&dev, 3)->n_allowed, 0);
	assert_int_equal(peer(&dev, 3)->handshake_s, 0);
}

static void reads_allowed_ips(void **state)
{
	struct ob_wg_device dev = device(*state, "peers");
	const struct ob_wg_peer *p = peer(&dev, 1);
	struct ob_prefix p4 = netlink_prefix("10.114.0.0/16");
	struct ob_prefix p6 = netlink_prefix("fd70:0:114::/48");

	assert_int_equal(p->n_allowed, 2);
	assert_true(ob_prefix_equal(&p->allowed[0], &p4));
	assert_true(ob_prefix_equal(&p->allowed[1], &p6));
}

/* 400 allowed IPs came in two messages. */
static void continues_a_peer_in_the_next_message(void **state)
{
	struct ob_wg_device dev = device(*state, "many");
	const struct ob_wg_peer *p = peer(&dev, 2);
	struct ob_addr endpoint = netlink_addr("2001:db8::7");

	assert_int_equal(dev.n_peers, 3);
	assert_int_equal(p->n_allowed, 400);
	assert_true(ob_addr_equal(&p->endpoint.addr, &endpoint));
	/* fd70:0:114::/48 went to the other peer */
	assert_int_equal(peer(&dev, 1)->n_allowed, 1);
	qsort(p->allowed, p->n_allowed, sizeof(*p->allowed),
	      (int (*)(const void *, const void *))ob_prefix_compare);
	for (size_t i = 1; i < p->n_allowed; i++)
		assert_false(
			ob_prefix_equal(&p->allowed[i - 1], &p->allowed[i]));
}

static void compares_allowed_ips_as_a_set(void **state)
{
	struct ob_prefix x[] = { netlink_prefix("10.1.0.0/16"),
				 netlink_prefix("fd01::/48") };
	struct ob_prefix y[] = { x[1], x[0] };
	struct ob_prefix z[] = { x[0], x[0] };
	struct ob_wg_peer a = { .allowed = x, .n_allowed = 2 };
	struct ob_wg_peer b = { .allowed = y, .n_allowed = 2 };
	struct ob_wg_peer c = { .allowed = z, .n_allowed = 2 };
	struct ob_wg_peer none = {};

	(void)state;
	assert_true(ob_wg_peer_equal(&a, &b));
	assert_true(ob_wg_peer_equal(&none, &none));
	assert_false(ob_wg_peer_equal(&a, &c));
	assert_false(ob_wg_peer_equal(&c, &a));
	assert_false(ob_wg_peer_equal(&none, &a));
	assert_false(ob_wg_peer_equal(&a, &none));
}

static void keeps_peer_when_it_roams(void **state)
{
	struct ob_wg_peer desired = { .keepalive_s = 25 }, actual = desired;

	(void)state;
	actual.endpoint =
		(struct ob_wg_endpoint){ netlink_addr("192.0.2.1"), 31820 };
	assert_true(ob_wg_peer_equal(&desired, &actual));
	desired.endpoint = actual.endpoint;
	assert_true(ob_wg_peer_equal(&desired, &actual));
	actual.endpoint.port = 5000;
	assert_false(ob_wg_peer_equal(&desired, &actual));
	desired.endpoint.addr.family = 0;
	desired.keepalive_s = 0;
	assert_false(ob_wg_peer_equal(&desired, &actual));
}

static void survives_a_message_cut_anywhere(void **state)
{
	struct recording rec = read_recording(*state, "wireguard/peers.bin");
	const struct nlmsghdr *h = (const void *)rec.bytes;

	for (uint32_t size = sizeof(*h); size < h->nlmsg_len; size++) {
		struct nlmsghdr *cut = ob_arena_alloc(*state, size);
		struct ob_wg_device dev = {};

		memcpy(cut, rec.bytes, size);
		assert_int_equal(ob_wg_device_parse(*state, cut, size, &dev),
				 -EINVAL);
		cut->nlmsg_len = size;
		assert_true(ob_wg_device_parse(*state, cut, size, &dev) <= 0);
	}
}

static void tells_other_messages_apart(void **state)
{
	struct {
		struct nlmsghdr h;
		struct genlmsghdr genl;
	} msg = {
		.h = { .nlmsg_len = sizeof(msg), .nlmsg_type = 35 },
		.genl = { .cmd = WG_CMD_SET_DEVICE },
	};
	struct ob_wg_device dev = {};

	assert_int_equal(ob_wg_device_parse(*state, &msg.h, sizeof(msg), &dev),
			 -ENOMSG);
	msg.h.nlmsg_type = NLMSG_ERROR;
	assert_int_equal(ob_wg_device_parse(*state, &msg.h, sizeof(msg), &dev),
			 -ENOMSG);
}

struct allowed {
	struct nlmsghdr h;
	struct genlmsghdr genl;
	struct nlattr peers, peer, key;
	uint8_t key_bytes[WG_KEY_LEN];
	struct nlattr list, item, family;
	uint16_t family_value, pad;
	struct nlattr addr;
	uint8_t addr_bytes[4];
	struct nlattr mask;
	uint8_t mask_value, pad2[3];
};

#define REST(field) (sizeof(struct allowed) - offsetof(struct allowed, field))

static struct allowed message_with_allowed_ip(void)
{
	return (struct allowed){
		.h = { .nlmsg_len = sizeof(struct allowed), .nlmsg_type = 35 },
		.peers = { REST(peers), WGDEVICE_A_PEERS },
		.peer = { REST(peer), 0 },
		.key = { 4 + WG_KEY_LEN, WGPEER_A_PUBLIC_KEY },
		.list = { REST(list), WGPEER_A_ALLOWEDIPS },
		.item = { REST(item), 0 },
		.family = { 6, WGALLOWEDIP_A_FAMILY },
		.family_value = AF_INET,
		.addr = { 8, WGALLOWEDIP_A_IPADDR },
		.mask = { 5, WGALLOWEDIP_A_CIDR_MASK },
		.mask_value = 32,
	};
}

static int parse(struct ob_arena *a, const struct allowed *msg)
{
	struct ob_wg_device dev = {};

	return ob_wg_device_parse(a, &msg->h, sizeof(*msg), &dev);
}

static void refuses_an_allowed_ip_that_is_none(void **state)
{
	struct allowed good = message_with_allowed_ip(), x[5];

	for (size_t i = 0; i < ARRAY_SIZE(x); i++)
		x[i] = good;
	x[0].mask_value = 33;
	x[1].family_value = AF_INET6;
	x[2].family_value = AF_UNIX;
	x[3].addr.nla_len = 7;
	x[4].mask.nla_type = 9;
	assert_int_equal(parse(*state, &good), 0);
	for (size_t i = 0; i < ARRAY_SIZE(x); i++)
		assert_int_equal(parse(*state, &x[i]), -EINVAL);
}

static void refuses_a_peer_without_key(void **state)
{
	struct allowed msg = message_with_allowed_ip();

	msg.key.nla_type = WGPEER_A_PRESHARED_KEY;
	assert_int_equal(parse(*state, &msg), -EINVAL);
}

#define arena_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(reads_a_device_without_key),
		arena_test(reads_key_port_and_mark),
		arena_test(reads_peers_of_both_families),
		arena_test(reads_allowed_ips),
		arena_test(continues_a_peer_in_the_next_message),
		arena_test(compares_allowed_ips_as_a_set),
		arena_test(keeps_peer_when_it_roams),
		arena_test(survives_a_message_cut_anywhere),
		arena_test(tells_other_messages_apart),
		arena_test(refuses_an_allowed_ip_that_is_none),
		arena_test(refuses_a_peer_without_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
