// SPDX-License-Identifier: Apache-2.0
/* from_pod: what becomes of packets to a service address. */
#include "service.h"

#include <string.h>

#define HOOK OB_HOOK_FROM_POD

/* One endpoint, in cluster2, for each protocol. */
static void one_endpoint(struct services *s, const struct party *p)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP,
					     IPPROTO_SCTP };
	struct ob_backend_entry b = service_backend(p->remote);

	for (size_t i = 0; i < 3; i++) {
		if (protocols[i] == IPPROTO_SCTP)
			b.port = SERVICE_PORT;
		service_set(s, service_addr(p), protocols[i], &b, 1);
	}
}

static struct packet_spec to_backend(struct packet_spec spec,
				     const struct party *p)
{
	spec = hop(with_dst(spec, p->remote));
	spec.dport = SERVICE_BACKEND;
	return spec;
}

static void goes_to_the_endpoint_at_its_port(void **state)
{
	struct services *s = service_of(state);

	for_each_family(p)
	{
		struct packet_spec in[] = { tcp(p->local, service_addr(p)),
					    udp(p->local, service_addr(p)) };

		one_endpoint(s, p);
		for (size_t i = 0; i < 2; i++) {
			struct packet_spec out = to_backend(in[i], p);

			expect_redirect(*state, HOOK, &in[i], &out);
		}
	}
}

static void udp_without_checksum_stays_without(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, service_addr(p)), out;

		one_endpoint(service_of(state), p);
		in.no_checksum = true;
		out = to_backend(in, p);
		expect_redirect(*state, HOOK, &in, &out);
	}
}

/* Its checksum covers ports but not addresses. */
static void sctp_goes_to_the_same_port_only(void **state)
{
	struct services *s = service_of(state);

	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, service_addr(p)), out;
		struct ob_backend_entry other = service_backend(p->remote);

		in.l4 = L4_SCTP;
		one_endpoint(s, p);
		out = hop(with_dst(in, p->remote));
		expect_redirect(*state, HOOK, &in, &out);
		in.sport = 40001;
		service_set(s, service_addr(p), IPPROTO_SCTP, &other, 1);
		expect_drop(*state, HOOK, &in, OB_REASON_SCTP_PORT);
	}
}

static void every_flag_of_tcp_goes_the_same_way(void **state)
{
	static const uint8_t flags[] = { TCP_SYN, TCP_ACK, TCP_PSH | TCP_ACK,
					 TCP_FIN | TCP_ACK, TCP_RST };

	for_each_family(p)
	{
		one_endpoint(service_of(state), p);
		for (size_t i = 0; i < sizeof(flags); i++) {
			struct packet_spec in = tcp(p->local, service_addr(p));
			struct packet_spec out;

			in.tcp_flags = flags[i];
			out = to_backend(in, p);
			expect_redirect(*state, HOOK, &in, &out);
		}
	}
}

static void what_no_service_has_is_dropped_by_name(void **state)
{
	for_each_family(p)
	{
		struct packet_spec other_port = tcp(p->local, service_addr(p));
		struct packet_spec other_proto = udp(p->local, service_addr(p));

		one_endpoint(service_of(state), p);
		other_port.dport = 81;
		other_proto.l4 = L4_ECHO;
		expect_drop(*state, HOOK, &other_port, OB_REASON_NO_SERVICE);
		expect_drop(*state, HOOK, &other_proto, OB_REASON_NO_SERVICE);
	}
}

static void without_an_endpoint_the_kernel_answers(void **state)
{
	struct services *s = service_of(state);

	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, service_addr(p));

		service_set(s, service_addr(p), IPPROTO_TCP, NULL, 0);
		expect(*state, HOOK, NULL, &in, &in, VERDICT_NEXT,
		       OB_REASON_NO_ENDPOINT);
		assert_int_equal(0, service_count(s, OB_MAP_FLOW));
	}
}

static void without_a_block_nothing_is_a_service(void **state)
{
	struct harness *h = *state;

	one_endpoint(service_of(state), &parties[0]);
	one_endpoint(service_of(state), &parties[1]);
	h->net.config.service4_len = h->net.config.service6_len = 0;
	harness_set_config(h);
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, service_addr(p));
		struct packet run;

		service_send(service_of(state), &in, &run);
		assert_int_equal(0,
				 service_count(service_of(state), OB_MAP_FLOW));
	}
}

static void time_to_live_is_answered_for_the_service_address(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, service_addr(p));

		one_endpoint(service_of(state), p);
		in.ttl = 1;
		expect(*state, HOOK, NULL, &in, &in, VERDICT_NEXT,
		       OB_REASON_TTL_EXPIRED);
	}
}

/* The kernel has a route of the service addresses with the tunnel's MTU. */
static void too_big_is_left_as_it_is(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, service_addr(p));

		one_endpoint(service_of(state), p);
		in.df = true;
		in.payload = 1421 - 28;
		expect(*state, HOOK, NULL, &in, &in, VERDICT_NEXT,
		       OB_REASON_TOO_BIG);
	}
}

static void what_fits_exactly_goes(void **state)
{
	const struct party *p = &parties[0];
	struct packet_spec in = udp(p->local, service_addr(p)), out;

	one_endpoint(service_of(state), p);
	in.df = true;
	in.payload = 1420 - 28;
	out = to_backend(in, p);
	expect_redirect(*state, HOOK, &in, &out);
}

/* The kernel fragments it on the way into the tunnel. */
static void too_big_without_df_is_translated_for_the_kernel(void **state)
{
	const struct party *p = &parties[0];
	struct packet_spec in = udp(p->local, service_addr(p)), out;

	one_endpoint(service_of(state), p);
	in.payload = 1421 - 28;
	out = with_dst(in, p->remote);
	out.dport = SERVICE_BACKEND;
	expect(*state, HOOK, NULL, &in, &out, VERDICT_NEXT,
	       OB_REASON_FRAGMENTED);
}

static struct packet_spec fragment(const struct party *p, uint16_t off,
				   uint16_t len)
{
	struct packet_spec spec = udp(p->local, service_addr(p));

	spec.payload = 1200;
	spec.id = 77;
	spec.frag_off = off;
	spec.frag_len = len;
	if (p != &parties[0])
		spec.exts[0] = EXT_FRAGMENT;
	return spec;
}

static void later_fragments_follow_the_first(void **state)
{
	for_each_family(p)
	{
		struct packet_spec first = fragment(p, 0, 800);
		struct packet_spec later = fragment(p, 800, 408);
		struct packet_spec out;

		one_endpoint(service_of(state), p);
		expect_drop(*state, HOOK, &later, OB_REASON_SERVICE_FRAGMENT);
		out = to_backend(first, p);
		expect_redirect(*state, HOOK, &first, &out);
		out = to_backend(later, p);
		expect_redirect(*state, HOOK, &later, &out);
	}
}

static void cut_short_is_refused(void **state)
{
	for_each_family(p)
	{
		struct packet_spec spec = tcp(p->local, service_addr(p));
		struct packet whole, cut;
		const size_t ip = p == &parties[0] ? 20 : 40;

		one_endpoint(service_of(state), p);
		spec.payload = 0;
		packet_build(&spec, &whole);
		for (size_t l4 = 0; l4 < 14; l4++) {
			cut = whole;
			cut.len = PACKET_ETH + ip + l4;
			if (p == &parties[0]) {
				packet_ip(&cut)[3] = (uint8_t)(ip + l4);
				packet_fix_ip_checksum(&cut);
			} else {
				packet_ip(&cut)[5] = (uint8_t)l4;
			}
			expect_bytes(*state, HOOK, NULL, &cut, NULL,
				     VERDICT_DROP, OB_REASON_NO_SERVICE);
		}
		assert_int_equal(0,
				 service_count(service_of(state), OB_MAP_FLOW));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		service_test(goes_to_the_endpoint_at_its_port),
		service_test(udp_without_checksum_stays_without),
		service_test(sctp_goes_to_the_same_port_only),
		service_test(every_flag_of_tcp_goes_the_same_way),
		service_test(what_no_service_has_is_dropped_by_name),
		service_test(without_an_endpoint_the_kernel_answers),
		service_test(without_a_block_nothing_is_a_service),
		service_test(time_to_live_is_answered_for_the_service_address),
		service_test(too_big_is_left_as_it_is),
		service_test(what_fits_exactly_goes),
		service_test(too_big_without_df_is_translated_for_the_kernel),
		service_test(later_fragments_follow_the_first),
		service_test(cut_short_is_refused),
	};

	return service_main(tests);
}
