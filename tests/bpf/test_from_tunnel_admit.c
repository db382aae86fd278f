// SPDX-License-Identifier: Apache-2.0
/* from_tunnel: what may come out of a tunnel, and where it may go. */
#include "harness.h"

#define HOOK OB_HOOK_FROM_TUNNEL

static void drops_sources_that_no_cluster_has(void **state)
{
	for_each_family(p)
	{
		const char *src[] = { p->nowhere, p->outside, p->node };

		for (int i = 0; i < 3; i++) {
			struct packet_spec in = tcp(src[i], p->global);

			expect_drop(*state, HOOK, &in, OB_REASON_SPOOFED);
		}
	}
}

static void drops_our_own_addresses_as_sources(void **state)
{
	for_each_family(p)
	{
		const char *src[] = { p->global_b, p->gateway, p->local_b,
				      p->global };

		for (int i = 0; i < 4; i++) {
			struct packet_spec in = tcp(src[i], p->global);

			expect_drop(*state, HOOK, &in, OB_REASON_SPOOFED);
		}
	}
}

/* Even where a route covers our own prefix, as a default towards the hub. */
static void drops_our_own_addresses_behind_a_wider_route(void **state)
{
	struct harness *h = *state;

	harness_add_route(h, "10.112.0.0/12", h->ob0, 1420, 1);
	harness_add_route(h, "fd70::/32", h->ob0, 1420, 1);
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->global_b, p->global), out;

		expect_drop(h, HOOK, &in, OB_REASON_SPOOFED);
		in.src = p->gateway;
		expect_drop(h, HOOK, &in, OB_REASON_SPOOFED);
		in.src = p->nowhere; /* behind the hub, for all we know */
		out = hop(with_dst(in, p->local));
		expect_redirect(h, HOOK, &in, &out);
	}
}

static void drops_clusters_from_another_ones_device(void **state)
{
	struct harness *h = *state;
	struct context other = { .ifindex = h->ob1 };

	for_each_family(p)
	{
		struct packet_spec in = tcp(p->remote, p->global), out;

		expect(h, HOOK, &other, &in, &in, VERDICT_DROP,
		       OB_REASON_SPOOFED);
		in.src = p->remote3;
		expect_drop(h, HOOK, &in, OB_REASON_SPOOFED);
		out = hop(with_dst(in, p->local));
		expect(h, HOOK, &other, &in, &out, VERDICT_REDIRECT, NO_REASON);
	}
}

static void drops_destinations_that_are_not_ours(void **state)
{
	for_each_family(p)
	{
		const char *dst[] = { p->remote3, p->remote_hub, p->nowhere,
				      p->local,	  p->outside,	 p->node };

		for (int i = 0; i < 6; i++) {
			struct packet_spec in = tcp(p->remote, dst[i]);

			expect_drop(*state, HOOK, &in, OB_REASON_NOT_OURS);
		}
	}
}

static void drops_multicast_and_link_local(void **state)
{
	static const char *const dst[2][3] = {
		{ "224.0.0.1", "255.255.255.255", "169.254.1.1" },
		{ "ff02::1", "ff05::1:3", "fe80::1" },
	};

	for_each_family(p)
	{
		for (int i = 0; i < 3; i++) {
			struct packet_spec in =
				udp(p->remote, dst[p - parties][i]);
			struct packet_spec as_source = with_dst(in, p->global);

			expect_drop(*state, HOOK, &in, OB_REASON_NOT_OURS);
			as_source.src = dst[p - parties][i];
			expect_drop(*state, HOOK, &as_source,
				    OB_REASON_SPOOFED);
		}
	}
}

static void leaves_the_gateways_own_packets_to_the_stack(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->remote, p->gateway);

		expect_untouched(*state, HOOK, &in);
		in.ttl = 1; /* it has arrived: nothing left to expire */
		expect_untouched(*state, HOOK, &in);
	}
}

static void relays_between_clusters_when_it_may(void **state)
{
	harness_set_flags(*state, OB_CONFIG_RELAY);
	for_each_family(p)
	{
		const char *dst[] = { p->remote3, p->remote_hub };

		for (int i = 0; i < 2; i++) {
			struct packet_spec in = tcp(p->remote, dst[i]), out;

			out = hop(in);
			expect_redirect(*state, HOOK, &in, &out);
		}
	}
}

static void relays_to_known_clusters_only(void **state)
{
	harness_set_flags(*state, OB_CONFIG_RELAY);
	for_each_family(p)
	{
		const char *dst[] = { p->nowhere, p->outside, p->local };

		for (int i = 0; i < 3; i++) {
			struct packet_spec in = tcp(p->remote, dst[i]);

			expect_drop(*state, HOOK, &in, OB_REASON_NOT_OURS);
		}
	}
}

static void never_sends_a_packet_back_to_its_cluster(void **state)
{
	harness_set_flags(*state, OB_CONFIG_RELAY);
	for_each_family(p)
	{
		const char *src =
			p == parties ? "10.114.200.1" : "fd70:0:114:200::1";
		struct packet_spec in = tcp(src, p->remote);

		expect_drop(*state, HOOK, &in, OB_REASON_NOT_OURS);
	}
}

static void relays_within_ttl_and_size_only(void **state)
{
	harness_set_flags(*state, OB_CONFIG_RELAY);
	for_each_family(p)
	{
		struct packet_spec in = udp(p->remote, p->remote3), out;

		in.df = true;
		in.ttl = 1;
		expect(*state, HOOK, NULL, &in, &in, VERDICT_NEXT,
		       OB_REASON_TTL_EXPIRED);
		in.ttl = 2;
		in.payload = p == parties ? 1352 : 1332;
		out = hop(in);
		expect_redirect(*state, HOOK, &in, &out);
		in.payload++;
		expect(*state, HOOK, NULL, &in, &in, VERDICT_NEXT,
		       OB_REASON_TOO_BIG);
	}
}

static void delivers_to_its_own_pods_when_it_relays(void **state)
{
	harness_set_flags(*state, OB_CONFIG_RELAY);
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->remote, p->global);
		struct packet_spec out = hop(with_dst(in, p->local));

		expect_redirect(*state, HOOK, &in, &out);
	}
}

static void drops_everything_without_a_configuration(void **state)
{
	struct harness *h = *state;

	harness_empty(h);
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->remote, p->global);

		expect_drop(h, HOOK, &in, OB_REASON_SPOOFED);
		expect_drop(h, OB_HOOK_TO_TUNNEL, &in, OB_REASON_NO_ROUTE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(drops_sources_that_no_cluster_has),
		harness_test(drops_our_own_addresses_as_sources),
		harness_test(drops_our_own_addresses_behind_a_wider_route),
		harness_test(drops_clusters_from_another_ones_device),
		harness_test(drops_destinations_that_are_not_ours),
		harness_test(drops_multicast_and_link_local),
		harness_test(leaves_the_gateways_own_packets_to_the_stack),
		harness_test(relays_between_clusters_when_it_may),
		harness_test(relays_to_known_clusters_only),
		harness_test(never_sends_a_packet_back_to_its_cluster),
		harness_test(relays_within_ttl_and_size_only),
		harness_test(delivers_to_its_own_pods_when_it_relays),
		harness_test(drops_everything_without_a_configuration),
	};

	return harness_main(tests);
}
