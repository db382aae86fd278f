// SPDX-License-Identifier: Apache-2.0
#include "octopus/alive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "octopus/service_view.h"

#define NOW 1000000 /* seconds since 1970 when the clock is 0 */

struct tunnel {
	struct ob_alive alive;
	struct ob_wg_peer peer;
	bool theirs; /* the other end sends keepalives */
	uint64_t ms;
};

static void begin(struct tunnel *t)
{
	*t = (struct tunnel){
		.peer = { .public_key = { { 1 } }, .handshake_s = NOW },
		.ms = 1,
	};
}

static bool look(struct tunnel *t)
{
	return ob_alive_update(&t->alive, &t->peer, t->theirs, t->ms,
			       NOW + (int64_t)(t->ms / 1000));
}

/* Nothing comes; we send so many bytes a second. True: alive all the time. */
static bool silence(struct tunnel *t, unsigned int seconds, unsigned int bytes)
{
	bool alive = true;

	for (unsigned int i = 0; i < seconds; i++) {
		t->ms += 1000;
		t->peer.tx_bytes += bytes;
		alive &= look(t);
	}
	return alive;
}

static void without_a_handshake_it_is_dead(void **state)
{
	struct tunnel t;

	(void)state;
	begin(&t);
	assert_true(look(&t));
	t.peer.handshake_s = 0;
	assert_false(look(&t));
	t.peer.handshake_s = NOW - 180;
	assert_false(look(&t));
}

static void with_answers_owed_it_is_dead_after_15_s(void **state)
{
	struct tunnel t;

	(void)state;
	begin(&t);
	assert_true(look(&t));
	assert_true(silence(&t, 15, 100));
	assert_false(silence(&t, 1, 100));
}

static void what_comes_makes_it_alive_at_once(void **state)
{
	struct tunnel t;

	(void)state;
	begin(&t);
	assert_true(look(&t));
	assert_false(silence(&t, 20, 100));
	t.peer.rx_bytes += 32;
	assert_true(look(&t));
	assert_true(silence(&t, 15, 100));
}

static void keepalives_of_ours_owe_nothing(void **state)
{
	struct tunnel t;

	(void)state;
	begin(&t);
	t.peer.keepalive_s = 25;
	assert_true(look(&t));
	/* One that acknowledges what came last, and ours. */
	t.peer.tx_bytes += 32;
	for (int i = 0; i < 4; i++) {
		assert_true(silence(&t, 25, 0));
		t.peer.tx_bytes += 32;
	}
	/* A handshake is due, and nobody answers. */
	t.peer.tx_bytes += 148;
	assert_true(silence(&t, 15, 0));
	assert_false(silence(&t, 1, 0));
}

static void a_long_silence_is_not_held_against_what_is_sent_next(void **state)
{
	struct tunnel t;

	(void)state;
	begin(&t);
	assert_true(look(&t));
	assert_true(silence(&t, 100, 0));
	assert_true(silence(&t, 10, 10000));
	t.peer.rx_bytes += 100;
	assert_true(look(&t));
}

static void three_missing_keepalives_are_enough(void **state)
{
	struct tunnel t;

	(void)state;
	begin(&t);
	t.theirs = true;
	assert_true(look(&t));
	assert_true(silence(&t, 74, 0));
	assert_false(silence(&t, 2, 0));
}

static void a_peer_that_is_made_again_starts_anew(void **state)
{
	struct tunnel t;

	(void)state;
	begin(&t);
	t.peer.rx_bytes = t.peer.tx_bytes = 5000;
	assert_true(look(&t));
	assert_true(silence(&t, 14, 100));
	t.peer.rx_bytes = t.peer.tx_bytes = 0;
	assert_true(look(&t));
	assert_true(silence(&t, 15, 100));
}

static void forgets_who_is_gone(void **state)
{
	struct tunnel t;

	(void)state;
	begin(&t);
	(void)look(&t);
	ob_alive_sweep(&t.alive);
	assert_int_equal(t.alive.n, 1);
	ob_alive_sweep(&t.alive);
	assert_int_equal(t.alive.n, 0);
}

/* Of a network: the hub, one that is dialled, and one behind the hub. */

static bool says(void *arg, const char *cluster)
{
	(void)cluster;
	return *(bool *)arg;
}

static void behind_the_hub_both_have_to_live(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_cluster_spec clusters[] = {
		{ .id = "hub",
		  .public_key = { { 1 } },
		  .has_key = true,
		  .host = "192.0.2.1",
		  .hub = true },
		{ .id = "private", .public_key = { { 2 } }, .has_key = true },
	};
	struct ob_network net = { .clusters = clusters, .n_clusters = 2 };
	struct ob_wg_peer peer = { .public_key = { { 1 } },
				   .handshake_s = NOW };
	struct ob_wg_device wg = { .peers = &peer, .n_peers = 1 };
	struct ob_alive alive = { 0 };
	bool ready = true;
	struct ob_alive_input in = { &net, &wg, says, &ready, 1, NOW };

	(void)state;
	assert_true(ob_alive_clusters(a, &alive, &in)[1]);
	ready = false;
	assert_false(ob_alive_clusters(a, &alive, &in)[1]);
	ready = true;
	peer.handshake_s = 0;
	assert_false(ob_alive_clusters(a, &alive, &in)[0]);
	assert_false(ob_alive_clusters(a, &alive, &in)[1]);
}

static void a_view_has_us_and_all_with_a_slot(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_cluster_spec clusters[] = { { .id = "c3" }, { .id = "c1" } };
	struct ob_network net = {
		.id = "c2", .clusters = clusters, .n_clusters = 2, .n_blocks = 1
	};
	struct ob_cluster_entry slot = { .key = { "c3" }, .value.slot = 7 };
	bool alive[] = { false, true };
	struct ob_service_view v;

	(void)state;
	v = ob_service_view_make(a, &net, &slot, 1, alive, OB_SERVICE_SPREAD);
	assert_int_equal(v.n_clusters, 2);
	assert_int_equal(ob_service_cluster_get(&v, "c2")->slot, 0);
	assert_true(ob_service_cluster_get(&v, "c2")->alive);
	assert_int_equal(ob_service_cluster_get(&v, "c3")->slot, 7);
	assert_false(ob_service_cluster_get(&v, "c3")->alive);
	assert_null(ob_service_cluster_get(&v, "c1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_handshake_it_is_dead),
		cmocka_unit_test(with_answers_owed_it_is_dead_after_15_s),
		cmocka_unit_test(what_comes_makes_it_alive_at_once),
		cmocka_unit_test(keepalives_of_ours_owe_nothing),
		cmocka_unit_test(
			a_long_silence_is_not_held_against_what_is_sent_next),
		cmocka_unit_test(three_missing_keepalives_are_enough),
		cmocka_unit_test(a_peer_that_is_made_again_starts_anew),
		cmocka_unit_test(forgets_who_is_gone),
		cmocka_unit_test(behind_the_hub_both_have_to_live),
		cmocka_unit_test(a_view_has_us_and_all_with_a_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
