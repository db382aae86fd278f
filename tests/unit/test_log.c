// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"

/* Standard error while a test runs: a pipe that keeps the lines. */
struct capture {
	int saved;
	int read_fd;
	char text[65536];
};

static int setup(void **state)
{
	struct capture *c = calloc(1, sizeof(*c));
	int fds[2];

	assert_non_null(c);
	*state = c;
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	c->saved = dup(STDERR_FILENO);
	c->read_fd = fds[0];
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	unsetenv("JOURNAL_STREAM");
	ob_log_set_level(OB_LOG_INFO);
	return 0;
}

static int teardown(void **state)
{
	struct capture *c = *state;

	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	close(c->read_fd);
	free(c);
	return 0;
}

/* What was written since the last call. */
static const char *captured(struct capture *c)
{
	ssize_t n = read(c->read_fd, c->text, sizeof(c->text) - 1);

	c->text[n > 0 ? n : 0] = '\0';
	return c->text;
}

/* Says that standard error is the journal, as systemd does. */
static void pretend_journal(void)
{
	char stream[64];
	struct stat st;

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu",
		 (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
}

static size_t count_lines(const char *s)
{
	size_t n = 0;

	while ((s = strchr(s, '\n'))) {
		s++;
		n++;
	}
	return n;
}

static void writes_level_message_and_fields(void **state)
{
	pretend_journal();
	ob_info("route added", "prefix=%s mtu=%d", "10.114.0.0/16", 1420);
	assert_string_equal(captured(*state),
			    "level=info msg=\"route added\" "
			    "prefix=10.114.0.0/16 mtu=1420\n");
}

static void writes_no_space_without_fields(void **state)
{
	pretend_journal();
	ob_warning("stopping", "");
	assert_string_equal(captured(*state),
			    "level=warning msg=\"stopping\"\n");
}

static void begins_with_the_time_elsewhere(void **state)
{
	struct tm tm = { .tm_year = 0 };
	const char *rest;

	setenv("JOURNAL_STREAM", "1:1", 1);
	ob_info("x", "");
	rest = strptime(captured(*state), "time=%Y-%m-%dT%H:%M:%S.", &tm);
	assert_non_null(rest);
	assert_true(tm.tm_year >= 2024 - 1900);
	assert_int_equal(strspn(rest, "0123456789"), 3);
	assert_string_equal(rest + 3, "Z level=info msg=\"x\"\n");
}

static void a_terminal_needs_no_time(void **state)
{
	struct capture *c = *state;
	_close_ int master = posix_openpt(O_RDWR | O_NOCTTY);
	_close_ int slave = -1;

	assert_true(master >= 0 && grantpt(master) == 0);
	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	dup2(slave, STDERR_FILENO);
	ob_info("x", "a=%d", 1);
	c->text[0] = '\0';
	assert_true(read(master, c->text, 64) > 0);
	assert_memory_equal(c->text, "level=info", 10);
}

static void keeps_silent_above_the_level(void **state)
{
	ob_debug("hidden", "");
	assert_string_equal(captured(*state), "");
	ob_log_set_level(OB_LOG_DEBUG);
	ob_debug("shown", "");
	assert_non_null(strstr(captured(*state), "level=debug msg=\"shown\""));
	ob_log_set_level(OB_LOG_ERROR);
	ob_warning("hidden", "");
	assert_string_equal(captured(*state), "");
}

static void parses_the_levels_and_nothing_else(void **state)
{
	enum ob_log_level level = OB_LOG_ERROR;

	(void)state;
	assert_int_equal(ob_log_level_parse("debug", &level), 0);
	assert_int_equal(level, OB_LOG_DEBUG);
	assert_int_equal(ob_log_level_parse("error", &level), 0);
	assert_int_equal(level, OB_LOG_ERROR);
	assert_int_equal(ob_log_level_parse("Info", &level), -EINVAL);
	assert_int_equal(ob_log_level_parse("", &level), -EINVAL);
}

static void limits_a_call_site(void **state)
{
	for (int i = 0; i < 2 * OB_LOG_BURST; i++)
		ob_info("again", "i=%d", i);
	assert_int_equal(count_lines(captured(*state)), OB_LOG_BURST);
	ob_info("another site", "");
	assert_int_equal(count_lines(captured(*state)), 1);
}

static void says_how_many_lines_were_suppressed(void **state)
{
	struct ob_log_site site = { 0 };

	for (int i = 0; i < OB_LOG_BURST + 7; i++)
		ob_log_write(&site, OB_LOG_INFO, "again", "");
	captured(*state);
	site.window_ms -= 10000;
	ob_log_write(&site, OB_LOG_INFO, "again", "a=%d", 1);
	assert_non_null(strstr(captured(*state), "suppressed=7 a=1\n"));
	ob_log_write(&site, OB_LOG_INFO, "again", "a=%d", 1);
	assert_null(strstr(captured(*state), "suppressed"));
}

static void one_event_stays_one_line(void **state)
{
	ob_info("x", "name=%s", "a\nlevel=error\033[31m");
	assert_int_equal(count_lines(captured(*state)), 1);
	assert_non_null(strstr(((struct capture *)*state)->text,
			       "name=a?level=error?[31m\n"));
}

static void cuts_a_long_line(void **state)
{
	ob_info("x", "%09000d", 1);
	assert_int_equal(strlen(captured(*state)), 4095);
	assert_int_equal(count_lines(((struct capture *)*state)->text), 1);
}

static void keeps_errno(void **state)
{
	(void)state;
	errno = EXDEV;
	ob_info("x", "");
	assert_int_equal(errno, EXDEV);
}

static void quotes_foreign_bytes(void **state)
{
	char buf[64];

	(void)state;
	assert_string_equal(ob_log_quote("a b", buf, sizeof(buf)), "\"a b\"");
	assert_string_equal(ob_log_quote("\"\\\n\r\t", buf, sizeof(buf)),
			    "\"\\\"\\\\\\n\\r\\t\"");
	assert_string_equal(ob_log_quote("\x01\x7f\x9b", buf, sizeof(buf)),
			    "\"\\x01\\x7f\\x9b\"");
}

static void a_cut_quotation_is_closed(void **state)
{
	char buf[8];

	(void)state;
	assert_string_equal(ob_log_quote("abcdefgh", buf, 8), "\"abcde\"");
	assert_string_equal(ob_log_quote("abcd\n", buf, 8), "\"abcd\"");
	assert_string_equal(ob_log_quote("abc", buf, 3), "\"\"");
	assert_string_equal(ob_log_quote("abc", buf, 2), "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(writes_level_message_and_fields),
		T(writes_no_space_without_fields),
		T(begins_with_the_time_elsewhere),
		T(a_terminal_needs_no_time),
		T(keeps_silent_above_the_level),
		cmocka_unit_test(parses_the_levels_and_nothing_else),
		T(limits_a_call_site),
		T(says_how_many_lines_were_suppressed),
		T(one_event_stays_one_line),
		T(cuts_a_long_line),
		T(keeps_errno),
		cmocka_unit_test(quotes_foreign_bytes),
		cmocka_unit_test(a_cut_quotation_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
