// SPDX-License-Identifier: Apache-2.0
/*
 * The programs remember IPv4 lookups: for as long as the generation of the
 * configuration stays, and never longer.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>

static int verdict_of(void **state, enum ob_hook hook,
		      const struct packet_spec *spec)
{
	struct packet in;
	struct run run;

	packet_build(spec, &in);
	assert_int_equal(harness_run(*state, hook, NULL, RUN_PLAIN, &in, &run),
			 0);
	return run.verdict;
}

/* Behind the back of the programs, as no writer may. */
static void delete_route(const struct harness *h, const char *addr)
{
	struct ob_key4 key = { .prefixlen = 16 };

	inet_pton(AF_INET, addr, key.addr.b);
	assert_int_equal(bpf_map_delete_elem(harness_map(h, "ob_route4"), &key),
			 0);
}

static void remembers_within_a_generation(void **state)
{
	struct packet_spec in = udp(parties[0].local, parties[0].remote);

	assert_int_equal(verdict_of(state, OB_HOOK_FROM_POD, &in),
			 VERDICT_REDIRECT);
	delete_route(*state, "10.114.0.0");
	assert_int_equal(verdict_of(state, OB_HOOK_FROM_POD, &in),
			 VERDICT_REDIRECT);
}

static void forgets_with_a_new_generation(void **state)
{
	struct packet_spec in = udp(parties[0].local, parties[0].remote);

	assert_int_equal(verdict_of(state, OB_HOOK_FROM_POD, &in),
			 VERDICT_REDIRECT);
	delete_route(*state, "10.114.0.0");
	harness_set_config(*state);
	assert_int_equal(verdict_of(state, OB_HOOK_FROM_POD, &in),
			 VERDICT_DROP);
}

static void remembers_nothing_in_generation_zero(void **state)
{
	struct harness *h = *state;
	struct packet_spec in = udp(parties[0].local, parties[0].remote);

	assert_int_equal(verdict_of(state, OB_HOOK_FROM_POD, &in),
			 VERDICT_REDIRECT);
	harness_recall(h, false);
	assert_int_equal(verdict_of(state, OB_HOOK_FROM_POD, &in),
			 VERDICT_REDIRECT);
	delete_route(h, "10.114.0.0");
	assert_int_equal(verdict_of(state, OB_HOOK_FROM_POD, &in),
			 VERDICT_DROP);
}

static void recalls_misses_too(void **state)
{
	struct harness *h = *state;
	struct packet_spec in = udp(parties[0].local, parties[0].nowhere), out;

	expect_drop(h, OB_HOOK_FROM_POD, &in, OB_REASON_NO_ROUTE);
	harness_add_route(h, "10.127.0.0/16", h->ob0, 1420, 5);
	out = hop(in);
	expect_redirect(h, OB_HOOK_FROM_POD, &in, &out);
}

static void sees_a_new_block_at_once(void **state)
{
	struct harness *h = *state;
	struct packet_spec in = udp("172.20.1.1", parties[0].remote), out;

	expect_drop(h, OB_HOOK_TO_TUNNEL, &in, OB_REASON_NO_GLOBAL);
	harness_add_block(h, "172.20.1.0/24", "10.113.80.0/24");
	out = with_src(in, "10.113.80.1");
	expect_next(h, OB_HOOK_TO_TUNNEL, &in, &out);
	harness_add_block(h, "172.20.1.1/32", "10.113.81.9/32");
	out = with_src(in, "10.113.81.9");
	expect_next(h, OB_HOOK_TO_TUNNEL, &in, &out);
}

/* Host number i of 172.16.0.0/12 must come out as that of 10.96.0.0/12. */
static void check_host(const struct harness *h, uint32_t host)
{
	char src[32], global[32];
	struct packet_spec in, out;
	struct packet a, b;
	struct run run;

	snprintf(src, sizeof(src), "172.%u.%u.%u", 16 + (host >> 16),
		 host >> 8 & 255, host & 255);
	snprintf(global, sizeof(global), "10.%u.%u.%u", 96 + (host >> 16),
		 host >> 8 & 255, host & 255);
	in = udp(src, parties[0].remote);
	out = with_src(in, host == 0x309 ? "10.113.1.1" : global);
	packet_build(&in, &a);
	packet_build(&out, &b);
	assert_int_equal(
		harness_run(h, OB_HOOK_TO_TUNNEL, NULL, RUN_PLAIN, &a, &run),
		0);
	assert_memory_equal(run.packet.b, b.b, b.len);
}

/* More addresses than there are places to remember them, again and again. */
static void tells_addresses_apart_that_share_a_place(void **state)
{
	harness_add_out(*state, "172.16.0.0/12", "10.96.0.0/12");
	harness_add_out(*state, "172.16.3.9/32", "10.113.1.1/32");
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 8000; i++)
			check_host(*state, i * 37);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(remembers_within_a_generation),
		harness_test(forgets_with_a_new_generation),
		harness_test(remembers_nothing_in_generation_zero),
		harness_test(recalls_misses_too),
		harness_test(sees_a_new_block_at_once),
		harness_test(tells_addresses_apart_that_share_a_place),
	};

	return harness_main(tests);
}
