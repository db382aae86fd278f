// SPDX-License-Identifier: Apache-2.0
#include "octopus/service_desired.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "service_fixture.h"

#define VIP "10.113.192.1"

static void spreads_over_all_clusters(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_desired d;

	service_slice(f, s, "two", "10.114.0.1 10.114.0.2");
	service_slice(f, s, "us", "10.113.0.1");
	assert_string_equal(service_compute(f, s, &d),
			    VIP ":80/tcp 10.113.0.1:8080 10.114.0.1:8080 "
				"10.114.0.2:8080\n");
	assert_int_equal(d.n_unserved, 0);
	assert_int_equal(d.entries.v[0].backends[1].cluster, 2);
	assert_string_equal(d.entries.v[0].namespace, "ns");
	assert_string_equal(d.entries.v[0].name, "web");
}

static void prefers_our_own_while_one_is_ready(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_endpoint_slice *ours;
	struct ob_service_desired d;

	f->view.policy = OB_SERVICE_LOCAL_FIRST;
	service_slice(f, s, "two", "10.114.0.1");
	ours = service_slice(f, s, "us", "10.113.0.1");
	assert_string_equal(service_compute(f, s, &d),
			    VIP ":80/tcp 10.113.0.1:8080 ~10.114.0.1:8080\n");
	ours->endpoints[0].ready = ours->endpoints[0].serving = false;
	assert_string_equal(service_compute(f, s, &d),
			    VIP ":80/tcp 10.114.0.1:8080\n");
}

static void drains_what_terminates_and_serves(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_desired d;

	service_slice(f, s, "two", "~10.114.0.1 -10.114.0.2");
	assert_string_equal(service_compute(f, s, &d),
			    VIP ":80/tcp ~10.114.0.1:8080\n");
	/* It keeps what it has, but to a new client nobody is there. */
	assert_int_equal(d.n_unserved, 1);
}

static void sends_a_port_only_to_who_exposes_it(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, true);
	struct ob_service_desired d;

	service_slice(f, s, "two", "10.114.0.1");
	assert_string_equal(service_compute(f, s, &d),
			    VIP ":80/tcp 10.114.0.1:8080\n" VIP ":53/udp\n");
	assert_int_equal(d.n_unserved, 0);
}

static void gives_dead_clusters_no_new_connections(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_desired d;

	service_slice(f, s, "two", "10.114.0.1");
	service_slice(f, s, "three", "10.115.0.1");
	f->clusters[0].alive = false;
	assert_string_equal(service_compute(f, s, &d),
			    VIP ":80/tcp 10.114.0.1:8080 ~10.115.0.1:8080\n");
}

static void tries_all_when_all_seem_dead(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_desired d;

	service_slice(f, s, "two", "10.114.0.1");
	service_slice(f, s, "three", "10.115.0.1");
	f->clusters[0].alive = f->clusters[1].alive = false;
	assert_string_equal(service_compute(f, s, &d),
			    VIP ":80/tcp 10.114.0.1:8080 10.115.0.1:8080\n");
}

static void a_dead_cluster_is_better_than_a_terminating_endpoint(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_desired d;

	service_slice(f, s, "two", "~10.114.0.1");
	service_slice(f, s, "three", "10.115.0.1");
	f->clusters[0].alive = false;
	assert_string_equal(service_compute(f, s, &d),
			    VIP ":80/tcp ~10.114.0.1:8080 10.115.0.1:8080\n");
}

static void a_cluster_speaks_for_its_own_addresses_only(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_desired d;

	service_slice(f, s, "two", "10.115.0.1 10.113.0.7 8.8.8.8 10.114.0.1");
	assert_string_equal(service_compute(f, s, &d),
			    VIP ":80/tcp 10.114.0.1:8080\n");
	assert_int_equal(d.refused.foreign, 3);
}

static void nobody_is_sent_to_a_cluster_that_is_gone(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_desired d;

	service_slice(f, s, "four", "10.116.0.1 10.116.0.2");
	assert_string_equal(service_compute(f, s, &d), VIP ":80/tcp\n");
	assert_int_equal(d.refused.unknown, 2);
	assert_int_equal(d.n_unserved, 1);
}

static void an_endpoint_counts_once(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_desired d;

	service_slice(f, s, "two", "~10.114.0.1 10.114.0.2 10.114.0.2");
	service_slice(f, s, "two", "10.114.0.1");
	assert_string_equal(service_compute(f, s, &d),
			    VIP ":80/tcp 10.114.0.1:8080 10.114.0.2:8080\n");
}

static void refuses_addresses_outside_of_our_block(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", "10.113.0.9", false);
	struct ob_service_desired d;

	service_slice(f, s, "two", "10.114.0.1");
	assert_string_equal(service_compute(f, s, &d), "");
	assert_int_equal(d.n_unserved, 0);
	assert_string_equal(d.status.reason, "ServiceAddressNotOurs");
	assert_string_equal(d.status.message,
			    "ServiceImport ns/web: spec.ips[0]: 10.113.0.9 is "
			    "not inside our service block");
}

static void one_of_two_has_an_address(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_input in = { .import = &s->import,
				       .rivals = { "ns/app" } };
	struct ob_service_desired d;

	ob_service_desired(f->arena, &f->view, &in, &d);
	assert_int_equal(d.entries.n, 0);
	assert_string_equal(d.status.reason, "ServiceAddressTaken");
}

static void headless_services_have_no_address_to_balance(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_desired d;

	s->import.type = OB_SERVICE_HEADLESS;
	assert_string_equal(service_compute(f, s, &d), "");
	assert_null(d.status.reason);
}

static void a_gateway_without_a_block_balances_nothing(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_service_desired d;

	f->view.n_blocks = 0;
	service_slice(f, s, "two", "10.114.0.1");
	assert_string_equal(service_compute(f, s, &d), "");
	assert_null(d.status.reason);
}

static void has_a_limit_of_endpoints(void **state)
{
	struct service_fixture *f = *state;
	struct fixture_service *s = service_add(f, "web", VIP, false);
	struct ob_endpoint_slice *slice =
		service_slice(f, s, "two", "10.114.0.1");
	size_t n = OB_SERVICE_MAX_BACKENDS + 5;
	struct ob_endpoint one = slice->endpoints[0];
	struct ob_service_desired d;

	slice->endpoints = ob_arena_array(f->arena, n, sizeof(one));
	slice->n_endpoints = n;
	for (size_t i = 0; i < n; i++) {
		slice->endpoints[i] = one;
		slice->endpoints[i].addr = ob_addr_plus(&one.addr, i);
	}
	(void)service_compute(f, s, &d);
	assert_int_equal(d.entries.v[0].n_backends, OB_SERVICE_MAX_BACKENDS);
	assert_int_equal(d.refused.excess, 5);
	assert_string_equal(d.status.reason, "TooManyEndpoints");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(spreads_over_all_clusters),
		TEST(prefers_our_own_while_one_is_ready),
		TEST(drains_what_terminates_and_serves),
		TEST(sends_a_port_only_to_who_exposes_it),
		TEST(gives_dead_clusters_no_new_connections),
		TEST(tries_all_when_all_seem_dead),
		TEST(a_dead_cluster_is_better_than_a_terminating_endpoint),
		TEST(a_cluster_speaks_for_its_own_addresses_only),
		TEST(nobody_is_sent_to_a_cluster_that_is_gone),
		TEST(an_endpoint_counts_once),
		TEST(refuses_addresses_outside_of_our_block),
		TEST(one_of_two_has_an_address),
		TEST(headless_services_have_no_address_to_balance),
		TEST(a_gateway_without_a_block_balances_nothing),
		TEST(has_a_limit_of_endpoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
