// SPDX-License-Identifier: Apache-2.0
/*
 * Checksums at their corners. All 65,536 values of one 16-bit word run
 * through, so that every carry, and every result, happens.
 */
#include "harness.h"

#include <string.h>

/* Where the first word behind the L4 header is. */
static size_t payload_offset(const struct packet_spec *spec)
{
	size_t ip = packet_family(spec) == AF_INET ? 20 : 40;

	return ip + (spec->l4 == L4_TCP ? 20 : 8);
}

static void check_one(void **state, enum ob_hook hook, const struct packet *in,
		      const struct packet *out, unsigned flags)
{
	struct run run;

	assert_int_equal(harness_run(*state, hook, NULL, flags, in, &run), 0);
	assert_int_equal(run.packet.len, out->len);
	if (!memcmp(run.packet.b + PACKET_ETH, out->b + PACKET_ETH,
		    out->len - PACKET_ETH))
		return;
	packet_print_difference(run.packet.b + PACKET_ETH,
				run.packet.len - PACKET_ETH,
				out->b + PACKET_ETH, out->len - PACKET_ETH);
	fail_msg("other bytes");
}

/* The checksum of a packet whose payload word at "at" becomes "word". */
static void set_word(struct packet *p, size_t at, uint16_t word, size_t check,
		     bool udp)
{
	uint8_t *ip = packet_ip(p);
	uint16_t old = (uint16_t)(ip[at] << 8 | ip[at + 1]);
	uint32_t sum = (uint16_t) ~(ip[check] << 8 | ip[check + 1]);
	uint16_t value;

	sum += (uint16_t)~old;
	sum += word;
	value = (uint16_t)~packet_fold(sum);
	if (!value && udp)
		value = 0xffff;
	ip[at] = word >> 8;
	ip[at + 1] = word & 0xff;
	ip[check] = value >> 8;
	ip[check + 1] = value & 0xff;
	assert_null(packet_bad_checksum(ip, packet_ip_len(p)));
}

static void run_all_words(void **state, enum packet_l4 l4)
{
	struct harness *h = *state;
	bool udp_rule = l4 == L4_UDP || l4 == L4_UDPLITE;

	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, p->remote), out;
		struct packet a, b;
		size_t at, check;

		in.l4 = l4;
		out = with_src(in, p->global);
		packet_build(&in, &a);
		packet_build(&out, &b);
		at = payload_offset(&in);
		check = at - (l4 == L4_TCP ? 4 : l4 == L4_ECHO ? 6 : 2);
		for (uint32_t word = 0; word < 65536; word++) {
			unsigned flags = h->has_complete && word & 1
						 ? RUN_COMPLETE
						 : RUN_PLAIN;

			set_word(&a, at, (uint16_t)word, check, udp_rule);
			set_word(&b, at, (uint16_t)word, check, udp_rule);
			check_one(state, OB_HOOK_TO_TUNNEL, &a, &b, flags);
		}
	}
}

static void keeps_every_tcp_checksum_right(void **state)
{
	run_all_words(state, L4_TCP);
}

/* A sum of zero is sent as 0xffff: zero means none (RFC 768). */
static void never_makes_a_udp_checksum_zero(void **state)
{
	run_all_words(state, L4_UDP);
}

static void never_makes_a_udplite_checksum_zero(void **state)
{
	run_all_words(state, L4_UDPLITE);
}

static void keeps_every_icmp_checksum_right(void **state)
{
	run_all_words(state, L4_ECHO);
}

static void
keeps_every_ipv4_header_checksum_right_when_translating(void **state)
{
	const struct party *p = &parties[0];
	struct packet_spec in = udp(p->remote, p->global), out;
	struct packet a, b;

	out = hop(with_dst(in, p->local));
	for (uint32_t id = 0; id < 65536; id++) {
		in.id = out.id = (uint16_t)id;
		packet_build(&in, &a);
		packet_build(&out, &b);
		check_one(state, OB_HOOK_FROM_TUNNEL, &a, &b, RUN_PLAIN);
	}
}

static void keeps_every_ipv4_header_checksum_right_at_a_hop(void **state)
{
	const struct party *p = &parties[0];
	struct packet_spec in = udp(p->local, p->remote), out;
	struct packet a, b;

	out = hop(in);
	for (uint32_t id = 0; id < 65536; id++) {
		in.id = out.id = (uint16_t)id;
		packet_build(&in, &a);
		packet_build(&out, &b);
		check_one(state, OB_HOOK_FROM_POD, &a, &b, RUN_PLAIN);
	}
}

/* All ICMP checksums and all quoted IPv4 header checksums. */
static void keeps_every_checksum_of_a_quotation_right(void **state)
{
	const struct party *p = &parties[0];

	for (uint32_t id = 0; id < 65536; id++) {
		struct packet_spec inner = udp(p->global, p->remote), inner_out;
		struct packet_spec in = { .src = p->remote,
					  .dst = p->global,
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet_spec out = hop(with_dst(in, p->local));
		struct packet a, b;

		inner.id = (uint16_t)id;
		inner.sport = (uint16_t)(id + 1);
		inner_out = with_src(inner, p->local);
		out.inner = &inner_out;
		packet_build(&in, &a);
		packet_build(&out, &b);
		check_one(state, OB_HOOK_FROM_TUNNEL, &a, &b, RUN_PLAIN);
	}
}

static void keeps_every_quoted_ipv6_udp_checksum_right(void **state)
{
	const struct party *p = &parties[1];

	for (uint32_t port = 1; port < 65536; port++) {
		struct packet_spec inner = udp(p->remote, p->local), inner_out;
		struct packet_spec in = { .src = p->local,
					  .dst = p->remote,
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet_spec out = with_src(in, p->global);
		struct packet a, b;

		inner.sport = (uint16_t)port;
		inner_out = with_dst(inner, p->global);
		out.inner = &inner_out;
		packet_build(&in, &a);
		packet_build(&out, &b);
		check_one(state, OB_HOOK_TO_TUNNEL, &a, &b, RUN_PLAIN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(keeps_every_tcp_checksum_right),
		harness_test(never_makes_a_udp_checksum_zero),
		harness_test(never_makes_a_udplite_checksum_zero),
		harness_test(keeps_every_icmp_checksum_right),
		harness_test(
			keeps_every_ipv4_header_checksum_right_when_translating),
		harness_test(keeps_every_ipv4_header_checksum_right_at_a_hop),
		harness_test(keeps_every_checksum_of_a_quotation_right),
		harness_test(keeps_every_quoted_ipv6_udp_checksum_right),
	};

	return harness_main(tests);
}
