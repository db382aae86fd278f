// SPDX-License-Identifier: Apache-2.0
/* The library behind the service maps: setting, deleting, adopting. */
#include "services_fixture.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "datapath/maglev.h"

static void what_is_set_reads_back(void **state)
{
	struct fixture *f = *state;
	static const size_t numbers[] = { 0, 1, 2, 10, SERVICES_MOST };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct ob_service_entry *e = services_make(f, 1, 1, numbers[i]);

		e->affinity_s = 10800;
		services_set(f, e);
		services_expect_only(f, e);
		assert_int_equal(numbers[i],
				 services_entries(f, OB_MAP_BACKEND));
	}
}

static void both_families_and_all_protocols_read_back(void **state)
{
	struct fixture *f = *state;
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP,
					     IPPROTO_SCTP };
	struct ob_service_entries all;

	for (size_t i = 0; i < 3; i++) {
		struct ob_service_entry *e = services_make(f, 1, 1, 2);

		e->id.protocol = protocols[i];
		services_set(f, e);
		e->id.addr = services_address("fd70:0:113:c000::1");
		e->backends[0].addr = services_address("fd70:0:114::1");
		e->backends[1].addr = services_address("fd70:0:114::2");
		services_set(f, e);
	}
	all = services_dump(f);
	assert_int_equal(6, all.n);
	assert_int_equal(12, services_entries(f, OB_MAP_BACKEND));
}

static void endpoints_that_stay_keep_their_place(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *before = services_make(f, 1, 1, 10);
	struct ob_service_entry *after = services_make(f, 1, 2, 10);
	struct ob_backend old[16];

	services_set(f, before);
	for (uint32_t i = 0; i < 16; i++)
		old[i] = services_backend_of(f, i);
	services_set(f, after);
	services_expect_only(f, after);
	for (uint32_t i = 0; i < 16; i++) {
		struct ob_backend b = services_backend_of(f, i);

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
	struct ob_service_entry *e = services_make(f, 1, 1, 4);

	services_set(f, e);
	e->backends[2].draining = true;
	services_set(f, e);
	services_expect_only(f, e);
	for (size_t i = 0; i < 4; i++)
		e->backends[i].draining = true;
	services_set(f, e);
	services_expect_only(f, e);
	e->backends[0].draining = false;
	services_set(f, e);
	services_expect_only(f, e);
}

/* Packets under way may hold the old value: its slots stay for a while. */
static void a_change_writes_no_slot_in_use(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = services_make(f, 1, 1, 2);
	struct ob_service before;
	struct ob_slots slots, now;

	services_set(f, e);
	for (unsigned int i = 2; i < 20; i++) {
		before = services_value_of(f, e);
		slots = services_block_of(f, before.first_slot / OB_SLOTS);
		e = services_make(f, 1, i, 2);
		services_set(f, e);
		now = services_block_of(f, before.first_slot / OB_SLOTS);
		assert_memory_equal(&slots, &now, sizeof(now));
		assert_int_not_equal(before.first_slot,
				     services_value_of(f, e).first_slot);
		assert_int_equal(before.id, services_value_of(f, e).id);
	}
	assert_int_equal(2, services_entries(f, OB_MAP_BACKEND));
}

static void setting_the_same_again_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = services_make(f, 1, 1, 10);
	struct ob_service before, after;

	services_set(f, e);
	before = services_value_of(f, e);
	services_set(f, e);
	after = services_value_of(f, e);
	assert_memory_equal(&before, &after, sizeof(after));
}

static void twins_count_once_and_ready(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = services_make(f, 1, 1, 3);

	e->backends[1].addr = e->backends[0].addr;
	e->backends[0].draining = true;
	services_set(f, e);
	assert_int_equal(2, services_entries(f, OB_MAP_BACKEND));
	assert_int_equal(ob_maglev_size(2), services_value_of(f, e).n_slots);
}

static void what_is_deleted_leaves_no_room_in_use(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = services_make(f, 1, 1, 10);

	services_set(f, e);
	assert_int_equal(0, ob_services_del(f->s, &e->id));
	assert_int_equal(-ENOENT, ob_services_del(f->s, &e->id));
	assert_int_equal(0, services_dump(f).n);
	assert_int_equal(0, services_entries(f, OB_MAP_BACKEND));
	assert_int_equal(0, services_entries(f, OB_MAP_SLOT));
}

static void nonsense_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	struct ob_status status = OB_STATUS_INIT;
	struct ob_service_entry *e = services_make(f, 1, 1, 2);

	e->backends[1].addr = services_address("fd70:0:114::2");
	assert_int_equal(-EINVAL, ob_services_set(f->s, e, &status));
	assert_non_null(strstr(status.message, "default/web-1"));
	assert_non_null(strstr(status.message, "endpoint 1"));
	e = services_make(f, 1, 1, 1);
	e->id.port = 0;
	assert_int_equal(-EINVAL, ob_services_set(f->s, e, &status));
	e = services_make(f, 1, 1, 1);
	e->id.protocol = IPPROTO_ICMP;
	assert_int_equal(-EINVAL, ob_services_set(f->s, e, &status));
	e = services_make(f, 1, 1, OB_MAGLEV_MAX + 1);
	assert_int_equal(-ENOSPC, ob_services_set(f->s, e, &status));
	assert_int_equal(0, services_dump(f).n);
	assert_int_equal(0, services_entries(f, OB_MAP_BACKEND));
}

/* 32 services of 8,191 take all there is. */
static void what_does_not_fit_leaves_the_service_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct ob_status status = OB_STATUS_INIT;
	struct ob_service_entry *small = services_make(f, 99, 1, 2);
	unsigned int n = 0;
	int r;

	services_set(f, small);
	do {
		r = ob_services_set(
			f->s, services_make(f, n++, 1, OB_MAGLEV_MAX), &status);
	} while (r == 0);
	assert_int_equal(-ENOSPC, r);
	assert_non_null(strstr(status.message, "default/web-"));
	assert_in_range(n, 16, 33);
	assert_int_equal(
		n, services_dump(f).n); /* the small one, and all but one */
	assert_int_equal((n - 1) * OB_MAGLEV_MAX + 2,
			 services_entries(f, OB_MAP_BACKEND));
	r = ob_services_set(f->s, services_make(f, 99, 1, OB_MAGLEV_MAX),
			    &status);
	assert_int_equal(-ENOSPC, r);
	services_check_table(f, small);
}

static void a_restart_adopts_what_is_there(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e[20];
	struct ob_service before[20], after;

	for (unsigned int i = 0; i < 20; i++) {
		e[i] = services_make(f, i, i, i);
		if (i)
			e[i]->backends[0].draining = i % 2;
		services_set(f, e[i]);
		before[i] = services_value_of(f, e[i]);
	}
	services_restart(f);
	assert_int_equal(20, services_dump(f).n);
	for (unsigned int i = 0; i < 20; i++) {
		services_set(f, e[i]);
		after = services_value_of(f, e[i]);
		assert_memory_equal(&before[i], &after, sizeof(after));
	}
	/* What is made now is in nobody's place. */
	services_set(f, services_make(f, 50, 100, 10));
	for (unsigned int i = 0; i < 20; i++)
		services_check_table(f, e[i]);
	assert_int_not_equal(
		before[19].id,
		services_value_of(f, services_make(f, 50, 1, 1)).id);
}

/* As a process that was killed between two writes leaves them. */
static void a_restart_repairs_what_was_interrupted(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *e = services_make(f, 1, 1, 10);
	struct ob_service_entry *less = services_make(f, 1, 1, 9);
	struct ob_service value;
	struct ob_slots slots = { { 0 } };
	uint32_t block, number = 200000;
	struct ob_backend stray = { .port = 1,
				    .state = OB_BACKEND_READY,
				    .service = 4711,
				    .generation = 9 };

	services_set(f, e);
	value = services_value_of(f, e);
	block = value.first_slot / OB_SLOTS;
	/* A backend of nobody, and a table of somebody else. */
	bpf_map_update_elem(f->dp->map_fd[OB_MAP_BACKEND], &number, &stray, 0);
	bpf_map_update_elem(f->dp->map_fd[OB_MAP_SLOT], &block, &slots, 0);
	services_restart(f);
	services_expect_only(f, e);
	assert_int_equal(10, services_entries(f, OB_MAP_BACKEND));
	/* Killed before the endpoint that went was free. */
	services_set(f, less);
	stray = (struct ob_backend){
		.addr = ob_service_addr_encode(&e->backends[9].addr),
		.port = 8080,
		.cluster = 2,
		.state = OB_BACKEND_READY,
		.service = value.id,
		.generation = 10,
	};
	bpf_map_update_elem(f->dp->map_fd[OB_MAP_BACKEND], &number, &stray, 0);
	services_restart(f);
	assert_false(ob_service_entry_equal(less, &services_dump(f).v[0]));
	services_set(f, less);
	services_expect_only(f, less);
}

static void a_restart_drops_what_has_no_sense(void **state)
{
	struct fixture *f = *state;
	const int fd = f->dp->map_fd[OB_MAP_SERVICE];
	struct ob_service_entry *e = services_make(f, 1, 1, 10);
	struct ob_service_key key = ob_service_key_encode(&e->id);
	struct ob_service good, bad;

	services_set(f, e);
	good = services_value_of(f, e);
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
	services_restart(f);
	assert_int_equal(1, services_dump(f).n);
}

static bool is_marked(struct fixture *f, const char *text)
{
	const struct ob_addr addr = services_address(text);
	const struct ob_ip6 key = ob_service_addr_encode(&addr);
	uint32_t value;

	return bpf_map_lookup_elem(f->dp->map_fd[OB_MAP_VIRTUAL], &key,
				   &value) == 0;
}

static void an_address_is_marked_while_it_has_a_service(void **state)
{
	struct fixture *f = *state;
	struct ob_service_entry *tcp = services_make(f, 1, 1, 2);
	struct ob_service_entry *udp = services_make(f, 1, 1, 2);

	udp->id.protocol = IPPROTO_UDP;
	services_set(f, tcp);
	services_set(f, tcp);
	services_set(f, udp);
	assert_true(is_marked(f, "10.113.200.1"));
	assert_int_equal(1, services_entries(f, OB_MAP_VIRTUAL));
	assert_int_equal(2, services_entries(f, OB_MAP_SERVICE));
	assert_int_equal(0, ob_services_del(f->s, &tcp->id));
	assert_true(is_marked(f, "10.113.200.1"));
	services_restart(f);
	assert_int_equal(0, ob_services_del(f->s, &udp->id));
	assert_int_equal(0, services_entries(f, OB_MAP_VIRTUAL));
}

static void what_is_refused_marks_nothing(void **state)
{
	struct fixture *f = *state;
	struct ob_status status = OB_STATUS_INIT;
	unsigned int n = 0;
	int r;

	do {
		r = ob_services_set(
			f->s, services_make(f, n++, 1, OB_MAGLEV_MAX), &status);
	} while (r == 0);
	assert_int_equal(-ENOSPC, r);
	assert_int_equal(n - 1, services_entries(f, OB_MAP_VIRTUAL));
}

/* What somebody else deletes or adds, by mending and by a restart. */
static void marks_follow_from_services(void **state)
{
	struct fixture *f = *state;
	const int fd = f->dp->map_fd[OB_MAP_VIRTUAL];
	const struct ob_ip6 stray = { { 0xfd, 0x70 } };
	const uint32_t one = 1;
	struct ob_service_entry *e[3];
	struct ob_ip6 key;

	for (unsigned int i = 0; i < 3; i++) {
		e[i] = services_make(f, i, 1, 2);
		services_set(f, e[i]);
	}
	for (int restart = 0; restart < 2; restart++) {
		key = ob_service_addr_encode(&e[1]->id.addr);
		assert_int_equal(0, bpf_map_delete_elem(fd, &key));
		assert_int_equal(0, bpf_map_update_elem(fd, &stray, &one, 0));
		if (restart)
			services_restart(f);
		else
			assert_int_equal(0, ob_services_mend(f->s));
		assert_true(is_marked(f, "10.113.200.1"));
		assert_false(is_marked(f, "fd70::"));
		assert_int_equal(3, services_entries(f, OB_MAP_VIRTUAL));
		assert_int_equal(3, services_dump(f).n);
	}
}

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
		services_test(an_address_is_marked_while_it_has_a_service),
		services_test(what_is_refused_marks_nothing),
		services_test(marks_follow_from_services),
	};

	return cmocka_run_group_tests(tests, gateway_setup, NULL);
}
