// SPDX-License-Identifier: Apache-2.0
/* The library behind the service maps, on real maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "datapath/counters.h"
#include "datapath/maglev.h"
#include "datapath/private.h"
#include "datapath/services_private.h"
#include "gateway.h"

#define MOST 64 /* endpoints of a test's service */

struct fixture {
	struct ob_datapath *dp;
	struct ob_services *s;
	struct ob_arena *arena;
};

static void open_services(struct fixture *f)
{
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_services_open(f->dp, &f->s, &status);

	if (r < 0)
		fail_msg("open: %s", status.message);
}

static int set_up(void **state)
{
	static struct fixture f;

	f.dp = gateway_load();
	f.arena = ob_arena_new();
	open_services(&f);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	ob_services_free(f->s);
	ob_datapath_free(f->dp);
	ob_arena_free(f->arena);
	return ob_datapath_unpin(GATEWAY_ROOT);
}

/* As after a kill: whatever the memory knew is gone, the maps stay. */
static void restart(struct fixture *f)
{
	ob_services_free(f->s);
	f->s = NULL;
	open_services(f);
}

static struct ob_addr address(const char *text)
{
	struct ob_addr a = { 0 };

	assert_int_equal(0, ob_addr_parse(text, &a));
	return a;
}

/* Service 10.113.200.N:80 with n endpoints from 10.114.1.first on. */
static struct ob_service_entry *service(struct fixture *f, unsigned int number,
					unsigned int first, size_t n)
{
	struct ob_service_entry *e = ob_arena_alloc(f->arena, sizeof(*e));
	struct ob_addr base = address("10.113.200.0");
	struct ob_addr from = address("10.114.1.0");

	e->id.addr = ob_addr_plus(&base, number);
	e->id.port = 80;
	e->id.protocol = IPPROTO_TCP;
	memcpy(e->namespace, "default", sizeof("default"));
	snprintf(e->name, sizeof(e->name), "web-%u", number);
	e->backends = ob_arena_array(f->arena, n + 1, sizeof(*e->backends));
	e->n_backends = n;
	for (size_t i = 0; i < n; i++) {
		e->backends[i].addr = ob_addr_plus(&from, first + i);
		e->backends[i].port = 8080;
		e->backends[i].cluster = 2;
	}
	return e;
}

static void set(struct fixture *f, const struct ob_service_entry *e)
{
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_services_set(f->s, e, &status);

	if (r < 0)
		fail_msg("set: %s: %s", strerror(-r), status.message);
}

static struct ob_service_entries dump(struct fixture *f)
{
	struct ob_service_entries all = { 0 };

	assert_int_equal(0, ob_services_dump(f->dp, f->arena, &all));
	return all;
}

static struct ob_service value_of(struct fixture *f,
				  const struct ob_service_entry *e)
{
	struct ob_service_key key = ob_service_key_encode(&e->id);
	struct ob_service value;

	assert_int_equal(0, bpf_map_lookup_elem(f->dp->map_fd[OB_MAP_SERVICE],
						&key, &value));
	return value;
}

static struct ob_slots block_of(struct fixture *f, uint32_t block)
{
	struct ob_slots slots;

	assert_int_equal(0, bpf_map_lookup_elem(f->dp->map_fd[OB_MAP_SLOT],
						&block, &slots));
	return slots;
}

static struct ob_backend backend_of(struct fixture *f, uint32_t number)
{
	struct ob_backend b;

	assert_int_equal(0, bpf_map_lookup_elem(f->dp->map_fd[OB_MAP_BACKEND],
						&number, &b));
	return b;
}

/* Every slot of the service's table leads to a ready backend of its own, and
 * all of them have one. */
static void check_table(struct fixture *f, const struct ob_service_entry *e)
{
	const struct ob_service value = value_of(f, e);
	bool seen[MOST] = { false };
	size_t ready = 0, found = 0;

	for (size_t i = 0; i < e->n_backends; i++)
		ready += !e->backends[i].draining;
	assert_int_equal(ob_maglev_size(ready), value.n_slots);
	for (uint32_t i = value.first_slot;
	     i < value.first_slot + value.n_slots; i++) {
		struct ob_slots slots = block_of(f, i / OB_SLOTS);
		struct ob_backend b =
			backend_of(f, slots.backend[i % OB_SLOTS]);
		struct ob_addr addr = ob_service_addr_decode(&b.addr);
		size_t k = 0;

		assert_int_equal(value.id, b.service);
		assert_int_equal(OB_BACKEND_READY, b.state);
		while (!ob_addr_equal(&addr, &e->backends[k].addr))
			assert_in_range(++k, 0, e->n_backends - 1);
		found += !seen[k];
		seen[k] = true;
	}
	assert_int_equal(ready, found);
}

static void expect_only(struct fixture *f, const struct ob_service_entry *e)
{
	struct ob_service_entries all = dump(f);

	assert_int_equal(1, all.n);
	assert_true(ob_service_entry_equal(e, &all.v[0]));
	check_table(f, e);
}

static size_t entries(struct fixture *f, enum ob_map map)
{
	struct ob_map_fill fill[OB_MAP_COUNT];

	assert_int_equal(0, ob_map_fill_dump(f->dp, fill));
	return fill[map].entries;
}

static void what_is_set_reads_back(void **state)
{
	struct fixture *f = *state;
	static const size_t numbers[] = { 0, 1, 2, 10, MOST };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct ob_service_entry *e = service(f, 1, 1, numbers[i]);

		e->affinity_s = 10800;
		set(f, e);
		expect_only(f, e);
		assert_int_equal(numbers[i], entries(f, OB_MAP_BACKEND));
	}
}

static void both_families_and_all_protocols_read_back(void **state)
{
	struct fixture *f = *state;
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP,
					     IPPROTO_SCTP };
	struct ob_service_entries all;

	for (size_t i = 0; i < 3; i++) {
		struct ob_service_entry *e = service(f, 1, 1, 2);

		e->id.protocol = protocols[i];
		set(f, e);
		e->id.addr = address("fd70:0:113:c000::1");
		e->backends[0].addr = address("fd70:0:114::1");
		e->backends[1].addr = address("fd70:0:114::2");
		set(f, e);
	}
	all = dump(f);
	assert_int_equal(6, all.n);
	assert_int_equal(12, entries(f, OB_MAP_BACKEND));
}

static void endpoints_that_stay_keep_their_place(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *before = service(f, 1, 1, 10);
	struct ob_service_entry *after = service(f, 1, 2, 10);
	struct ob_backend old[16];

	set(f, before);
	for (uint32_t i = 0; i < 16; i++)
		old[i] = backend_of(f, i);
	set(f, after);
	expect_only(f, after);
	for (uint32_t i = 0; i < 16; i++) {
		struct ob_backend b = backend_of(f, i);

		/* 10.114.1.1 went, 10.114.1.11 came. */
		if (old[i].state == OB_BACKEND_READY && old[i].addr.b[15] == 1)
			assert_int_equal(OB_BACKEND_FREE, b.state);
		else if (old[i].state == OB_BACKEND_READY)
			assert_memory_equal(&old[i], &b, sizeof(b));
	}
}

static void what_drains_is_in_no_table(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = service(f, 1, 1, 4);

	set(f, e);
	e->backends[2].draining = true;
	set(f, e);
	expect_only(f, e);
	for (size_t i = 0; i < 4; i++)
		e->backends[i].draining = true;
	set(f, e);
	expect_only(f, e);
	e->backends[0].draining = false;
	set(f, e);
	expect_only(f, e);
}

/* Packets under way may hold the old value: its slots stay for a while. */
static void a_change_writes_no_slot_in_use(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = service(f, 1, 1, 2);
	struct ob_service before;
	struct ob_slots slots, now;

	set(f, e);
	for (unsigned int i = 2; i < 20; i++) {
		before = value_of(f, e);
		slots = block_of(f, before.first_slot / OB_SLOTS);
		e = service(f, 1, i, 2);
		set(f, e);
		now = block_of(f, before.first_slot / OB_SLOTS);
		assert_memory_equal(&slots, &now, sizeof(now));
		assert_int_not_equal(before.first_slot,
				     value_of(f, e).first_slot);
		assert_int_equal(before.id, value_of(f, e).id);
	}
	assert_int_equal(2, entries(f, OB_MAP_BACKEND));
}

static void setting_the_same_again_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = service(f, 1, 1, 10);
	struct ob_service before, after;

	set(f, e);
	before = value_of(f, e);
	set(f, e);
	after = value_of(f, e);
	assert_memory_equal(&before, &after, sizeof(after));
}

static void twins_count_once_and_ready(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = service(f, 1, 1, 3);

	e->backends[1].addr = e->backends[0].addr;
	e->backends[0].draining = true;
	set(f, e);
	assert_int_equal(2, entries(f, OB_MAP_BACKEND));
	assert_int_equal(ob_maglev_size(2), value_of(f, e).n_slots);
}

static void what_is_deleted_leaves_no_room_in_use(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = service(f, 1, 1, 10);

	set(f, e);
	assert_int_equal(0, ob_services_del(f->s, &e->id));
	assert_int_equal(-ENOENT, ob_services_del(f->s, &e->id));
	assert_int_equal(0, dump(f).n);
	assert_int_equal(0, entries(f, OB_MAP_BACKEND));
	assert_int_equal(0, entries(f, OB_MAP_SLOT));
}

static void nonsense_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	struct ob_status status = OB_STATUS_INIT;
	struct ob_service_entry *e = service(f, 1, 1, 2);

	e->backends[1].addr = address("fd70:0:114::2");
	assert_int_equal(-EINVAL, ob_services_set(f->s, e, &status));
	assert_non_null(strstr(status.message, "default/web-1"));
	assert_non_null(strstr(status.message, "endpoint 1"));
	e = service(f, 1, 1, 1);
	e->id.port = 0;
	assert_int_equal(-EINVAL, ob_services_set(f->s, e, &status));
	e = service(f, 1, 1, 1);
	e->id.protocol = IPPROTO_ICMP;
	assert_int_equal(-EINVAL, ob_services_set(f->s, e, &status));
	e = service(f, 1, 1, OB_MAGLEV_MAX + 1);
	assert_int_equal(-ENOSPC, ob_services_set(f->s, e, &status));
	assert_int_equal(0, dump(f).n);
	assert_int_equal(0, entries(f, OB_MAP_BACKEND));
}

/* 32 services of 8,191 take all there is. */
static void what_does_not_fit_leaves_the_service_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct ob_status status = OB_STATUS_INIT;
	struct ob_service_entry *small = service(f, 99, 1, 2);
	unsigned int n = 0;
	int r;

	set(f, small);
	do {
		r = ob_services_set(f->s, service(f, n++, 1, OB_MAGLEV_MAX),
				    &status);
	} while (r == 0);
	assert_int_equal(-ENOSPC, r);
	assert_non_null(strstr(status.message, "default/web-"));
	assert_in_range(n, 16, 33);
	assert_int_equal(n, dump(f).n); /* the small one, and all but one */
	assert_int_equal((n - 1) * OB_MAGLEV_MAX + 2,
			 entries(f, OB_MAP_BACKEND));
	r = ob_services_set(f->s, service(f, 99, 1, OB_MAGLEV_MAX), &status);
	assert_int_equal(-ENOSPC, r);
	check_table(f, small);
}

static void a_restart_adopts_what_is_there(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e[20];
	struct ob_service before[20], after;

	for (unsigned int i = 0; i < 20; i++) {
		e[i] = service(f, i, i, i);
		if (i)
			e[i]->backends[0].draining = i % 2;
		set(f, e[i]);
		before[i] = value_of(f, e[i]);
	}
	restart(f);
	assert_int_equal(20, dump(f).n);
	for (unsigned int i = 0; i < 20; i++) {
		set(f, e[i]);
		after = value_of(f, e[i]);
		assert_memory_equal(&before[i], &after, sizeof(after));
	}
	/* What is made now is in nobody's place. */
	set(f, service(f, 50, 100, 10));
	for (unsigned int i = 0; i < 20; i++)
		check_table(f, e[i]);
	assert_int_not_equal(before[19].id,
			     value_of(f, service(f, 50, 1, 1)).id);
}

/* As a process that was killed between two writes leaves them. */
static void a_restart_repairs_what_was_interrupted(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = service(f, 1, 1, 10);
	struct ob_service_entry *less = service(f, 1, 1, 9);
	struct ob_service value;
	struct ob_slots slots = { { 0 } };
	uint32_t block, number = 200000;
	struct ob_backend stray = { .port = 1,
				    .state = OB_BACKEND_READY,
				    .service = 4711,
				    .generation = 9 };

	set(f, e);
	value = value_of(f, e);
	block = value.first_slot / OB_SLOTS;
	/* A backend of nobody, and a table of somebody else. */
	bpf_map_update_elem(f->dp->map_fd[OB_MAP_BACKEND], &number, &stray, 0);
	bpf_map_update_elem(f->dp->map_fd[OB_MAP_SLOT], &block, &slots, 0);
	restart(f);
	expect_only(f, e);
	assert_int_equal(10, entries(f, OB_MAP_BACKEND));
	/* Killed before the endpoint that went was free. */
	set(f, less);
	stray = (struct ob_backend){
		.addr = ob_service_addr_encode(&e->backends[9].addr),
		.port = 8080,
		.cluster = 2,
		.state = OB_BACKEND_READY,
		.service = value.id,
		.generation = 10,
	};
	bpf_map_update_elem(f->dp->map_fd[OB_MAP_BACKEND], &number, &stray, 0);
	restart(f);
	assert_false(ob_service_entry_equal(less, &dump(f).v[0]));
	set(f, less);
	expect_only(f, less);
}

static void a_restart_drops_what_has_no_sense(void **state)
{
	struct fixture *f = *state;
	const int fd = f->dp->map_fd[OB_MAP_SERVICE];
	struct ob_service_entry *e = service(f, 1, 1, 10);
	struct ob_service_key key = ob_service_key_encode(&e->id);
	struct ob_service good, bad;

	set(f, e);
	good = value_of(f, e);
	for (int i = 0; i < 6; i++) {
		bad = good;
		key.port = (__u16)(1000 + i);
		bad.id = i == 0 ? good.id : (__u32)(100 + i);
		if (i == 1)
			bad.id = 0;
		if (i == 2)
			bad.first_slot = OB_MAX_SLOT_BLOCKS * OB_SLOTS;
		if (i == 3)
			bad.n_slots = OB_MAX_TABLE + 1;
		if (i == 4)
			memset(bad.name, 'x', sizeof(bad.name));
		if (i == 5)
			key.proto = (enum ob_proto)1;
		bpf_map_update_elem(fd, &key, &bad, BPF_ANY);
	}
	restart(f);
	assert_int_equal(1, dump(f).n);
}

static struct ob_flow_key flow_key(uint16_t port, enum ob_proto proto)
{
	struct ob_addr client = address("10.244.3.7");
	struct ob_addr addr = address("10.113.200.1");

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
	struct ob_backend b = backend_of(f, 0);
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

	set(f, service(f, 1, 1, 1));
	for (uint16_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		add_flow(f, 2 * i, kinds[i].proto, kinds[i].state, now,
			 kinds[i].timeout_s - 1);
		add_flow(f, 2 * i + 1, kinds[i].proto, kinds[i].state, now,
			 kinds[i].timeout_s);
	}
	assert_int_equal(ARRAY_SIZE(kinds), sweep_all(f, now).flows_expired);
	assert_int_equal(ARRAY_SIZE(kinds), entries(f, OB_MAP_FLOW));
	assert_int_equal(ARRAY_SIZE(kinds), entries(f, OB_MAP_REPLY));
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

	set(f, service(f, 1, 1, 2));
	for (uint16_t i = 0; i < 100; i++)
		add_flow(f, i, OB_PROTO_TCP, OB_FLOW_ESTABLISHED, now, 0);
	assert_int_equal(0, sweep_all(f, now).flows_expired);
	restart(f);
	assert_int_equal(0, sweep_all(f, now).flows_expired);
	set(f, service(f, 1, 2, 2)); /* without the first */
	assert_int_equal(100, sweep_all(f, now).flows_expired);
	assert_int_equal(0, entries(f, OB_MAP_FLOW));
	assert_int_equal(0, entries(f, OB_MAP_REPLY));
}

/* The number is used again, by another: its connections are not. */
static void a_number_used_again_is_another_endpoint(void **state)
{
	struct fixture *f = *state;
	const uint64_t now = ob_clock_monotonic_ns();

	set(f, service(f, 1, 1, 1));
	add_flow(f, 1, OB_PROTO_TCP, OB_FLOW_ESTABLISHED, now, 0);
	for (unsigned int i = 2; i < 6; i++)
		set(f, service(f, 1, i, 1));
	assert_int_equal(OB_BACKEND_READY, backend_of(f, 0).state);
	assert_int_equal(1, sweep_all(f, now).flows_expired);
}

static void answers_without_a_connection_are_forgotten(void **state)
{
	struct fixture *f = *state;
	const uint64_t now = ob_clock_monotonic_ns();
	struct ob_flow_key key = flow_key(1, OB_PROTO_TCP);

	set(f, service(f, 1, 1, 1));
	add_flow(f, 1, OB_PROTO_TCP, OB_FLOW_ESTABLISHED, now, 0);
	add_flow(f, 2, OB_PROTO_TCP, OB_FLOW_ESTABLISHED, now, 0);
	bpf_map_delete_elem(f->dp->map_fd[OB_MAP_FLOW], &key);
	sweep_all(f, now);
	assert_int_equal(1, entries(f, OB_MAP_FLOW));
	assert_int_equal(1, entries(f, OB_MAP_REPLY));
}

static void affinities_are_forgotten_by_their_own_time(void **state)
{
	struct fixture *f = *state;
	const uint64_t now = 100000 * 1000000000ULL;
	struct ob_backend b;

	set(f, service(f, 1, 1, 1));
	b = backend_of(f, 0);
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
	assert_int_equal(1, entries(f, OB_MAP_AFFINITY));
}

static void a_sweep_goes_on_where_it_stopped(void **state)
{
	struct fixture *f = *state;
	const uint64_t now = 100000 * 1000000000ULL;
	uint64_t gone = 0, looked = 0;

	set(f, service(f, 1, 1, 1));
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
	assert_int_equal(0, entries(f, OB_MAP_FLOW));
	assert_int_equal(0, entries(f, OB_MAP_REPLY));
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
	const struct ob_addr client = address("10.244.3.7");
	const struct ob_addr backend = address("10.114.1.1");
	const uint64_t now = ob_clock_monotonic_ns();
	struct ob_service_entry *e = service(f, 1, 1, 1);
	struct seen seen = { 0 };

	set(f, e);
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

#define services_test(test)                                                    \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		services_test(what_is_set_reads_back),
		services_test(both_families_and_all_protocols_read_back),
		services_test(endpoints_that_stay_keep_their_place),
		services_test(what_drains_is_in_no_table),
		services_test(a_change_writes_no_slot_in_use),
		services_test(setting_the_same_again_changes_nothing),
		services_test(twins_count_once_and_ready),
		services_test(what_is_deleted_leaves_no_room_in_use),
		services_test(nonsense_is_refused_by_name),
		services_test(what_does_not_fit_leaves_the_service_as_it_was),
		services_test(a_restart_adopts_what_is_there),
		services_test(a_restart_repairs_what_was_interrupted),
		services_test(a_restart_drops_what_has_no_sense),
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
