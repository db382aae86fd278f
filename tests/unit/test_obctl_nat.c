// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "obctl/nat.h"
#include "obctl_fixture.h"

static void table_joins_both_directions(void **state)
{
	struct obctl_fixture *f = *state;

	ob_ctl_nat_print(&f->view, f->arena, f->out);
	assert_string_equal("LOCAL          GLOBAL         KIND\n"
			    "10.244.0.0/16  10.113.0.0/16  prefix\n"
			    "-              10.113.0.1/32  gateway\n",
			    obctl_text(f));
}

static void missing_way_back_is_told(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.nat.n = 1;
	ob_ctl_nat_print(&f->view, f->arena, f->out);
	assert_non_null(strstr(obctl_text(f), "prefix, one way: out\n"));
}

static void missing_way_out_is_told(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.nat.v++;
	f->view.nat.n = 1;
	ob_ctl_nat_print(&f->view, f->arena, f->out);
	assert_non_null(strstr(obctl_text(f), "prefix, one way: in\n"));
}

static void contradicting_entries_stay_apart(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_mappings list;

	f->view.nat.v[1].to = obctl_prefix("10.245.0.0/16");
	list = ob_ctl_nat_list(&f->view, f->arena);
	assert_int_equal(3, list.n);
	assert_true(list.v[0].out && !list.v[0].in);
	assert_true(!list.v[1].out && list.v[1].in);
}

static void no_entries_is_an_empty_list(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.nat.n = 0;
	assert_string_equal("[]",
			    obctl_json(f, ob_ctl_nat_json(&f->view, f->arena)));
}

static void json_has_both_directions(void **state)
{
	struct obctl_fixture *f = *state;

	assert_string_equal(
		"[{\"local\":\"10.244.0.0/16\",\"global\":\"10.113.0.0/16\","
		"\"kind\":\"prefix\",\"out\":true,\"in\":true},"
		"{\"local\":null,\"global\":\"10.113.0.1/32\","
		"\"kind\":\"gateway\",\"out\":false,\"in\":true}]",
		obctl_json(f, ob_ctl_nat_json(&f->view, f->arena)));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(table_joins_both_directions),
		TEST(missing_way_back_is_told),
		TEST(missing_way_out_is_told),
		TEST(contradicting_entries_stay_apart),
		TEST(no_entries_is_an_empty_list),
		TEST(json_has_both_directions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
