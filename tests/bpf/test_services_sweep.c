// SPDX-License-Identifier: Apache-2.0
/* The library behind the service maps: connections, and forgetting them. */
#include "services_fixture.h"

#include <bpf/bpf.h>
#include <string.h>

#include "base/clock.h"

static struct ob_flow_key flow_key(uint16_t port, enum ob_proto proto)
{
	struct ob_addr client = services_address("10.244.3.7");
	struct ob_addr addr = services_address("10.113.200.1");

	return (struct ob_flow_key){ .client = ob_service_addr_encode(&client),
				     .addr = ob_service_addr_encode(&addr),
				     .client_port = port,
				     .port = 80,
				     .proto = proto };
}

/* A connection of the first endpoint of service 1, seen so long ago. */
static void add_flow(struct fixture *f, uint16_t port, enum ob_proto proto,
		     enum ob_flow_state state, uint64_t now_ns, uint64_t age_s)
{
	struct ob_backend b = services_backend_of(f, 0);
	struct ob_flow_key key = flow_key(port, proto);
	struct ob_reply_key reply_key = { .backend = b.addr,
					  .client = key.client,
					  .backend_port = b.port,
					  .client_port = port,
					  .proto = proto };
	struct ob_flow flow = { .addr = b.addr,
				.port = b.port,
				.backend = 0,
				.generation = b.generation,
				.state = state,
				.seen_ns = now_ns - age_s * 1000000000ULL };
	struct ob_reply reply = { .addr = key.addr, .port = key.port };

	assert_int_equal(0, bpf_map_update_elem(f->dp->map_fd[OB_MAP_FLOW],
						&key, &flow, BPF_NOEXIST));
	assert_int_equal(0,
			 bpf_map_update_elem(f->dp->map_fd[OB_MAP_REPLY],
					     &reply_key, &reply, BPF_NOEXIST));
}

static struct ob_sweep sweep_all(struct fixture *f, uint64_t now_ns)
{
	struct ob_sweep sweep = { 0 };

	assert_int_equal(0, ob_services_sweep(f->s, now_ns, SIZE_MAX, &sweep));
	return sweep;
}

static void idle_connections_are_forgotten_by_their_time(void **state)
{
	struct fixture *f = *state;
	const uint64_t now = 100000 * 1000000000ULL;
	static const struct {
		enum ob_proto proto;
		enum ob_flow_state state;
		uint64_t timeout_s;
	} kinds[] = {
		{ OB_PROTO_TCP, OB_FLOW_OPENING, OB_FLOW_OPENING_S },
		{ OB_PROTO_TCP, OB_FLOW_ESTABLISHED, OB_FLOW_ESTABLISHED_S },
		{ OB_PROTO_TCP, OB_FLOW_CLOSING, OB_FLOW_CLOSING_S },
		{ OB_PROTO_SCTP, OB_FLOW_ESTABLISHED, OB_FLOW_ESTABLISHED_S },
		{ OB_PROTO_UDP, OB_FLOW_ESTABLISHED, OB_FLOW_UDP_S },
	};

	services_set(f, services_make(f, 1, 1, 1));
	for (uint16_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		add_flow(f, 2 * i, kinds[i].proto, kinds[i].state, now,
			 kinds[i].timeout_s - 1);
		add_flow(f, 2 * i + 1, kinds[i].proto, kinds[i].state, now,
			 kinds[i].timeout_s);
	}
	assert_int_equal(ARRAY_SIZE(kinds), sweep_all(f, now).flows_expired);
	assert_int_equal(ARRAY_SIZE(kinds), services_entries(f, OB_MAP_FLOW));
	assert_int_equal(ARRAY_SIZE(kinds), services_entries(f, OB_MAP_REPLY));
	for (uint16_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct ob_flow_key key = flow_key(2 * i, kinds[i].proto);
		struct ob_flow flow;

		assert_int_equal(0,
				 bpf_map_lookup_elem(f->dp->map_fd[OB_MAP_FLOW],
						     &key, &flow));
	}
}

static void connections_go_with_their_endpoint(void **state)
{
	struct fixture *f = *state;
	const uint64_t now = ob_clock_monotonic_ns();

	services_set(f, services_make(f, 1, 1, 2));
	for (uint16_t i = 0; i < 100; i++)
		add_flow(f, i, OB_PROTO_TCP, OB_FLOW_ESTABLISHED, now, 0);
	assert_int_equal(0, sweep_all(f, now).flows_expired);
	services_restart(f);
	assert_int_equal(0, sweep_all(f, now).flows_expired);
	services_set(f, services_make(f, 1, 2, 2)); /* without the first */
	assert_int_equal(100, sweep_all(f, now).flows_expired);
	assert_int_equal(0, services_entries(f, OB_MAP_FLOW));
	assert_int_equal(0, services_entries(f, OB_MAP_REPLY));
}

/* The number is used again, by another: its connections are not. */
static void a_number_used_again_is_another_endpoint(void **state)
{
	struct fixture *f = *state;
	const uint64_t now = ob_clock_monotonic_ns();

	services_set(f, services_make(f, 1, 1, 1));
	add_flow(f, 1, OB_PROTO_TCP, OB_FLOW_ESTABLISHED, now, 0);
	for (unsigned int i = 2; i < 6; i++)
		services_set(f, services_make(f, 1, i, 1));
	assert_int_equal(OB_BACKEND_READY, services_backend_of(f, 0).state);
	assert_int_equal(1, sweep_all(f, now).flows_expired);
}

static void answers_without_a_connection_are_forgotten(void **state)
{
	struct fixture *f = *state;
	const uint64_t now = ob_clock_monotonic_ns();
	struct ob_flow_key key = flow_key(1, OB_PROTO_TCP);

	services_set(f, services_make(f, 1, 1, 1));
	add_flow(f, 1, OB_PROTO_TCP, OB_FLOW_ESTABLISHED, now, 0);
	add_flow(f, 2, OB_PROTO_TCP, OB_FLOW_ESTABLISHED, now, 0);
	bpf_map_delete_elem(f->dp->map_fd[OB_MAP_FLOW], &key);
	sweep_all(f, now);
	assert_int_equal(1, services_entries(f, OB_MAP_FLOW));
	assert_int_equal(1, services_entries(f, OB_MAP_REPLY));
}

static void affinities_are_forgotten_by_their_own_time(void **state)
{
	struct fixture *f = *state;
	const uint64_t now = 100000 * 1000000000ULL;
	struct ob_backend b;

	services_set(f, services_make(f, 1, 1, 1));
	b = services_backend_of(f, 0);
	for (uint32_t i = 0; i < 4; i++) {
		struct ob_affinity_key key = { .service = i };
		struct ob_affinity value = {
			.backend = 0,
			.generation = i == 3 ? 77 : b.generation,
			.timeout_s = 100 * (i + 1),
			.seen_ns = now - 200 * 1000000000ULL,
		};

		bpf_map_update_elem(f->dp->map_fd[OB_MAP_AFFINITY], &key,
				    &value, BPF_NOEXIST);
	}
	/* Two by time, one because its endpoint is another's. */
	assert_int_equal(3, sweep_all(f, now).affinities_expired);
	assert_int_equal(1, services_entries(f, OB_MAP_AFFINITY));
}

static void a_sweep_goes_on_where_it_stopped(void **state)
{
	struct fixture *f = *state;
	const uint64_t now = 100000 * 1000000000ULL;
	uint64_t gone = 0, looked = 0;

	services_set(f, services_make(f, 1, 1, 1));
	for (uint16_t i = 0; i < 5000; i++)
		add_flow(f, i, OB_PROTO_UDP, OB_FLOW_ESTABLISHED, now, 1000);
	for (int i = 0; i < 200 && gone < 5000; i++) {
		struct ob_sweep sweep = { 0 };

		assert_int_equal(0, ob_services_sweep(f->s, now, 100, &sweep));
		assert_in_range(sweep.looked, 0, 200);
		gone += sweep.flows_expired;
		looked += sweep.looked;
	}
	assert_int_equal(5000, gone);
	assert_true(looked >= 5000);
	assert_int_equal(0, services_entries(f, OB_MAP_FLOW));
	assert_int_equal(0, services_entries(f, OB_MAP_REPLY));
}

struct seen {
	size_t n;
	struct ob_flow_entry last;
};

static void see(void *arg, const struct ob_flow_entry *flow)
{
	struct seen *seen = arg;

	seen->n++;
	seen->last = *flow;
}

static void connections_read_as_plain_values(void **state)
{
	struct fixture *f = *state;
	const struct ob_addr client = services_address("10.244.3.7");
	const struct ob_addr backend = services_address("10.114.1.1");
	const uint64_t now = ob_clock_monotonic_ns();
	struct ob_service_entry *e = services_make(f, 1, 1, 1);
	struct seen seen = { 0 };

	services_set(f, e);
	add_flow(f, 4711, OB_PROTO_UDP, OB_FLOW_CLOSING, now, 3);
	assert_int_equal(0, ob_flows_each(f->dp, see, &seen));
	assert_int_equal(1, seen.n);
	assert_true(ob_addr_equal(&client, &seen.last.client));
	assert_true(ob_addr_equal(&backend, &seen.last.backend));
	assert_true(ob_addr_equal(&e->id.addr, &seen.last.service.addr));
	assert_int_equal(80, seen.last.service.port);
	assert_int_equal(IPPROTO_UDP, seen.last.service.protocol);
	assert_int_equal(4711, seen.last.client_port);
	assert_int_equal(8080, seen.last.backend_port);
	assert_int_equal(now - 3000000000ULL, seen.last.seen_ns);
	assert_true(seen.last.closing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		services_test(idle_connections_are_forgotten_by_their_time),
		services_test(connections_go_with_their_endpoint),
		services_test(a_number_used_again_is_another_endpoint),
		services_test(answers_without_a_connection_are_forgotten),
		services_test(affinities_are_forgotten_by_their_own_time),
		services_test(a_sweep_goes_on_where_it_stopped),
		services_test(connections_read_as_plain_values),
	};

	return cmocka_run_group_tests(tests, gateway_setup, NULL);
}
