// SPDX-License-Identifier: Apache-2.0
#include "crossdns/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct ob_crossdns_config *good(const char *text)
{
	struct ob_crossdns_config *c = NULL;
	struct ob_status status = OB_STATUS_INIT;

	if (ob_crossdns_config_parse("f", text, strlen(text), &c, &status) < 0)
		fail_msg("%s", status.message);
	return c;
}

static void expect_bad(const char *text, const char *message)
{
	struct ob_crossdns_config *c = NULL;
	struct ob_status status = OB_STATUS_INIT;

	assert_int_equal(
		ob_crossdns_config_parse("f", text, strlen(text), &c, &status),
		-EINVAL);
	assert_string_equal(status.message, message);
}

static void an_empty_file_has_defaults(void **state)
{
	_cleanup_(ob_crossdns_config_freep) struct ob_crossdns_config *c =
		good("{}");

	(void)state;
	assert_int_equal(c->n_zones, 2);
	assert_string_equal(c->zones[0].name, "clusterset.local");
	assert_int_equal(c->zones[0].view, OB_VIEW_STANDARD);
	assert_string_equal(c->zones[1].name, "hyperos.local");
	assert_int_equal(c->zones[1].view, OB_VIEW_VIRTUAL);
	assert_true(c->api.in_cluster);
	assert_int_equal(c->workers.ttl_s, 5);
	assert_int_equal(c->workers.n_listen, 2);
	assert_int_equal(c->workers.listen[0].port, 53);
	assert_true(c->workers.listen_default);
	assert_int_equal(c->workers.rate, 0);
}

static void zones_say_how_they_answer(void **state)
{
	_cleanup_(ob_crossdns_config_freep) struct ob_crossdns_config *c =
		good("zones: [hyperos.local, a.example,\n"
		     "  {name: b.example, cluster_names: true,"
		     " answer: endpoints}]\n");

	(void)state;
	assert_int_equal(c->n_zones, 3);
	assert_int_equal(c->zones[0].view, OB_VIEW_VIRTUAL);
	assert_int_equal(c->zones[1].view, OB_VIEW_STANDARD);
	assert_int_equal(c->zones[2].view, OB_VIEW_ENDPOINTS);
}

static void errors_name_place_and_field(void **state)
{
	(void)state;
	expect_bad("tll: 5", "f:1:1: unknown field \"tll\"");
	expect_bad("ttl: 0", "f:1:1: ttl: 0 is not from 1 to 86400");
	expect_bad("order: local-first",
		   "f:1:1: order: local-first needs cluster_id");
	expect_bad("order: random",
		   "f:1:1: order: expected spread or local-first");
	expect_bad("zones: [a.b, A.b.]", "f:1:14: zones[1]: is there twice");
	expect_bad("zones: []", "f:1:1: zones: 0 zones, from 1 to 8");
	expect_bad("zones: ['a b']",
		   "f:1:9: zones[0]: not a domain name of at most 128 "
		   "characters");
	expect_bad("zones: [{name: a.b, answer: endpoints}]",
		   "f:1:21: zones[0].answer: needs cluster_names: true");
	expect_bad("listen: none", "f:1:1: listen: expected ADDRESS:PORT");
	expect_bad("max_answers: 257",
		   "f:1:1: max_answers: 257 is not from 1 to 256");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_has_defaults),
		cmocka_unit_test(zones_say_how_they_answer),
		cmocka_unit_test(errors_name_place_and_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
