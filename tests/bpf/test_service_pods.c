// SPDX-License-Identifier: Apache-2.0
/*
 * Pods whose global addresses are in the service block: where the mapping of a
 * whole pod CIDR covers it, a quarter of all pods. They are told from services
 * by the address alone.
 */
#include "service.h"

#include <string.h>

#define HOOK OB_HOOK_FROM_POD

/* Two such pods, the global and the local address of each. */
struct block {
	const char *local, *global;
	const char *local_b, *global_b;
};

static const struct block *block_of(const struct party *p)
{
	static const struct block blocks[] = {
		{ "10.244.200.5", "10.113.200.5", "10.244.201.6",
		  "10.113.201.6" },
		{ "fd00:244:0:c000::5", "fd70:0:113:c000::5",
		  "fd00:244:0:c001::6", "fd70:0:113:c001::6" },
	};

	return &blocks[p - parties];
}

/* The service has this endpoint; the client in the block has called it. */
static void connect_to(struct services *s, const struct party *p,
		       const char *endpoint, enum packet_l4 l4)
{
	struct packet_spec in = udp(block_of(p)->local, service_addr(p));
	struct ob_backend_entry b = service_backend(endpoint);
	struct packet packet;

	in.l4 = l4;
	service_set(s, service_addr(p),
		    l4 == L4_TCP ? IPPROTO_TCP : IPPROTO_UDP, &b, 1);
	assert_int_equal(VERDICT_REDIRECT, service_send(s, &in, &packet));
}

/* As the packet is when both its ends have been translated. */
static struct packet_spec between(struct packet_spec spec, const char *src,
				  const char *dst)
{
	return hop(with_dst(with_src(spec, src), dst));
}

static void own_endpoints_answer_a_client_in_the_block(void **state)
{
	static const enum packet_l4 l4s[] = { L4_TCP, L4_UDP };

	for_each_family(p)
	{
		const struct block *b = block_of(p);

		for (size_t i = 0; i < 2; i++) {
			struct packet_spec in = udp(b->local, service_addr(p));
			struct packet_spec back = udp(p->local_b, b->global);
			struct packet_spec out;

			in.l4 = back.l4 = l4s[i];
			connect_to(service_of(state), p, p->global_b, l4s[i]);
			out = between(in, b->global, p->local_b);
			out.dport = SERVICE_BACKEND;
			expect_redirect(*state, HOOK, &in, &out);
			back.sport = SERVICE_BACKEND;
			back.dport = 40000;
			out = between(back, service_addr(p), b->local);
			out.sport = SERVICE_PORT;
			expect_redirect(*state, HOOK, &back, &out);
		}
	}
}

/* Client and endpoint. */
static void endpoints_may_be_in_the_block_too(void **state)
{
	for_each_family(p)
	{
		const struct block *b = block_of(p);
		struct packet_spec in = tcp(b->local, service_addr(p));
		struct packet_spec back = tcp(b->local_b, b->global), out;

		connect_to(service_of(state), p, b->global_b, L4_TCP);
		out = between(in, b->global, b->local_b);
		out.dport = SERVICE_BACKEND;
		expect_redirect(*state, HOOK, &in, &out);
		back.sport = SERVICE_BACKEND;
		back.dport = 40000;
		out = between(back, service_addr(p), b->local);
		out.sport = SERVICE_PORT;
		expect_redirect(*state, HOOK, &back, &out);
	}
}

static void a_pod_is_called_by_its_global_address(void **state)
{
	for_each_family(p)
	{
		const struct block *b = block_of(p);

		for (int l4 = 0; l4 < L4_COUNT; l4++) {
			struct packet_spec in = udp(p->local, b->global), out;
			struct packet_spec back = udp(b->local, p->global);

			if (l4 == L4_ERROR)
				continue;
			in.l4 = back.l4 = (enum packet_l4)l4;
			out = between(in, p->global, b->local);
			expect_redirect(*state, HOOK, &in, &out);
			out = between(back, b->global, p->local);
			expect_redirect(*state, HOOK, &back, &out);
		}
		assert_int_equal(0,
				 service_count(service_of(state), OB_MAP_FLOW));
	}
}

static void pods_of_the_block_call_each_other(void **state)
{
	static const enum packet_l4 l4s[] = { L4_TCP, L4_UDP, L4_ECHO };

	for_each_family(p)
	{
		const struct block *b = block_of(p);

		for (size_t i = 0; i < 3; i++) {
			struct packet_spec in = udp(b->local, b->global_b);
			struct packet_spec back = udp(b->local_b, b->global);
			struct packet_spec out;

			in.l4 = l4s[i];
			back.l4 = l4s[i] == L4_ECHO ? L4_ECHO_REPLY : l4s[i];
			out = between(in, b->global, b->local_b);
			expect_redirect(*state, HOOK, &in, &out);
			out = between(back, b->global_b, b->local);
			expect_redirect(*state, HOOK, &back, &out);
		}
	}
}

static struct packet_spec fragment(struct packet_spec spec, uint16_t off,
				   uint16_t len)
{
	spec.payload = 1200;
	spec.id = 77;
	spec.frag_off = off;
	spec.frag_len = len;
	if (packet_family(&spec) == AF_INET6)
		spec.exts[0] = EXT_FRAGMENT;
	return spec;
}

static void fragments_reach_a_pod_in_any_order(void **state)
{
	for_each_family(p)
	{
		const struct block *b = block_of(p);
		struct packet_spec whole = udp(p->local, b->global);
		struct packet_spec later = fragment(whole, 800, 408);
		struct packet_spec first = fragment(whole, 0, 800);
		struct packet_spec out = between(later, p->global, b->local);

		expect_redirect(*state, HOOK, &later, &out);
		out = between(first, p->global, b->local);
		expect_redirect(*state, HOOK, &first, &out);
		out = between(later, p->global, b->local);
		expect_redirect(*state, HOOK, &later, &out);
	}
}

static void answers_in_fragments_reach_a_client_in_the_block(void **state)
{
	for_each_family(p)
	{
		const struct block *b = block_of(p);
		struct packet_spec whole = udp(p->local_b, b->global);
		struct packet_spec first, later, out;

		connect_to(service_of(state), p, p->global_b, L4_UDP);
		whole.sport = SERVICE_BACKEND;
		whole.dport = 40000;
		first = fragment(whole, 0, 800);
		later = fragment(whole, 800, 408);
		out = between(first, service_addr(p), b->local);
		out.sport = SERVICE_PORT;
		expect_redirect(*state, HOOK, &first, &out);
		out = between(later, service_addr(p), b->local);
		out.sport = SERVICE_PORT;
		expect_redirect(*state, HOOK, &later, &out);
	}
}

/* About what a client in the block sent, to a service or to a pod. */
static void errors_reach_a_client_in_the_block(void **state)
{
	for_each_family(p)
	{
		const struct block *b = block_of(p);
		struct packet_spec inner = udp(b->global, p->local_b);
		struct packet_spec in = { .src = p->local_b,
					  .dst = b->global,
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet_spec out = between(in, p->global_b, b->local);
		struct packet_spec inner_out = udp(b->local, p->global_b);

		out.inner = &inner_out;
		expect_redirect(*state, HOOK, &in, &out);
		connect_to(service_of(state), p, p->global_b, L4_UDP);
		inner.dport = SERVICE_BACKEND;
		inner_out = udp(b->local, service_addr(p));
		expect_redirect(*state, HOOK, &in, &out);
	}
}

/* The stack answers, as in any hairpin: in the name that the client knows. */
static void time_to_live_to_a_pod_ends_as_in_any_hairpin(void **state)
{
	for_each_family(p)
	{
		const struct block *b = block_of(p);
		struct packet_spec in = udp(p->local, b->global), out;

		in.ttl = 1;
		out = with_dst(with_src(in, p->global), b->local);
		expect(*state, HOOK, NULL, &in, &out, VERDICT_NEXT,
		       OB_REASON_TTL_EXPIRED);
	}
}

static void the_gateways_address_is_left_to_the_stack(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->gateway);

		expect_untouched(*state, HOOK, &in);
	}
}

/* Every kind of packet that no service is found for. */
static void expect_no_service(struct harness *h, const char *src,
			      const char *dst)
{
	const struct packet_spec all[] = {
		{ .src = src, .dst = dst, .l4 = L4_TCP, .dport = 81 },
		{ .src = src, .dst = dst, .l4 = L4_UDP, .dport = 81 },
		{ .src = src, .dst = dst, .l4 = L4_ECHO },
		{ .src = src, .dst = dst, .l4 = L4_ESP },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		expect_drop(h, HOOK, &all[i], OB_REASON_NO_SERVICE);
}

/* A mapping covers the service's address, too: there may even be a pod. */
static void an_address_of_a_service_is_no_pods(void **state)
{
	for_each_family(p)
	{
		struct packet_spec later =
			fragment(udp(p->local, service_addr(p)), 800, 408);

		service_set(service_of(state), service_addr(p), IPPROTO_TCP,
			    NULL, 0);
		expect_no_service(*state, p->local, service_addr(p));
		expect_drop(*state, HOOK, &later, OB_REASON_SERVICE_FRAGMENT);
	}
}

static void until_its_last_service_is_gone(void **state)
{
	struct services *s = service_of(state);
	const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_SCTP };

	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, service_addr(p));
		struct ob_service_id id = {
			.addr = service_parse(service_addr(p)),
			.port = SERVICE_PORT,
		};
		struct packet packet;

		for (size_t i = 0; i < 2; i++)
			service_set(s, service_addr(p), protocols[i], NULL, 0);
		for (size_t i = 0; i < 2; i++) {
			expect_drop(*state, HOOK, &in, OB_REASON_NO_SERVICE);
			id.protocol = protocols[i];
			assert_int_equal(0, ob_services_del(s->s, &id));
		}
		assert_int_equal(VERDICT_REDIRECT,
				 service_send(s, &in, &packet));
	}
}

/* No mapping covers the block, as where pods have three quarters. */
static void neither_a_service_nor_a_pod_is_dropped_by_name(void **state)
{
	struct harness *h = *state;
	const struct ob_config config = h->net.config;

	harness_empty(h);
	h->net.config = config;
	harness_set_config(h);
	for_each_family(p)
	{
		const struct block *b = block_of(p);
		struct packet_spec later =
			fragment(udp(p->local, b->global), 800, 408);

		expect_drop(h, HOOK, &later, OB_REASON_NO_SERVICE);
		expect_no_service(h, p->local, b->global);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		service_test(own_endpoints_answer_a_client_in_the_block),
		service_test(endpoints_may_be_in_the_block_too),
		service_test(a_pod_is_called_by_its_global_address),
		service_test(pods_of_the_block_call_each_other),
		service_test(fragments_reach_a_pod_in_any_order),
		service_test(answers_in_fragments_reach_a_client_in_the_block),
		service_test(errors_reach_a_client_in_the_block),
		service_test(time_to_live_to_a_pod_ends_as_in_any_hairpin),
		service_test(the_gateways_address_is_left_to_the_stack),
		service_test(an_address_of_a_service_is_no_pods),
		service_test(until_its_last_service_is_gone),
		service_test(neither_a_service_nor_a_pod_is_dropped_by_name),
	};

	return service_main(tests);
}
