// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "obctl/whois.h"
#include "obctl_fixture.h"

static struct ob_ctl_answer ask(struct obctl_fixture *f, const char *s)
{
	struct ob_addr addr = obctl_addr(s);
	struct ob_ctl_answer answer =
		ob_ctl_whois_find(&f->view, f->arena, &addr);

	ob_ctl_whois_print(&f->view, f->arena, &answer, f->out);
	return answer;
}

static void address_of_another_cluster(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_answer answer = ask(f, "10.114.3.7");

	assert_true(ob_ctl_whois_known(&answer));
	assert_string_equal("10.114.3.7 is a global address of cluster east: "
			    "route 10.114.0.0/16, device ob0, MTU 1400\n",
			    obctl_text(f));
}

static void own_global_address(void **state)
{
	struct obctl_fixture *f = *state;

	ask(f, "10.113.3.7");
	assert_string_equal("10.113.3.7 is a global address of this cluster, "
			    "west: local address 10.244.3.7\n",
			    obctl_text(f));
}

static void own_local_address(void **state)
{
	struct obctl_fixture *f = *state;

	ask(f, "10.244.3.7");
	assert_string_equal("10.244.3.7 is a local address of this cluster, "
			    "west: global address 10.113.3.7\n",
			    obctl_text(f));
}

static void gateway_address(void **state)
{
	struct obctl_fixture *f = *state;

	ask(f, "10.113.0.1");
	assert_string_equal("10.113.0.1 is an address of this gateway itself, "
			    "cluster west\n",
			    obctl_text(f));
}

static void global_address_nobody_has(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_answer answer = ask(f, "10.119.0.1");

	assert_false(ob_ctl_whois_known(&answer));
	assert_string_equal("10.119.0.1 is unknown: it is in the global "
			    "network 10.112.0.0/12, but no known cluster has "
			    "it\n",
			    obctl_text(f));
}

static void address_of_elsewhere(void **state)
{
	struct obctl_fixture *f = *state;

	assert_false(ob_ctl_whois_known(&(struct ob_ctl_answer){ 0 }));
	ask(f, "192.0.2.7");
	ask(f, "fd00::7");
	assert_string_equal("192.0.2.7 is unknown: neither in the global "
			    "network nor a local address with a global one\n"
			    "fd00::7 is unknown: neither in the global "
			    "network nor a local address with a global one\n",
			    obctl_text(f));
}

static void json_of_another_cluster(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_answer answer = ask(f, "10.112.0.9");

	assert_string_equal(
		"{\"address\":\"10.112.0.9\",\"known\":true,"
		"\"in_global_network\":true,\"cluster\":\"hub\","
		"\"ours\":false,\"gateway\":false,\"local\":null,"
		"\"global\":null,\"virtual\":false,\"service\":null,"
		"\"route\":{\"prefix\":\"10.112.0.0/16\","
		"\"device\":\"ob0\",\"mtu\":1420}}",
		obctl_json(f, ob_ctl_whois_json(&f->view, f->arena, &answer)));
}

static void json_of_local_has_global(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_answer answer = ask(f, "10.244.0.9");

	assert_string_equal(
		"{\"address\":\"10.244.0.9\",\"known\":true,"
		"\"in_global_network\":false,\"cluster\":\"west\","
		"\"ours\":true,\"gateway\":false,\"local\":null,"
		"\"global\":\"10.113.0.9\",\"virtual\":false,"
		"\"service\":null,\"route\":null}",
		obctl_json(f, ob_ctl_whois_json(&f->view, f->arena, &answer)));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(address_of_another_cluster),
		TEST(own_global_address),
		TEST(own_local_address),
		TEST(gateway_address),
		TEST(global_address_nobody_has),
		TEST(address_of_elsewhere),
		TEST(json_of_another_cluster),
		TEST(json_of_local_has_global),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
