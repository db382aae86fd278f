// SPDX-License-Identifier: Apache-2.0
/*
 * from_pod: packets out of TTL or too big for the tunnel go to the kernel
 * untouched, so that it can answer in the sender's own address space.
 */
#include "harness.h"

#define HOOK OB_HOOK_FROM_POD
#define MTU  1420 /* of the tunnel to cluster2 */

/* A UDP packet of this many IP bytes. */
static struct packet_spec sized(const struct party *p, size_t ip_len)
{
	struct packet_spec spec = udp(p->local, p->remote);

	spec.payload = (uint16_t)(ip_len - (p == parties ? 28 : 48));
	return spec;
}

static void decrements_the_ttl(void **state)
{
	for_each_family(p)
	{
		for (int ttl = 2; ttl <= 255; ttl++) {
			struct packet_spec in = udp(p->local, p->remote), out;

			in.ttl = (uint8_t)ttl;
			out = hop(in);
			expect_redirect(*state, HOOK, &in, &out);
		}
	}
}

static void leaves_expired_packets_to_the_kernel(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->remote);
		struct packet raw;

		in.ttl = 1;
		expect(*state, HOOK, NULL, &in, &in, VERDICT_NEXT,
		       OB_REASON_TTL_EXPIRED);
		packet_build(&in, &raw);
		packet_ip(&raw)[p == parties ? 8 : 7] = 0;
		if (p == parties)
			packet_fix_ip_checksum(&raw);
		expect_bytes(*state, HOOK, NULL, &raw, NULL, VERDICT_NEXT,
			     OB_REASON_TTL_EXPIRED);
	}
}

static void carries_packets_up_to_the_mtu_exactly(void **state)
{
	for_each_family(p)
	{
		for (size_t len = MTU - 1; len <= MTU; len++) {
			struct packet_spec in = sized(p, len), out;

			in.df = true;
			out = hop(in);
			expect_redirect(*state, HOOK, &in, &out);
			in.df = false;
			out = hop(in);
			expect_redirect(*state, HOOK, &in, &out);
		}
	}
}

static void leaves_oversize_packets_with_df_to_the_kernel(void **state)
{
	static const size_t sizes[] = { MTU + 1, MTU + 14, MTU + 15, 1500 };

	for_each_family(p)
	{
		for (int i = 0; i < 4; i++) {
			struct packet_spec in = sized(p, sizes[i]);

			in.df = true;
			expect(*state, HOOK, NULL, &in, &in, VERDICT_NEXT,
			       OB_REASON_TOO_BIG);
		}
	}
}

static void leaves_oversize_packets_without_df_to_be_fragmented(void **state)
{
	struct packet_spec v4 = sized(&parties[0], MTU + 1);
	struct packet_spec v6 = sized(&parties[1], MTU + 1);

	expect(*state, HOOK, NULL, &v4, &v4, VERDICT_NEXT,
	       OB_REASON_FRAGMENTED);
	expect(*state, HOOK, NULL, &v6, &v6, VERDICT_NEXT, OB_REASON_TOO_BIG);
}

static void counts_options_and_extension_headers_as_size(void **state)
{
	struct packet_spec v4 = sized(&parties[0], MTU - 39);
	struct packet_spec v6 = sized(&parties[1], MTU - 23);

	v4.df = true;
	v4.options = 40;
	v6.exts[0] = EXT_DESTINATION;
	expect(*state, HOOK, NULL, &v4, &v4, VERDICT_NEXT, OB_REASON_TOO_BIG);
	expect(*state, HOOK, NULL, &v6, &v6, VERDICT_NEXT, OB_REASON_TOO_BIG);
}

static void ignores_ethernet_padding_in_the_size(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = sized(p, MTU), out;

		in.pad = 30;
		out = hop(in);
		expect_redirect(*state, HOOK, &in, &out);
	}
}

static void uses_the_mtu_of_the_route(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = sized(p, 1400), out = hop(in);

		expect_redirect(*state, HOOK, &in, &out);
		in.dst = p->remote3; /* 1380 */
		in.df = true;
		expect(*state, HOOK, NULL, &in, &in, VERDICT_NEXT,
		       OB_REASON_TOO_BIG);
	}
}

/* Segments of 1380 bytes fill an MTU of 1420 over IPv4, 1360 over IPv6. */
static void carries_super_packets_with_segments_that_fit(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->remote), out;
		struct context ctx = { .gso_segs = 2 };

		in.df = true;
		in.payload = 2600;
		out = hop(in);
		ctx.gso_size = p == parties ? 1380 : 1360;
		expect(*state, HOOK, &ctx, &in, &out, VERDICT_REDIRECT,
		       NO_REASON);
		ctx.gso_size++;
		expect(*state, HOOK, &ctx, &in, &in, VERDICT_NEXT,
		       OB_REASON_TOO_BIG);
	}
}

static void counts_tcp_options_of_segments(void **state)
{
	static const uint8_t timestamps[12] = { 1, 1, 8, 10 };

	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->remote), out;
		struct context ctx = { .gso_segs = 2 };

		in.df = true;
		in.payload = 2600;
		in.tcp_options = timestamps;
		in.tcp_options_len = sizeof(timestamps);
		out = hop(in);
		ctx.gso_size = p == parties ? 1368 : 1348;
		expect(*state, HOOK, &ctx, &in, &out, VERDICT_REDIRECT,
		       NO_REASON);
		ctx.gso_size++;
		expect(*state, HOOK, &ctx, &in, &in, VERDICT_NEXT,
		       OB_REASON_TOO_BIG);
	}
}

static void carries_udp_super_packets_with_segments_that_fit(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, p->remote), out;
		struct context ctx = { .gso_segs = 2 };

		in.df = true;
		in.payload = 2600;
		out = hop(in);
		ctx.gso_size = p == parties ? 1392 : 1372;
		expect(*state, HOOK, &ctx, &in, &out, VERDICT_REDIRECT,
		       NO_REASON);
		ctx.gso_size++;
		expect(*state, HOOK, &ctx, &in, &in, VERDICT_NEXT,
		       OB_REASON_TOO_BIG);
	}
}

static void prefers_ttl_to_size(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = sized(p, 1500);

		in.ttl = 1;
		expect(*state, HOOK, NULL, &in, &in, VERDICT_NEXT,
		       OB_REASON_TTL_EXPIRED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(decrements_the_ttl),
		harness_test(leaves_expired_packets_to_the_kernel),
		harness_test(carries_packets_up_to_the_mtu_exactly),
		harness_test(leaves_oversize_packets_with_df_to_the_kernel),
		harness_test(
			leaves_oversize_packets_without_df_to_be_fragmented),
		harness_test(counts_options_and_extension_headers_as_size),
		harness_test(ignores_ethernet_padding_in_the_size),
		harness_test(uses_the_mtu_of_the_route),
		harness_test(carries_super_packets_with_segments_that_fit),
		harness_test(counts_tcp_options_of_segments),
		harness_test(carries_udp_super_packets_with_segments_that_fit),
		harness_test(prefers_ttl_to_size),
	};

	return harness_main(tests);
}
