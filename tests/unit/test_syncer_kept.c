// SPDX-License-Identifier: Apache-2.0
#include "syncer/kept.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct ob_addr addr(const char *text)
{
	struct ob_addr a = { 0 };

	assert_int_equal(ob_addr_parse(text, &a), 0);
	return a;
}

static struct ob_endpoint endpoint(const char *address, const char *hostname,
				   const char *zone)
{
	return (struct ob_endpoint){ .addr = addr(address),
				     .hostname = hostname,
				     .zone = zone };
}

static struct ob_endpoint_slice slice(struct ob_endpoint *v, size_t n)
{
	return (struct ob_endpoint_slice){
		.namespace = "shop",
		.name = "c1.shop.web-x",
		.kube_service = "",
		.managed_by = "",
		.service = "",
		.source_cluster = "",
		.family = n > 0 ? v[0].addr.family : AF_INET,
		.endpoints = v,
		.n_endpoints = n,
	};
}

static void assert_comes_back(const struct ob_endpoint_slice *s)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_kept_slice_freep) struct ob_kept_slice *k =
		ob_kept_slice_new(s);

	assert_non_null(k);
	assert_string_equal(ob_kept_slice_name(k), s->name);
	assert_int_equal(ob_kept_slice_endpoints(k), s->n_endpoints);
	assert_int_equal(ob_kept_slice_deleting(k), s->deleting);
	assert_true(ob_endpoint_slice_equal(ob_kept_slice_open(a, k), s));
}

static void an_empty_slice_comes_back(void **state)
{
	struct ob_endpoint_slice s = slice(NULL, 0);

	(void)state;
	assert_comes_back(&s);
	s.deleting = true;
	assert_comes_back(&s);
}

static void hostnames_and_zones_come_back(void **state)
{
	struct ob_endpoint v[] = {
		endpoint("10.1.0.1", "", ""),
		endpoint("10.1.0.2", "web-0", "a"),
		endpoint("10.1.0.3", "", "a"),
		endpoint("255.0.255.0", "web-0", "b"),
		endpoint("10.1.0.5", "web-1", ""),
	};
	struct ob_endpoint_slice s = slice(v, ARRAY_SIZE(v));

	(void)state;
	assert_comes_back(&s);
}

static void every_state_of_an_endpoint_comes_back(void **state)
{
	struct ob_endpoint v[8];
	struct ob_endpoint_slice s;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(v); i++) {
		v[i] = endpoint("fd00::1:2:3:4", "", "");
		v[i].ready = i & 1;
		v[i].serving = i & 2;
		v[i].terminating = i & 4;
	}
	s = slice(v, ARRAY_SIZE(v));
	assert_comes_back(&s);
}

static void both_kinds_of_ports_come_back(void **state)
{
	struct ob_slice_port ports[] = {
		{ "http", IPPROTO_TCP, 65535 },
		{ "", IPPROTO_SCTP, 0 },
	};
	struct ob_service_port service_ports[] = {
		{ "http", IPPROTO_TCP, 80, "h2c" },
		{ "", IPPROTO_UDP, 53, "" },
	};
	struct ob_endpoint v = endpoint("10.1.0.1", "", "");
	struct ob_endpoint_slice s = slice(&v, 1);

	(void)state;
	s.ports = ports;
	s.n_ports = ARRAY_SIZE(ports);
	s.service_ports = service_ports;
	s.n_service_ports = ARRAY_SIZE(service_ports);
	assert_comes_back(&s);
}

static void the_largest_slice_comes_back(void **state)
{
	static struct ob_slice_port ports[OB_SLICE_MAX_PORTS];
	static struct ob_endpoint v[OB_SLICE_MAX_ENDPOINTS];
	struct ob_endpoint_slice s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = endpoint("10.1.0.1", i % 3 ? "" : "h", i % 2 ? "" : "z");
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		ports[i] = (struct ob_slice_port){ "p", IPPROTO_TCP, 1 };
	s = slice(v, ARRAY_SIZE(v));
	s.ports = ports;
	s.n_ports = ARRAY_SIZE(ports);
	assert_comes_back(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_slice_comes_back),
		cmocka_unit_test(hostnames_and_zones_come_back),
		cmocka_unit_test(every_state_of_an_endpoint_comes_back),
		cmocka_unit_test(both_kinds_of_ports_come_back),
		cmocka_unit_test(the_largest_slice_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
