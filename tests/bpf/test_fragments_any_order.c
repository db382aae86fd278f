// SPDX-License-Identifier: Apache-2.0
/*
 * Fragments are translated one by one, without waiting for another: the
 * addresses in all of them, the L4 checksum in the first, which has it.
 */
#include "harness.h"

#include <string.h>

#define PIECE 504 /* bytes in each but the last */
#define WHOLE 1500

static struct packet_spec fragment(const struct packet_spec *whole, int i)
{
	struct packet_spec piece = *whole;

	piece.frag_off = (uint16_t)(i * PIECE);
	piece.frag_len = PIECE;
	piece.id = 4711;
	return piece;
}

static void expect_fragment_out(void **state, const struct party *p,
				enum packet_l4 l4, int i)
{
	struct packet_spec whole = { .src = p->local,
				     .dst = p->remote,
				     .l4 = l4,
				     .payload = WHOLE - 8 };
	struct packet_spec in = fragment(&whole, i);
	struct packet_spec out = with_src(in, p->global);

	expect_next(*state, OB_HOOK_TO_TUNNEL, &in, &out);
}

static void expect_fragment_in(void **state, const struct party *p,
			       enum packet_l4 l4, int i)
{
	struct packet_spec whole = { .src = p->remote,
				     .dst = p->global,
				     .l4 = l4,
				     .payload = WHOLE - 8 };
	struct packet_spec in = fragment(&whole, i);
	struct packet_spec out = hop(with_dst(in, p->local));

	expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &in, &out);
}

static void translates_fragments_in_every_order(void **state)
{
	static const int orders[6][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 }
	};

	for_each_family(p)
	{
		for (int o = 0; o < 6; o++)
			for (int i = 0; i < 3; i++) {
				expect_fragment_out(state, p, L4_UDP,
						    orders[o][i]);
				expect_fragment_in(state, p, L4_UDP,
						   orders[o][i]);
			}
	}
}

static void translates_fragments_of_every_protocol(void **state)
{
	for_each_family(p)
	{
		for (int l4 = 0; l4 < L4_COUNT; l4++)
			for (int i = 0; i < 3; i++) {
				if (l4 == L4_ERROR)
					continue;
				expect_fragment_out(state, p,
						    (enum packet_l4)l4, i);
				expect_fragment_in(state, p, (enum packet_l4)l4,
						   i);
			}
	}
}

static void steers_fragments_into_the_tunnel(void **state)
{
	for_each_family(p)
	{
		struct packet_spec whole = udp(p->local, p->remote);

		whole.payload = WHOLE - 8;
		for (int i = 0; i < 3; i++) {
			struct packet_spec in = fragment(&whole, i);
			struct packet_spec out = hop(in);

			expect_redirect(*state, OB_HOOK_FROM_POD, &in, &out);
		}
	}
}

static void relays_fragments(void **state)
{
	harness_set_flags(*state, OB_CONFIG_RELAY);
	for_each_family(p)
	{
		struct packet_spec whole = udp(p->remote, p->remote3);

		whole.payload = WHOLE - 8;
		for (int i = 0; i < 3; i++) {
			struct packet_spec in = fragment(&whole, i);
			struct packet_spec out = hop(in);

			expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &in, &out);
		}
	}
}

static void keeps_udp_without_a_checksum_without(void **state)
{
	for_each_family(p)
	{
		struct packet_spec whole = udp(p->local, p->remote), in, out;

		whole.payload = WHOLE - 8;
		whole.no_checksum = true;
		in = fragment(&whole, 0);
		out = with_src(in, p->global);
		expect_next(*state, OB_HOOK_TO_TUNNEL, &in, &out);
	}
}

/* What a later fragment begins with is data, also if it looks like a SYN. */
static void clamps_no_mss_in_later_fragments(void **state)
{
	for_each_family(p)
	{
		static const uint8_t syn[24] = { [12] = 0x60,
						 [13] = TCP_SYN,
						 [20] = 2,
						 [21] = 4,
						 [22] = 0x7f };
		struct packet_spec whole = { .src = p->local,
					     .dst = p->remote,
					     .l4 = L4_TCP,
					     .payload = 600 };
		struct packet_spec in = fragment(&whole, 1);
		struct packet_spec out = with_src(in, p->global);
		size_t header = p == parties ? 20 : 48;
		struct packet a, b;

		packet_build(&in, &a);
		packet_build(&out, &b);
		memcpy(packet_ip(&a) + header, syn, sizeof(syn));
		memcpy(packet_ip(&b) + header, syn, sizeof(syn));
		expect_bytes(*state, OB_HOOK_TO_TUNNEL, NULL, &a, &b,
			     VERDICT_NEXT, NO_REASON);
	}
}

/* A first fragment without the checksum cannot be mended: RFC 1858. */
static void drops_first_fragments_without_the_checksum(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->remote);

		in.frag_len = 16;
		expect_drop(*state, OB_HOOK_TO_TUNNEL, &in,
			    OB_REASON_MALFORMED);
		in.src = p->remote;
		in.dst = p->global;
		expect_drop(*state, OB_HOOK_FROM_TUNNEL, &in,
			    OB_REASON_MALFORMED);
	}
}

static void drops_spoofed_fragments(void **state)
{
	for_each_family(p)
	{
		struct packet_spec whole = udp(p->remote3, p->global);

		whole.payload = WHOLE - 8;
		for (int i = 0; i < 3; i++) {
			struct packet_spec in = fragment(&whole, i);

			expect_drop(*state, OB_HOOK_FROM_TUNNEL, &in,
				    OB_REASON_SPOOFED);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(translates_fragments_in_every_order),
		harness_test(translates_fragments_of_every_protocol),
		harness_test(steers_fragments_into_the_tunnel),
		harness_test(relays_fragments),
		harness_test(keeps_udp_without_a_checksum_without),
		harness_test(clamps_no_mss_in_later_fragments),
		harness_test(drops_first_fragments_without_the_checksum),
		harness_test(drops_spoofed_fragments),
	};

	return harness_main(tests);
}
