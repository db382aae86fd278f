// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "obctl/table.h"
#include "obctl_fixture.h"

static void columns_are_as_wide_as_needed(void **state)
{
	static const struct ob_ctl_column columns[] = {
		{ "NAME" },
		{ "N", true },
		{ "NOTE" },
	};
	struct obctl_fixture *f = *state;
	struct ob_ctl_table t;

	ob_ctl_table_init(&t, f->arena, columns, ARRAY_SIZE(columns));
	ob_ctl_table_cell(&t, "a");
	ob_ctl_table_cell(&t, "%d", 12345);
	ob_ctl_table_cell(&t, "x");
	ob_ctl_table_cell(&t, "%s", "longer");
	ob_ctl_table_cell(&t, "%d", 7);
	ob_ctl_table_cell(&t, "no trailing spaces");
	ob_ctl_table_print(&t, f->out);
	assert_string_equal("NAME        N  NOTE\n"
			    "a       12345  x\n"
			    "longer      7  no trailing spaces\n",
			    obctl_text(f));
}

static void empty_table_has_titles(void **state)
{
	static const struct ob_ctl_column columns[] = { { "A" }, { "B" } };
	struct obctl_fixture *f = *state;
	struct ob_ctl_table t;

	ob_ctl_table_init(&t, f->arena, columns, ARRAY_SIZE(columns));
	ob_ctl_table_print(&t, f->out);
	assert_string_equal("A  B\n", obctl_text(f));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(columns_are_as_wide_as_needed),
		TEST(empty_table_has_titles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
