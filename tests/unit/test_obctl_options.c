// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "obctl/options.h"
#include "obctl_fixture.h"

#define MAX_WORDS 12

/* Parses words separated by spaces. */
static int parse(struct obctl_fixture *f, const char *line,
		 struct ob_ctl_command *ret, struct ob_status *status)
{
	char *argv[MAX_WORDS] = { ob_arena_strdup(f->arena, "obctl") };
	char *save = NULL;
	char *text = ob_arena_strdup(f->arena, line);
	int argc = 1;

	for (char *word = strtok_r(text, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	return ob_ctl_options_parse(argc, argv, ret, status);
}

static void refuse(struct obctl_fixture *f, const char *line,
		   const char *message)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_ctl_command command;

	assert_int_equal(-EINVAL, parse(f, line, &command, &status));
	assert_string_equal(message, status.message);
}

static void defaults_without_environment(void **state)
{
	struct ob_ctl_command command;

	unsetenv("OB_PIN_ROOT");
	unsetenv("OB_NETNS");
	assert_int_equal(0, parse(*state, "status", &command, NULL));
	assert_string_equal("status", command.verb->name);
	assert_string_equal("/sys/fs/bpf/ovn-builder",
			    command.options.pin_root);
	assert_null(command.options.netns);
	assert_false(command.options.json);
}

static void options_win_over_environment(void **state)
{
	struct ob_ctl_command command;

	setenv("OB_PIN_ROOT", "/env", 1);
	setenv("OB_NETNS", "ns-env", 1);
	assert_int_equal(0, parse(*state, "peers", &command, NULL));
	assert_string_equal("/env", command.options.pin_root);
	assert_string_equal("ns-env", command.options.netns);
	assert_int_equal(0, parse(*state, "--pin-root /cli peers --netns cli",
				  &command, NULL));
	assert_string_equal("/cli", command.options.pin_root);
	assert_string_equal("cli", command.options.netns);
	unsetenv("OB_PIN_ROOT");
	unsetenv("OB_NETNS");
}

static void options_may_follow_the_verb(void **state)
{
	struct ob_ctl_command command;

	assert_int_equal(0,
			 parse(*state, "monitor -o json --count 3 --timeout 9",
			       &command, NULL));
	assert_true(command.options.json);
	assert_int_equal(3, command.options.count);
	assert_int_equal(9, command.options.timeout_s);
	assert_int_equal(
		0, parse(*state, "whois 10.0.0.1 -o table", &command, NULL));
	assert_string_equal("10.0.0.1", command.options.argument);
	assert_false(command.options.json);
}

static void wrong_usage_is_named(void **state)
{
	refuse(*state, "", "which verb? obctl help lists them");
	refuse(*state, "stats", "there is no verb \"stats\"");
	refuse(*state, "status now", "\"status\" does not take \"now\"");
	refuse(*state, "whois", "usage: obctl whois ADDRESS");
	refuse(*state, "peers --all", "\"peers\" does not take --all");
	refuse(*state, "status --wrong", "there is no option --wrong");
	refuse(*state, "status -x", "there is no option -x");
	refuse(*state, "-xyz status", "there is no option -x");
	refuse(*state, "-hx", "there is no option -x");
	refuse(*state, "status --all=1", "there is no option --all=1");
	refuse(*state, "status --netns", "--netns needs a value");
	refuse(*state, "status -o yaml",
	       "--output: \"yaml\" is not table or json");
}

static void numbers_have_limits(void **state)
{
	refuse(*state, "monitor --timeout 0",
	       "--timeout: \"0\" is not a number from 1 to 604800");
	refuse(*state, "monitor --timeout -1",
	       "--timeout: \"-1\" is not a number from 1 to 604800");
	refuse(*state, "monitor --timeout 5s",
	       "--timeout: \"5s\" is not a number from 1 to 604800");
	refuse(*state, "monitor --timeout 99999999999999999999",
	       "--timeout: \"99999999999999999999\" is not a number from 1 to "
	       "604800");
}

static void help_needs_nothing_else(void **state)
{
	struct ob_ctl_command command;

	assert_int_equal(0, parse(*state, "--help", &command, NULL));
	assert_true(command.help);
	assert_null(command.verb);
	assert_int_equal(0, parse(*state, "whois --help", &command, NULL));
	assert_string_equal("whois", command.verb->name);
	assert_int_equal(0, parse(*state, "--version", &command, NULL));
	assert_true(command.version);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(defaults_without_environment),
		TEST(options_win_over_environment),
		TEST(options_may_follow_the_verb),
		TEST(wrong_usage_is_named),
		TEST(numbers_have_limits),
		TEST(help_needs_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
