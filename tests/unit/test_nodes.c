// SPDX-License-Identifier: Apache-2.0
#include "kube/nodes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct ob_node decode(const char *text)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	struct ob_node n;
	cJSON *json;

	assert_int_equal(
		ob_json_parse(a, text, strlen(text), 1 << 20, &json, &status),
		0);
	ob_node_decode(json, &n);
	return n;
}

static void takes_pod_cidrs_and_addresses(void **state)
{
	struct ob_node n = decode(
		"{\"spec\":{\"podCIDR\":\"10.244.1.0/24\",\"podCIDRs\":"
		"[\"10.244.1.0/24\",\"fd00:244:1::/64\"]},"
		"\"status\":{\"addresses\":["
		"{\"type\":\"InternalIP\",\"address\":\"192.168.0.7\"},"
		"{\"type\":\"Hostname\",\"address\":\"node-7\"},"
		"{\"type\":\"ExternalIP\",\"address\":\"2001:db8::7\"}]}}");
	char buf[OB_PREFIX_STRLEN];

	(void)state;
	assert_int_equal(n.n_pods, 2);
	assert_string_equal(ob_prefix_format(&n.pods[1], buf, sizeof(buf)),
			    "fd00:244:1::/64");
	assert_int_equal(n.n_addrs, 2);
	assert_string_equal(ob_addr_format(&n.addrs[0], buf, sizeof(buf)),
			    "192.168.0.7");
}

static void an_old_node_has_one_pod_cidr(void **state)
{
	struct ob_node n = decode("{\"spec\":{\"podCIDR\":\"10.1.0.0/24\"}}");

	(void)state;
	assert_int_equal(n.n_pods, 1);
}

static void passes_over_what_makes_no_sense(void **state)
{
	struct ob_node n = decode(
		"{\"spec\":{\"podCIDRs\":[1,\"x\",\"10.1.0.1/24\"]},"
		"\"status\":{\"addresses\":[{},{\"type\":\"InternalIP\"},"
		"{\"type\":\"InternalIP\",\"address\":\"name\"},7]}}");

	(void)state;
	assert_int_equal(n.n_pods, 0);
	assert_int_equal(n.n_addrs, 0);
	assert_int_equal(decode("[]").n_pods, 0);
}

static void has_limits(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *pods = "\"10.0.0.0/24\"", *addrs = "";
	struct ob_node n;

	(void)state;
	for (int i = 1; i < 40; i++)
		pods = ob_arena_printf(a, "%s,\"10.0.%d.0/24\"", pods, i);
	for (int i = 0; i < 40; i++)
		addrs = ob_arena_printf(a,
					"%s%s{\"type\":\"InternalIP\","
					"\"address\":\"10.1.0.%d\"}",
					addrs, i ? "," : "", i);
	n = decode(ob_arena_printf(a,
				   "{\"spec\":{\"podCIDRs\":[%s]},\"status\":"
				   "{\"addresses\":[%s]}}",
				   pods, addrs));
	assert_int_equal(n.n_pods, OB_NODE_MAX_CIDRS);
	assert_int_equal(n.n_addrs, OB_NODE_MAX_ADDRS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_pod_cidrs_and_addresses),
		cmocka_unit_test(an_old_node_has_one_pod_cidr),
		cmocka_unit_test(passes_over_what_makes_no_sense),
		cmocka_unit_test(has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
