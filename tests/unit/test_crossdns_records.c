// SPDX-License-Identifier: Apache-2.0
#include "crossdns/records.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LABEL(text) ((const uint8_t *)(text))

static struct ob_slice_port sql = { "sql", IPPROTO_TCP, 5432 };

static struct ob_endpoint endpoint(const char *addr, const char *hostname)
{
	struct ob_endpoint e = { .ready = true, .hostname = hostname };

	assert_int_equal(ob_addr_parse(addr, &e.addr), 0);
	return e;
}

static struct ob_endpoint_slice slice(const char *cluster,
				      struct ob_endpoint *v, size_t n)
{
	return (struct ob_endpoint_slice){
		.source_cluster = cluster,
		.ports = &sql,
		.n_ports = 1,
		.endpoints = v,
		.n_endpoints = n,
	};
}

static struct ob_records *make(const struct ob_service_import *import,
			       struct ob_endpoint_slice *v, size_t n)
{
	const struct ob_records_options options = { 5, "c2" };
	const struct ob_endpoint_slice *slices[8];
	const struct ob_records_input in = { import, slices, n };
	struct ob_records *r = NULL;

	for (size_t i = 0; i < n; i++)
		slices[i] = &v[i];
	assert_int_equal(ob_records_new(&options, &in, &r), 0);
	return r;
}

static const struct ob_service_import headless = {
	.namespace = "NS", .name = "db", .type = OB_SERVICE_HEADLESS
};

/* The last byte of record i. */
static int last(const struct ob_dns_rrset *set, size_t i)
{
	assert_true(i < set->n);
	return set->records[(i + 1) * set->record_len - 1];
}

static void orders_by_cluster_with_ours_first(void **state)
{
	struct ob_endpoint e1[] = { endpoint("10.1.0.1", "") };
	struct ob_endpoint e2[] = { endpoint("10.2.0.3", "b"),
				    endpoint("10.2.0.2", "a") };
	struct ob_endpoint_slice v[] = { slice("c1", e1, 1),
					 slice("c2", e2, 2) };
	_cleanup_(ob_records_freep) struct ob_records *r =
		make(&headless, v, 2);

	(void)state;
	assert_memory_equal(r->labels, "\2db\2ns", 6);
	assert_int_equal(r->all[OB_RECORDS_V4].n, 3);
	assert_int_equal(r->all[OB_RECORDS_V4].n_first, 2);
	assert_int_equal(last(&r->all[OB_RECORDS_V4], 0), 2);
	assert_int_equal(last(&r->all[OB_RECORDS_V4], 1), 3);
	assert_int_equal(last(&r->all[OB_RECORDS_V4], 2), 1);
	assert_non_null(ob_records_cluster_find(r, LABEL("\2c1")));
	assert_null(ob_records_cluster_find(r, LABEL("\2c3")));
}

static void leaves_out_who_is_not_ready(void **state)
{
	struct ob_endpoint e[] = { endpoint("10.1.0.1", "") };
	struct ob_endpoint_slice v[] = { slice("c1", e, 1) };
	_cleanup_(ob_records_freep) struct ob_records *r = NULL;

	(void)state;
	e[0].ready = false;
	r = make(&headless, v, 1);
	assert_int_equal(r->n_hosts, 0);
	assert_null(ob_records_cluster_find(r, LABEL("\2c1")));
	for (unsigned int view = 0; view < OB_VIEWS; view++)
		assert_false(ob_records_exists(r, view));
}

static void leaves_out_slices_of_no_cluster(void **state)
{
	struct ob_endpoint e[] = { endpoint("10.1.0.1", "") };
	struct ob_endpoint_slice v[] = { slice("", e, 1), slice("a.b", e, 1) };
	_cleanup_(ob_records_freep) struct ob_records *r =
		make(&headless, v, 2);

	(void)state;
	assert_int_equal(r->n_clusters, 0);
	assert_int_equal(r->all[OB_RECORDS_V4].n, 0);
}

static void answers_an_address_once(void **state)
{
	struct ob_endpoint e[] = { endpoint("10.1.0.1", "a"),
				   endpoint("10.1.0.1", "b"),
				   endpoint("10.1.0.1", "a") };
	struct ob_endpoint_slice v[] = { slice("c1", e, 3) };
	_cleanup_(ob_records_freep) struct ob_records *r =
		make(&headless, v, 1);

	(void)state;
	assert_int_equal(r->all[OB_RECORDS_V4].n, 1);
	assert_int_equal(r->n_hosts, 2);
	assert_int_equal(r->by_host[OB_RECORDS_V4].n, 2);
	assert_int_equal(r->n_srv, 2);
}

static void finds_every_host(void **state)
{
	struct ob_endpoint e[200];
	struct ob_endpoint_slice v[] = { slice("c1", e, 200) };
	_cleanup_(ob_records_freep) struct ob_records *r = NULL;
	const struct ob_records_cluster *c;
	char text[64];

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "10.1.0.%d", i);
		e[i] = endpoint(text, "");
	}
	r = make(&headless, v, 1);
	c = ob_records_cluster_find(r, LABEL("\2c1"));
	assert_non_null(c);
	for (int i = 0; i < 200; i++) {
		const struct ob_records_host *h;
		struct ob_dns_rrset set;

		snprintf(text, sizeof(text), "?10-1-0-%d", i);
		text[0] = (char)strlen(text + 1);
		h = ob_records_host_find(r, c, LABEL(text));
		assert_non_null(h);
		set = ob_records_host_addrs(r, h, OB_RECORDS_V4);
		assert_int_equal(set.n, 1);
		assert_int_equal(last(&set, 0), i);
	}
	assert_null(ob_records_host_find(r, c,
					 LABEL("\010"
					       "10-1-0-x")));
}

static void has_a_host_in_both_families(void **state)
{
	struct ob_endpoint e4[] = { endpoint("10.1.0.1", "h") };
	struct ob_endpoint e6[] = { endpoint("fd00::1", "H") };
	struct ob_endpoint_slice v[] = { slice("c1", e4, 1),
					 slice("c1", e6, 1) };
	_cleanup_(ob_records_freep) struct ob_records *r =
		make(&headless, v, 2);

	(void)state;
	assert_int_equal(r->n_hosts, 1);
	assert_int_equal(r->hosts[0].n[OB_RECORDS_V4], 1);
	assert_int_equal(r->hosts[0].n[OB_RECORDS_V6], 1);
	assert_int_equal(r->n_srv, 1);
}

static void views_differ_where_there_is_no_virtual_address(void **state)
{
	struct ob_service_import import = {
		.namespace = "ns",
		.name = "web",
		.ips = { { AF_INET, { 10 } } },
		.n_ips = 1,
	};
	struct ob_endpoint e[] = { endpoint("10.1.0.1", "") };
	struct ob_endpoint_slice v[] = { slice("c1", e, 1) };
	_cleanup_(ob_records_freep) struct ob_records *with =
		make(&import, v, 1);
	_cleanup_(ob_records_freep) struct ob_records *without = NULL;

	(void)state;
	import.n_ips = 0;
	without = make(&import, v, 1);
	assert_false(ob_records_is_headless(with, OB_VIEW_STANDARD));
	assert_false(ob_records_is_headless(with, OB_VIEW_VIRTUAL));
	assert_true(ob_records_is_headless(with, OB_VIEW_ENDPOINTS));
	assert_false(ob_records_exists(without, OB_VIEW_STANDARD));
	assert_true(ob_records_exists(without, OB_VIEW_VIRTUAL));
	assert_true(ob_records_is_headless(without, OB_VIEW_VIRTUAL));
}

static void bounds_what_one_service_can_have(void **state)
{
	static struct ob_endpoint e[1000];
	static struct ob_endpoint_slice slices[20];
	const struct ob_endpoint_slice *v[20];
	const struct ob_records_options options = { 5, "" };
	const struct ob_records_input in = { &headless, v, 20 };
	_cleanup_(ob_records_freep) struct ob_records *r = NULL;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		slices[i] = slice("c1", e, 1000);
		v[i] = &slices[i];
	}
	for (size_t i = 0; i < 1000; i++)
		e[i] = (struct ob_endpoint){
			.addr = { AF_INET,
				  { 10, 0, (uint8_t)(i >> 8), (uint8_t)i } },
			.ready = true,
			.hostname = "",
		};
	assert_int_equal(ob_records_new(&options, &in, &r), 0);
	assert_true(r->cut);
	assert_int_equal(r->all[OB_RECORDS_V4].n, 1000);
}

static void refuses_names_that_are_no_label(void **state)
{
	const struct ob_service_import import = { .namespace = "a.b",
						  .name = "db" };
	const struct ob_records_options options = { 5, "" };
	const struct ob_records_input in = { .import = &import };
	struct ob_records *r;

	(void)state;
	assert_int_equal(ob_records_new(&options, &in, &r), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_by_cluster_with_ours_first),
		cmocka_unit_test(leaves_out_who_is_not_ready),
		cmocka_unit_test(leaves_out_slices_of_no_cluster),
		cmocka_unit_test(answers_an_address_once),
		cmocka_unit_test(finds_every_host),
		cmocka_unit_test(has_a_host_in_both_families),
		cmocka_unit_test(
			views_differ_where_there_is_no_virtual_address),
		cmocka_unit_test(bounds_what_one_service_can_have),
		cmocka_unit_test(refuses_names_that_are_no_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
