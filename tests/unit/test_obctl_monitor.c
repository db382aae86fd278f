// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "obctl/monitor.h"
#include "obctl_fixture.h"

/* 2023-11-14T22:13:20Z minus 5 s since boot */
#define OFFSET_NS ((1700000000LL - 5) * 1000000000)

static const struct ob_event udp = {
	.time_ns = 5123000000ULL,
	.reason = OB_REASON_NO_ROUTE,
	.hook = OB_HOOK_FROM_POD,
	.ifindex = 9,
	.len = 28,
	.src = { { [10] = 0xff, [11] = 0xff, 10, 244, 0, 5 } },
	.dst = { { [10] = 0xff, [11] = 0xff, 10, 119, 0, 1 } },
	.sport = 1000,
	.dport = 53,
	.family = 4,
	.proto = 17,
	.ttl = 64,
};

static void line_reads_like_a_packet(void **state)
{
	struct obctl_fixture *f = *state;

	ob_ctl_monitor_print(&f->view, f->arena, &udp, OFFSET_NS, f->out);
	assert_string_equal("22:13:20.123 no_route          from_pod    veth1"
			    "      10.244.0.5 > 10.119.0.1 udp 1000>53 len 28 "
			    "cluster -\n",
			    obctl_text(f));
}

static void packet_without_ports_has_a_dash(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_event event = udp;

	event.sport = event.dport = 0;
	event.proto = 99;
	event.dst.b[13] = 114;
	event.ifindex = 77;
	ob_ctl_monitor_print(&f->view, f->arena, &event, OFFSET_NS, f->out);
	assert_non_null(strstr(obctl_text(f),
			       " if77       10.244.0.5 > 10.114.0.1 "
			       "ip-proto-99 - len 28 cluster east\n"));
}

static void from_tunnel_the_source_is_the_other_cluster(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_event event = udp;
	cJSON *json;

	event.hook = OB_HOOK_FROM_TUNNEL;
	memcpy(event.src.b + 12, (uint8_t[]){ 10, 112, 0, 1 }, 4);
	memcpy(event.dst.b + 12, (uint8_t[]){ 10, 114, 0, 1 }, 4);
	json = ob_ctl_monitor_json(&f->view, f->arena, &event, OFFSET_NS);
	assert_non_null(strstr(obctl_json(f, json), "\"cluster\":\"hub\""));
}

static void unreadable_packet_has_no_addresses(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_event event = { .reason = OB_REASON_MALFORMED,
				  .hook = OB_HOOK_FROM_TUNNEL,
				  .ifindex = 5,
				  .len = 3 };
	cJSON *json;

	ob_ctl_monitor_print(&f->view, f->arena, &event, OFFSET_NS, f->out);
	assert_non_null(strstr(obctl_text(f), " malformed "));
	assert_non_null(strstr(obctl_text(f), "unreadable, 3 bytes\n"));
	json = ob_ctl_monitor_json(&f->view, f->arena, &event, OFFSET_NS);
	assert_non_null(strstr(obctl_json(f, json), "\"src\":null"));
}

static void json_is_one_object(void **state)
{
	struct obctl_fixture *f = *state;
	cJSON *json = ob_ctl_monitor_json(&f->view, f->arena, &udp, OFFSET_NS);

	assert_string_equal(
		"{\"time\":\"2023-11-14T22:13:20.123Z\","
		"\"reason\":\"no_route\",\"action\":\"drop\","
		"\"hook\":\"from_pod\",\"device\":\"veth1\",\"ifindex\":9,"
		"\"src\":\"10.244.0.5\",\"dst\":\"10.119.0.1\","
		"\"protocol\":17,\"sport\":1000,\"dport\":53,\"ttl\":64,"
		"\"length\":28,\"cluster\":null}",
		obctl_json(f, json));
}

static void summary_counts_by_reason(void **state)
{
	const uint64_t counts[OB_REASON_COUNT] = {
		[OB_REASON_NO_ROUTE] = 3, [OB_REASON_TOO_BIG] = 2
	};
	const uint64_t none[OB_REASON_COUNT] = { 0 };
	struct obctl_fixture *f = *state;

	ob_ctl_monitor_summary(counts, 7, f->out);
	ob_ctl_monitor_summary(none, 0, f->out);
	assert_string_equal("5 events: 3 no_route, 2 too_big; 7 more were not "
			    "sent (rate limit), obctl drops has all\n"
			    "0 events\n",
			    obctl_text(f));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(line_reads_like_a_packet),
		TEST(packet_without_ports_has_a_dash),
		TEST(from_tunnel_the_source_is_the_other_cluster),
		TEST(unreadable_packet_has_no_addresses),
		TEST(json_is_one_object),
		TEST(summary_counts_by_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
