// SPDX-License-Identifier: Apache-2.0
/*
 * The MSS option of SYN and SYN-ACK is lowered to what the tunnel carries:
 * 1380 over IPv4 and 1360 over IPv6 where its MTU is 1420.
 */
#include "harness.h"

#include <string.h>

struct options {
	uint8_t len;
	uint8_t b[40];
	int mss_at; /* of the value; -1: there is none to lower */
};

/* Layouts found in the wild, and some that are not. 0x05b4 is 1460. */
static const struct options good[] = {
	{ 4, { 2, 4, 5, 0xb4 }, 2 },
	{ 20,
	  { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7 },
	  2 },
	{ 8, { 1, 1, 1, 1, 2, 4, 5, 0xb4 }, 6 },
	{ 8, { 1, 2, 4, 5, 0xb4, 1, 1, 1 }, 3 }, /* odd offset */
	{ 8, { 3, 3, 7, 2, 4, 5, 0xb4, 1 }, 5 }, /* odd offset */
	{ 8, { 1, 3, 3, 7, 2, 4, 5, 0xb4 }, 6 }, /* last */
	{ 8, { 4, 2, 2, 4, 5, 0xb4, 0, 0 }, 4 }, /* then the end */
	{ 12, { 254, 7, 1, 2, 3, 4, 5, 2, 4, 5, 0xb4, 1 }, 9 }, /* unknown */
	{ 40,
	  { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 5, 0xb4 },
	  38 },
};

/* Nothing here may be changed. */
static const struct options bad[] = {
	{ 0, { 0 }, -1 },			     /* none at all */
	{ 8, { 4, 2, 3, 3, 7, 1, 1, 1 }, -1 },	     /* no MSS */
	{ 4, { 2, 3, 5, 0xb4 }, -1 },		     /* MSS of another length */
	{ 8, { 2, 5, 5, 0xb4, 0, 0, 0, 0 }, -1 },    /* the same */
	{ 8, { 2, 0, 5, 0xb4, 2, 4, 5, 0xb4 }, -1 }, /* length 0 */
	{ 8, { 3, 1, 7, 2, 4, 5, 0xb4, 1 }, -1 },    /* length 1 */
	{ 4, { 3, 200, 5, 0xb4 }, -1 },		     /* beyond the end */
	{ 8, { 0, 2, 4, 5, 0xb4, 0, 0, 0 }, -1 },    /* after the end */
	{ 8, { 1, 1, 1, 1, 1, 1, 2, 4 }, -1 },	     /* value cut off */
	{ 8, { 1, 1, 1, 1, 1, 1, 1, 2 }, -1 },	     /* length cut off */
};

static struct packet_spec syn(const char *src, const char *dst,
			      const struct options *o, uint8_t flags)
{
	return (struct packet_spec){ .src = src,
				     .dst = dst,
				     .l4 = L4_TCP,
				     .tcp_flags = flags,
				     .tcp_options = o->b,
				     .tcp_options_len = o->len };
}

static struct options lowered(const struct options *o, uint16_t mss)
{
	struct options low = *o;

	if (o->mss_at >= 0) {
		low.b[o->mss_at] = mss >> 8;
		low.b[o->mss_at + 1] = mss & 0xff;
	}
	return low;
}

static void expect_clamp(void **state, const struct party *p,
			 const struct options *before,
			 const struct options *after, uint8_t flags)
{
	struct packet_spec in = syn(p->local, p->remote, before, flags);
	struct packet_spec out = syn(p->global, p->remote, after, flags);

	expect_next(*state, OB_HOOK_TO_TUNNEL, &in, &out);
	in = syn(p->remote, p->global, before, flags);
	out = hop(syn(p->remote, p->local, after, flags));
	expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &in, &out);
}

static uint16_t limit(const struct party *p)
{
	return p == parties ? 1380 : 1360;
}

static void lowers_the_mss_wherever_it_is(void **state)
{
	for_each_family(p)
	{
		for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
			struct options low = lowered(&good[i], limit(p));

			expect_clamp(state, p, &good[i], &low, TCP_SYN);
			expect_clamp(state, p, &good[i], &low,
				     TCP_SYN | TCP_ACK);
			expect_clamp(state, p, &good[i], &low,
				     TCP_SYN | TCP_ECE);
		}
	}
}

static void leaves_other_segments_alone(void **state)
{
	static const uint8_t flags[] = { TCP_ACK, TCP_RST, TCP_FIN | TCP_ACK,
					 TCP_PSH | TCP_ACK };

	for_each_family(p)
	{
		for (size_t i = 0; i < sizeof(flags); i++)
			expect_clamp(state, p, &good[0], &good[0], flags[i]);
	}
}

static void leaves_broken_and_missing_options_alone(void **state)
{
	for_each_family(p)
	{
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			expect_clamp(state, p, &bad[i], &bad[i], TCP_SYN);
	}
}

static void never_raises_the_mss(void **state)
{
	static const uint16_t small[] = { 0, 1, 88, 536, 1220, 1359 };

	for_each_family(p)
	{
		for (int i = 0; i < 6; i++) {
			struct options o = lowered(&good[0], small[i]);

			expect_clamp(state, p, &o, &o, TCP_SYN);
		}
	}
}

static void lowers_from_just_above_the_limit(void **state)
{
	for_each_family(p)
	{
		uint16_t max = limit(p);
		struct options exact = lowered(&good[3], max);
		struct options above = lowered(&good[3], max + 1);
		struct options most = lowered(&good[3], 65535);

		expect_clamp(state, p, &exact, &exact, TCP_SYN);
		expect_clamp(state, p, &above, &exact, TCP_SYN);
		expect_clamp(state, p, &most, &exact, TCP_SYN);
	}
}

static void keeps_the_checksum_right_for_every_mss(void **state)
{
	for_each_family(p)
	{
		for (uint32_t mss = 1300; mss < 65536; mss += 251) {
			struct options even = lowered(&good[0], (uint16_t)mss);
			struct options odd = lowered(&good[3], (uint16_t)mss);
			uint16_t low =
				mss > limit(p) ? limit(p) : (uint16_t)mss;
			struct options even_low = lowered(&even, low);
			struct options odd_low = lowered(&odd, low);

			expect_clamp(state, p, &even, &even_low, TCP_SYN);
			expect_clamp(state, p, &odd, &odd_low, TCP_SYN);
		}
	}
}

/* Out: where to. In: where from. */
static void uses_the_mtu_of_the_remote_cluster(void **state)
{
	struct harness *h = *state;
	struct context ob1 = { .ifindex = h->ob1 };

	for_each_family(p)
	{
		struct options low = lowered(&good[0], limit(p) - 40);
		struct packet_spec in =
			syn(p->local, p->remote3, &good[0], TCP_SYN);
		struct packet_spec out =
			syn(p->global, p->remote3, &low, TCP_SYN);

		expect_next(h, OB_HOOK_TO_TUNNEL, &in, &out);
		in = syn(p->remote3, p->global, &good[0], TCP_SYN);
		out = hop(syn(p->remote3, p->local, &low, TCP_SYN));
		expect(h, OB_HOOK_FROM_TUNNEL, &ob1, &in, &out,
		       VERDICT_REDIRECT, NO_REASON);
	}
}

static void clamps_what_a_hub_relays(void **state)
{
	harness_set_flags(*state, OB_CONFIG_RELAY);
	for_each_family(p)
	{
		struct options low = lowered(&good[0], limit(p) - 40);
		struct packet_spec in =
			syn(p->remote, p->remote3, &good[0], TCP_SYN);
		struct packet_spec out =
			syn(p->remote, p->remote3, &low, TCP_SYN);

		expect_next(*state, OB_HOOK_TO_TUNNEL, &in, &out);
	}
}

static void clamps_behind_options_and_extension_headers(void **state)
{
	for_each_family(p)
	{
		struct options low = lowered(&good[4], limit(p));
		struct packet_spec in =
			syn(p->local, p->remote, &good[4], TCP_SYN);
		struct packet_spec out =
			syn(p->global, p->remote, &low, TCP_SYN);

		in.options = out.options = 40;
		in.exts[0] = out.exts[0] = EXT_HOP_BY_HOP;
		in.exts[1] = out.exts[1] = EXT_FRAGMENT;
		expect_next(*state, OB_HOOK_TO_TUNNEL, &in, &out);
	}
}

/* RFC 7413: data in a SYN, as a super-packet of a sender that offloads. */
static void clamps_a_syn_with_data(void **state)
{
	for_each_family(p)
	{
		struct options low = lowered(&good[1], limit(p));
		struct packet_spec in =
			syn(p->local, p->remote, &good[1], TCP_SYN);
		struct packet_spec out =
			syn(p->global, p->remote, &low, TCP_SYN);

		in.payload = out.payload = 333;
		expect_next(*state, OB_HOOK_TO_TUNNEL, &in, &out);
	}
}

static void leaves_esp_that_looks_like_a_syn_alone(void **state)
{
	for_each_family(p)
	{
		struct packet_spec tcp_in =
			syn(p->local, p->remote, &good[0], TCP_SYN);
		struct packet_spec tcp_out = with_src(tcp_in, p->global);
		size_t proto = p == parties ? 9 : 6;
		size_t l4 = p == parties ? 20 : 40;
		struct packet in, out;

		packet_build(&tcp_in, &in);
		packet_build(&tcp_out, &out);
		/* ESP: no checksum to mend, and nothing inside to read. */
		packet_ip(&in)[proto] = packet_ip(&out)[proto] = IPPROTO_ESP;
		if (p == parties) {
			packet_fix_ip_checksum(&in);
			packet_fix_ip_checksum(&out);
		}
		memcpy(packet_ip(&out) + l4, packet_ip(&in) + l4, 24);
		expect_bytes(*state, OB_HOOK_TO_TUNNEL, NULL, &in, &out,
			     VERDICT_NEXT, NO_REASON);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(lowers_the_mss_wherever_it_is),
		harness_test(leaves_other_segments_alone),
		harness_test(leaves_broken_and_missing_options_alone),
		harness_test(never_raises_the_mss),
		harness_test(lowers_from_just_above_the_limit),
		harness_test(keeps_the_checksum_right_for_every_mss),
		harness_test(uses_the_mtu_of_the_remote_cluster),
		harness_test(clamps_what_a_hub_relays),
		harness_test(clamps_behind_options_and_extension_headers),
		harness_test(clamps_a_syn_with_data),
		harness_test(leaves_esp_that_looks_like_a_syn_alone),
	};

	return harness_main(tests);
}
