// SPDX-License-Identifier: Apache-2.0
/*
 * from_tunnel: the global destination becomes local, and the packet goes to
 * its pod: straight, or through the stack where there is no short way.
 */
#include "harness.h"

#include <stdlib.h>

#define HOOK OB_HOOK_FROM_TUNNEL

static void translates_the_destination_of_every_protocol(void **state)
{
	for_each_family(p)
	{
		for (int l4 = 0; l4 < L4_COUNT; l4++) {
			struct packet_spec inner = udp(p->global, p->remote);
			struct packet_spec inner_out =
				with_src(inner, p->local);
			struct packet_spec in = udp(p->remote, p->global), out;

			in.l4 = (enum packet_l4)l4;
			in.inner = &inner;
			out = hop(with_dst(in, p->local));
			out.inner = &inner_out;
			expect_redirect(*state, HOOK, &in, &out);
		}
	}
}

static void keeps_udp_without_a_checksum_without(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->remote, p->global), out;

		in.no_checksum = true;
		out = hop(with_dst(in, p->local));
		expect_redirect(*state, HOOK, &in, &out);
	}
}

static void translates_behind_options_and_extension_headers(void **state)
{
	struct packet_spec v4 = tcp(parties[0].remote, parties[0].global), out;
	struct packet_spec v6 = tcp(parties[1].remote, parties[1].global);

	v4.options = 24;
	out = hop(with_dst(v4, parties[0].local));
	expect_redirect(*state, HOOK, &v4, &out);
	v6.exts[0] = EXT_HOP_BY_HOP;
	v6.exts[1] = EXT_ROUTING;
	v6.exts[2] = EXT_DESTINATION;
	v6.exts[3] = EXT_FRAGMENT;
	out = hop(with_dst(v6, parties[1].local));
	expect_redirect(*state, HOOK, &v6, &out);
}

static void translates_blocks_of_any_length(void **state)
{
	/* global prefix, local prefix, global address, local address */
	static const char *const blocks[][4] = {
		{ "10.113.224.0/20", "172.20.16.0/20", "10.113.239.255",
		  "172.20.31.255" },
		{ "10.113.200.192/26", "192.168.40.64/26", "10.113.200.193",
		  "192.168.40.65" },
		{ "10.113.201.1/32", "192.0.2.9/32", "10.113.201.1",
		  "192.0.2.9" },
		{ "fd70:0:113:fff8::/61", "fd00:999:0:8::/61",
		  "fd70:0:113:fffe::5", "fd00:999:0:e::5" },
		{ "fd70:0:113:aaaa::c0/122", "fd00:888::40/122",
		  "fd70:0:113:aaaa::ff", "fd00:888::7f" },
	};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		const struct party *p = &parties[i >= 3];
		struct packet_spec in = udp(p->remote, blocks[i][2]);
		struct packet_spec out = hop(with_dst(in, blocks[i][3]));

		harness_add_in(*state, blocks[i][0], blocks[i][1],
			       OB_NAT_PREFIX);
		expect_redirect(*state, HOOK, &in, &out);
	}
}

static void delivers_an_identity_mapping_unchanged(void **state)
{
	harness_add_block(*state, "10.113.40.0/24", "10.113.40.0/24");
	harness_add_block(*state, "fd70:0:113:40::/64", "fd70:0:113:40::/64");
	if (system("ip route add 10.113.40.0/24 via 169.254.1.1 dev pod0 "
		   "onlink; ip route add fd70:0:113:40::/64 via fe80::1 "
		   "dev pod0 onlink"))
		fail_msg("ip route");
	for_each_family(p)
	{
		const char *dst =
			p == parties ? "10.113.40.9" : "fd70:0:113:40::9";
		struct packet_spec in = tcp(p->remote, dst);
		struct packet_spec out = hop(in);

		expect_redirect(*state, HOOK, &in, &out);
	}
}

static void leaves_expired_packets_to_the_stack_translated(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->remote, p->global), out;

		in.ttl = 1;
		out = with_dst(in, p->local);
		expect(*state, HOOK, NULL, &in, &out, VERDICT_NEXT,
		       OB_REASON_TTL_EXPIRED);
		in.ttl = 2;
		out = hop(with_dst(in, p->local));
		expect_redirect(*state, HOOK, &in, &out);
		in.ttl = 255;
		out = hop(with_dst(in, p->local));
		expect_redirect(*state, HOOK, &in, &out);
	}
}

/* No route, or too small an MTU: the stack answers. */
static void leaves_what_has_no_short_way_to_the_stack(void **state)
{
	for_each_family(p)
	{
		const char *const pods[][2] = {
			{ p->unroutable, p->unroutable_local },
			{ p->narrow, p->narrow_local },
		};

		for (int i = 0; i < 2; i++) {
			struct packet_spec in = udp(p->remote, pods[i][0]);
			struct packet_spec out = with_dst(in, pods[i][1]);

			in.payload = out.payload = 1320;
			expect(*state, HOOK, NULL, &in, &out, VERDICT_NEXT,
			       OB_REASON_NO_FAST_PATH);
		}
	}
}

static void delivers_to_pods_whose_mac_address_is_not_known(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->remote, p->silent);
		struct packet_spec out = hop(with_dst(in, p->silent_local));

		expect_redirect(*state, HOOK, &in, &out);
	}
}

static void delivers_up_to_the_mtu_of_the_pod_exactly(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->remote, p->narrow), out;

		in.df = true;
		in.payload = p == parties ? 1272 : 1252; /* 1300 */
		out = hop(with_dst(in, p->narrow_local));
		expect_redirect(*state, HOOK, &in, &out);
		in.payload++;
		out = with_dst(in, p->narrow_local);
		expect(*state, HOOK, NULL, &in, &out, VERDICT_NEXT,
		       OB_REASON_NO_FAST_PATH);
	}
}

/* GRO made one packet of several; it is cut up again behind us. */
static void delivers_super_packets_with_segments_that_fit(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->remote, p->narrow), out;
		struct context ctx = { .gso_segs = 2 };

		in.payload = 2400;
		out = hop(with_dst(in, p->narrow_local));
		ctx.gso_size = p == parties ? 1260 : 1240;
		expect(*state, HOOK, &ctx, &in, &out, VERDICT_REDIRECT,
		       NO_REASON);
		ctx.gso_size++;
		out = with_dst(in, p->narrow_local);
		expect(*state, HOOK, &ctx, &in, &out, VERDICT_NEXT,
		       OB_REASON_NO_FAST_PATH);
	}
}

static void writes_the_next_hops_ethernet_header(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0x99, 0x99 };

	for_each_family(p)
	{
		struct packet_spec spec = tcp(p->remote, p->global);
		struct packet in;
		struct run run;

		packet_build(&spec, &in);
		assert_int_equal(
			harness_run(*state, HOOK, NULL, RUN_PLAIN, &in, &run),
			0);
		assert_memory_equal(run.packet.b, mac, 6);
		assert_memory_equal(run.packet.b + 12, in.b + 12, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(translates_the_destination_of_every_protocol),
		harness_test(keeps_udp_without_a_checksum_without),
		harness_test(translates_behind_options_and_extension_headers),
		harness_test(translates_blocks_of_any_length),
		harness_test(delivers_an_identity_mapping_unchanged),
		harness_test(leaves_expired_packets_to_the_stack_translated),
		harness_test(leaves_what_has_no_short_way_to_the_stack),
		harness_test(delivers_to_pods_whose_mac_address_is_not_known),
		harness_test(delivers_up_to_the_mtu_of_the_pod_exactly),
		harness_test(delivers_super_packets_with_segments_that_fit),
		harness_test(writes_the_next_hops_ethernet_header),
	};

	return harness_main(tests);
}
