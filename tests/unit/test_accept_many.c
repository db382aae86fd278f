// SPDX-License-Identifier: Apache-2.0
/*
 * Properties: whatever the order in which a thousand clusters join, whatever
 * writes get lost, and however often the hub is started again, no two have the
 * same address, nobody loses what it has, and it comes to rest.
 */
#include "accept_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define JOINS 1000

static uint64_t next(uint64_t *seed)
{
	/* xorshift64 */
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static int setup(void **state)
{
	struct world *w = malloc(sizeof(*w));

	if (!w)
		return -1;
	world_init(w);
	/* Room for 1024 slices; the hub has one. */
	world_global(w, "10.112.0.0/12", "10.112.0.0/22", 22);
	w->hub.max_clusters = MOST_PEERS;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_done(*state);
	free(*state);
	return 0;
}

static void shuffle(struct world *w, uint64_t *seed)
{
	for (size_t i = w->n; i > 1; i--) {
		size_t j = next(seed) % i;
		struct ob_peer *p = w->peers[i - 1];

		w->peers[i - 1] = w->peers[j];
		w->peers[j] = p;
	}
}

/* Some of a run's writes arrive; the hub dies before the rest. */
static void run_half(struct world *w, uint64_t *seed)
{
	world_run_lost(w);
	for (size_t i = 0; i < w->n; i++)
		if (w->last[i].write && next(seed) % 2)
			world_write(w, i, &w->last[i].status);
	assert_sound(w);
}

static void join_some(struct world *w, size_t most, uint64_t *seed)
{
	for (size_t n = next(seed) % 150; n > 0 && w->n < most; n--) {
		unsigned int slice = (unsigned int)(next(seed) % 1024);
		char name[32], cidr[32];

		snprintf(name, sizeof(name), "c%zu", w->n);
		snprintf(cidr, sizeof(cidr), "10.%u.%u.0/22", 112 + slice / 64,
			 slice % 64 * 4);
		world_add(w, name, next(seed) % 10 ? NULL : cidr);
	}
}

static void assert_kept(struct world *w, const struct ob_peer_status *before,
			size_t n)
{
	char name[32];

	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		if (before[i].n_cidrs > 0)
			assert_true(ob_peer_same_cidrs(
				&before[i], &world_get(w, name)->status));
	}
}

static void remember(struct world *w, struct ob_peer_status *before)
{
	char name[32];

	for (size_t i = 0; i < w->n; i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		before[i] = world_get(w, name)->status;
	}
}

static void a_thousand_join_at_once(void **state)
{
	struct world *w = *state;
	struct ob_peer_status *before =
		ob_arena_array(w->arena, JOINS, sizeof(*before));
	uint64_t seed = 42;
	size_t with = 0;

	while (w->n < JOINS) {
		size_t n = w->n;

		remember(w, before);
		join_some(w, JOINS, &seed);
		shuffle(w, &seed);
		run_half(w, &seed);
		assert_kept(w, before, n);
	}
	world_settle(w);
	assert_sound(w);
	for (size_t i = 0; i < w->n; i++)
		with += w->peers[i]->status.n_cidrs > 0;
	/* Only those who insisted on what another has go without. */
	assert_int_equal(w->totals.clusters, with);
	assert_int_equal(w->totals.available, 1023 - with);
	for (size_t i = 0; i < w->n; i++)
		assert_true(w->peers[i]->status.n_cidrs > 0 ||
			    w->peers[i]->spec.n_cluster_cidr > 0);
}

static void a_second_run_changes_nothing(void **state)
{
	struct world *w = *state;
	uint64_t seed = 7;

	while (w->n < 300)
		join_some(w, 300, &seed);
	world_settle(w);
	shuffle(w, &seed);
	assert_int_equal(world_run(w), 0);
}

/* The order of a list is nobody's merit. */
static void the_order_of_the_list_does_not_matter(void **state)
{
	struct world *w = *state;
	struct ob_peer_status *before =
		ob_arena_array(w->arena, 300, sizeof(*before));
	uint64_t seed = 9;

	while (w->n < 300)
		join_some(w, 300, &seed);
	world_run_lost(w);
	for (size_t i = 0; i < w->n; i++)
		before[strtoul(w->peers[i]->name + 1, NULL, 10)] =
			w->last[i].status;
	shuffle(w, &seed);
	world_run_lost(w);
	for (size_t i = 0; i < w->n; i++) {
		size_t k = strtoul(w->peers[i]->name + 1, NULL, 10);

		assert_true(
			ob_peer_status_equal(&before[k], &w->last[i].status));
	}
}

/* More than fit: exactly as many as fit get something, and as soon as one
 * leaves another takes its place. */
static void exhaustion_is_orderly(void **state)
{
	struct world *w = *state;
	char name[32];

	world_global(w, "10.112.0.0/16", NULL, 24);
	for (size_t i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		world_add(w, name, NULL);
	}
	world_settle(w);
	assert_sound(w);
	assert_int_equal(w->totals.clusters, 256);
	assert_int_equal(w->totals.available, 0);
	world_delete(w, "c17");
	world_settle(w);
	assert_sound(w);
	assert_int_equal(w->totals.clusters, 256);
}

/* Clusters come, move and go; the hub dies in between. */
static void churn_never_overlaps(void **state)
{
	struct world *w = *state;
	uint64_t seed = 1234567;

	for (int round = 0; round < 60; round++) {
		char name[48];

		for (size_t k = next(&seed) % 8; k > 0; k--) {
			snprintf(name, sizeof(name), "r%d-%zu", round, k);
			world_add(w, name, NULL);
		}
		if (w->n > 10)
			world_delete(w, w->peers[next(&seed) % w->n]->name);
		if (w->n > 3) {
			char cidr[32];

			snprintf(cidr, sizeof(cidr), "10.%u.0.0/%u",
				 (unsigned int)(112 + next(&seed) % 16),
				 (unsigned int)(16 + next(&seed) % 7));
			world_ask(w, w->peers[next(&seed) % w->n], cidr);
		}
		shuffle(w, &seed);
		run_half(w, &seed);
	}
	world_settle(w);
	assert_sound(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(a_thousand_join_at_once),
		TEST(a_second_run_changes_nothing),
		TEST(the_order_of_the_list_does_not_matter),
		TEST(exhaustion_is_orderly),
		TEST(churn_never_overlaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
