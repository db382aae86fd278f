// SPDX-License-Identifier: Apache-2.0
/*
 * What the programs leave to the kernel, and what it makes of it: answers that
 * reach the sender, about the packet as the sender knows it.
 */
#include "live.h"

#include <arpa/inet.h>
#include <string.h>

/* An ICMP error, as far as these tests look at it. */
struct answer {
	const char *src; /* NULL: whichever the kernel took */
	const char *dst;
	uint8_t type[2]; /* ICMP, ICMPv6 */
	uint32_t rest;	 /* MTU; 0: not looked at */
	const char *quoted_src;
	const char *quoted_dst;
};

static void assert_address(const uint8_t *at, const char *text)
{
	char got[INET6_ADDRSTRLEN];

	if (!text)
		return;
	inet_ntop(strchr(text, ':') ? AF_INET6 : AF_INET, at, got, sizeof(got));
	assert_string_equal(got, text);
}

static void check_answer(struct packet *p, const struct answer *want)
{
	bool v4 = !strchr(want->dst, ':');
	uint8_t *ip = packet_ip(p), *icmp = ip + (v4 ? 20 : 40);
	size_t src = v4 ? 12 : 8, dst = v4 ? 16 : 24;

	assert_null(packet_bad_checksum(ip, packet_ip_len(p)));
	assert_int_equal(ip[0] >> 4, v4 ? 4 : 6);
	assert_int_equal(ip[v4 ? 9 : 6], v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	assert_address(ip + src, want->src);
	assert_address(ip + dst, want->dst);
	assert_int_equal(icmp[0], want->type[!v4]);
	if (want->rest)
		assert_int_equal(icmp[6] << 8 | icmp[7], want->rest);
	assert_address(icmp + 8 + src, want->quoted_src);
	assert_address(icmp + 8 + dst, want->quoted_dst);
}

static void expect_at_pod(struct live *l, const struct answer *want)
{
	struct packet got;

	assert_true(live_receive_pod(l, &got));
	check_answer(&got, want);
}

static void expect_in_tunnel(struct live *l, const struct answer *want)
{
	struct packet got;

	assert_true(live_receive_tunnel(l, 0, &got));
	check_answer(&got, want);
}

static void tells_a_pod_the_mtu_of_the_tunnel(void **state)
{
	static const enum packet_l4 l4[] = { L4_TCP, L4_UDP, L4_ECHO };

	for_each_family(p)
	{
		for (int i = 0; i < 3; i++) {
			struct packet_spec in = udp(p->local, p->remote);
			const struct answer want = {
				.dst = p->local,
				.type = { 3, 2 },
				.rest = 1420,
				.quoted_src = p->local,
				.quoted_dst = p->remote,
			};

			in.l4 = l4[i];
			in.df = true;
			in.payload = 1420;
			live_send_from_pod(*state, &in, NULL);
			expect_at_pod(*state, &want);
		}
	}
}

static void fragments_what_may_be_fragmented(void **state)
{
	const struct party *p = &parties[0];
	struct packet_spec in = udp(p->local, p->remote), out;

	in.payload = 1472;
	in.id = 77;
	out = hop(with_src(in, p->global));
	live_send_from_pod(*state, &in, NULL);
	out.frag_len = 1400;
	live_expect_tunnel(*state, 0, &out);
	out.frag_off = 1400;
	live_expect_tunnel(*state, 0, &out);
}

static void tells_a_pod_that_its_packet_expired(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, p->remote);
		const struct answer want = { .dst = p->local,
					     .type = { 11, 3 },
					     .quoted_src = p->local,
					     .quoted_dst = p->remote };

		in.ttl = 1;
		live_send_from_pod(*state, &in, NULL);
		expect_at_pod(*state, &want);
	}
}

/* In the gateway's name, about the global address that was called. */
static void tells_a_cluster_that_its_packet_expired(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->remote, p->global);
		const struct answer want = { .src = p->gateway,
					     .dst = p->remote,
					     .type = { 11, 3 },
					     .quoted_src = p->remote,
					     .quoted_dst = p->global };

		in.ttl = 1;
		live_send_from_tunnel(*state, 0, &in, NULL);
		expect_in_tunnel(*state, &want);
	}
}

static void tells_a_cluster_the_mtu_of_a_pod(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->remote, p->narrow);
		const struct answer want = { .src = p->gateway,
					     .dst = p->remote,
					     .type = { 3, 2 },
					     .rest = 1300,
					     .quoted_src = p->remote,
					     .quoted_dst = p->narrow };

		in.df = true;
		in.payload = 1340;
		live_send_from_tunnel(*state, 0, &in, NULL);
		expect_in_tunnel(*state, &want);
	}
}

/* The hub, because the kernel limits these errors by who they go to. */
static void tells_a_cluster_that_a_pod_is_unreachable(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->remote_hub, p->unroutable);
		const struct answer want = { .src = p->gateway,
					     .dst = p->remote_hub,
					     .type = { 3, 1 },
					     .quoted_src = p->remote_hub,
					     .quoted_dst = p->unroutable };

		live_send_from_tunnel(*state, 0, &in, NULL);
		expect_in_tunnel(*state, &want);
	}
}

static void passes_a_pods_error_on(void **state)
{
	for_each_family(p)
	{
		struct packet_spec inner = udp(p->remote, p->local);
		struct packet_spec inner_out = with_dst(inner, p->global);
		struct packet_spec in = { .src = p->local,
					  .dst = p->remote,
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet_spec out = hop(with_src(in, p->global));

		out.inner = &inner_out;
		live_send_from_pod(*state, &in, NULL);
		live_expect_tunnel(*state, 0, &out);
	}
}

static void counts_each_of_these_once(void **state)
{
	struct live *l = *state;
	const struct party *p = &parties[0];
	struct packet_spec in = udp(p->local, p->remote);
	struct packet got;

	in.ttl = 1;
	live_send_from_pod(l, &in, NULL);
	assert_true(live_receive_pod(l, &got));
	assert_int_equal(
		harness_drops(l->h, OB_REASON_TTL_EXPIRED, OB_HOOK_FROM_POD)
			.packets,
		1);
	assert_int_equal(harness_all_drops(l->h).packets, 1);
	assert_int_equal(harness_traffic(l->h, 2).tx_packets, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		live_test(tells_a_pod_the_mtu_of_the_tunnel),
		live_test(fragments_what_may_be_fragmented),
		live_test(tells_a_pod_that_its_packet_expired),
		live_test(tells_a_cluster_that_its_packet_expired),
		live_test(tells_a_cluster_the_mtu_of_a_pod),
		live_test(tells_a_cluster_that_a_pod_is_unreachable),
		live_test(passes_a_pods_error_on),
		live_test(counts_each_of_these_once),
	};

	return live_main(tests);
}
