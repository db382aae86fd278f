// SPDX-License-Identifier: Apache-2.0
#include "netlink/route.h"

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

#include "netlink/addr.h"
#include "netlink_fixture.h"

static struct ob_rtroute route(const char *dst, int ifindex)
{
	return (struct ob_rtroute){
		.dst = netlink_prefix(dst),
		.ifindex = ifindex,
		.protocol = OB_RTPROT,
		.type = ifindex ? RTN_UNICAST : RTN_UNREACHABLE,
		.table = RT_TABLE_MAIN,
	};
}

static struct ob_rtroutes dump(struct netlink_fixture *f, uint8_t protocol)
{
	struct ob_rtroutes routes;

	assert_int_equal(ob_rtroute_dump(f->nl, f->arena, protocol, &routes),
			 0);
	return routes;
}

/* The only route of ours is this one. */
static void assert_only(struct netlink_fixture *f,
			const struct ob_rtroute *want)
{
	struct ob_rtroutes routes = dump(f, OB_RTPROT);

	assert_int_equal(routes.n, 1);
	assert_true(ob_rtroute_equal(&routes.v[0], want));
}

/* A bridge with addresses, so that gateways and sources make sense. */
static int bridge_with_addresses(struct netlink_fixture *f)
{
	int ifindex = netlink_bridge(f, "x0");
	struct ob_ifaddr a4 = { ifindex, netlink_addr("192.0.2.1"), 24 };
	struct ob_ifaddr a6 = { ifindex, netlink_addr("2001:db8::1"), 64 };

	assert_int_equal(ob_ifaddr_add(f->nl, &a4), 0);
	assert_int_equal(ob_ifaddr_add(f->nl, &a6), 0);
	return ifindex;
}

static void finds_no_routes_in_an_empty_namespace(void **state)
{
	assert_int_equal(dump(*state, 0).n, 0);
}

static void adds_then_dumps_the_same(struct netlink_fixture *f,
				     const struct ob_rtroute *r)
{
	assert_int_equal(ob_rtroute_add(f->nl, r), 0);
	assert_only(f, r);
	assert_int_equal(ob_rtroute_add(f->nl, r), -EEXIST);
	assert_int_equal(ob_rtroute_del(f->nl, r), 0);
	assert_int_equal(dump(f, OB_RTPROT).n, 0);
	assert_int_equal(ob_rtroute_del(f->nl, r), -ESRCH);
}

static void adds_a_device_route_ipv4(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r = route("10.114.0.0/16", netlink_bridge(f, "x0"));

	adds_then_dumps_the_same(f, &r);
}

static void adds_a_device_route_ipv6(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r = route("fd70:0:114::/48", netlink_bridge(f, "x0"));

	adds_then_dumps_the_same(f, &r);
}

static void adds_an_unreachable_route_ipv4(void **state)
{
	struct ob_rtroute r = route("10.112.0.0/12", 0);

	adds_then_dumps_the_same(*state, &r);
}

static void adds_an_unreachable_route_ipv6(void **state)
{
	struct ob_rtroute r = route("fd70::/32", 0);

	adds_then_dumps_the_same(*state, &r);
}

static void adds_a_default_route(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r = route("0.0.0.0/0", bridge_with_addresses(f));

	r.via = netlink_addr("192.0.2.9");
	adds_then_dumps_the_same(f, &r);
	r.dst = netlink_prefix("::/0");
	r.via = netlink_addr("2001:db8::9");
	adds_then_dumps_the_same(f, &r);
}

static void keeps_gateway_source_metric_and_mtu_ipv4(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r = route("10.114.0.0/16", bridge_with_addresses(f));

	r.via = netlink_addr("192.0.2.9");
	r.prefsrc = netlink_addr("192.0.2.1");
	r.metric = 50;
	r.mtu = 1420;
	adds_then_dumps_the_same(f, &r);
}

static void keeps_gateway_source_metric_and_mtu_ipv6(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r =
		route("fd70:0:114::/48", bridge_with_addresses(f));

	r.via = netlink_addr("2001:db8::9");
	r.prefsrc = netlink_addr("2001:db8::1");
	r.metric = 50;
	r.mtu = 1420;
	adds_then_dumps_the_same(f, &r);
}

static void keeps_an_ipv6_gateway_of_an_ipv4_route(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r = route("10.114.0.0/16", bridge_with_addresses(f));

	r.via = netlink_addr("2001:db8::9");
	adds_then_dumps_the_same(f, &r);
}

static void changes(struct netlink_fixture *f, const char *dst)
{
	struct ob_rtroute r = route(dst, netlink_bridge(f, "x0"));

	assert_int_equal(ob_rtroute_change(f->nl, &r), 0); /* creates */
	assert_only(f, &r);
	r.mtu = 1300;
	assert_int_equal(ob_rtroute_change(f->nl, &r), 0);
	assert_only(f, &r);
	r.ifindex = netlink_bridge(f, "x1");
	assert_int_equal(ob_rtroute_change(f->nl, &r), 0);
	assert_only(f, &r);
	r.type = RTN_UNREACHABLE;
	assert_int_equal(ob_rtroute_change(f->nl, &r), 0);
	assert_only(f, &r);
}

static void changes_a_route_in_place_ipv4(void **state)
{
	changes(*state, "10.114.0.0/16");
}

static void changes_a_route_in_place_ipv6(void **state)
{
	changes(*state, "fd70:0:114::/48");
}

/* Same destination, of another protocol. */
static void leaves_others_routes_alone(struct netlink_fixture *f,
				       const char *dst)
{
	struct ob_rtroute theirs = route(dst, netlink_bridge(f, "x0"));
	struct ob_rtroute ours = theirs;
	struct ob_rtroutes routes;

	theirs.protocol = RTPROT_STATIC;
	assert_int_equal(ob_rtroute_add(f->nl, &theirs), 0);
	assert_int_equal(dump(f, OB_RTPROT).n, 0);
	assert_int_equal(ob_rtroute_del(f->nl, &ours), -ESRCH);
	routes = dump(f, RTPROT_STATIC);
	assert_int_equal(routes.n, 1);
	assert_true(ob_rtroute_equal(&routes.v[0], &theirs));
	assert_false(ob_rtroute_equal(&routes.v[0], &ours));
}

static void leaves_others_routes_alone_ipv4(void **state)
{
	leaves_others_routes_alone(*state, "10.114.0.0/16");
}

static void leaves_others_routes_alone_ipv6(void **state)
{
	leaves_others_routes_alone(*state, "fd70:0:114::/48");
}

static void deletes_the_ipv6_route_of_this_metric_only(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r = route("fd70:0:114::/48", netlink_bridge(f, "x0"));
	struct ob_rtroute low = r;

	low.metric = 5;
	assert_int_equal(ob_rtroute_add(f->nl, &low), 0);
	assert_int_equal(ob_rtroute_add(f->nl, &r), 0);
	assert_int_equal(ob_rtroute_del(f->nl, &r), 0);
	assert_only(f, &low);
}

static void dumps_the_main_table_only(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r = route("10.114.0.0/16", netlink_bridge(f, "x0"));

	r.table = 1000;
	assert_int_equal(ob_rtroute_add(f->nl, &r), 0);
	r.dst = netlink_prefix("fd70:0:114::/48");
	assert_int_equal(ob_rtroute_add(f->nl, &r), 0);
	assert_int_equal(dump(f, OB_RTPROT).n, 0);
	assert_int_equal(ob_rtroute_del(f->nl, &r), 0);
}

static void dumps_every_protocol_when_asked(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r = route("10.114.0.0/16", bridge_with_addresses(f));
	bool ours = false, kernels = false;

	assert_int_equal(ob_rtroute_add(f->nl, &r), 0);

	struct ob_rtroutes all = dump(f, 0);

	for (size_t i = 0; i < all.n; i++) {
		ours = ours || all.v[i].protocol == OB_RTPROT;
		kernels = kernels || all.v[i].protocol == RTPROT_KERNEL;
	}
	assert_true(ours && kernels);
}

static void takes_ipv6_metric_0_for_1024(void **state)
{
	struct ob_rtroute a = route("fd70:0:114::/48", 7), b = a;
	struct ob_rtroute c = route("10.114.0.0/16", 7), d = c;

	(void)state;
	b.metric = 1024;
	assert_true(ob_rtroute_equal(&a, &b));
	b.metric = 1023;
	assert_false(ob_rtroute_equal(&a, &b));
	d.metric = 1024;
	assert_false(ob_rtroute_equal(&c, &d));
}

static void differs_in_every_field(void **state)
{
	struct ob_rtroute r = route("10.114.0.0/16", 7), x[9];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(x); i++)
		x[i] = r;
	x[0].dst = netlink_prefix("10.115.0.0/16");
	x[1].via = netlink_addr("192.0.2.9");
	x[2].prefsrc = netlink_addr("192.0.2.9");
	x[3].ifindex = 8;
	x[4].metric = 1;
	x[5].mtu = 1420;
	x[6].protocol = RTPROT_STATIC;
	x[7].type = RTN_UNREACHABLE;
	x[8].table = 1000;
	assert_true(ob_rtroute_equal(&r, &r));
	for (size_t i = 0; i < ARRAY_SIZE(x); i++)
		assert_false(ob_rtroute_equal(&r, &x[i]));
}

static void asks_the_kernel_for_the_way(void **state)
{
	struct netlink_fixture *f = *state;
	int ifindex = bridge_with_addresses(f);
	struct ob_rtroute r = route("10.114.0.0/16", ifindex), way;
	struct ob_addr to = netlink_addr("10.114.1.1");

	r.via = netlink_addr("192.0.2.9");
	assert_int_equal(ob_rtroute_add(f->nl, &r), 0);
	assert_int_equal(ob_rtroute_get(f->nl, &to, &way), 0);
	assert_int_equal(way.ifindex, ifindex);
	assert_true(ob_addr_equal(&way.via, &r.via));
	to = netlink_addr("2001:db8::99");
	assert_int_equal(ob_rtroute_get(f->nl, &to, &way), 0);
	assert_int_equal(way.ifindex, ifindex);
	assert_int_equal(way.via.family, 0);
}

static void says_when_there_is_no_way(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r4 = route("10.112.0.0/12", 0), way;
	struct ob_rtroute r6 = route("fd70::/32", 0);
	struct ob_addr to4 = netlink_addr("10.114.1.1");
	struct ob_addr to6 = netlink_addr("fd70::1");

	assert_int_equal(ob_rtroute_get(f->nl, &to4, &way), -ENETUNREACH);
	assert_int_equal(ob_rtroute_get(f->nl, &to6, &way), -ENETUNREACH);
	assert_int_equal(ob_rtroute_add(f->nl, &r4), 0);
	assert_int_equal(ob_rtroute_add(f->nl, &r6), 0);
	assert_int_equal(ob_rtroute_get(f->nl, &to4, &way), -EHOSTUNREACH);
	assert_int_equal(ob_rtroute_get(f->nl, &to6, &way), -EHOSTUNREACH);
}

static void dumps_100000_routes(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_rtroute r = route("10.0.0.0/32", 0);

	for (uint64_t i = 0; i < 100000; i++) {
		r.dst.addr = ob_addr_plus(&r.dst.addr, 1);
		assert_int_equal(ob_rtroute_add(f->nl, &r), 0);
	}

	struct ob_rtroutes routes = dump(f, OB_RTPROT);

	assert_int_equal(routes.n, 100000);
	assert_true(ob_rtroute_equal(&routes.v[routes.n - 1], &r));
}

static void prints_as_ip_does(void **state)
{
	struct ob_rtroute r = route("10.114.0.0/16", 7);
	struct ob_rtroute u = route("fd70::/32", 0);
	char buf[160];

	(void)state;
	r.via = netlink_addr("192.0.2.9");
	r.prefsrc = netlink_addr("192.0.2.1");
	r.metric = 50;
	r.mtu = 1420;
	assert_string_equal(ob_rtroute_format(&r, buf, sizeof(buf)),
			    "10.114.0.0/16 via 192.0.2.9 dev if7 proto 173 "
			    "src 192.0.2.1 metric 50 mtu 1420");
	assert_string_equal(ob_rtroute_format(&u, buf, sizeof(buf)),
			    "unreachable fd70::/32 proto 173 metric 1024");
}

/* How many of the recorded routes look like this. */
static size_t count_recorded(struct ob_arena *a, const char *file,
			     const char *text)
{
	struct recording rec = read_recording(a, file);
	const struct nlmsghdr *h;
	size_t offset = 0, n = 0;
	struct ob_rtroute r;
	char buf[160];

	while ((h = next_message(&rec, &offset))) {
		if (ob_rtroute_parse(h, h->nlmsg_len, &r) < 0)
			continue;
		ob_rtroute_format(&r, buf, sizeof(buf));
		n += strcmp(buf, text) == 0;
	}
	return n;
}

static void reads_recorded_routes(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	static const struct {
		const char *file, *text;
	} want[] = {
		{ "netlink/route4.bin",
		  "10.113.0.0/16 dev if2 proto 173 src 192.0.2.1 metric 7 "
		  "mtu 1420" },
		{ "netlink/route4.bin", "unreachable 10.112.0.0/12 proto 173" },
		{ "netlink/route4.bin",
		  "10.115.0.0/16 via 2001:db8::9 dev if2 proto 3" },
		{ "netlink/route6.bin",
		  "unreachable fd70::/32 proto 173 metric 1024" },
		{ "netlink/route6.bin", "fd70:0:114::/48 via 2001:db8::9 "
					"dev if2 proto 173 metric 5" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		assert_int_equal(count_recorded(a, want[i].file, want[i].text),
				 1);
}

static void survives_a_message_cut_anywhere(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct recording rec = read_recording(a, "netlink/route6.bin");
	const struct nlmsghdr *h;
	size_t offset = 0;
	struct ob_rtroute r;

	(void)state;
	while ((h = next_message(&rec, &offset))) {
		for (uint32_t size = sizeof(*h); size < h->nlmsg_len; size++) {
			struct nlmsghdr *cut = ob_arena_alloc(a, size);

			memcpy(cut, h, size);
			assert_int_equal(ob_rtroute_parse(cut, size, &r),
					 -EINVAL);
			cut->nlmsg_len = size;
			assert_true(ob_rtroute_parse(cut, size, &r) <= 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		netlink_test(finds_no_routes_in_an_empty_namespace),
		netlink_test(adds_a_device_route_ipv4),
		netlink_test(adds_a_device_route_ipv6),
		netlink_test(adds_an_unreachable_route_ipv4),
		netlink_test(adds_an_unreachable_route_ipv6),
		netlink_test(adds_a_default_route),
		netlink_test(keeps_gateway_source_metric_and_mtu_ipv4),
		netlink_test(keeps_gateway_source_metric_and_mtu_ipv6),
		netlink_test(keeps_an_ipv6_gateway_of_an_ipv4_route),
		netlink_test(changes_a_route_in_place_ipv4),
		netlink_test(changes_a_route_in_place_ipv6),
		netlink_test(leaves_others_routes_alone_ipv4),
		netlink_test(leaves_others_routes_alone_ipv6),
		netlink_test(deletes_the_ipv6_route_of_this_metric_only),
		netlink_test(dumps_the_main_table_only),
		netlink_test(dumps_every_protocol_when_asked),
		cmocka_unit_test(takes_ipv6_metric_0_for_1024),
		cmocka_unit_test(differs_in_every_field),
		netlink_test(asks_the_kernel_for_the_way),
		netlink_test(says_when_there_is_no_way),
		netlink_test(dumps_100000_routes),
		cmocka_unit_test(prints_as_ip_does),
		cmocka_unit_test(reads_recorded_routes),
		cmocka_unit_test(survives_a_message_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
