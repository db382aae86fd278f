// SPDX-License-Identifier: Apache-2.0
/* The obctl binary on pinned maps whose loader is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "datapath/events.h"
#include "datapath/private.h"
#include "datapath/tables.h"
#include "gateway.h"
#include "ob/abi/version.h"

/* Standard output of the last run, cut to size. */
static char output[32768];

/* Runs obctl with stderr on stdout; returns its exit status. */
static int obctl(const char *arguments)
{
	const char *build = getenv("OB_BUILD_DIR");
	char command[512];
	size_t n;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "%s/bin/obctl --pin-root " GATEWAY_ROOT " %s 2>&1",
		 build ? build : "build", arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	n = fread(output, 1, sizeof(output) - 1, pipe);
	output[n] = '\0';
	return WEXITSTATUS(pclose(pipe));
}

static struct ob_prefix prefix(const char *s)
{
	struct ob_prefix p = { 0 };

	assert_int_equal(0, ob_prefix_parse(s, &p));
	return p;
}

static void fill(struct ob_datapath *dp, int ifindex)
{
	struct ob_config config = { .cluster = "west",
				    .global4 = { { 10, 112, 0, 0 } },
				    .global4_len = 12 };
	struct ob_nat_entry nat = { OB_NAT_OUT, prefix("10.244.0.0/16"),
				    prefix("10.113.0.0/16"), OB_NAT_PREFIX };
	struct ob_route_entry route = {
		prefix("10.114.0.0/16"),
		{ .ifindex = (uint32_t)ifindex,
		  .mtu = 1420,
		  .slot = 1,
		  .cluster = "east" },
	};

	assert_int_equal(0, ob_config_table_set(dp, &config));
	assert_int_equal(0, ob_nat_table_set(dp, &nat));
	assert_int_equal(0, ob_route_table_set(dp, &route));
	assert_int_equal(0, ob_attachment_add(dp, OB_HOOK_FROM_POD, ifindex));
}

static int set_up(void **state __attribute__((unused)))
{
	struct ob_datapath *dp = gateway_load();

	fill(dp, gateway_veth(1));
	gateway_send_nowhere(dp, 3);
	ob_datapath_free(dp);
	return 0;
}

static int tear_down(void **state __attribute__((unused)))
{
	gateway_veth_del(1);
	return ob_datapath_unpin(GATEWAY_ROOT);
}

static void status_shows_the_gateway(void **state __attribute__((unused)))
{
	assert_int_equal(0, obctl("status"));
	assert_non_null(strstr(output, "cluster   west\n"));
	assert_non_null(strstr(output, "from_pod ("));
	assert_non_null(strstr(output, "\nob_out4            1"));
	assert_non_null(
		strstr(output, "dropped   3, left to the kernel 0 packets"));
	assert_int_equal(0, obctl("-o json status"));
	assert_non_null(strstr(output, "\"current\": true"));
}

static void peers_work_without_wireguard(void **state __attribute__((unused)))
{
	assert_int_equal(0, obctl("peers"));
	assert_non_null(strstr(output, "east"));
	assert_non_null(strstr(output, "10.114.0.0/16  1420"));
}

static void nat_tells_a_missing_way_back(void **state __attribute__((unused)))
{
	assert_int_equal(0, obctl("nat"));
	assert_non_null(strstr(output, "10.244.0.0/16  10.113.0.0/16  prefix, "
				       "one way: out\n"));
}

static void drops_name_the_reason(void **state __attribute__((unused)))
{
	assert_int_equal(0, obctl("drops"));
	assert_non_null(strstr(output, "no_route  from_pod        3   84 B"));
	assert_int_equal(0, obctl("drops --all"));
	assert_non_null(strstr(output, "spoofed_source"));
}

static void whois_answers_by_exit_status_too(void **state
					     __attribute__((unused)))
{
	assert_int_equal(0, obctl("whois 10.114.0.9"));
	assert_non_null(strstr(output, "cluster east: route 10.114.0.0/16, "
				       "device a1, MTU 1420"));
	assert_int_equal(1, obctl("whois 10.119.0.1"));
	assert_int_equal(2, obctl("whois there"));
}

static void monitor_ends_after_count(void **state __attribute__((unused)))
{
	assert_int_equal(0, obctl("monitor --backlog --count 2"));
	assert_non_null(strstr(output, "10.244.0.5 > 10.119.0.1 udp 1000>53 "
				       "len 28 cluster -\n"));
	assert_non_null(strstr(output, "2 events: 2 no_route\n"));
}

static void monitor_skips_what_was_before(void **state __attribute__((unused)))
{
	assert_int_equal(0, obctl("monitor --timeout 1"));
	assert_string_equal("0 events\n", output);
}

static void monitor_refuses_a_second_reader(void **state
					    __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = gateway_load();
	_cleanup_(ob_events_freep) struct ob_events *ev = NULL;

	assert_int_equal(0, ob_events_new(dp, NULL, NULL, &ev));
	assert_int_equal(1, obctl("monitor --timeout 1"));
	assert_non_null(strstr(output, "can be one reader"));
}

static void nothing_pinned_says_what_to_do(void **state __attribute__((unused)))
{
	assert_int_equal(3, obctl("--pin-root /sys/fs/bpf/none status"));
	assert_non_null(strstr(output, "/sys/fs/bpf/none/" OB_ABI_VERSION
				       "/ob_config"));
	assert_non_null(strstr(output, "octopus --config FILE"));
}

static void wrong_usage_is_2(void **state __attribute__((unused)))
{
	assert_int_equal(2, obctl("stat"));
	assert_int_equal(2, obctl("--frobnicate status"));
	assert_int_equal(0, obctl("--help"));
	assert_int_equal(0, obctl("--version"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(status_shows_the_gateway),
		TEST(peers_work_without_wireguard),
		TEST(nat_tells_a_missing_way_back),
		TEST(drops_name_the_reason),
		TEST(whois_answers_by_exit_status_too),
		TEST(monitor_ends_after_count),
		TEST(monitor_skips_what_was_before),
		TEST(monitor_refuses_a_second_reader),
		TEST(nothing_pinned_says_what_to_do),
		TEST(wrong_usage_is_2),
	};

	return cmocka_run_group_tests(tests, gateway_setup, NULL);
}
