// SPDX-License-Identifier: Apache-2.0
#include "services_fixture.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>

#include "datapath/counters.h"
#include "datapath/maglev.h"

static void open_services(struct fixture *f)
{
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_services_open(f->dp, &f->s, &status);

	if (r < 0)
		fail_msg("open: %s", status.message);
}

int services_set_up(void **state)
{
	static struct fixture f;

	f.dp = gateway_load();
	f.arena = ob_arena_new();
	open_services(&f);
	*state = &f;
	return 0;
}

int services_tear_down(void **state)
{
	struct fixture *f = *state;

	ob_services_free(f->s);
	f->s = NULL;
	ob_datapath_free(f->dp);
	ob_arena_free(f->arena);
	return ob_datapath_unpin(GATEWAY_ROOT);
}

/* As after a kill: whatever the memory knew is gone, the maps stay. */
void services_restart(struct fixture *f)
{
	ob_services_free(f->s);
	f->s = NULL;
	open_services(f);
}

struct ob_addr services_address(const char *text)
{
	struct ob_addr a = { 0 };

	assert_int_equal(0, ob_addr_parse(text, &a));
	return a;
}

/* Service 10.113.200.N:80 with n endpoints from 10.114.1.first on. */
struct ob_service_entry *services_make(struct fixture *f, unsigned int number,
				       unsigned int first, size_t n)
{
	struct ob_service_entry *e = ob_arena_alloc(f->arena, sizeof(*e));
	struct ob_addr base = services_address("10.113.200.0");
	struct ob_addr from = services_address("10.114.1.0");

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

void services_set(struct fixture *f, const struct ob_service_entry *e)
{
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_services_set(f->s, e, &status);

	if (r < 0)
		fail_msg("set: %s: %s", strerror(-r), status.message);
}

struct ob_service_entries services_dump(struct fixture *f)
{
	struct ob_service_entries all = { 0 };

	assert_int_equal(0, ob_services_dump(f->dp, f->arena, &all));
	return all;
}

struct ob_service services_value_of(struct fixture *f,
				    const struct ob_service_entry *e)
{
	struct ob_service_key key = ob_service_key_encode(&e->id);
	struct ob_service value;

	assert_int_equal(0, bpf_map_lookup_elem(f->dp->map_fd[OB_MAP_SERVICE],
						&key, &value));
	return value;
}

struct ob_slots services_block_of(struct fixture *f, uint32_t block)
{
	struct ob_slots slots;

	assert_int_equal(0, bpf_map_lookup_elem(f->dp->map_fd[OB_MAP_SLOT],
						&block, &slots));
	return slots;
}

struct ob_backend services_backend_of(struct fixture *f, uint32_t number)
{
	struct ob_backend b;

	assert_int_equal(0, bpf_map_lookup_elem(f->dp->map_fd[OB_MAP_BACKEND],
						&number, &b));
	return b;
}

/* Every slot of the service's table leads to a ready backend of its own, and
 * all of them have one. */
void services_check_table(struct fixture *f, const struct ob_service_entry *e)
{
	const struct ob_service value = services_value_of(f, e);
	bool seen[SERVICES_MOST] = { false };
	size_t ready = 0, found = 0;

	for (size_t i = 0; i < e->n_backends; i++)
		ready += !e->backends[i].draining;
	assert_int_equal(ob_maglev_size(ready), value.n_slots);
	for (uint32_t i = value.first_slot;
	     i < value.first_slot + value.n_slots; i++) {
		struct ob_slots slots = services_block_of(f, i / OB_SLOTS);
		struct ob_backend b =
			services_backend_of(f, slots.backend[i % OB_SLOTS]);
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

void services_expect_only(struct fixture *f, const struct ob_service_entry *e)
{
	struct ob_service_entries all = services_dump(f);

	assert_int_equal(1, all.n);
	assert_true(ob_service_entry_equal(e, &all.v[0]));
	services_check_table(f, e);
}

size_t services_entries(struct fixture *f, enum ob_map map)
{
	struct ob_map_fill fill[OB_MAP_COUNT];

	assert_int_equal(0, ob_map_fill_dump(f->dp, fill));
	return fill[map].entries;
}
