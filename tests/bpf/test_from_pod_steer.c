// SPDX-License-Identifier: Apache-2.0
/* from_pod: which packets it takes, which it leaves, where they go. */
#include "harness.h"

#include <string.h>

#define HOOK OB_HOOK_FROM_POD

static void steers_remote_destinations_into_the_tunnel(void **state)
{
	for_each_family(p)
	{
		const char *dst[] = { p->remote, p->remote_hub, p->remote3 };

		for (int i = 0; i < 3; i++) {
			struct packet_spec in = udp(p->local, dst[i]);
			struct packet_spec out = hop(in);

			expect_redirect(*state, HOOK, &in, &out);
		}
	}
}

static void steers_every_protocol(void **state)
{
	for_each_family(p)
	{
		for (int l4 = 0; l4 < L4_COUNT; l4++) {
			struct packet_spec inner = udp(p->remote, p->local);
			struct packet_spec in = udp(p->local, p->remote), out;

			in.l4 = (enum packet_l4)l4;
			in.inner = &inner;
			out = hop(in);
			expect_redirect(*state, HOOK, &in, &out);
		}
	}
}

static void leaves_destinations_outside_the_global_network(void **state)
{
	for_each_family(p)
	{
		struct packet_spec internet = tcp(p->local, p->outside);
		struct packet_spec own_pod = tcp(p->local, p->local_b);
		struct packet_spec node = tcp(p->local, p->node);

		internet.ttl = own_pod.ttl = 1;
		expect_untouched(*state, HOOK, &internet);
		expect_untouched(*state, HOOK, &own_pod);
		expect_untouched(*state, HOOK, &node);
	}
}

static void leaves_multicast_broadcast_and_link_local(void **state)
{
	static const char *const dst4[] = { "224.0.0.251", "255.255.255.255",
					    "169.254.1.1", "239.1.2.3" };
	static const char *const dst6[] = { "ff02::1", "ff02::fb", "fe80::1",
					    "ff05::2" };

	for (int i = 0; i < 4; i++) {
		struct packet_spec v4 = udp(parties[0].local, dst4[i]);
		struct packet_spec v6 = udp(parties[1].local, dst6[i]);

		expect_untouched(*state, HOOK, &v4);
		expect_untouched(*state, HOOK, &v6);
	}
}

/* What follows the Ethernet header here is read as IP by none. */
static void leaves_frames_that_are_not_ip(void **state)
{
	static const uint16_t types[] = { 0x0806, 0x8100, 0x88cc, 0x8847, 64 };
	struct packet_spec spec = udp("10.244.3.7", "10.114.1.2");
	struct packet p;

	packet_build(&spec, &p);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		p.b[12] = types[i] >> 8;
		p.b[13] = types[i] & 0xff;
		expect_bytes(*state, HOOK, NULL, &p, NULL, VERDICT_NEXT,
			     NO_REASON);
	}
}

static void leaves_neighbour_discovery(void **state)
{
	static const uint8_t types[] = { 133, 134, 135, 136, 143 };

	for (size_t i = 0; i < sizeof(types); i++) {
		struct packet_spec spec = { .src = "fd00:244:0:3::7",
					    .dst = "ff02::1:ff00:7",
					    .l4 = L4_ECHO,
					    .ttl = 255,
					    .payload = 24 };
		struct packet p;

		packet_build(&spec, &p);
		packet_ip(&p)[40] = types[i];
		expect_bytes(*state, HOOK, NULL, &p, NULL, VERDICT_NEXT,
			     NO_REASON);
	}
}

static void drops_global_destinations_that_nobody_has(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->nowhere);

		expect_drop(*state, HOOK, &in, OB_REASON_NO_ROUTE);
	}
}

/* The longest prefix is told apart by its MTU: only it carries the packet. */
static void takes_the_longest_of_several_prefixes(void **state)
{
	struct harness *h = *state;

	harness_add_route(h, "10.114.1.0/24", h->ob1, 80, 4);
	harness_add_route(h, "10.114.1.2/32", h->ob0, 1420, 5);
	harness_add_route(h, "fd70:0:114:1::/64", h->ob1, 80, 4);
	harness_add_route(h, "fd70:0:114:1::2/128", h->ob0, 1420, 5);
	for_each_family(p)
	{
		struct packet_spec host = udp(p->local, p->remote), out;
		bool v4 = p == parties;
		struct packet_spec net =
			with_dst(host, v4 ? "10.114.1.3" : "fd70:0:114:1::3");

		net.df = true;
		out = hop(host);
		expect_redirect(h, HOOK, &host, &out);
		expect(h, HOOK, NULL, &net, &net, VERDICT_NEXT,
		       OB_REASON_TOO_BIG);
	}
}

static void takes_options_and_extension_headers_along(void **state)
{
	struct packet_spec v4 = udp(parties[0].local, parties[0].remote), out;
	struct packet_spec v6 = udp(parties[1].local, parties[1].remote);

	v4.options = 40;
	out = hop(v4);
	expect_redirect(*state, HOOK, &v4, &out);
	v6.exts[0] = EXT_HOP_BY_HOP;
	v6.exts[1] = EXT_DESTINATION;
	v6.exts[2] = EXT_ROUTING;
	out = hop(v6);
	expect_redirect(*state, HOOK, &v6, &out);
}

static void keeps_ethernet_padding(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, p->remote), out;

		in.payload = 1;
		in.pad = 17;
		out = hop(in);
		expect_redirect(*state, HOOK, &in, &out);
	}
}

static void translates_both_addresses_of_a_hairpin(void **state)
{
	for_each_family(p)
	{
		for (int l4 = 0; l4 < L4_COUNT; l4++) {
			struct packet_spec in = udp(p->local, p->global_b), out;

			if (l4 == L4_ERROR)
				continue;
			in.l4 = (enum packet_l4)l4;
			out = with_dst(with_src(in, p->global), p->local_b);
			out = hop(out);
			expect_redirect(*state, HOOK, &in, &out);
		}
	}
}

static void translates_a_hairpin_to_the_pod_itself(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->global);
		struct packet_spec out =
			hop(with_dst(with_src(in, p->global), p->local));

		expect_redirect(*state, HOOK, &in, &out);
	}
}

static void leaves_the_gateways_own_address_to_the_stack(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->gateway);

		expect_untouched(*state, HOOK, &in);
	}
}

static void leaves_everything_without_a_configuration(void **state)
{
	struct harness *h = *state;

	memset(&h->net.config, 0, sizeof(h->net.config));
	harness_set_config(h);
	for_each_family(p)
	{
		struct packet_spec in = tcp(p->local, p->remote);

		expect_untouched(h, HOOK, &in);
	}
}

static void respects_a_global_network_of_odd_length(void **state)
{
	struct harness *h = *state;
	struct packet_spec in = tcp(parties[0].local, "10.114.127.255"), out;
	struct packet_spec beyond = with_dst(in, "10.114.128.0");

	memcpy(h->net.config.global4.b, (uint8_t[]){ 10, 114, 0, 0 }, 4);
	h->net.config.global4_len = 17;
	harness_set_config(h);
	out = hop(in);
	expect_redirect(h, HOOK, &in, &out);
	expect_untouched(h, HOOK, &beyond);
	in = tcp(parties[1].local, "fd70:0:7fff::1");
	beyond = with_dst(in, "fd70:0:8000::1");
	h->net.config.global6_len = 33;
	harness_set_config(h);
	expect_drop(h, HOOK, &in, OB_REASON_NO_ROUTE);
	expect_untouched(h, HOOK, &beyond);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(steers_remote_destinations_into_the_tunnel),
		harness_test(steers_every_protocol),
		harness_test(leaves_destinations_outside_the_global_network),
		harness_test(leaves_multicast_broadcast_and_link_local),
		harness_test(leaves_frames_that_are_not_ip),
		harness_test(leaves_neighbour_discovery),
		harness_test(drops_global_destinations_that_nobody_has),
		harness_test(takes_the_longest_of_several_prefixes),
		harness_test(takes_options_and_extension_headers_along),
		harness_test(keeps_ethernet_padding),
		harness_test(translates_both_addresses_of_a_hairpin),
		harness_test(translates_a_hairpin_to_the_pod_itself),
		harness_test(leaves_the_gateways_own_address_to_the_stack),
		harness_test(leaves_everything_without_a_configuration),
		harness_test(respects_a_global_network_of_odd_length),
	};

	return harness_main(tests);
}
