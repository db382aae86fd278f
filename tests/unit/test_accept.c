// SPDX-License-Identifier: Apache-2.0
/* Who gets what; test_accept_hostile.c has those who want what is not theirs,
 * test_accept_many.c has many at once. */
#include "accept_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	struct world *w = malloc(sizeof(*w));

	if (!w)
		return -1;
	world_init(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_done(*state);
	free(*state);
	return 0;
}

static void gives_what_is_asked_for(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", "10.113.0.0/16");
	world_settle(w);
	assert_string_equal(world_cidr(w, "c1"), "10.113.0.0/16");
	assert_condition(w, "c1", OB_PEER_ACCEPTED, "True", "Accepted");
	assert_condition(w, "c1", OB_PEER_CONFLICT, "False", "NoConflict");
	assert_condition(w, "c1", OB_PEER_DEGRADED, "False", "AsSpecified");
	assert_condition(w, "c1", OB_PEER_READY, "False", "NoHandshake");
	assert_int_equal(world_get(w, "c1")->status.role, OB_PEER_PRIVATE);
	assert_true(world_get(w, "c1")->status.has_key);
}

static void gives_a_slice_to_who_asks_for_nothing(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", NULL);
	world_add(w, "c2", "10.113.0.0/16");
	world_add(w, "c3", "");
	world_settle(w);
	assert_string_equal(world_cidr(w, "c1"), "10.113.0.0/16");
	assert_condition(w, "c2", OB_PEER_CONFLICT, "True", "CIDROverlap");
	assert_string_equal(world_cidr(w, "c3"), "10.114.0.0/16");
	assert_int_equal(w->totals.clusters, 2);
	assert_int_equal(w->totals.available, 13);
}

static void gives_a_slice_of_each_family(void **state)
{
	struct world *w = *state;
	const struct ob_peer_status *s;
	char buf[OB_PREFIX_STRLEN];

	world_add(w, "c1", NULL);
	world_settle(w);
	w->hub.global[1] = world_prefix("fd70::/32");
	w->hub.n_global = 2;
	world_settle(w);
	s = &world_get(w, "c1")->status;
	assert_int_equal(s->n_cidrs, 2);
	assert_string_equal(world_cidr(w, "c1"), "10.113.0.0/16");
	assert_string_equal(ob_prefix_format(&s->cidrs[1], buf, sizeof(buf)),
			    "fd70::/48");
}

static void what_was_given_stays_whatever_the_policy(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", NULL);
	world_settle(w);
	w->hub.slice_len = 20;
	world_add(w, "c2", NULL);
	world_settle(w);
	assert_string_equal(world_cidr(w, "c1"), "10.113.0.0/16");
	assert_string_equal(world_cidr(w, "c2"), "10.114.0.0/20");
}

static void says_when_nothing_is_left(void **state)
{
	struct world *w = *state;

	world_global(w, "10.112.0.0/15", "10.112.0.0/16", 16);
	world_add(w, "c1", NULL);
	world_add(w, "c2", NULL);
	world_settle(w);
	assert_string_equal(world_cidr(w, "c2"), "");
	assert_condition(w, "c2", OB_PEER_ACCEPTED, "False", "Exhausted");
	assert_message(w, "c2", OB_PEER_ACCEPTED,
		       "spec.cluster_cidr is empty, and the global CIDR "
		       "10.112.0.0/15 has no /16 left");
	assert_int_equal(w->totals.available, 0);
}

static void a_deleted_peer_frees_what_it_had(void **state)
{
	struct world *w = *state;

	world_global(w, "10.112.0.0/15", "10.112.0.0/16", 16);
	world_add(w, "c1", NULL);
	world_add(w, "c2", NULL);
	world_settle(w);
	world_delete(w, "c1");
	world_settle(w);
	assert_string_equal(world_cidr(w, "c2"), "10.113.0.0/16");
	assert_condition(w, "c2", OB_PEER_ACCEPTED, "True", "Accepted");
}

static void one_that_is_being_deleted_keeps_it_to_the_end(void **state)
{
	struct world *w = *state;

	world_global(w, "10.112.0.0/15", "10.112.0.0/16", 16);
	world_add(w, "c1", NULL);
	world_settle(w);
	world_get(w, "c1")->deleting = true;
	world_get(w, "c1")->spec.endpoint = "nonsense!";
	world_add(w, "c2", NULL);
	world_settle(w);
	assert_string_equal(world_cidr(w, "c1"), "10.113.0.0/16");
	assert_string_equal(world_cidr(w, "c2"), "");
}

static void a_peer_moves_when_it_asks_to(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", "10.113.0.0/16");
	world_settle(w);
	world_ask(w, world_get(w, "c1"), "10.120.0.0/16");
	world_settle(w);
	assert_string_equal(world_cidr(w, "c1"), "10.120.0.0/16");
	assert_condition(w, "c1", OB_PEER_ACCEPTED, "True", "Accepted");
}

static void what_it_left_is_free_when_that_is_known(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", "10.113.0.0/16");
	world_settle(w);
	world_ask(w, world_get(w, "c1"), "10.120.0.0/16");
	world_add(w, "c2", "10.113.0.0/16");
	/* In this run c1's status still has it. */
	world_run(w);
	assert_string_equal(world_cidr(w, "c2"), "");
	world_settle(w);
	assert_string_equal(world_cidr(w, "c2"), "10.113.0.0/16");
}

static void one_who_may_choose_keeps_what_it_had_chosen(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", "10.120.0.0/16");
	world_settle(w);
	world_ask(w, world_get(w, "c1"), NULL);
	world_settle(w);
	assert_string_equal(world_cidr(w, "c1"), "10.120.0.0/16");
}

static void a_new_key_and_endpoint_apply(void **state)
{
	struct world *w = *state;
	struct ob_peer *p;
	char buf[OB_KEY_STRLEN];

	world_add(w, "c1", NULL);
	world_settle(w);
	p = world_get(w, "c1");
	p->spec.public_key = world_key(w, 77);
	p->spec.endpoint = "gw.example.org";
	p->spec.is_public = true;
	p->spec.port = 31821;
	world_touch(w, p);
	world_settle(w);
	p = world_get(w, "c1");
	assert_string_equal(
		ob_key_format(&p->status.public_key, buf, sizeof(buf)),
		world_key(w, 77));
	assert_string_equal(p->status.endpoint, "gw.example.org");
	assert_int_equal(p->status.port, 31821);
	assert_int_equal(p->status.role, OB_PEER_PUBLIC);
}

static void the_endpoint_of_a_private_cluster_is_nobodys_business(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", NULL)->spec.endpoint = "192.0.2.9";
	world_settle(w);
	assert_string_equal(world_get(w, "c1")->status.endpoint, "");
	assert_int_equal(world_get(w, "c1")->status.role, OB_PEER_PRIVATE);
}

static void the_hubs_own_peer_says_what_the_hub_is(void **state)
{
	struct world *w = *state;
	const struct ob_peer_status *s;

	world_add(w, "hub", "10.112.0.0/12")->spec.ishub = true;
	world_settle(w);
	s = &world_get(w, "hub")->status;
	assert_int_equal(s->role, OB_PEER_HUB);
	assert_int_equal(s->n_global, 1);
	assert_string_equal(world_cidr(w, "hub"), "10.112.0.0/16");
	assert_string_equal(s->endpoint, "192.0.2.1");
	assert_condition(w, "hub", OB_PEER_READY, "True", "Hub");
}

static void a_peer_without_a_key_reserves_its_prefix(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", "10.113.0.0/16")->spec.public_key = "";
	world_settle(w);
	assert_string_equal(world_cidr(w, "c1"), "10.113.0.0/16");
	assert_condition(w, "c1", OB_PEER_READY, "False", "NoPublicKey");
}

static void a_tunnel_that_lives_makes_ready(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", NULL);
	world_settle(w);
	w->tunnels[0] = (struct ob_peer_tunnel){ .there = true,
						 .endpoint = "192.0.2.3:4",
						 .handshake_s = NOW - 10 };
	world_settle(w);
	assert_condition(w, "c1", OB_PEER_READY, "True", "Connected");
	w->now_s = NOW + 200;
	world_settle(w);
	assert_condition(w, "c1", OB_PEER_READY, "False", "HandshakeStale");
	assert_int_equal(ob_peer_condition_get(&world_get(w, "c1")->status,
					       OB_PEER_READY)
				 ->changed_s,
			 NOW + 200);
}

static void a_condition_keeps_the_time_of_its_change(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", NULL);
	world_settle(w);
	w->now_s += 50;
	world_ask(w, world_get(w, "c1"), "10.120.0.0/16");
	world_settle(w);
	assert_int_equal(ob_peer_condition_get(&world_get(w, "c1")->status,
					       OB_PEER_ACCEPTED)
				 ->changed_s,
			 NOW);
}

static void a_hub_that_has_just_started_leaves_ready_alone(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", NULL);
	w->tunnels[0] = (struct ob_peer_tunnel){ .there = true,
						 .endpoint = "",
						 .handshake_s = NOW };
	world_settle(w);
	w->hub.tunnels_known = false;
	w->tunnels[0].there = false;
	assert_int_equal(world_run(w), 0);
	assert_condition(w, "c1", OB_PEER_READY, "True", "Connected");
}

static void numbers_are_written_when_it_is_time_only(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", NULL);
	w->tunnels[0] = (struct ob_peer_tunnel){ .there = true,
						 .endpoint = "",
						 .handshake_s = NOW };
	world_settle(w);
	w->tunnels[0].received_bytes = 1000;
	assert_int_equal(world_run(w), 0);
	w->refresh[0] = true;
	assert_int_equal(world_run(w), 1);
	assert_int_equal(world_get(w, "c1")->status.tunnel.received_bytes,
			 1000);
	assert_int_equal(world_run(w), 0);
}

static void a_status_that_made_no_sense_is_written_again(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", NULL);
	world_settle(w);
	world_get(w, "c1")->bad_status = "Peer c1: ...";
	assert_int_equal(world_run(w), 1);
	assert_int_equal(world_run(w), 0);
}

static void a_write_under_way_counts_as_given(void **state)
{
	struct world *w = *state;
	struct ob_accept_peer in[2];
	struct ob_accepted out[2];

	world_add(w, "c1", NULL);
	world_run_lost(w);
	in[0] = (struct ob_accept_peer){ .peer = w->peers[0],
					 .pending = &w->last[0].status,
					 .tunnel.endpoint = "" };
	/* Written before c1 was, as far as anybody can tell. */
	world_add(w, "c0", "10.113.0.0/16")->resource_version = "0";
	in[1] = (struct ob_accept_peer){ .peer = w->peers[1],
					 .tunnel.endpoint = "" };
	ob_accept(w->arena, &w->hub, in, 2, NOW, out, &w->totals);
	assert_int_equal(out[1].status.n_cidrs, 0);
	assert_true(ob_peer_status_equal(&out[0].status, in[0].pending));
}

static void holdings_outside_a_new_global_cidr_are_given_up(void **state)
{
	struct world *w = *state;

	world_add(w, "c1", NULL);
	world_settle(w);
	world_global(w, "172.16.0.0/12", "172.16.0.0/16", 16);
	world_settle(w);
	assert_string_equal(world_cidr(w, "c1"), "172.17.0.0/16");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(gives_what_is_asked_for),
		TEST(gives_a_slice_to_who_asks_for_nothing),
		TEST(gives_a_slice_of_each_family),
		TEST(what_was_given_stays_whatever_the_policy),
		TEST(says_when_nothing_is_left),
		TEST(a_deleted_peer_frees_what_it_had),
		TEST(one_that_is_being_deleted_keeps_it_to_the_end),
		TEST(a_peer_moves_when_it_asks_to),
		TEST(what_it_left_is_free_when_that_is_known),
		TEST(one_who_may_choose_keeps_what_it_had_chosen),
		TEST(a_new_key_and_endpoint_apply),
		TEST(the_endpoint_of_a_private_cluster_is_nobodys_business),
		TEST(the_hubs_own_peer_says_what_the_hub_is),
		TEST(a_peer_without_a_key_reserves_its_prefix),
		TEST(a_tunnel_that_lives_makes_ready),
		TEST(a_condition_keeps_the_time_of_its_change),
		TEST(a_hub_that_has_just_started_leaves_ready_alone),
		TEST(numbers_are_written_when_it_is_time_only),
		TEST(a_status_that_made_no_sense_is_written_again),
		TEST(a_write_under_way_counts_as_given),
		TEST(holdings_outside_a_new_global_cidr_are_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
