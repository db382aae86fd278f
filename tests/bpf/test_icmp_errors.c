// SPDX-License-Identifier: Apache-2.0
/*
 * ICMP errors: the packet quoted in one is translated like the packet around
 * it, so that the sender recognises it (RFC 5508 section 4, RFC 4443).
 *
 *   out of a tunnel:  remote -> our global  [our global -> remote]
 *                     remote -> our local   [our local  -> remote]
 *   into a tunnel:    local  -> remote      [remote -> our local ]
 *                     global -> remote      [remote -> our global]
 */
#include "harness.h"

#include <string.h>

/* An error about inner, and what should come of both. */
struct pair {
	struct packet_spec in, out;
	struct packet_spec inner_in, inner_out;
};

static void expect_in(void **state, const struct party *p, struct pair *c)
{
	c->inner_in.src = p->global;
	c->inner_out.src = p->local;
	c->inner_in.dst = c->inner_out.dst = p->remote;
	c->in.src = p->remote_hub; /* a router on the way */
	c->in.dst = p->global;
	c->in.l4 = L4_ERROR;
	c->in.inner = &c->inner_in;
	c->out = hop(with_dst(c->in, p->local));
	c->out.inner = &c->inner_out;
	expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &c->in, &c->out);
}

static void expect_out(void **state, const struct party *p, struct pair *c)
{
	c->inner_in.dst = p->local;
	c->inner_out.dst = p->global;
	c->inner_in.src = c->inner_out.src = p->remote;
	c->in.src = p->local;
	c->in.dst = p->remote;
	c->in.l4 = L4_ERROR;
	c->in.inner = &c->inner_in;
	c->out = with_src(c->in, p->global);
	c->out.inner = &c->inner_out;
	expect_next(*state, OB_HOOK_TO_TUNNEL, &c->in, &c->out);
}

/* The same error about the same packet, both ways and in both families. */
static void expect_both(void **state, const struct packet_spec *inner,
			enum packet_error error, uint16_t inner_l4_len)
{
	for_each_family(p)
	{
		struct pair c;

		memset(&c, 0, sizeof(c));
		c.inner_in = c.inner_out = *inner;
		c.in.error = error;
		c.in.error_rest = 1280;
		c.in.inner_l4_len = inner_l4_len;
		expect_in(state, p, &c);
		expect_out(state, p, &c);
	}
}

static void translates_quoted_packets_of_every_protocol(void **state)
{
	for (int l4 = 0; l4 < L4_COUNT; l4++)
		for (int error = 0; error < ERROR_COUNT; error++) {
			struct packet_spec inner = { .payload = 77 };

			if (l4 == L4_ERROR)
				continue;
			inner.l4 = (enum packet_l4)l4;
			expect_both(state, &inner, (enum packet_error)error, 0);
		}
}

static void translates_quotations_of_eight_l4_bytes(void **state)
{
	for (int l4 = 0; l4 < L4_COUNT; l4++) {
		struct packet_spec inner = { .payload = 1000 };

		if (l4 == L4_ERROR)
			continue;
		inner.l4 = (enum packet_l4)l4;
		expect_both(state, &inner, ERROR_TIME_EXCEEDED, 8);
	}
}

/* With and without the checksum. Half of it cannot be mended. */
static void translates_quotations_of_any_length(void **state)
{
	for (uint16_t len = 8; len <= 30; len++) {
		struct packet_spec inner = { .l4 = L4_TCP, .payload = 500 };

		if (len != 17)
			expect_both(state, &inner, ERROR_UNREACHABLE, len);
	}
}

static void keeps_a_quoted_udp_checksum_of_zero(void **state)
{
	struct packet_spec inner = { .no_checksum = true, .payload = 20 };

	expect_both(state, &inner, ERROR_UNREACHABLE, 8);
	expect_both(state, &inner, ERROR_TOO_BIG, 0);
}

static void translates_quoted_packets_with_options(void **state)
{
	struct packet_spec inner = { .l4 = L4_TCP, .payload = 40 };

	/* Each family reads its own. */
	inner.options = 40;
	inner.exts[0] = EXT_HOP_BY_HOP;
	inner.exts[1] = EXT_DESTINATION;
	expect_both(state, &inner, ERROR_PARAMETER, 0);
	expect_both(state, &inner, ERROR_PARAMETER, 8);
}

static void translates_quoted_first_fragments(void **state)
{
	struct packet_spec inner = { .payload = 1200, .frag_len = 1000 };

	expect_both(state, &inner, ERROR_UNREACHABLE, 0);
	inner.l4 = L4_TCP;
	expect_both(state, &inner, ERROR_UNREACHABLE, 0);
}

/* There is no L4 header in a later fragment: its bytes stay as they are. */
static void translates_quoted_later_fragments(void **state)
{
	struct packet_spec inner = { .payload = 1200,
				     .frag_off = 800,
				     .frag_len = 400 };

	expect_both(state, &inner, ERROR_TIME_EXCEEDED, 0);
	inner.l4 = L4_TCP;
	expect_both(state, &inner, ERROR_TIME_EXCEEDED, 0);
}

static void keeps_the_quoted_ttl_and_checksums_as_they_were(void **state)
{
	for_each_family(p)
	{
		struct packet_spec inner = tcp(p->global, p->remote), inner_out;
		struct packet_spec in = { .src = p->remote,
					  .dst = p->global,
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet_spec out = hop(with_dst(in, p->local));

		inner.ttl = 1;
		inner_out = with_src(inner, p->local);
		out.inner = &inner_out;
		expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &in, &out);
	}
}

static void leaves_quoted_packets_of_others_alone(void **state)
{
	for_each_family(p)
	{
		struct packet_spec inner = tcp(p->remote3, p->outside);
		struct packet_spec in = { .src = p->remote,
					  .dst = p->global,
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet_spec out = hop(with_dst(in, p->local));

		expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &in, &out);
		in.src = p->local;
		in.dst = p->remote;
		out = with_src(in, p->global);
		expect_next(*state, OB_HOOK_TO_TUNNEL, &in, &out);
	}
}

/* The gateway's kernel answers for a packet that was already translated. */
static void translates_the_gateways_own_errors(void **state)
{
	for_each_family(p)
	{
		struct packet_spec inner = udp(p->remote, p->local);
		struct packet_spec inner_out = with_dst(inner, p->global);
		struct packet_spec in = { .src = p->gateway,
					  .dst = p->remote,
					  .l4 = L4_ERROR,
					  .error = ERROR_TIME_EXCEEDED,
					  .inner = &inner };
		struct packet_spec out = in;

		out.inner = &inner_out;
		expect_next(*state, OB_HOOK_TO_TUNNEL, &in, &out);
	}
}

static void translates_a_hairpin_error_both_ways(void **state)
{
	for_each_family(p)
	{
		/* local called local_b, which knows it as global. */
		struct packet_spec inner = udp(p->global, p->local_b);
		struct packet_spec inner_out = udp(p->local, p->global_b);
		struct packet_spec in = { .src = p->local_b,
					  .dst = p->global,
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet_spec out =
			hop(with_dst(with_src(in, p->global_b), p->local));

		out.inner = &inner_out;
		expect_redirect(*state, OB_HOOK_FROM_POD, &in, &out);
	}
}

static void leaves_echo_payloads_alone(void **state)
{
	for_each_family(p)
	{
		/* An echo that carries what looks like a quotation. */
		struct packet_spec inner = udp(p->remote, p->local);
		struct packet_spec in = { .src = p->local,
					  .dst = p->remote,
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet a, b;
		size_t icmp = p == parties ? 20 : 40;

		packet_build(&in, &a);
		in.src = p->global;
		packet_build(&in, &b);
		packet_ip(&a)[icmp] = packet_ip(&b)[icmp] =
			icmp == 20 ? 8 : 128;
		expect_bytes(*state, OB_HOOK_TO_TUNNEL, NULL, &a, &b,
			     VERDICT_NEXT, NO_REASON);
	}
}

static void ignores_padding_behind_the_quotation(void **state)
{
	for_each_family(p)
	{
		for (uint16_t len = 8; len < 17; len++) {
			struct pair c;

			memset(&c, 0, sizeof(c));
			c.inner_in.l4 = c.inner_out.l4 = L4_TCP;
			c.in.inner_l4_len = len;
			c.in.pad = 40;
			expect_in(state, p, &c);
			expect_out(state, p, &c);
		}
	}
}

static void passes_errors_that_quote_next_to_nothing(void **state)
{
	for_each_family(p)
	{
		struct packet_spec inner = udp(p->remote, p->local);
		struct packet_spec spec = { .src = p->local,
					    .dst = p->remote,
					    .l4 = L4_ERROR,
					    .inner = &inner };
		size_t header = p == parties ? 20 : 40;
		struct packet in;
		struct run run;

		packet_build(&spec, &in);
		for (size_t quoted = 0; quoted < header; quoted++) {
			in.len = PACKET_ETH + header + 8 + quoted;
			packet_ip(&in)[p == parties ? 3 : 5] =
				(uint8_t)(header == 20 ? 28 + quoted
						       : 8 + quoted);
			assert_int_equal(harness_run(*state, OB_HOOK_TO_TUNNEL,
						     NULL, RUN_PLAIN, &in,
						     &run),
					 0);
			assert_int_equal(run.verdict, VERDICT_NEXT);
			assert_int_equal(run.packet.len, in.len);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(translates_quoted_packets_of_every_protocol),
		harness_test(translates_quotations_of_eight_l4_bytes),
		harness_test(translates_quotations_of_any_length),
		harness_test(keeps_a_quoted_udp_checksum_of_zero),
		harness_test(translates_quoted_packets_with_options),
		harness_test(translates_quoted_first_fragments),
		harness_test(translates_quoted_later_fragments),
		harness_test(keeps_the_quoted_ttl_and_checksums_as_they_were),
		harness_test(leaves_quoted_packets_of_others_alone),
		harness_test(translates_the_gateways_own_errors),
		harness_test(translates_a_hairpin_error_both_ways),
		harness_test(leaves_echo_payloads_alone),
		harness_test(ignores_padding_behind_the_quotation),
		harness_test(passes_errors_that_quote_next_to_nothing),
	};

	return harness_main(tests);
}
