// SPDX-License-Identifier: Apache-2.0
/* to_tunnel: who may speak into a tunnel, and under which address. */
#include "harness.h"

#include <string.h>

#define HOOK OB_HOOK_TO_TUNNEL

static void drops_sources_without_a_global_address(void **state)
{
	for_each_family(p)
	{
		const char *src[] = { p->node, p->outside, p->nowhere };

		for (int i = 0; i < 3; i++) {
			struct packet_spec in = tcp(src[i], p->remote);

			expect_drop(*state, HOOK, &in, OB_REASON_NO_GLOBAL);
		}
	}
}

static void keeps_sources_that_are_already_ours(void **state)
{
	for_each_family(p)
	{
		struct packet_spec gateway = tcp(p->gateway, p->remote);
		struct packet_spec pod = tcp(p->global, p->remote);

		expect_next(*state, HOOK, &gateway, &gateway);
		expect_next(*state, HOOK, &pod, &pod);
	}
}

/* The routed profile: pods have unique addresses, nothing to translate. */
static void keeps_sources_of_an_identity_mapping(void **state)
{
	harness_add_block(*state, "10.113.40.0/24", "10.113.40.0/24");
	harness_add_block(*state, "fd70:0:113:40::/64", "fd70:0:113:40::/64");
	for_each_family(p)
	{
		const char *src =
			p == parties ? "10.113.40.9" : "fd70:0:113:40::9";
		struct packet_spec in = tcp(src, p->remote);

		expect_next(*state, HOOK, &in, &in);
	}
}

static void drops_other_clusters_sources_unless_it_relays(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->remote3, p->remote);
		const struct harness *h = *state;
		struct context its_tunnel = { .ifindex = h->ob1 };

		harness_set_flags(*state, 0);
		expect_drop(*state, HOOK, &in, OB_REASON_NO_GLOBAL);
		harness_set_flags(*state, OB_CONFIG_RELAY);
		expect(*state, HOOK, &its_tunnel, &in, &in, VERDICT_NEXT,
		       NO_REASON);
		/* Out of another tunnel, or from a pod that pretends. */
		expect_drop(*state, HOOK, &in, OB_REASON_NO_GLOBAL);
		in.src = p->nowhere;
		expect_drop(*state, HOOK, &in, OB_REASON_NO_GLOBAL);
	}
}

static void drops_destinations_that_no_cluster_has(void **state)
{
	for_each_family(p)
	{
		const char *dst[] = { p->nowhere, p->outside, p->local_b };

		for (int i = 0; i < 3; i++) {
			struct packet_spec in = tcp(p->local, dst[i]);

			expect_drop(*state, HOOK, &in, OB_REASON_NO_ROUTE);
		}
	}
}

static void keeps_what_is_not_unicast_out_of_the_tunnel(void **state)
{
	static const char *const dst[2][3] = {
		{ "224.0.0.1", "239.255.255.250", "255.255.255.255" },
		{ "ff02::1", "ff05::1:3", "fe80::1" },
	};

	for_each_family(p)
	{
		for (int i = 0; i < 3; i++) {
			struct packet_spec in =
				udp(p->local, dst[p - parties][i]);

			expect_drop(*state, HOOK, &in, OB_REASON_NOT_UNICAST);
		}
	}
}

static void speaks_for_nodes_in_icmp_errors_only(void **state)
{
	for_each_family(p)
	{
		struct packet_spec inner = tcp(p->remote, p->local);
		struct packet_spec inner_out = with_dst(inner, p->global);
		struct packet_spec in = { .src = p->node,
					  .dst = p->remote,
					  .l4 = L4_ERROR,
					  .inner = &inner };
		struct packet_spec out = with_src(in, p->gateway);

		out.inner = &inner_out;
		expect_next(*state, HOOK, &in, &out);
		in.l4 = L4_ECHO;
		expect_drop(*state, HOOK, &in, OB_REASON_NO_GLOBAL);
		in.l4 = L4_ECHO_REPLY;
		expect_drop(*state, HOOK, &in, OB_REASON_NO_GLOBAL);
	}
}

static void speaks_for_nobody_without_a_gateway_address(void **state)
{
	struct harness *h = *state;

	memset(&h->net.config.gateway4, 0, sizeof(h->net.config.gateway4));
	memset(&h->net.config.gateway6, 0, sizeof(h->net.config.gateway6));
	harness_set_config(h);
	for_each_family(p)
	{
		struct packet_spec inner = tcp(p->remote, p->local);
		struct packet_spec in = { .src = p->node,
					  .dst = p->remote,
					  .l4 = L4_ERROR,
					  .inner = &inner };

		expect_drop(h, HOOK, &in, OB_REASON_NO_GLOBAL);
	}
}

/* Tunnel devices carry IP only, whatever somebody puts there. */
static void drops_what_is_not_ip(void **state)
{
	struct packet_spec spec = udp("10.244.3.7", "10.114.1.2");
	struct packet p;

	packet_build(&spec, &p);
	p.b[12] = 0x08;
	p.b[13] = 0x06;
	expect_bytes(*state, HOOK, NULL, &p, NULL, VERDICT_DROP,
		     OB_REASON_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(drops_sources_without_a_global_address),
		harness_test(keeps_sources_that_are_already_ours),
		harness_test(keeps_sources_of_an_identity_mapping),
		harness_test(drops_other_clusters_sources_unless_it_relays),
		harness_test(drops_destinations_that_no_cluster_has),
		harness_test(keeps_what_is_not_unicast_out_of_the_tunnel),
		harness_test(speaks_for_nodes_in_icmp_errors_only),
		harness_test(speaks_for_nobody_without_a_gateway_address),
		harness_test(drops_what_is_not_ip),
	};

	return harness_main(tests);
}
