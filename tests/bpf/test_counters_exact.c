// SPDX-License-Identifier: Apache-2.0
/*
 * Counters add up: packets and IP bytes on the wire by cluster and direction,
 * and by reason and hook. (Every expectation of the other tests checks its own
 * packet; here they accumulate.)
 */
#include "harness.h"

#include <sched.h>
#include <string.h>

static void run_many(const struct harness *h, enum ob_hook hook,
		     const struct context *ctx, const struct packet_spec *spec,
		     int n)
{
	struct packet in;
	struct run run;

	packet_build(spec, &in);
	for (int i = 0; i < n; i++)
		assert_int_equal(
			harness_run(h, hook, ctx, RUN_PLAIN, &in, &run), 0);
}

static void counts_by_cluster_and_direction(void **state)
{
	const struct party *p = &parties[0];
	struct packet_spec to2 = udp(p->local, p->remote); /* 92 bytes */
	struct packet_spec to3 = udp(p->local, p->remote3);
	struct packet_spec from_hub = udp(p->remote_hub, p->global);
	struct ob_traffic want2 = { .tx_packets = 100, .tx_bytes = 9200 };
	struct ob_traffic want3 = { .tx_packets = 7, .tx_bytes = 644 };
	struct ob_traffic hub = { .rx_packets = 30, .rx_bytes = 2760 };
	struct ob_traffic got;

	run_many(*state, OB_HOOK_TO_TUNNEL, NULL, &to2, 100);
	run_many(*state, OB_HOOK_TO_TUNNEL, NULL, &to3, 7);
	run_many(*state, OB_HOOK_FROM_TUNNEL, NULL, &from_hub, 30);
	got = harness_traffic(*state, 2);
	assert_memory_equal(&got, &want2, sizeof(got));
	got = harness_traffic(*state, 3);
	assert_memory_equal(&got, &want3, sizeof(got));
	got = harness_traffic(*state, 1);
	assert_memory_equal(&got, &hub, sizeof(got));
	assert_int_equal(harness_all_drops(*state).packets, 0);
}

static void counts_both_families_together(void **state)
{
	struct ob_traffic got;

	for_each_family(p)
	{
		struct packet_spec spec = udp(p->local, p->remote);

		run_many(*state, OB_HOOK_TO_TUNNEL, NULL, &spec, 10);
	}
	got = harness_traffic(*state, 2);
	assert_int_equal(got.tx_packets, 20);
	assert_int_equal(got.tx_bytes, 10 * 92 + 10 * 112);
}

/* 4 segments of 500 bytes: 3 more headers than the super-packet has. */
static void counts_segments_of_super_packets(void **state)
{
	struct context ctx = { .gso_size = 500, .gso_segs = 4 };

	for_each_family(p)
	{
		size_t header = p == parties ? 40 : 60;
		struct packet_spec spec = tcp(p->local, p->remote);
		struct ob_traffic got;

		spec.payload = 2000;
		harness_zero_counters(*state);
		run_many(*state, OB_HOOK_TO_TUNNEL, &ctx, &spec, 5);
		got = harness_traffic(*state, 2);
		assert_int_equal(got.tx_packets, 20);
		assert_int_equal(got.tx_bytes, 5 * (2000 + 4 * header));
	}
}

static void counts_by_reason_and_hook(void **state)
{
	const struct party *p = &parties[0];
	struct packet_spec no_route = udp(p->local, p->nowhere);
	struct packet_spec spoofed = udp(p->outside, p->global);
	struct ob_count got;

	run_many(*state, OB_HOOK_FROM_POD, NULL, &no_route, 11);
	run_many(*state, OB_HOOK_TO_TUNNEL, NULL, &no_route, 13);
	run_many(*state, OB_HOOK_FROM_TUNNEL, NULL, &spoofed, 17);
	got = harness_drops(*state, OB_REASON_NO_ROUTE, OB_HOOK_FROM_POD);
	assert_int_equal(got.packets, 11);
	assert_int_equal(got.bytes, 11 * 92);
	got = harness_drops(*state, OB_REASON_NO_ROUTE, OB_HOOK_TO_TUNNEL);
	assert_int_equal(got.packets, 13);
	got = harness_drops(*state, OB_REASON_SPOOFED, OB_HOOK_FROM_TUNNEL);
	assert_int_equal(got.packets, 17);
	assert_int_equal(harness_all_drops(*state).packets, 41);
	assert_int_equal(harness_traffic(*state, 2).tx_packets, 0);
}

static void counts_ip_bytes_without_padding(void **state)
{
	struct packet_spec spec = udp(parties[0].local, parties[0].remote);
	struct ob_traffic got;

	spec.payload = 1; /* 29 bytes */
	spec.pad = 17;
	run_many(*state, OB_HOOK_TO_TUNNEL, NULL, &spec, 1);
	got = harness_traffic(*state, 2);
	assert_int_equal(got.tx_bytes, 29);
}

static void counts_on_every_cpu(void **state)
{
	struct packet_spec spec = udp(parties[0].local, parties[0].remote);
	struct packet_spec drop = udp(parties[0].local, parties[0].nowhere);
	cpu_set_t before, one;
	int cpus = 0;

	sched_getaffinity(0, sizeof(before), &before);
	for (int cpu = 0; cpu < 2; cpu++) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one))
			continue;
		cpus++;
		run_many(*state, OB_HOOK_TO_TUNNEL, NULL, &spec, 10);
		run_many(*state, OB_HOOK_TO_TUNNEL, NULL, &drop, 10);
	}
	sched_setaffinity(0, sizeof(before), &before);
	assert_int_equal(harness_traffic(*state, 2).tx_packets, cpus * 10);
	assert_int_equal(harness_all_drops(*state).packets, cpus * 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(counts_by_cluster_and_direction),
		harness_test(counts_both_families_together),
		harness_test(counts_segments_of_super_packets),
		harness_test(counts_by_reason_and_hook),
		harness_test(counts_ip_bytes_without_padding),
		harness_test(counts_on_every_cpu),
	};

	return harness_main(tests);
}
