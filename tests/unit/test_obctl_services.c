// SPDX-License-Identifier: Apache-2.0
#include "obctl/services.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "obctl/whois.h"
#include "obctl_fixture.h"
#include "obctl_services.h"

static int set_up(void **state)
{
	struct obctl_fixture *f;

	if (obctl_fixture_set_up(state) < 0)
		return -1;
	f = *state;
	obctl_services_fill(&f->view);
	return 0;
}

static void a_row_for_each_port_and_cluster(void **state)
{
	struct obctl_fixture *f = *state;

	ob_ctl_services_print(&f->view, f->arena, NULL, f->out);
	assert_string_equal(
		"SERVICE        ADDRESS              CLUSTER  READY  DRAINING  "
		"AFFINITY\n"
		"default/nginx  10.113.192.1:53/UDP  -            0         0  "
		"-\n"
		"default/nginx  10.113.192.1:80/TCP  east         1         0  "
		"3 h 0 min\n"
		"default/nginx  10.113.192.1:80/TCP  west         1         1  "
		"3 h 0 min\n",
		obctl_text(f));
}

static size_t count(struct obctl_fixture *f, const char *name)
{
	return ob_ctl_services_list(&f->view, f->arena, name).n;
}

static void asked_for_by_name(void **state)
{
	struct obctl_fixture *f = *state;

	assert_int_equal(count(f, "nginx"), 3);
	assert_int_equal(count(f, "default/nginx"), 3);
	assert_int_equal(count(f, "other/nginx"), 0);
	assert_int_equal(count(f, "default/"), 0);
	assert_int_equal(count(f, "ngin"), 0);
}

static void json_has_each_endpoint(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.services.v[0].n_backends = 1;
	f->view.services.n = 1;
	assert_string_equal(
		"[{\"namespace\":\"default\",\"name\":\"nginx\",\"address\":"
		"\"10.113.192.1\",\"port\":80,\"protocol\":\"TCP\","
		"\"affinity_seconds\":10800,\"endpoints\":[{\"address\":"
		"\"10.113.0.10\",\"port\":8080,\"cluster\":\"west\","
		"\"draining\":false}]}]",
		obctl_json(f, ob_ctl_services_json(&f->view, f->arena, NULL)));
}

static void a_slot_that_nobody_has_is_a_question(void **state)
{
	struct obctl_fixture *f = *state;

	assert_string_equal(ob_ctl_service_cluster(&f->view, 2), "east");
	assert_string_equal(ob_ctl_service_cluster(&f->view, 77), "?");
}

static void ipv6_has_brackets(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_service_id id = { obctl_addr("fd70::1"), 80, 6 };

	assert_string_equal(ob_ctl_service_port(f->arena, &id),
			    "[fd70::1]:80/TCP");
}

/* obctl whois */

static struct ob_ctl_answer ask(struct obctl_fixture *f, const char *s)
{
	struct ob_addr addr = obctl_addr(s);
	struct ob_ctl_answer answer =
		ob_ctl_whois_find(&f->view, f->arena, &addr);

	ob_ctl_whois_print(&f->view, f->arena, &answer, f->out);
	return answer;
}

static void whois_names_the_service(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_answer answer = ask(f, "10.113.192.1");

	assert_true(ob_ctl_whois_known(&answer));
	assert_string_equal(
		"10.113.192.1 is the address of service default/nginx on this "
		"cluster, west: TCP 80 with 2 ready endpoints; UDP 53 with 0 "
		"ready endpoints; see obctl services\n",
		obctl_text(f));
	assert_non_null(strstr(
		obctl_json(f, ob_ctl_whois_json(&f->view, f->arena, &answer)),
		"\"virtual\":true,\"service\":\"default/nginx\""));
}

static void whois_knows_the_block(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.nat.n = 0;
	assert_false(
		ob_ctl_whois_known(&(struct ob_ctl_answer){ .virtual = true }));
	ask(f, "10.113.192.77");
	assert_string_equal("10.113.192.77 is in the service block of this "
			    "cluster, west, and no service has it\n",
			    obctl_text(f));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, set_up, obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_row_for_each_port_and_cluster),
		TEST(asked_for_by_name),
		TEST(json_has_each_endpoint),
		TEST(a_slot_that_nobody_has_is_a_question),
		TEST(ipv6_has_brackets),
		TEST(whois_names_the_service),
		TEST(whois_knows_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
