// SPDX-License-Identifier: Apache-2.0
/* Packets through attached programs: where they go, and as what they arrive. */
#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct offload partial = { .partial = true };

static void carries_a_pods_packet_into_its_tunnel(void **state)
{
	for_each_family(p)
	{
		const char *dst[2] = { p->remote, p->remote3 };

		for (int i = 0; i < 2; i++) {
			struct packet_spec in = udp(p->local, dst[i]);
			struct packet_spec out = hop(with_src(in, p->global));

			live_send_from_pod(*state, &in, NULL);
			live_expect_tunnel(*state, i, &out);
		}
	}
}

static void carries_a_tunnels_packet_to_its_pod(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0x99, 0x99 };

	for_each_family(p)
	{
		struct packet_spec in = udp(p->remote, p->global);
		struct packet_spec out = hop(with_dst(in, p->local));
		struct packet got, want;

		packet_build(&out, &want);
		live_send_from_tunnel(*state, 0, &in, NULL);
		assert_true(live_receive_pod(*state, &got));
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.b + 12, want.b + 12, want.len - 12);
		assert_memory_equal(got.b, mac, 6);
	}
}

/* A pod's kernel leaves the checksum to the device, ours to ob0. */
static void finishes_checksums_left_to_the_device(void **state)
{
	static const enum packet_l4 l4[] = { L4_TCP, L4_UDP };

	for_each_family(p)
	{
		for (int i = 0; i < 2; i++) {
			struct packet_spec in = udp(p->local, p->remote), out;

			in.l4 = l4[i];
			in.payload = 333;
			out = hop(with_src(in, p->global));
			live_send_from_pod(*state, &in, &partial);
			live_expect_tunnel(*state, 0, &out);
		}
	}
}

static void finishes_the_checksum_of_a_clamped_syn(void **state)
{
	static const uint8_t odd[8] = { 1, 2, 4, 5, 0xb4, 1, 1, 1 };

	for_each_family(p)
	{
		uint8_t low[8] = { 1, 2, 4, 5, 0x64, 1, 1, 1 };
		struct packet_spec in = tcp(p->local, p->remote), out;

		low[4] = p == parties ? 0x64 : 0x50; /* 1380, 1360 */
		in.payload = 0;
		in.tcp_flags = TCP_SYN;
		in.tcp_options = odd;
		in.tcp_options_len = sizeof(odd);
		out = hop(with_src(in, p->global));
		out.tcp_options = low;
		live_send_from_pod(*state, &in, &partial);
		live_expect_tunnel(*state, 0, &out);
	}
}

/* Every sum of a pseudo header there is, so every one that looks special. */
static void finishes_whatever_is_left_of_a_checksum(void **state)
{
	for (uint32_t host = 0; host < 65536; host++) {
		char src[32], global[32];
		struct packet_spec in, out;

		snprintf(src, sizeof(src), "10.244.%u.%u", host >> 8,
			 host & 255);
		snprintf(global, sizeof(global), "10.113.%u.%u", host >> 8,
			 host & 255);
		in = udp(src, parties[0].remote);
		out = hop(with_src(in, global));
		live_send_from_pod(*state, &in, &partial);
		live_expect_tunnel(*state, 0, &out);
	}
}

/* Reads n segments of a translated super-packet, each right by itself. */
static void expect_segments(struct live *l, int n, size_t payload,
			    size_t header)
{
	size_t got_payload = 0;

	for (int i = 0; i < n; i++) {
		struct packet got;
		const char *bad;

		if (!live_receive_tunnel(l, 0, &got))
			fail_msg("segment %d of %d did not arrive", i, n);
		bad = packet_bad_checksum(packet_ip(&got), packet_ip_len(&got));
		if (bad)
			fail_msg("segment %d: %s", i, bad);
		got_payload += packet_ip_len(&got) - header;
	}
	assert_int_equal(got_payload, payload);
}

static void carries_super_packets_in_right_segments(void **state)
{
	struct offload gso = { .partial = true, .gso_size = 1000 };
	struct live *l = *state;

	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->remote);
		size_t header = p == parties ? 40 : 60;
		struct ob_traffic traffic;

		in.payload = 3500;
		harness_zero_counters(l->h);
		live_send_from_pod(l, &in, &gso);
		expect_segments(l, 4, 3500, header);
		traffic = harness_traffic(l->h, 2);
		assert_int_equal(traffic.tx_packets, 4);
		assert_int_equal(traffic.tx_bytes, 3500 + 4 * header);
	}
}

/* It stays partial on veth: all but the checksum can be compared. */
static void keeps_partial_checksums_partial_towards_a_pod(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->remote, p->global);
		struct packet_spec out = hop(with_dst(in, p->local));
		size_t check = PACKET_ETH + (p == parties ? 20u : 40u) + 16;
		struct packet got, want;

		packet_build(&out, &want);
		live_send_from_tunnel(*state, 0, &in, &partial);
		assert_true(live_receive_pod(*state, &got));
		assert_int_equal(got.len, want.len);
		got.b[check] = want.b[check];
		got.b[check + 1] = want.b[check + 1];
		assert_memory_equal(got.b + PACKET_ETH, want.b + PACKET_ETH,
				    want.len - PACKET_ETH);
	}
}

/* The kernel asks for the MAC address, and keeps the packet until it knows. */
static void delivers_when_the_mac_address_becomes_known(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x97 };
	struct live *l = *state;

	for_each_family(p)
	{
		struct packet_spec in = udp(p->remote, p->silent);
		struct packet_spec out = hop(with_dst(in, p->silent_local));
		struct packet want, got;
		char learn[128];

		packet_build(&out, &want);
		live_send_from_tunnel(l, 0, &in, NULL);
		snprintf(learn, sizeof(learn),
			 "ip neigh replace %s lladdr 02:00:00:00:00:97 "
			 "dev pod0 nud reachable",
			 p->silent_local);
		assert_int_equal(system(learn), 0);
		assert_true(live_receive_pod(l, &got));
		assert_memory_equal(got.b, mac, sizeof(mac));
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.b + 12, want.b + 12, want.len - 12);
		assert_int_equal(harness_all_drops(l->h).packets, 0);
	}
}

static void relays_from_tunnel_to_tunnel(void **state)
{
	struct live *l = *state;

	harness_set_flags(l->h, OB_CONFIG_RELAY);
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->remote, p->remote3);
		struct packet_spec out = hop(in);

		live_send_from_tunnel(l, 0, &in, NULL);
		live_expect_tunnel(l, 1, &out);
		assert_int_equal(harness_traffic(l->h, 2).rx_packets,
				 p == parties ? 1 : 2);
		assert_int_equal(harness_traffic(l->h, 3).tx_packets,
				 p == parties ? 1 : 2);
	}
}

static void carries_fragments_both_ways(void **state)
{
	for_each_family(p)
	{
		for (int i = 2; i >= 0; i--) {
			struct packet_spec in = udp(p->local, p->remote), out;

			in.payload = 1200;
			in.frag_off = (uint16_t)(i * 504);
			in.frag_len = 504;
			out = hop(with_src(in, p->global));
			live_send_from_pod(*state, &in, NULL);
			live_expect_tunnel(*state, 0, &out);
			in.src = p->remote;
			in.dst = p->global;
			out = hop(with_dst(in, p->local));
			live_send_from_tunnel(*state, 0, &in, NULL);
			live_expect_pod(*state, &out);
		}
	}
}

static void returns_a_hairpin_to_the_other_pod(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, p->global_b), out;

		out = hop(with_dst(with_src(in, p->global), p->local_b));
		live_send_from_pod(*state, &in, NULL);
		live_expect_pod(*state, &out);
	}
}

/* Cut anywhere in the header, as only a tunnel device lets it in. */
static void drops_truncated_headers(void **state)
{
	struct live *l = *state;

	for_each_family(p)
	{
		struct packet_spec spec = udp(p->remote, p->global);
		size_t header = p == parties ? 20 : 40;
		struct packet in;

		packet_build(&spec, &in);
		harness_zero_counters(l->h);
		for (size_t n = 1; n < header; n++)
			live_write_tunnel(l, 0, packet_ip(&in), n);
		assert_int_equal(harness_drops(l->h, OB_REASON_MALFORMED,
					       OB_HOOK_FROM_TUNNEL)
					 .packets,
				 header - 1);
		assert_int_equal(harness_all_drops(l->h).packets, header - 1);
	}
}

static void lets_no_neighbour_discovery_into_a_tunnel(void **state)
{
	struct live *l = *state;
	struct packet_spec in = { .src = "fe80::1",
				  .dst = "ff02::1",
				  .l4 = L4_ECHO };
	struct packet_spec last = udp(parties[1].local, parties[1].remote);
	struct packet_spec out = hop(with_src(last, parties[1].global));

	live_send_from_pod(l, &in, NULL);
	live_send_from_pod(l, &last, NULL);
	live_expect_tunnel(l, 0, &out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		live_test(carries_a_pods_packet_into_its_tunnel),
		live_test(carries_a_tunnels_packet_to_its_pod),
		live_test(finishes_checksums_left_to_the_device),
		live_test(finishes_the_checksum_of_a_clamped_syn),
		live_test(finishes_whatever_is_left_of_a_checksum),
		live_test(carries_super_packets_in_right_segments),
		live_test(keeps_partial_checksums_partial_towards_a_pod),
		live_test(delivers_when_the_mac_address_becomes_known),
		live_test(relays_from_tunnel_to_tunnel),
		live_test(carries_fragments_both_ways),
		live_test(returns_a_hairpin_to_the_other_pod),
		live_test(drops_truncated_headers),
		live_test(lets_no_neighbour_discovery_into_a_tunnel),
	};

	return live_main(tests);
}
