// SPDX-License-Identifier: Apache-2.0
/* Corners of the desired state; tests/scenario has its stories. */
#include "octopus/desired.h"

#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A network that a test changes, and what is observed of the machine. */
struct fixture {
	struct ob_arena *arena;
	struct ob_network net;
	struct ob_actual actual;
	struct ob_facts facts;
	struct ob_desired desired;
};

static struct ob_prefix prefix(const char *s)
{
	struct ob_prefix p;

	assert_int_equal(ob_prefix_parse(s, &p), 0);
	return p;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->arena = ob_arena_new();
	memcpy(f->net.id, "us", 3);
	memcpy(f->net.device, "ob0", 4);
	f->net.port = 31820;
	f->net.global[0] = prefix("10.0.0.0/8");
	f->net.n_global = 1;
	f->actual.forwarding4 = true;
	f->facts.actual = &f->actual;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_arena_free(f->arena);
	free(f);
	return 0;
}

/* n clusters c0, c1, ... of one prefix each, all direct. */
static void add_clusters(struct fixture *f, size_t n)
{
	f->net.clusters = ob_arena_array(f->arena, n, sizeof(*f->net.clusters));
	f->net.n_clusters = n;
	f->facts.peers =
		ob_arena_array(f->arena, n, sizeof(struct ob_peer_fact));
	for (size_t i = 0; i < n; i++) {
		struct ob_cluster_spec *c = &f->net.clusters[i];

		snprintf(c->id, sizeof(c->id), "c%zu", i);
		c->cidrs = ob_arena_alloc(f->arena, sizeof(*c->cidrs));
		c->cidrs[0] = prefix("10.1.0.0/16");
		c->cidrs[0].addr.b[1] = (uint8_t)i;
		c->n_cidrs = 1;
		c->has_key = true;
		c->public_key.b[0] = (uint8_t)i;
		memcpy(c->host, "192.0.2.1", 10);
	}
}

/* The map has these clusters, in slots 1, 2, ... */
static void add_entries(struct fixture *f, const char *prefix_of_id, size_t n)
{
	struct ob_cluster_entries *e = &f->actual.clusters;

	e->v = ob_arena_array(f->arena, n, sizeof(*e->v));
	e->n = n;
	for (size_t i = 0; i < n; i++) {
		snprintf(e->v[i].key.name, sizeof(e->v[i].key.name), "%s%zu",
			 prefix_of_id, i);
		e->v[i].value.slot = (uint32_t)i + 1;
	}
}

static const struct ob_desired *compute(struct fixture *f)
{
	ob_desired_compute(f->arena, &f->net, &f->facts, &f->desired);
	return &f->desired;
}

static void keeps_the_slots_of_the_map(void **state)
{
	struct fixture *f = *state;
	const struct ob_desired *d;

	add_clusters(f, 3);
	add_entries(f, "c", 3);
	f->actual.clusters.v[1].value.slot = 200;
	d = compute(f);
	assert_int_equal(d->clusters.v[0].value.slot, 1);
	assert_int_equal(d->clusters.v[1].value.slot, 200);
	assert_int_equal(d->clusters.v[2].value.slot, 3);
}

static void leaves_the_slots_of_leaving_clusters(void **state)
{
	struct fixture *f = *state;

	add_clusters(f, 1);
	add_entries(f, "old", 5);
	assert_int_equal(compute(f)->clusters.v[0].value.slot, 6);
}

static void takes_the_slots_of_leaving_clusters_when_all_are_taken(void **state)
{
	struct fixture *f = *state;

	add_clusters(f, 1);
	add_entries(f, "old", OB_MAX_CLUSTERS - 1);
	assert_int_equal(compute(f)->clusters.v[0].value.slot, 1);
}

static void gives_every_cluster_a_slot_of_its_own(void **state)
{
	struct fixture *f = *state;
	bool seen[OB_MAX_CLUSTERS] = { 0 };
	const struct ob_desired *d;

	add_clusters(f, OB_MAX_CLUSTERS - 1);
	d = compute(f);
	for (size_t i = 0; i < d->clusters.n; i++) {
		uint32_t slot = d->clusters.v[i].value.slot;

		assert_in_range(slot, 1, OB_MAX_CLUSTERS - 1);
		assert_false(seen[slot]);
		seen[slot] = true;
	}
}

static void ignores_slots_that_cannot_be(void **state)
{
	struct fixture *f = *state;
	const struct ob_desired *d;

	add_clusters(f, 2);
	add_entries(f, "c", 2);
	f->actual.clusters.v[0].value.slot = 0;
	f->actual.clusters.v[1].value.slot = OB_MAX_CLUSTERS;
	d = compute(f);
	assert_int_equal(d->clusters.v[0].value.slot, 1);
	assert_int_equal(d->clusters.v[1].value.slot, 2);
}

static void attaches_where_patterns_match_ethernet(void **state)
{
	struct fixture *f = *state;
	char all[] = "*", *patterns[] = { all };
	struct ob_link links[] = {
		{ .ifindex = 1, .name = "lo", .type = ARPHRD_LOOPBACK },
		{ .ifindex = 2, .name = "veth1", .type = ARPHRD_ETHER },
		{ .ifindex = 3, .name = "tun0", .type = ARPHRD_NONE },
		{ .ifindex = 4,
		  .name = "ob0",
		  .kind = "wireguard",
		  .alias = OB_ALIAS,
		  .type = ARPHRD_NONE },
	};
	const struct ob_desired *d;

	f->net.interfaces = patterns;
	f->net.n_interfaces = 1;
	f->actual.links = (struct ob_links){ links, ARRAY_SIZE(links) };
	d = compute(f);
	assert_int_equal(d->attachments.n, 3);
	assert_int_equal(d->attachments.v[0].ifindex, 4);
	assert_int_equal(d->attachments.v[2].hook, OB_HOOK_FROM_POD);
	assert_int_equal(d->attachments.v[2].ifindex, 2);
}

static void keeps_global_addresses_from_the_default_route(void **state)
{
	struct fixture *f = *state;
	const struct ob_desired *d = compute(f);

	assert_int_equal(d->routes.n, 1);
	assert_int_equal(d->routes.v[0].type, RTN_UNREACHABLE);
	assert_int_equal(d->routes.v[0].protocol, OB_RTPROT);
	assert_int_equal(d->routes.v[0].metric, OB_METRIC_UNREACHABLE);
	assert_true(ob_prefix_equal(&d->routes.v[0].dst, &f->net.global[0]));
}

static void adds_relayed_cidrs_to_the_hub(void **state)
{
	struct fixture *f = *state;
	const struct ob_desired *d;

	add_clusters(f, 3);
	f->net.clusters[1].hub = true;
	f->net.clusters[0].host[0] = f->net.clusters[2].host[0] = '\0';
	d = compute(f);
	assert_int_equal(d->peers.n, 1);
	assert_string_equal(d->peers.v[0].cluster, "c1");
	assert_int_equal(d->peers.v[0].wg.n_allowed, 3);
}

static void relays_only_at_the_hub(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(compute(f)->config.flags, 0);
	f->net.hub = true;
	assert_int_equal(compute(f)->config.flags, OB_CONFIG_RELAY);
}

static void passes_the_mtu_of_relayed_clusters_by(void **state)
{
	struct fixture *f = *state;
	struct ob_peer_fact *facts;

	add_clusters(f, 2);
	facts = ob_arena_array(f->arena, 2, sizeof(*facts));
	facts[0].underlay = (struct ob_underlay){ AF_INET, 1500 };
	facts[1].underlay = (struct ob_underlay){ AF_INET, 1000 };
	f->facts.peers = facts;
	f->net.clusters[0].hub = true;
	f->net.clusters[1].host[0] = '\0';
	assert_int_equal(compute(f)->link.mtu, 1440);
	assert_int_equal(f->desired.destinations.v[1].value.mtu, 1440);
}

static void follows_the_default_route_before_a_peer_is_known(void **state)
{
	struct fixture *f = *state;

	f->facts.fallback = (struct ob_underlay){ AF_INET, 1400 };
	assert_int_equal(compute(f)->link.mtu, 1340);
	add_clusters(f, 1);
	assert_int_equal(compute(f)->link.mtu, 1340);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(keeps_the_slots_of_the_map),
		TEST(leaves_the_slots_of_leaving_clusters),
		TEST(takes_the_slots_of_leaving_clusters_when_all_are_taken),
		TEST(gives_every_cluster_a_slot_of_its_own),
		TEST(ignores_slots_that_cannot_be),
		TEST(attaches_where_patterns_match_ethernet),
		TEST(keeps_global_addresses_from_the_default_route),
		TEST(adds_relayed_cidrs_to_the_hub),
		TEST(relays_only_at_the_hub),
		TEST(passes_the_mtu_of_relayed_clusters_by),
		TEST(follows_the_default_route_before_a_peer_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
