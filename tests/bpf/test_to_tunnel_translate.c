// SPDX-License-Identifier: Apache-2.0
/* to_tunnel: the local source becomes global, whatever the packet is. */
#include "harness.h"

#include <string.h>

#define HOOK OB_HOOK_TO_TUNNEL

static void translates_the_source_of_every_protocol(void **state)
{
	for_each_family(p)
	{
		for (int l4 = 0; l4 < L4_COUNT; l4++) {
			struct packet_spec inner = udp(p->remote, p->local);
			struct packet_spec inner_out =
				with_dst(inner, p->global);
			struct packet_spec in = udp(p->local, p->remote), out;

			in.l4 = (enum packet_l4)l4;
			in.inner = &inner;
			out = with_src(in, p->global);
			out.inner = &inner_out;
			expect_next(*state, HOOK, &in, &out);
		}
	}
}

/* Every combination of odd and even lengths up to where a word is full. */
static void translates_payloads_of_every_length(void **state)
{
	for_each_family(p)
	{
		for (uint16_t len = 0; len < 40; len++) {
			struct packet_spec in = udp(p->local, p->remote), out;

			in.payload = len;
			out = with_src(in, p->global);
			expect_next(*state, HOOK, &in, &out);
			in.l4 = out.l4 = L4_TCP;
			expect_next(*state, HOOK, &in, &out);
			in.l4 = out.l4 = L4_UDPLITE;
			expect_next(*state, HOOK, &in, &out);
		}
	}
}

static void keeps_udp_without_a_checksum_without(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, p->remote), out;

		in.no_checksum = true;
		out = with_src(in, p->global);
		expect_next(*state, HOOK, &in, &out);
	}
}

static void translates_behind_ipv4_options(void **state)
{
	for (uint8_t options = 4; options <= 40; options += 4)
		for (int l4 = 0; l4 < L4_ERROR; l4++) {
			const struct party *p = &parties[0];
			struct packet_spec in = udp(p->local, p->remote), out;

			in.l4 = (enum packet_l4)l4;
			in.options = options;
			out = with_src(in, p->global);
			expect_next(*state, HOOK, &in, &out);
		}
}

static const enum packet_ext chains[][PACKET_EXTS] = {
	{ EXT_HOP_BY_HOP },
	{ EXT_ROUTING },
	{ EXT_DESTINATION },
	{ EXT_FRAGMENT }, /* atomic, RFC 6946 */
	{ EXT_HOP_BY_HOP, EXT_DESTINATION, EXT_ROUTING, EXT_FRAGMENT },
	{ EXT_DESTINATION, EXT_DESTINATION, EXT_DESTINATION, EXT_DESTINATION },
};

static void translates_behind_extension_headers(void **state)
{
	const struct party *p = &parties[1];

	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		for (int l4 = 0; l4 < L4_ERROR; l4++) {
			struct packet_spec in = udp(p->local, p->remote), out;

			in.l4 = (enum packet_l4)l4;
			for (int e = 0; e < PACKET_EXTS; e++)
				in.exts[e] = chains[i][e];
			out = with_src(in, p->global);
			expect_next(*state, HOOK, &in, &out);
		}
}

/* local prefix, global prefix, local address, its global address */
static const char *const blocks[][4] = {
	{ "172.20.16.0/20", "10.113.224.0/20", "172.20.16.0", "10.113.224.0" },
	{ "172.20.16.0/20", "10.113.224.0/20", "172.20.31.255",
	  "10.113.239.255" },
	{ "192.168.40.64/26", "10.113.200.192/26", "192.168.40.65",
	  "10.113.200.193" },
	{ "192.168.40.64/26", "10.113.200.192/26", "192.168.40.127",
	  "10.113.200.255" },
	{ "192.0.2.4/31", "10.113.201.6/31", "192.0.2.5", "10.113.201.7" },
	{ "192.0.2.9/32", "10.113.201.1/32", "192.0.2.9", "10.113.201.1" },
	{ "100.0.0.0/9", "10.0.0.0/9", "100.127.255.254", "10.127.255.254" },
	{ "fd00:999:0:8::/61", "fd70:0:113:fff8::/61", "fd00:999:0:f:1:2:3:4",
	  "fd70:0:113:ffff:1:2:3:4" },
	{ "fd00:999:0:8::/61", "fd70:0:113:fff8::/61",
	  "fd00:999:0:8::", "fd70:0:113:fff8::" },
	{ "fd00:888::40/122", "fd70:0:113:aaaa::c0/122", "fd00:888::7f",
	  "fd70:0:113:aaaa::ff" },
	{ "fd00:777::/33", "fd70:0:8000::/33", "fd00:777:7fff::1",
	  "fd70:0:ffff::1" },
	{ "fd00:666::1/128", "fd70:0:113:bbbb::2/128", "fd00:666::1",
	  "fd70:0:113:bbbb::2" },
	{ "fd00:555::/96", "fd70:0:113:cccc::/96", "fd00:555::1.2.3.4",
	  "fd70:0:113:cccc::1.2.3.4" },
};

static void translates_blocks_of_any_length_and_keeps_host_bits(void **state)
{
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		const char *const *b = blocks[i];
		const struct party *p = &parties[strchr(b[0], ':') != NULL];
		struct packet_spec in = tcp(b[2], p->remote);
		struct packet_spec out = with_src(in, b[3]);

		harness_fresh(state);
		harness_add_block(*state, b[0], b[1]);
		expect_next(*state, HOOK, &in, &out);
	}
}

static void takes_the_longest_of_several_blocks(void **state)
{
	struct packet_spec in = udp("10.244.3.7", "10.114.1.2"), out;

	harness_add_block(*state, "10.244.3.0/24", "10.113.77.0/24");
	out = with_src(in, "10.113.77.7");
	expect_next(*state, HOOK, &in, &out);
	harness_add_block(*state, "10.244.3.7/32", "10.113.88.88/32");
	out = with_src(in, "10.113.88.88");
	expect_next(*state, HOOK, &in, &out);
	in = with_src(in, "10.244.4.7");
	out = with_src(in, "10.113.4.7");
	expect_next(*state, HOOK, &in, &out);
}

static void leaves_ttl_and_size_alone(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, p->remote), out;

		in.ttl = 1;
		in.payload = 1600;
		in.df = true;
		out = with_src(in, p->global);
		expect_next(*state, HOOK, &in, &out);
	}
}

static void keeps_a_wrong_checksum_wrong(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->remote);
		struct packet_spec out = with_src(in, p->global);
		size_t at = p == parties ? 20 + 24 : 40 + 24;
		struct packet a, b;

		packet_build(&in, &a);
		packet_build(&out, &b);
		packet_ip(&a)[at] ^= 0x55;
		packet_ip(&b)[at] ^= 0x55;
		expect_bytes(*state, HOOK, NULL, &a, &b, VERDICT_NEXT,
			     NO_REASON);
		assert_non_null(
			packet_bad_checksum(packet_ip(&b), packet_ip_len(&b)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(translates_the_source_of_every_protocol),
		harness_test(translates_payloads_of_every_length),
		harness_test(keeps_udp_without_a_checksum_without),
		harness_test(translates_behind_ipv4_options),
		harness_test(translates_behind_extension_headers),
		harness_test(
			translates_blocks_of_any_length_and_keeps_host_bits),
		harness_test(takes_the_longest_of_several_blocks),
		harness_test(leaves_ttl_and_size_alone),
		harness_test(keeps_a_wrong_checksum_wrong),
	};

	return harness_main(tests);
}
