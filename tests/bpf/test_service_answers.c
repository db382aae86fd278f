// SPDX-License-Identifier: Apache-2.0
/* What comes back: answers, and ICMP errors about both directions. */
#include "service.h"

#include <bpf/bpf.h>

#include "datapath/services_private.h"

/* A connection to one endpoint; the client's packet has gone. */
static void connect_to(struct services *s, const struct party *p,
		       const char *backend, enum packet_l4 l4)
{
	struct packet_spec in = udp(p->local, service_addr(p));
	struct ob_backend_entry b = service_backend(backend);
	struct packet packet;

	in.l4 = l4;
	if (l4 == L4_SCTP)
		b.port = SERVICE_PORT;
	service_set(s, service_addr(p),
		    l4 == L4_TCP   ? IPPROTO_TCP
		    : l4 == L4_UDP ? IPPROTO_UDP
				   : IPPROTO_SCTP,
		    &b, 1);
	assert_int_equal(VERDICT_REDIRECT, service_send(s, &in, &packet));
}

/* What the endpoint sends, as it comes out of the tunnel. */
static struct packet_spec answer(const struct party *p, enum packet_l4 l4)
{
	struct packet_spec spec = udp(p->remote, p->global);

	spec.l4 = l4;
	spec.sport = l4 == L4_SCTP ? SERVICE_PORT : SERVICE_BACKEND;
	spec.dport = 40000;
	return spec;
}

/* And what the client must see. */
static struct packet_spec seen(struct packet_spec spec, const struct party *p)
{
	spec = hop(with_dst(with_src(spec, service_addr(p)), p->local));
	spec.sport = SERVICE_PORT;
	return spec;
}

static void answers_come_from_the_service_address(void **state)
{
	static const enum packet_l4 l4s[] = { L4_TCP, L4_UDP, L4_SCTP };

	for_each_family(p)
	{
		for (size_t i = 0; i < 3; i++) {
			struct packet_spec in = answer(p, l4s[i]);
			struct packet_spec out = seen(in, p);

			connect_to(service_of(state), p, p->remote, l4s[i]);
			expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &in, &out);
		}
	}
}

static void udp_without_checksum_stays_without(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = answer(p, L4_UDP), out;

		connect_to(service_of(state), p, p->remote, L4_UDP);
		in.no_checksum = true;
		out = seen(in, p);
		expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &in, &out);
	}
}

/* A port that the client talks to the same pod from, without a service. */
static void other_packets_of_the_endpoint_keep_their_source(void **state)
{
	for_each_family(p)
	{
		struct packet_spec other_port = answer(p, L4_TCP);
		struct packet_spec other_from = answer(p, L4_TCP);
		struct packet_spec out;

		connect_to(service_of(state), p, p->remote, L4_TCP);
		other_port.dport = 40001;
		other_from.sport = 8081;
		out = hop(with_dst(other_port, p->local));
		expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &other_port, &out);
		out = hop(with_dst(other_from, p->local));
		expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &other_from, &out);
	}
}

static void answers_in_fragments_come_from_the_service_address(void **state)
{
	for_each_family(p)
	{
		struct packet_spec first = answer(p, L4_UDP), later, out;

		connect_to(service_of(state), p, p->remote, L4_UDP);
		first.payload = 1200;
		first.id = 99;
		first.frag_len = 800;
		if (p != &parties[0])
			first.exts[0] = EXT_FRAGMENT;
		later = first;
		later.frag_off = 800;
		later.frag_len = 408;
		out = seen(first, p);
		expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &first, &out);
		out = seen(later, p);
		expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &later, &out);
	}
}

/* The endpoint is a pod of our own: there and back through from_pod. */
static void own_endpoints_are_called_and_answer_by_global_address(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, service_addr(p));
		struct packet_spec back = tcp(p->local_b, p->global), out;

		connect_to(service_of(state), p, p->global_b, L4_TCP);
		out = hop(with_dst(with_src(in, p->global), p->local_b));
		out.dport = SERVICE_BACKEND;
		expect_redirect(*state, OB_HOOK_FROM_POD, &in, &out);
		back.sport = SERVICE_BACKEND;
		back.dport = 40000;
		out = seen(back, p);
		expect_redirect(*state, OB_HOOK_FROM_POD, &back, &out);
	}
}

static void a_client_that_is_its_own_endpoint_works(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, service_addr(p));
		struct packet_spec back = tcp(p->local, p->global), out;

		connect_to(service_of(state), p, p->global, L4_TCP);
		out = hop(with_dst(with_src(in, p->global), p->local));
		out.dport = SERVICE_BACKEND;
		expect_redirect(*state, OB_HOOK_FROM_POD, &in, &out);
		back.sport = SERVICE_BACKEND;
		back.dport = 40000;
		out = seen(back, p);
		expect_redirect(*state, OB_HOOK_FROM_POD, &back, &out);
	}
}

/* The packet that the client sent, as it was on its way to the endpoint. */
static struct packet_spec sent(const struct party *p, enum packet_l4 l4)
{
	struct packet_spec spec = udp(p->global, p->remote);

	spec.l4 = l4;
	spec.dport = SERVICE_BACKEND;
	return spec;
}

static void errors_quote_what_the_client_sent(void **state)
{
	static const enum packet_l4 l4s[] = { L4_TCP, L4_UDP };
	static const uint16_t quoted[] = { 0, 8, 20 };

	for_each_family(p)
	{
		for (size_t i = 0; i < 2 * 3 * ERROR_COUNT; i++) {
			const enum packet_l4 l4 = l4s[i % 2];
			struct packet_spec inner = sent(p, l4), inner_out;
			struct packet_spec in = {
				.src = p->remote_hub,
				.dst = p->global,
				.l4 = L4_ERROR,
				.error = (enum packet_error)(i / 6),
				.error_rest = 1300,
				.inner = &inner,
				.inner_l4_len = quoted[i / 2 % 3],
			};
			struct packet_spec out = hop(with_dst(in, p->local));

			connect_to(service_of(state), p, p->remote, l4);
			inner_out = with_dst(with_src(inner, p->local),
					     service_addr(p));
			inner_out.dport = SERVICE_PORT;
			out.inner = &inner_out;
			expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &in, &out);
		}
	}
}

/* From a pod of our own that is an endpoint. */
static void errors_of_own_endpoints_quote_it_too(void **state)
{
	for_each_family(p)
	{
		struct packet_spec inner = udp(p->global, p->local_b),
				   inner_out;
		struct packet_spec in = { .src = p->local_b,
					  .dst = p->global,
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet_spec out;

		connect_to(service_of(state), p, p->global_b, L4_UDP);
		inner.dport = SERVICE_BACKEND;
		inner_out = udp(p->local, service_addr(p));
		out = hop(with_dst(with_src(in, p->global_b), p->local));
		out.inner = &inner_out;
		expect_redirect(*state, OB_HOOK_FROM_POD, &in, &out);
	}
}

/* The client's own error about an answer goes to the endpoint. */
static void errors_of_the_client_reach_the_endpoint(void **state)
{
	for_each_family(p)
	{
		struct packet_spec inner = udp(service_addr(p), p->local);
		struct packet_spec in = { .src = p->local,
					  .dst = service_addr(p),
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet_spec out = hop(with_dst(in, p->remote));
		struct packet_spec inner_out;

		connect_to(service_of(state), p, p->remote, L4_UDP);
		inner.sport = SERVICE_PORT;
		inner.dport = 40000;
		inner_out = with_src(inner, p->remote);
		inner_out.sport = SERVICE_BACKEND;
		out.inner = &inner_out;
		expect_redirect(*state, OB_HOOK_FROM_POD, &in, &out);
	}
}

static void errors_about_no_connection_are_dropped(void **state)
{
	for_each_family(p)
	{
		struct packet_spec inner = udp(service_addr(p), p->local);
		struct packet_spec in = { .src = p->local,
					  .dst = service_addr(p),
					  .l4 = L4_ERROR,
					  .inner = &inner };

		service_set(service_of(state), service_addr(p), IPPROTO_UDP,
			    NULL, 0);
		expect_drop(*state, OB_HOOK_FROM_POD, &in,
			    OB_REASON_NO_SERVICE);
		assert_int_equal(0,
				 service_count(service_of(state), OB_MAP_FLOW));
	}
}

/*
 * Too big for the pod's device: the stack answers the source it sees, which
 * must be the endpoint; to the service address it could send nothing.
 */
static void too_big_for_the_pod_is_answered_to_the_endpoint(void **state)
{
	struct harness *h = *state;

	for_each_family(p)
	{
		struct packet_spec in = answer(p, L4_UDP), out;
		struct packet_spec first =
			udp(p->narrow_local, service_addr(p));
		struct packet packet;

		connect_to(service_of(state), p, p->remote, L4_UDP);
		service_send(service_of(state), &first, &packet);
		in.dst = p->narrow;
		in.df = true;
		in.payload = 1300;
		out = with_dst(in, p->narrow_local);
		expect(h, OB_HOOK_FROM_TUNNEL, NULL, &in, &out, VERDICT_NEXT,
		       OB_REASON_NO_FAST_PATH);
	}
}

static struct ob_flow flow_of(const struct services *s, const struct party *p,
			      uint8_t protocol)
{
	const struct ob_addr client = service_parse(p->local);
	const struct ob_addr addr = service_parse(service_addr(p));
	const struct ob_flow_key key = {
		.client = ob_service_addr_encode(&client),
		.addr = ob_service_addr_encode(&addr),
		.client_port = 40000,
		.port = SERVICE_PORT,
		.proto = (enum ob_proto)protocol,
	};
	struct ob_flow flow;

	assert_int_equal(
		0, bpf_map_lookup_elem(s->dp.map_fd[OB_MAP_FLOW], &key, &flow));
	return flow;
}

static void the_state_of_a_connection_follows_tcp(void **state)
{
	struct services *s = service_of(state);

	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, service_addr(p));
		struct packet_spec reset = answer(p, L4_TCP), out;
		struct ob_backend_entry b = service_backend(p->remote);
		struct packet packet;

		service_set(s, service_addr(p), IPPROTO_TCP, &b, 1);
		in.tcp_flags = TCP_SYN;
		service_send(s, &in, &packet);
		assert_int_equal(OB_FLOW_OPENING,
				 flow_of(s, p, IPPROTO_TCP).state);
		in.tcp_flags = TCP_ACK;
		service_send(s, &in, &packet);
		assert_int_equal(OB_FLOW_ESTABLISHED,
				 flow_of(s, p, IPPROTO_TCP).state);
		reset.tcp_flags = TCP_RST;
		out = seen(reset, p);
		expect_redirect(*state, OB_HOOK_FROM_TUNNEL, &reset, &out);
		assert_int_equal(OB_FLOW_CLOSING,
				 flow_of(s, p, IPPROTO_TCP).state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		service_test(answers_come_from_the_service_address),
		service_test(udp_without_checksum_stays_without),
		service_test(other_packets_of_the_endpoint_keep_their_source),
		service_test(
			answers_in_fragments_come_from_the_service_address),
		service_test(
			own_endpoints_are_called_and_answer_by_global_address),
		service_test(a_client_that_is_its_own_endpoint_works),
		service_test(errors_quote_what_the_client_sent),
		service_test(errors_of_own_endpoints_quote_it_too),
		service_test(errors_of_the_client_reach_the_endpoint),
		service_test(errors_about_no_connection_are_dropped),
		service_test(too_big_for_the_pod_is_answered_to_the_endpoint),
		service_test(the_state_of_a_connection_follows_tcp),
	};

	return service_main(tests);
}
