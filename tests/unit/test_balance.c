// SPDX-License-Identifier: Apache-2.0
#include "octopus/balance.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service_fixture.h"

#define VIP "10.113.192.1"

static void audit(struct service_fixture *f)
{
	struct ob_status status = OB_STATUS_INIT;

	assert_int_equal(ob_balance_audit(f->balance, &status), 0);
	service_settle(f);
}

static void change(struct service_fixture *f, const char *key)
{
	ob_balance_changed(f->balance, key);
	service_settle(f);
}

static void waits_until_all_is_known(void **state)
{
	struct service_fixture *f = *state;

	service_add(f, "web", VIP, false);
	ob_balance_view(f->balance, &f->view);
	change(f, "ns/web");
	assert_int_equal(f->sets, 0);
	assert_false(ob_balance_settled(f->balance));
	service_start(f);
	assert_int_equal(f->sets, 1);
	assert_true(ob_balance_settled(f->balance));
}

static void keeps_what_the_kernel_has_until_then(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);

	service_slice(f, s, "two", "10.114.0.1");
	service_start(f);
	service_restart(f);
	ob_balance_view(f->balance, &f->view);
	audit(f);
	assert_int_equal(f->sets + f->dels, 0);
	assert_string_equal(service_kernel(f), VIP ":80/tcp 10.114.0.1:8080\n");
}

static void adopts_what_is_right_and_removes_the_rest(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct fixture_service *old =
		service_add(f, "old", "10.113.192.9", false);

	service_slice(f, s, "two", "10.114.0.1");
	service_start(f);
	service_restart(f);
	old->key = NULL;
	service_start(f);
	assert_int_equal(f->sets, 0);
	assert_int_equal(f->dels, 1);
	assert_string_equal(service_kernel(f), VIP ":80/tcp 10.114.0.1:8080\n");
}

static void a_second_pass_writes_nothing(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, true);

	service_slice(f, s, "two", "10.114.0.1");
	service_start(f);
	f->sets = 0;
	audit(f);
	change(f, "ns/web");
	ob_balance_view(f->balance, &f->view);
	service_settle(f);
	assert_int_equal(f->sets + f->dels + f->reopens, 0);
}

static void one_change_is_one_write(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_endpoint_slice *slice =
		service_slice(f, s, "two", "10.114.0.1 10.114.0.2");

	service_add(f, "app", "10.113.192.2", false);
	service_start(f);
	f->sets = 0;
	slice->endpoints[1].ready = false;
	change(f, "ns/web");
	assert_int_equal(f->sets, 1);
	assert_string_equal(service_kernel(f), VIP ":80/tcp 10.114.0.1:8080\n"
						   "10.113.192.2:80/tcp\n");
}

static void what_is_deleted_by_hand_comes_back(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, true);

	service_slice(f, s, "two", "10.114.0.1");
	service_start(f);
	f->sets = f->kernel.n = 0;
	audit(f);
	assert_int_equal(f->sets, 2);
	assert_int_equal(f->reopens, 1);
	assert_string_equal(service_kernel(f),
			    VIP ":53/udp\n" VIP ":80/tcp 10.114.0.1:8080\n");
}

static void what_is_changed_by_hand_is_put_right(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);

	service_slice(f, s, "two", "10.114.0.1");
	service_start(f);
	f->sets = 0;
	f->kernel.v[0].backends[0].port = 22;
	audit(f);
	assert_int_equal(f->sets, 1);
	assert_string_equal(service_kernel(f), VIP ":80/tcp 10.114.0.1:8080\n");
}

static void what_is_added_by_hand_goes(void **state)
{
	struct service_fixture *f = *state;

	service_start(f);
	OB_PUSH(f->arena, &f->kernel)->id.port = 7;
	audit(f);
	assert_int_equal(f->dels, 1);
	assert_int_equal(f->kernel.n, 0);
}

static void an_address_moves_without_a_gap(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *a = service_add(f, "a", VIP, false);
	struct fixture_service *b;

	service_slice(f, a, "two", "10.114.0.1");
	service_start(f);
	a->key = NULL;
	b = service_add(f, "b", VIP, false);
	service_slice(f, b, "two", "10.114.0.2");
	/* The new one first, and then the old one's end. */
	ob_balance_changed(f->balance, "ns/b");
	change(f, "ns/a");
	assert_int_equal(f->dels, 0);
	assert_string_equal(service_kernel(f), VIP ":80/tcp 10.114.0.2:8080\n");
}

static void what_is_unserved_is_known(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, true);
	uint64_t generation;
	char text[OB_ADDR_STRLEN];
	const struct ob_addr *v;
	size_t n;

	service_start(f);
	v = ob_balance_unserved(f->balance, f->arena, &n);
	assert_int_equal(n, 1);
	assert_string_equal(ob_addr_format(v, text, sizeof(text)), VIP);
	generation = ob_balance_generation(f->balance);
	service_slice(f, s, "two", "10.114.0.1");
	change(f, "ns/web");
	(void)ob_balance_unserved(f->balance, f->arena, &n);
	assert_int_equal(n, 0);
	assert_true(ob_balance_generation(f->balance) > generation);
}

static void a_dead_cluster_drains_all_services(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);

	service_slice(f, s, "two", "10.114.0.1");
	service_slice(f, s, "three", "10.115.0.1");
	service_start(f);
	f->clusters[1].alive = false;
	ob_balance_view(f->balance, &f->view);
	service_settle(f);
	assert_string_equal(service_kernel(f),
			    VIP ":80/tcp ~10.114.0.1:8080 10.115.0.1:8080\n");
}

static void a_full_map_is_tried_again(void **state)
{
	struct service_fixture *f = *state;
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_conditions list = { 0 };

	service_add(f, "web", VIP, false);
	f->refuse = -ENOSPC;
	service_start(f);
	ob_balance_conditions(f->balance, a, &list);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.v[0].reason, "MapFull");
	f->refuse = 0;
	audit(f);
	assert_int_equal(f->sets, 1);
	assert_int_equal(ob_balance_totals(f->balance).failed, 0);
}

static void what_does_not_fit_holds_up_nobody(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *a = service_add(f, "a", VIP, false);
	struct fixture_service *z = service_add(f, "z", "10.113.192.3", false);
	_cleanup_(ob_arena_freep) struct ob_arena *arena = ob_arena_new();
	struct ob_conditions list = { 0 };

	service_add(f, "b", "10.113.192.2", false);
	f->room = 2;
	service_start(f);
	assert_int_equal(f->kernel.n, 2);
	assert_int_equal(ob_balance_totals(f->balance).failed, 1);
	ob_balance_conditions(f->balance, arena, &list);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.v[0].reason, "MapFull");
	/* Those that have a place still change. */
	service_slice(f, a, "two", "10.114.0.1");
	service_slice(f, z, "two", "10.114.0.1");
	ob_balance_changed(f->balance, "ns/a");
	change(f, "ns/z");
	assert_non_null(strstr(service_kernel(f), " 10.114.0.1:8080\n"));
	f->room = 3;
	audit(f);
	assert_int_equal(ob_balance_totals(f->balance).failed, 0);
	assert_string_equal(service_kernel(f),
			    VIP ":80/tcp 10.114.0.1:8080\n"
				"10.113.192.2:80/tcp\n"
				"10.113.192.3:80/tcp 10.114.0.1:8080\n");
}

static void a_full_map_still_loses_what_is_not_wanted(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);

	service_start(f);
	f->room = 1;
	s->ports[0].port = 81;
	change(f, "ns/web");
	assert_string_equal(service_kernel(f), "");
	audit(f);
	assert_string_equal(service_kernel(f), VIP ":81/tcp\n");
}

static void an_import_that_goes_takes_all_of_its_own_along(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, true);
	struct fixture_service *app =
		service_add(f, "app", "10.113.192.2", false);
	size_t n;

	service_slice(f, app, "two", "10.114.0.1");
	service_start(f);
	s->key = NULL;
	change(f, "ns/web");
	assert_int_equal(f->dels, 2);
	assert_string_equal(service_kernel(f),
			    "10.113.192.2:80/tcp 10.114.0.1:8080\n");
	/* Nobody waits for it at its address any more, either. */
	(void)ob_balance_unserved(f->balance, f->arena, &n);
	assert_int_equal(n, 0);
}

static void what_cannot_be_deleted_is_tried_again(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_conditions list = { 0 };

	service_start(f);
	s->key = NULL;
	f->refuse_del = -EPERM;
	change(f, "ns/web");
	assert_int_equal(f->kernel.n, 1);
	ob_balance_conditions(f->balance, a, &list);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.v[0].reason, "ServiceNotWritten");
	f->refuse_del = 0;
	audit(f);
	assert_int_equal(f->kernel.n, 0);
	assert_int_equal(ob_balance_totals(f->balance).failed, 0);
}

static void backends_of_a_cluster_that_is_gone_leave(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);

	service_slice(f, s, "two", "10.114.0.1");
	service_slice(f, s, "three", "10.115.0.1");
	service_start(f);
	/* The clusters are in order: what is left of them is "three". */
	f->view.n_clusters = 1;
	ob_balance_view(f->balance, &f->view);
	service_settle(f);
	assert_string_equal(service_kernel(f), VIP ":80/tcp 10.115.0.1:8080\n");
}

static void a_kernel_that_cannot_be_read_is_left_alone(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_status status = OB_STATUS_INIT;

	service_slice(f, s, "two", "10.114.0.1");
	service_start(f);
	f->sets = 0;
	f->refuse_dump = -EPERM;
	assert_int_equal(ob_balance_audit(f->balance, &status), -EPERM);
	assert_string_equal(status.reason, "ServicesUnreadable");
	service_settle(f);
	assert_int_equal(f->sets + f->dels + f->reopens, 0);
	/* Changes are written, all the same. */
	s->slices[0]->endpoints[0].ready = false;
	change(f, "ns/web");
	assert_string_equal(service_kernel(f), VIP ":80/tcp\n");
}

static void foreign_endpoints_are_a_condition_while_they_are_there(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_conditions list = { 0 };

	service_slice(f, s, "two", "10.115.0.1");
	service_start(f);
	ob_balance_conditions(f->balance, a, &list);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.v[0].reason, "ForeignEndpoints");
	s->n_slices = 0;
	change(f, "ns/web");
	list.n = 0;
	ob_balance_conditions(f->balance, a, &list);
	assert_int_equal(list.n, 0);
}

static void totals_follow(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, true);
	struct ob_balance_backends backends[OB_MAX_CLUSTERS];
	struct ob_balance_totals t;

	service_slice(f, s, "two", "10.114.0.1 ~10.114.0.2 9.9.9.9");
	service_start(f);
	t = ob_balance_totals(f->balance);
	assert_int_equal(t.services, 1);
	assert_int_equal(t.entries, 2);
	assert_int_equal(t.refused.foreign, 1);
	ob_balance_backends(f->balance, backends);
	assert_int_equal(backends[2].ready, 1);
	assert_int_equal(backends[2].draining, 1);
	s->key = NULL;
	change(f, "ns/web");
	t = ob_balance_totals(f->balance);
	assert_int_equal(t.services + t.entries + t.refused.foreign, 0);
}

/* Whatever the order of changes, the result is that of all at once. */

static unsigned int dice(unsigned int sides)
{
	static uint32_t state = 7;

	state = state * 1664525 + 1013904223;
	return (state >> 16) % sides;
}

/* Neither its name nor its address is taken. */
static bool is_free(const struct service_fixture *f, const char *key,
		    uint8_t last)
{
	for (size_t i = 0; i < FIXTURE_SERVICES; i++)
		if (f->services[i].key &&
		    (!strcmp(f->services[i].key, key) ||
		     f->services[i].import.ips[0].b[3] == last))
			return false;
	return true;
}

/* One service comes or goes. */
static void toss(struct service_fixture *f)
{
	struct fixture_service *s = &f->services[dice(8)];
	unsigned int name = dice(8), ip = dice(8);
	char text[64];

	if (s->key) {
		ob_balance_changed(f->balance, s->key);
		s->key = NULL;
		return;
	}
	snprintf(text, sizeof(text), "ns/s%u", name);
	if (!is_free(f, text, (uint8_t)ip))
		return;
	snprintf(text, sizeof(text), "10.113.192.%u", ip);
	s = service_add(f, ob_arena_printf(f->arena, "s%u", name), text,
			dice(2));
	snprintf(text, sizeof(text), "10.114.0.%u ~10.114.1.%u", dice(4),
		 dice(4));
	service_slice(f, s, "two", text);
	ob_balance_changed(f->balance, s->key);
}

static void changes_one_by_one_come_to_the_same_as_all_at_once(void **state)
{
	struct service_fixture *f = *state;
	const char *one_by_one;

	service_start(f);
	for (int i = 0; i < 2000; i++) {
		toss(f);
		if (dice(3) == 0)
			(void)ob_balance_step(f->balance, 1);
		f->clusters[1].alive = dice(5);
		if (dice(50) == 0)
			ob_balance_view(f->balance, &f->view);
	}
	ob_balance_view(f->balance, &f->view);
	service_settle(f);
	one_by_one = service_kernel(f);
	service_restart(f);
	f->kernel.n = 0;
	service_start(f);
	assert_true(f->sets > 0);
	assert_string_equal(one_by_one, service_kernel(f));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(waits_until_all_is_known),
		TEST(keeps_what_the_kernel_has_until_then),
		TEST(adopts_what_is_right_and_removes_the_rest),
		TEST(a_second_pass_writes_nothing),
		TEST(one_change_is_one_write),
		TEST(what_is_deleted_by_hand_comes_back),
		TEST(what_is_changed_by_hand_is_put_right),
		TEST(what_is_added_by_hand_goes),
		TEST(an_address_moves_without_a_gap),
		TEST(what_is_unserved_is_known),
		TEST(a_dead_cluster_drains_all_services),
		TEST(a_full_map_is_tried_again),
		TEST(what_does_not_fit_holds_up_nobody),
		TEST(a_full_map_still_loses_what_is_not_wanted),
		TEST(an_import_that_goes_takes_all_of_its_own_along),
		TEST(what_cannot_be_deleted_is_tried_again),
		TEST(backends_of_a_cluster_that_is_gone_leave),
		TEST(a_kernel_that_cannot_be_read_is_left_alone),
		TEST(foreign_endpoints_are_a_condition_while_they_are_there),
		TEST(totals_follow),
		TEST(changes_one_by_one_come_to_the_same_as_all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
