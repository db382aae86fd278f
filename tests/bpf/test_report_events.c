// SPDX-License-Identifier: Apache-2.0
/*
 * What the ring buffer tells about packets that left the fast path, and that
 * it never tells more than OB_EVENTS_PER_SECOND per reason and CPU.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>
#include <time.h>

#include "ob/abi/event.h"

#define SECOND 1000000000ULL

struct reader {
	struct ring_buffer *rb;
	struct ob_event last;
	int n;
};

static int take(void *arg, void *data, size_t size)
{
	struct reader *r = arg;

	assert_int_equal(size, sizeof(struct ob_event));
	memcpy(&r->last, data, sizeof(r->last));
	r->n++;
	return 0;
}

/* Throws away what earlier tests left. */
static void open_reader(const struct harness *h, struct reader *r)
{
	memset(r, 0, sizeof(*r));
	r->rb = ring_buffer__new(harness_map(h, "ob_events"), take, r, NULL);
	assert_non_null(r->rb);
	ring_buffer__consume(r->rb);
	r->n = 0;
}

static void run_spec(const struct harness *h, enum ob_hook hook,
		     const struct packet_spec *spec)
{
	struct packet in;
	struct run run;

	packet_build(spec, &in);
	assert_int_equal(harness_run(h, hook, NULL, RUN_PLAIN, &in, &run), 0);
}

static struct ob_event event_of(struct harness *h, enum ob_hook hook,
				const struct packet_spec *spec)
{
	struct reader r;

	open_reader(h, &r);
	run_spec(h, hook, spec);
	ring_buffer__consume(r.rb);
	ring_buffer__free(r.rb);
	assert_int_equal(r.n, 1);
	return r.last;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

/* IPv4 as ::ffff:a.b.c.d */
static void assert_address(const struct ob_ip6 *got, const char *text)
{
	uint8_t want[16] = { [10] = 0xff, [11] = 0xff };

	if (strchr(text, ':'))
		inet_pton(AF_INET6, text, want);
	else
		inet_pton(AF_INET, text, want + 12);
	assert_memory_equal(got->b, want, 16);
}

static void says_what_was_dropped_where_and_why(void **state)
{
	struct harness *h = *state;

	for_each_family(p)
	{
		struct packet_spec in = tcp(p->outside, p->global);
		uint64_t before = now_ns();
		struct ob_event e;

		in.sport = 4321;
		in.dport = 443;
		in.ttl = 33;
		e = event_of(h, OB_HOOK_FROM_TUNNEL, &in);
		assert_true(e.time_ns >= before && e.time_ns <= now_ns());
		assert_int_equal(e.reason, OB_REASON_SPOOFED);
		assert_int_equal(e.hook, OB_HOOK_FROM_TUNNEL);
		assert_int_equal(e.ifindex, h->ob0);
		assert_int_equal(e.len, p == parties ? 104 : 124);
		assert_address(&e.src, in.src);
		assert_address(&e.dst, in.dst);
		assert_int_equal(e.sport, 4321);
		assert_int_equal(e.dport, 443);
		assert_int_equal(e.family, p == parties ? 4 : 6);
		assert_int_equal(e.proto, IPPROTO_TCP);
		assert_int_equal(e.ttl, 33);
	}
}

static void says_the_hook_and_its_device(void **state)
{
	struct harness *h = *state;

	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, p->nowhere);
		struct ob_event e = event_of(h, OB_HOOK_FROM_POD, &in);

		assert_int_equal(e.hook, OB_HOOK_FROM_POD);
		assert_int_equal(e.ifindex, h->pod0);
		assert_int_equal(e.reason, OB_REASON_NO_ROUTE);
		e = event_of(h, OB_HOOK_TO_TUNNEL, &in);
		assert_int_equal(e.hook, OB_HOOK_TO_TUNNEL);
		assert_int_equal(e.ifindex, h->ob0);
	}
}

static void says_when_the_kernel_takes_over(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, p->remote);
		struct ob_event e;

		in.ttl = 1;
		e = event_of(*state, OB_HOOK_FROM_POD, &in);
		assert_int_equal(e.reason, OB_REASON_TTL_EXPIRED);
		assert_int_equal(e.ttl, 1);
		in.ttl = 9;
		in.payload = 1472;
		in.df = true;
		e = event_of(*state, OB_HOOK_FROM_POD, &in);
		assert_int_equal(e.reason, OB_REASON_TOO_BIG);
		assert_int_equal(e.len, p == parties ? 1500 : 1520);
		assert_address(&e.src, p->local);
	}
}

static void says_no_ports_where_there_are_none(void **state)
{
	for_each_family(p)
	{
		struct packet_spec in = udp(p->local, p->nowhere);
		struct ob_event e;

		in.l4 = L4_ECHO;
		e = event_of(*state, OB_HOOK_FROM_POD, &in);
		assert_int_equal(e.proto,
				 p == parties ? IPPROTO_ICMP : IPPROTO_ICMPV6);
		assert_int_equal(e.sport, 0);
		assert_int_equal(e.dport, 0);
		in.l4 = L4_UDP;
		in.payload = 1000;
		in.frag_off = 512;
		in.frag_len = 400;
		e = event_of(*state, OB_HOOK_FROM_POD, &in);
		assert_int_equal(e.proto, IPPROTO_UDP);
		assert_int_equal(e.sport, 0);
		assert_int_equal(e.dport, 0);
	}
}

static void says_ports_behind_extension_headers(void **state)
{
	struct packet_spec in = udp(parties[1].local, parties[1].nowhere);
	struct ob_event e;

	in.exts[0] = EXT_HOP_BY_HOP;
	in.exts[1] = EXT_DESTINATION;
	e = event_of(*state, OB_HOOK_FROM_POD, &in);
	assert_int_equal(e.proto, IPPROTO_UDP);
	assert_int_equal(e.sport, 40000);
	assert_int_equal(e.dport, 80);
}

static void says_nothing_about_forwarded_packets(void **state)
{
	struct packet_spec in = udp(parties[0].local, parties[0].remote);
	struct reader r;

	open_reader(*state, &r);
	run_spec(*state, OB_HOOK_FROM_POD, &in);
	run_spec(*state, OB_HOOK_TO_TUNNEL, &in);
	in.dst = parties[0].outside;
	run_spec(*state, OB_HOOK_FROM_POD, &in);
	ring_buffer__consume(r.rb);
	ring_buffer__free(r.rb);
	assert_int_equal(r.n, 0);
}

static struct ob_budget budget_of(const struct harness *h, uint32_t reason)
{
	struct ob_budget v[256], sum = { 0 };

	assert_in_range(libbpf_num_possible_cpus(), 1, 256);
	assert_int_equal(
		bpf_map_lookup_elem(harness_map(h, "ob_budget"), &reason, v),
		0);
	for (int i = 0; i < libbpf_num_possible_cpus(); i++) {
		sum.sent += v[i].sent;
		sum.suppressed += v[i].suppressed;
		if (v[i].window_ns > sum.window_ns)
			sum.window_ns = v[i].window_ns;
	}
	return sum;
}

/* Drops n packets within one window; false when that took too long. */
static bool flood(const struct harness *h, const struct packet_spec *spec,
		  int n, struct reader *r)
{
	uint64_t start = now_ns();

	harness_zero_counters(h);
	open_reader(h, r);
	for (int i = 0; i < n; i++)
		run_spec(h, OB_HOOK_FROM_POD, spec);
	ring_buffer__consume(r->rb);
	ring_buffer__free(r->rb);
	return now_ns() - start < SECOND;
}

static void sends_no_more_events_than_the_budget(void **state)
{
	struct packet_spec in = udp(parties[0].local, parties[0].nowhere);
	struct ob_budget budget;
	struct reader r;

	while (!flood(*state, &in, 500, &r))
		; /* a busy machine: again */
	budget = budget_of(*state, OB_REASON_NO_ROUTE);
	assert_int_equal(r.n, OB_EVENTS_PER_SECOND);
	assert_int_equal(budget.suppressed, 500 - OB_EVENTS_PER_SECOND);
	assert_int_equal(harness_all_drops(*state).packets, 500);
}

static void has_a_budget_for_each_reason(void **state)
{
	struct packet_spec in = udp(parties[0].local, parties[0].nowhere);
	struct packet_spec other = udp(parties[0].local, parties[0].remote);
	struct reader r;

	flood(*state, &in, 100, &r);
	other.ttl = 1;
	assert_int_equal(event_of(*state, OB_HOOK_FROM_POD, &other).reason,
			 OB_REASON_TTL_EXPIRED);
}

/* A second later, by turning the window back instead of waiting. */
static void has_a_new_budget_every_second(void **state)
{
	struct packet_spec in = udp(parties[0].local, parties[0].nowhere);
	int fd = harness_map(*state, "ob_budget");
	uint32_t reason = OB_REASON_NO_ROUTE;
	struct ob_budget v[256];
	struct reader r;

	flood(*state, &in, 100, &r);
	assert_int_equal(bpf_map_lookup_elem(fd, &reason, v), 0);
	for (int i = 0; i < libbpf_num_possible_cpus(); i++)
		v[i].window_ns -= SECOND;
	assert_int_equal(bpf_map_update_elem(fd, &reason, v, BPF_ANY), 0);
	assert_int_equal(event_of(*state, OB_HOOK_FROM_POD, &in).reason,
			 OB_REASON_NO_ROUTE);
	assert_int_equal(budget_of(*state, reason).sent, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(says_what_was_dropped_where_and_why),
		harness_test(says_the_hook_and_its_device),
		harness_test(says_when_the_kernel_takes_over),
		harness_test(says_no_ports_where_there_are_none),
		harness_test(says_ports_behind_extension_headers),
		harness_test(says_nothing_about_forwarded_packets),
		harness_test(sends_no_more_events_than_the_budget),
		harness_test(has_a_budget_for_each_reason),
		harness_test(has_a_new_budget_every_second),
	};

	return harness_main(tests);
}
