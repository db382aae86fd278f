// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"

/* A pipe gives what one write brought, however much is asked for. */
struct pipe_ends {
	int read, write;
};

static struct pipe_ends pipe_make(void)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	return (struct pipe_ends){ fds[0], fds[1] };
}

static void reads_on_after_a_short_read(void **state)
{
	struct pipe_ends p = pipe_make();
	char buf[16] = "";

	(void)state;
	assert_int_equal(ob_file_write(p.write, "abc", 3), 0);
	assert_int_equal(ob_file_write(p.write, "def", 3), 0);
	close(p.write);
	assert_int_equal(ob_file_read(p.read, buf, 2), 2);
	assert_int_equal(ob_file_read(p.read, buf + 2, sizeof(buf) - 2), 4);
	assert_string_equal(buf, "abcdef");
	assert_int_equal(ob_file_read(p.read, buf, sizeof(buf)), 0);
	close(p.read);
}

static void stops_when_the_buffer_is_full(void **state)
{
	_close_ int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	char buf[8] = "xxxxxxx";

	(void)state;
	assert_int_equal(ob_file_read(fd, buf, 4), 4);
	assert_memory_equal(buf, "\0\0\0\0xxx", 8);
}

static void says_what_went_wrong(void **state)
{
	_close_ int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	_close_ int dir = open("/", O_RDONLY | O_CLOEXEC);
	char buf[8];

	(void)state;
	assert_int_equal(ob_file_write(full, "abc", 3), -ENOSPC);
	assert_int_equal(ob_file_read(dir, buf, sizeof(buf)), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_on_after_a_short_read),
		cmocka_unit_test(stops_when_the_buffer_is_full),
		cmocka_unit_test(says_what_went_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
