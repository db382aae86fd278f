// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "obctl_facts.h"

/* Nobody answers, and there was no handshake. */
static struct ob_wg_peer *silence(struct obctl_facts *t)
{
	for (size_t i = 0; i < t->facts.paths.n; i++)
		t->facts.paths.v[i].answered = false;
	t->facts.wg.peers[0].handshake_s = 0;
	t->facts.wg.peers[0].rx_bytes = 0;
	return &t->facts.wg.peers[0];
}

static struct ob_ctl_path *to_hub(struct obctl_facts *t)
{
	return &t->facts.paths.v[0];
}

static void endpoint_has_a_way(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_endpoint, OB_CTL_GOOD, NULL,
			   "hub: 192.0.2.1 by veth1");
}

static void name_without_address_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	silence(t);
	to_hub(t)->resolve_problem = "unknown";
	obctl_facts_expect(t, ob_ctl_check_endpoint, OB_CTL_BROKEN,
			   "EndpointUnresolved",
			   "192.0.2.1 does not resolve: unknown");
	assert_false(t->findings.v[0].aside);
}

static void name_without_address_stands_aside_while_up(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->resolve_problem = "unknown";
	obctl_facts_expect(t, ob_ctl_check_endpoint, OB_CTL_BROKEN,
			   "EndpointUnresolved", "unknown");
	assert_true(t->findings.v[0].aside);
}

static void endpoint_without_route_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->underlay.error = -ENETUNREACH;
	obctl_facts_expect(t, ob_ctl_check_endpoint, OB_CTL_BROKEN,
			   "NoUnderlayRoute", "no route to its endpoint");
}

static void unreachable_route_is_none(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->underlay.route.type = RTN_UNREACHABLE;
	obctl_facts_expect(t, ob_ctl_check_endpoint, OB_CTL_BROKEN,
			   "NoUnderlayRoute", "no route");
}

static void way_into_the_tunnel_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->underlay.route.ifindex = 5;
	obctl_facts_expect(t, ob_ctl_check_endpoint, OB_CTL_BROKEN,
			   "UnderlayLoop", "leads into ob0");
}

static void cluster_that_dials_us_needs_no_endpoint(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->to = (struct ob_addr){ 0 };
	obctl_facts_expect(t, ob_ctl_check_endpoint, OB_CTL_GOOD, NULL,
			   "it dials us");
}

static void answering_tunnels_are_good(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_GOOD, NULL,
			   "hub: last handshake 12 s ago, answers");
	assert_int_equal(2, t->findings.n);
}

static void handshake_is_enough_without_answer(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->answered = false;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_GOOD, NULL,
			   "hub: last handshake 12 s ago");
}

static void unanswered_packets_mean_blocked_or_wrong_key(void **state)
{
	struct obctl_facts *t = *state;

	silence(t);
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_BROKEN, "NoHandshake",
			   "192.0.2.1:31820 (1000 B sent) and none come back");
	assert_non_null(strstr(t->findings.v[0].fix, "UDP port 31820"));
}

/* It is up by its handshake, but mute now. */
static void mute_tunnel_is_broken_after_listening(void **state)
{
	struct obctl_facts *t = *state;
	struct ob_wg_peer then = t->facts.wg.peers[0];

	t->facts.paths.v[0].answered = t->facts.paths.v[1].answered = false;
	then.tx_bytes += 84;
	t->facts.wg_then.peers = &then;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_SKIPPED, NULL,
			   "east: behind the hub");
	t->facts.listened = true;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_BROKEN,
			   "TunnelSilent", "12 s ago; packets leave");
	then.rx_bytes += 32;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_SKIPPED, NULL,
			   "east: behind the hub");
}

static void old_handshake_has_its_age(void **state)
{
	struct obctl_facts *t = *state;

	silence(t)->handshake_s = t->facts.now_s - 400;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_BROKEN, "NoHandshake",
			   "last handshake 6 min ago");
}

static void cluster_that_never_dialled_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	silence(t)->endpoint.addr.family = 0;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_BROKEN,
			   "NeverDialled", "has not dialled us");
}

static void other_key_with_its_addresses_is_named(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wg.peers[0].public_key.b[0] = 3;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_BROKEN,
			   "PeerKeyDiffers", "has its addresses with key");
}

static void missing_wireguard_peer_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wg.n_peers = t->facts.wg_then.n_peers = 0;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_BROKEN, "PeerMissing",
			   "no peer with its key");
}

static void prefix_not_allowed_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wg.peers[0].allowed++;
	t->facts.wg_then.peers[0].n_allowed = 1;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_BROKEN,
			   "AllowedIPsMissing", "10.112.0.0/16");
}

static void prefix_behind_the_hub_not_allowed_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wg_then.peers[0].n_allowed = 1;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_BROKEN,
			   "AllowedIPsMissing", "does not carry 10.114.0.0/16");
}

static void silent_cluster_behind_the_hub_is_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.paths.v[1].answered = false;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_WARNING, "NoAnswer",
			   "east: the hub hub answers");
}

static void cluster_behind_no_hub_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.paths.v++;
	t->facts.paths.n--;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_BROKEN, "NoHub",
			   "east: can only");
}

static void unreadable_tunnels_are_no_fault(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wg_error = -EPERM;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_SKIPPED, NULL,
			   "need root");
}

static void no_device_no_tunnel(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.link = NULL;
	obctl_facts_expect(t, ob_ctl_check_tunnel, OB_CTL_SKIPPED, NULL,
			   "no device ob0");
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_facts_set_up,              \
					obctl_facts_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(endpoint_has_a_way),
		TEST(name_without_address_is_broken),
		TEST(name_without_address_stands_aside_while_up),
		TEST(endpoint_without_route_is_broken),
		TEST(unreachable_route_is_none),
		TEST(way_into_the_tunnel_is_broken),
		TEST(cluster_that_dials_us_needs_no_endpoint),
		TEST(answering_tunnels_are_good),
		TEST(handshake_is_enough_without_answer),
		TEST(unanswered_packets_mean_blocked_or_wrong_key),
		TEST(mute_tunnel_is_broken_after_listening),
		TEST(old_handshake_has_its_age),
		TEST(cluster_that_never_dialled_is_broken),
		TEST(other_key_with_its_addresses_is_named),
		TEST(missing_wireguard_peer_is_broken),
		TEST(prefix_not_allowed_is_broken),
		TEST(prefix_behind_the_hub_not_allowed_is_broken),
		TEST(silent_cluster_behind_the_hub_is_a_warning),
		TEST(cluster_behind_no_hub_is_broken),
		TEST(unreadable_tunnels_are_no_fault),
		TEST(no_device_no_tunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
