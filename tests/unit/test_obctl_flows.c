// SPDX-License-Identifier: Apache-2.0
#include "obctl/flows.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "obctl_fixture.h"
#include "obctl_services.h"

#define NOW_NS 100000000000

static int set_up(void **state)
{
	struct obctl_fixture *f;

	if (obctl_fixture_set_up(state) < 0)
		return -1;
	f = *state;
	obctl_services_fill(&f->view);
	return 0;
}

static struct ob_flow_entry flow(const char *endpoint)
{
	return (struct ob_flow_entry){
		.client = obctl_addr("10.244.0.5"),
		.client_port = 40000,
		.service = { obctl_addr("10.113.192.1"), 80, IPPROTO_TCP },
		.backend = obctl_addr(endpoint),
		.backend_port = 8080,
		.seen_ns = NOW_NS - 7000000000,
	};
}

static void shows_who_talks_to_whom(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_flow_entry v[] = { flow("10.114.3.7"), flow("10.113.0.10") };
	struct ob_ctl_flow_list list = { v, 2, 2, NOW_NS, 2, 5 };

	v[1].closing = true;
	ob_ctl_flows_print(&f->view, f->arena, &list, f->out);
	assert_string_equal(
		"CLIENT            SERVICE        ADDRESS              "
		"ENDPOINT          CLUSTER  IDLE  STATE\n"
		"10.244.0.5:40000  default/nginx  10.113.192.1:80/TCP  "
		"10.114.3.7:8080   east      7 s  open\n"
		"10.244.0.5:40000  default/nginx  10.113.192.1:80/TCP  "
		"10.113.0.10:8080  west      7 s  closing\n"
		"and 3 more: see --count, or filter\n",
		obctl_text(f));
}

static void json_counts_those_that_are_not_shown(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_flow_entry v[] = { flow("10.114.3.7") };
	struct ob_ctl_flow_list list = { v, 1, 1, NOW_NS, 1, 9 };

	assert_string_equal(
		"{\"matched\":9,\"flows\":[{\"client\":\"10.244.0.5\","
		"\"client_port\":40000,\"service\":\"default/nginx\","
		"\"address\":\"10.113.192.1\",\"port\":80,\"protocol\":\"TCP\","
		"\"endpoint\":\"10.114.3.7\",\"endpoint_port\":8080,"
		"\"cluster\":\"east\",\"idle_seconds\":7,\"closing\":false}]}",
		obctl_json(f, ob_ctl_flows_json(&f->view, f->arena, &list)));
}

static bool matches(struct obctl_fixture *f, const char *text)
{
	struct ob_ctl_flow_filter filter = ob_ctl_flow_filter_make(text);
	struct ob_flow_entry one = flow("10.114.3.7");

	return ob_ctl_flow_matches(&f->view, &filter, &one);
}

static void filters_by_address_and_name(void **state)
{
	struct obctl_fixture *f = *state;

	assert_true(matches(f, NULL));
	assert_true(matches(f, "10.244.0.5"));
	assert_true(matches(f, "10.113.192.1"));
	assert_true(matches(f, "10.114.3.7"));
	assert_true(matches(f, "nginx"));
	assert_true(matches(f, "default/nginx"));
	assert_false(matches(f, "10.114.3.8"));
	assert_false(matches(f, "apache"));
}

static void a_connection_from_the_future_is_not_idle(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_flow_entry v[] = { flow("10.114.3.7") };
	struct ob_ctl_flow_list list = { v, 1, 1, 0, 1, 1 };

	ob_ctl_flows_print(&f->view, f->arena, &list, f->out);
	assert_non_null(strstr(obctl_text(f), " 0 s  open"));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, set_up, obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(shows_who_talks_to_whom),
		TEST(json_counts_those_that_are_not_shown),
		TEST(filters_by_address_and_name),
		TEST(a_connection_from_the_future_is_not_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
