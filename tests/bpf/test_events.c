// SPDX-License-Identifier: Apache-2.0
/* What the programs leave behind: events, drops, traffic, map fill. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "datapath/counters.h"
#include "datapath/each.h"
#include "datapath/events.h"
#include "datapath/private.h"
#include "datapath/tables.h"
#include "gateway.h"

struct fixture {
	struct ob_datapath *dp;
	struct ob_arena *arena;
};

static int set_up(void **state)
{
	static struct fixture f;
	struct ob_config config = { .cluster = "west",
				    .global4 = { { 10, 112, 0, 0 } },
				    .global4_len = 12 };

	f.dp = gateway_load();
	f.arena = ob_arena_new();
	*state = &f;
	return ob_config_table_set(f.dp, &config);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	ob_datapath_free(f->dp);
	ob_arena_free(f->arena);
	return ob_datapath_unpin(GATEWAY_ROOT);
}

struct seen {
	size_t n;
	struct ob_event last;
	int result;
};

static int on_event(const struct ob_event *event, void *arg)
{
	struct seen *seen = arg;

	seen->n++;
	seen->last = *event;
	return seen->result;
}

static void event_tells_what_was_dropped(void **state)
{
	static const uint8_t src[16] = { [10] = 255, 255, 10, 244, 0, 5 };
	struct fixture *f = *state;
	_cleanup_(ob_events_freep) struct ob_events *ev = NULL;
	struct seen seen = { 0 };

	assert_int_equal(0, ob_events_new(f->dp, on_event, &seen, &ev));
	gateway_send_nowhere(f->dp, 1);
	assert_int_equal(1, ob_events_poll(ev, 1000));
	assert_int_equal(OB_REASON_NO_ROUTE, seen.last.reason);
	assert_int_equal(OB_HOOK_FROM_POD, seen.last.hook);
	assert_memory_equal(src, seen.last.src.b, sizeof(src));
	assert_int_equal(53, seen.last.dport);
	assert_int_equal(28, seen.last.len);
}

static void poll_without_events_times_out(void **state)
{
	struct fixture *f = *state;
	_cleanup_(ob_events_freep) struct ob_events *ev = NULL;
	struct seen seen = { 0 };

	assert_int_equal(0, ob_events_new(f->dp, on_event, &seen, &ev));
	assert_int_equal(0, ob_events_poll(ev, 1));
	assert_int_equal(0, seen.n);
}

static void second_reader_is_refused(void **state)
{
	struct fixture *f = *state;
	_cleanup_(ob_events_freep) struct ob_events *first = NULL;
	_cleanup_(ob_events_freep) struct ob_events *second = NULL;
	struct seen seen = { 0 };

	assert_int_equal(0, ob_events_new(f->dp, on_event, &seen, &first));
	assert_int_equal(-EBUSY,
			 ob_events_new(f->dp, on_event, &seen, &second));
	ob_events_free(TAKE_PTR(first));
	assert_int_equal(0, ob_events_new(f->dp, on_event, &seen, &second));
}

static void reader_does_not_block_a_loader(void **state)
{
	struct fixture *f = *state;
	_cleanup_(ob_events_freep) struct ob_events *ev = NULL;
	_cleanup_(ob_datapath_freep) struct ob_datapath *second = NULL;
	struct seen seen = { 0 };

	assert_int_equal(0, ob_events_new(f->dp, on_event, &seen, &ev));
	second = gateway_load();
	assert_non_null(second);
}

static void reader_can_stop_with_an_error(void **state)
{
	struct fixture *f = *state;
	_cleanup_(ob_events_freep) struct ob_events *ev = NULL;
	struct seen seen = { .result = -ECANCELED };

	gateway_send_nowhere(f->dp, 3);
	assert_int_equal(0, ob_events_new(f->dp, on_event, &seen, &ev));
	assert_int_equal(-ECANCELED, ob_events_poll(ev, 1000));
	assert_int_equal(1, seen.n);
}

static void drops_count_what_events_leave_out(void **state)
{
	struct fixture *f = *state;
	_cleanup_(ob_events_freep) struct ob_events *ev = NULL;
	struct ob_drop_counts drops = { 0 };
	struct seen seen = { 0 };
	uint64_t suppressed = 0;

	assert_int_equal(0, ob_events_new(f->dp, on_event, &seen, &ev));
	gateway_send_nowhere(f->dp, 100000);
	while (ob_events_poll(ev, 0) > 0)
		;
	assert_int_equal(0, ob_drops_dump(f->dp, f->arena, &drops));
	assert_int_equal(1, drops.n);
	assert_int_equal(OB_REASON_NO_ROUTE, drops.v[0].key.reason);
	assert_int_equal(100000, drops.v[0].value.packets);
	assert_int_equal(2800000, drops.v[0].value.bytes);
	assert_int_equal(0, ob_events_suppressed(f->dp, &suppressed));
	assert_int_equal(100000, seen.n + suppressed);
	assert_true(suppressed > 0);
}

static void traffic_is_the_sum_of_all_cpus(void **state)
{
	struct fixture *f = *state;
	struct ob_traffic *cpus = calloc(f->dp->n_cpus, sizeof(*cpus));
	struct ob_traffic sum = { 0 };
	const uint32_t slot = 3;

	for (unsigned int i = 0; i < f->dp->n_cpus; i++)
		cpus[i] = (struct ob_traffic){ 1, 20, 300, 4000 };
	assert_int_equal(0, bpf_map_update_elem(f->dp->map_fd[OB_MAP_TRAFFIC],
						&slot, cpus, 0));
	free(cpus);
	assert_int_equal(0, ob_traffic_get(f->dp, slot, &sum));
	assert_int_equal(f->dp->n_cpus, sum.tx_packets);
	assert_int_equal(4000 * f->dp->n_cpus, sum.rx_bytes);
	assert_int_equal(0, ob_traffic_reset(f->dp, slot));
	assert_int_equal(0, ob_traffic_get(f->dp, slot, &sum));
	assert_int_equal(0, sum.tx_packets + sum.rx_bytes);
	assert_int_equal(-ENOENT, ob_traffic_get(f->dp, OB_MAX_CLUSTERS, &sum));
}

static void fill_counts_entries_and_unread_bytes(void **state)
{
	struct fixture *f = *state;
	struct ob_map_fill fill[OB_MAP_COUNT];
	struct ob_cluster_entry east = { { "east" }, { .slot = 1 } };

	assert_int_equal(0, ob_cluster_table_set(f->dp, &east));
	gateway_send_nowhere(f->dp, 1);
	assert_int_equal(0, ob_map_fill_dump(f->dp, fill));
	assert_int_equal(1, fill[OB_MAP_CLUSTER].entries);
	assert_int_equal(OB_MAX_CLUSTERS, fill[OB_MAP_CLUSTER].max_entries);
	assert_int_equal(1, fill[OB_MAP_CONFIG].entries);
	assert_int_equal(1, fill[OB_MAP_DROPS].entries);
	assert_int_equal(0, fill[OB_MAP_ROUTE6].entries);
	assert_int_equal(OB_MAX_PREFIXES, fill[OB_MAP_ROUTE6].max_entries);
	assert_true(fill[OB_MAP_EVENTS].entries >= sizeof(struct ob_event));
	assert_int_equal(OB_EVENTS_SIZE, fill[OB_MAP_EVENTS].max_entries);
}

static void arrays_are_never_full(void **state __attribute__((unused)))
{
	struct ob_map_fill config = { OB_MAP_CONFIG, 1, 1 };
	struct ob_map_fill half = { OB_MAP_ROUTE4, 64, 128 };

	assert_true(ob_map_pressure(&config) == 0);
	assert_true(ob_map_pressure(&half) == 0.5);
}

static int sum_keys(const void *key, const void *value, void *arg)
{
	uint32_t k;
	uint32_t *sum = arg;

	assert_non_null(value);
	memcpy(&k, key, sizeof(k));
	*sum += k;
	return 0;
}

/* A DEVMAP_HASH has no batch interface on any kernel: the way old kernels
 * walk all maps. */
static void walks_maps_without_batches(void **state __attribute__((unused)))
{
	int fd =
		bpf_map_create(BPF_MAP_TYPE_DEVMAP_HASH, "devs", 4, 4, 8, NULL);
	uint32_t loopback = 1, sum = 0;

	assert_true(fd >= 0);
	for (uint32_t key = 1; key <= 4; key++)
		assert_int_equal(0,
				 bpf_map_update_elem(fd, &key, &loopback, 0));
	assert_int_equal(0, ob_map_each(fd, sum_keys, &sum));
	assert_int_equal(1 + 2 + 3 + 4, sum);
	close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(event_tells_what_was_dropped),
		TEST(poll_without_events_times_out),
		TEST(second_reader_is_refused),
		TEST(reader_does_not_block_a_loader),
		TEST(reader_can_stop_with_an_error),
		TEST(drops_count_what_events_leave_out),
		TEST(traffic_is_the_sum_of_all_cpus),
		TEST(fill_counts_entries_and_unread_bytes),
		TEST(arrays_are_never_full),
		TEST(walks_maps_without_batches),
	};

	return cmocka_run_group_tests(tests, gateway_setup, NULL);
}
