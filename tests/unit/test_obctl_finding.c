// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "obctl/finding.h"
#include "obctl_fixture.h"

static struct ob_ctl_findings some(struct obctl_fixture *f)
{
	struct ob_ctl_findings list = { .arena = f->arena, .check = "octopus" };
	struct ob_ctl_finding *finding =
		ob_ctl_broken(&list, "OctopusNotRunning", "does not run");

	finding->aside = true;
	ob_ctl_fix(&list, finding, "start it");
	list.check = "route";
	ob_ctl_good(&list, "%d routes", 3);
	return list;
}

static void add_missing_route(struct ob_ctl_findings *list)
{
	struct ob_ctl_finding *finding =
		ob_ctl_broken(list, "RouteMissing", "no route");

	ob_ctl_fix(list, finding, "add it");
}

static void nothing_broken_has_no_first(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_findings list = { .arena = f->arena, .check = "x" };

	ob_ctl_good(&list, "good");
	ob_ctl_skip(&list, "not looked at");
	ob_ctl_warn(&list, "Odd", "odd");
	assert_null(ob_ctl_findings_first(&list));
	assert_true(ob_ctl_findings_has(&list, "Odd"));
	assert_false(ob_ctl_findings_has(&list, "Even"));
}

static void what_stands_aside_is_first_only_when_alone(void **state)
{
	struct ob_ctl_findings list = some(*state);

	assert_string_equal("OctopusNotRunning",
			    ob_ctl_findings_first(&list)->fault);
	add_missing_route(&list);
	assert_string_equal("RouteMissing",
			    ob_ctl_findings_first(&list)->fault);
}

static void lines_have_marks_and_fixes(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_findings list = some(f);

	ob_ctl_findings_print(&list, true, f->out);
	assert_string_equal(
		"✗ octopus         does not run\n"
		"                  → start it\n"
		"✓ route           3 routes\n\n"
		"First broken: octopus: does not run.\nFix: start it.\n",
		obctl_text(f));
}

static void without_utf8_all_is_ascii(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_findings list = some(f);

	ob_ctl_skip(&list, "skipped");
	ob_ctl_warn(&list, "Odd", "odd");
	add_missing_route(&list);
	ob_ctl_findings_print(&list, false, f->out);
	for (const char *c = obctl_text(f); *c; c++)
		assert_true((unsigned char)*c < 0x80);
	assert_non_null(strstr(obctl_text(f), "FAIL octopus"));
	assert_non_null(strstr(obctl_text(f), "First broken: route: no route"));
	assert_non_null(strstr(obctl_text(f), "again: 1 more"));
}

static void warnings_are_counted_in_the_end(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_findings list = { .arena = f->arena, .check = "x" };

	ob_ctl_warn(&list, "Odd", "odd");
	ob_ctl_findings_print(&list, true, f->out);
	assert_non_null(strstr(obctl_text(f),
			       "\nNothing is broken; 1 thing to look at.\n"));
}

static void json_has_the_first_and_all(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_findings list = some(f);

	assert_string_equal(
		"{\"ok\":false,\"first\":{\"check\":\"octopus\","
		"\"level\":\"broken\",\"fault\":\"OctopusNotRunning\","
		"\"found\":\"does not run\",\"fix\":\"start it\"},"
		"\"checks\":[{\"check\":\"octopus\",\"level\":\"broken\","
		"\"fault\":\"OctopusNotRunning\",\"found\":\"does not run\","
		"\"fix\":\"start it\"},{\"check\":\"route\",\"level\":\"ok\","
		"\"fault\":null,\"found\":\"3 routes\",\"fix\":null}]}",
		obctl_json(f, ob_ctl_findings_json(&list, f->arena)));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nothing_broken_has_no_first),
		TEST(what_stands_aside_is_first_only_when_alone),
		TEST(lines_have_marks_and_fixes),
		TEST(without_utf8_all_is_ascii),
		TEST(warnings_are_counted_in_the_end),
		TEST(json_has_the_first_and_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
