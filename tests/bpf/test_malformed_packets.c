// SPDX-License-Identifier: Apache-2.0
/*
 * Packets that contradict themselves end here, counted, at the hooks of the
 * tunnel; from_pod drops those it can tell to be for the global network.
 * Cut IP headers are in test_live_tunnel.c: this way they do not get in.
 */
#include "harness.h"

#include <string.h>

/* The packet of each family that each hook would forward. */
static struct packet_spec valid(const struct party *p, enum ob_hook hook)
{
	return hook == OB_HOOK_FROM_TUNNEL ? udp(p->remote, p->global)
					   : udp(p->local, p->remote);
}

static void expect_malformed(void **state, enum ob_hook hook,
			     const struct packet *p)
{
	expect_bytes(*state, hook, NULL, p, NULL, VERDICT_DROP,
		     OB_REASON_MALFORMED);
}

#define for_each_hook(hook)                                                    \
	for (enum ob_hook hook = OB_HOOK_FROM_POD; hook < OB_HOOK_COUNT; hook++)

static void drops_ipv4_with_a_short_header_length(void **state)
{
	for_each_hook(hook)
	{
		for (uint8_t ihl = 0; ihl < 5; ihl++) {
			struct packet_spec spec = valid(&parties[0], hook);
			struct packet p;

			packet_build(&spec, &p);
			packet_ip(&p)[0] = 0x40 | ihl;
			expect_malformed(state, hook, &p);
		}
	}
}

static void drops_ipv4_with_a_header_beyond_its_length(void **state)
{
	for_each_hook(hook)
	{
		struct packet_spec spec = valid(&parties[0], hook);
		struct packet p;

		spec.payload = 8;
		packet_build(&spec, &p);
		packet_ip(&p)[0] = 0x4f; /* 60 bytes of header in 36 */
		expect_malformed(state, hook, &p);
	}
}

static void drops_ipv4_with_a_length_that_is_not_there(void **state)
{
	static const uint16_t lengths[] = { 0, 19, 93, 1500, 65535 };

	for_each_hook(hook)
	{
		for (size_t i = 0; i < sizeof(lengths) / 2; i++) {
			struct packet_spec spec = valid(&parties[0], hook);
			struct packet p;

			packet_build(&spec, &p); /* 92 bytes */
			packet_ip(&p)[2] = lengths[i] >> 8;
			packet_ip(&p)[3] = lengths[i] & 0xff;
			expect_malformed(state, hook, &p);
		}
	}
}

static void drops_ip_of_another_version_than_announced(void **state)
{
	for_each_hook(hook)
	{
		for_each_family(party)
		{
			struct packet_spec spec = valid(party, hook);
			struct packet p;

			packet_build(&spec, &p);
			packet_ip(&p)[0] ^= 0x10;
			expect_malformed(state, hook, &p);
		}
	}
}

static void drops_ipv6_with_a_length_that_is_not_there(void **state)
{
	static const uint16_t lengths[] = { 73, 1500, 65535 };

	for_each_hook(hook)
	{
		for (size_t i = 0; i < sizeof(lengths) / 2; i++) {
			struct packet_spec spec = valid(&parties[1], hook);
			struct packet p;

			packet_build(&spec, &p); /* 72 bytes */
			packet_ip(&p)[4] = lengths[i] >> 8;
			packet_ip(&p)[5] = lengths[i] & 0xff;
			expect_malformed(state, hook, &p);
		}
	}
}

static void drops_truncated_extension_headers(void **state)
{
	static const enum packet_ext kinds[] = { EXT_HOP_BY_HOP, EXT_ROUTING,
						 EXT_DESTINATION,
						 EXT_FRAGMENT };

	for_each_hook(hook)
	{
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			struct packet_spec spec = valid(&parties[1], hook);
			struct packet p;

			spec.exts[0] = kinds[i];
			packet_build(&spec, &p);
			p.len = PACKET_ETH + 40;
			packet_ip(&p)[4] = packet_ip(&p)[5] = 0;
			expect_malformed(state, hook, &p);
		}
	}
}

/* The header says 2048 bytes more than there are. */
static void drops_extension_headers_that_lead_beyond_the_packet(void **state)
{
	static const enum packet_ext kinds[] = { EXT_HOP_BY_HOP, EXT_ROUTING,
						 EXT_DESTINATION };

	for_each_hook(hook)
	{
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			struct packet_spec spec = valid(&parties[1], hook);
			struct packet p;

			spec.exts[0] = kinds[i];
			packet_build(&spec, &p);
			packet_ip(&p)[41] = 255;
			expect_malformed(state, hook, &p);
		}
	}
}

static void drops_chains_of_too_many_extension_headers(void **state)
{
	for_each_hook(hook)
	{
		struct packet_spec spec = valid(&parties[1], hook);
		uint8_t *ip;
		struct packet p;

		spec.l4 = L4_ESP;
		spec.payload = 400;
		packet_build(&spec, &p);
		ip = packet_ip(&p);
		ip[6] = 60;
		for (int i = 0; i < 40; i++) {
			ip[40 + i * 8] = 60;
			ip[40 + i * 8 + 1] = 0;
		}
		expect_malformed(state, hook, &p);
	}
}

static void drops_l4_headers_cut_before_their_checksum(void **state)
{
	static const struct {
		enum packet_l4 l4;
		uint16_t len;
	} cuts[] = {
		{ L4_TCP, 17 }, { L4_TCP, 0 }, { L4_UDP, 7 }, { L4_UDPLITE, 7 }
	};

	for_each_family(party)
	{
		for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
			struct packet_spec spec =
				valid(party, OB_HOOK_TO_TUNNEL);
			bool v4 = party == parties;
			struct packet p;

			spec.l4 = cuts[i].l4;
			packet_build(&spec, &p);
			p.len = PACKET_ETH + (v4 ? 20u : 40u) + cuts[i].len;
			packet_ip(&p)[v4 ? 2 : 4] = 0;
			packet_ip(&p)[v4 ? 3 : 5] =
				(uint8_t)((v4 ? 20 : 0) + cuts[i].len);
			expect_malformed(state, OB_HOOK_TO_TUNNEL, &p);
		}
	}
}

/* Damage in packets that are not for the global network is not ours. */
static void leaves_damaged_packets_to_elsewhere_alone(void **state)
{
	struct packet_spec spec = udp(parties[0].local, parties[0].outside);
	struct packet p;

	packet_build(&spec, &p);
	packet_ip(&p)[0] = 0x43;
	expect_bytes(*state, OB_HOOK_FROM_POD, NULL, &p, NULL, VERDICT_NEXT,
		     NO_REASON);
	packet_ip(&p)[0] = 0x45;
	packet_ip(&p)[2] = 0xff;
	expect_bytes(*state, OB_HOOK_FROM_POD, NULL, &p, NULL, VERDICT_NEXT,
		     NO_REASON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(drops_ipv4_with_a_short_header_length),
		harness_test(drops_ipv4_with_a_header_beyond_its_length),
		harness_test(drops_ipv4_with_a_length_that_is_not_there),
		harness_test(drops_ip_of_another_version_than_announced),
		harness_test(drops_ipv6_with_a_length_that_is_not_there),
		harness_test(drops_truncated_extension_headers),
		harness_test(
			drops_extension_headers_that_lead_beyond_the_packet),
		harness_test(drops_chains_of_too_many_extension_headers),
		harness_test(drops_l4_headers_cut_before_their_checksum),
		harness_test(leaves_damaged_packets_to_elsewhere_alone),
	};

	return harness_main(tests);
}
