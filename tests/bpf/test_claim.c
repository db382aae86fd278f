// SPDX-License-Identifier: Apache-2.0
#include "datapath/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "gateway.h"

static int clean(void **state __attribute__((unused)))
{
	return ob_datapath_unpin(GATEWAY_ROOT);
}

static int take(void)
{
	struct ob_status status = OB_STATUS_INIT;
	int fd = -1;
	int r = ob_claim_take(GATEWAY_ROOT, &fd, &status);

	if (r < 0)
		fail_msg("%s", status.message);
	return fd;
}

static void another_is_refused_and_told_why(void **state
					    __attribute__((unused)))
{
	_close_ int first = take(), second = -1;
	struct ob_status status = OB_STATUS_INIT;

	assert_true(first >= 0);
	assert_int_equal(-EBUSY, ob_claim_take(GATEWAY_ROOT, &second, &status));
	assert_int_equal(-1, second);
	assert_string_equal("PinRootInUse", status.reason);
	assert_non_null(strstr(status.message, GATEWAY_ROOT ":"));
}

static void cleanup_is_refused_while_one_runs(void **state
					      __attribute__((unused)))
{
	_close_ int first = take(), second = -1;
	struct ob_status status = OB_STATUS_INIT;

	assert_int_equal(
		-EBUSY, ob_claim_take_existing(GATEWAY_ROOT, &second, &status));
	assert_string_equal("PinRootInUse", status.reason);
	ob_closep(&first);
	first = -1;
	assert_int_equal(
		0, ob_claim_take_existing(GATEWAY_ROOT, &second, &status));
	assert_true(second >= 0);
}

static void cleanup_makes_nothing(void **state __attribute__((unused)))
{
	int fd = 0;

	assert_int_equal(0, ob_claim_take_existing(GATEWAY_ROOT, &fd, NULL));
	assert_int_equal(-1, fd);
	assert_int_equal(-1, access(GATEWAY_ROOT, F_OK));
}

/* Takes it, says so, and waits for its end. */
static pid_t child_with_claim(void)
{
	int pipe_fd[2];
	pid_t pid;
	char c;

	assert_int_equal(0, pipe(pipe_fd));
	pid = fork();
	if (pid == 0) {
		if (ob_claim_take(GATEWAY_ROOT, &(int){ -1 }, NULL) == 0)
			(void)!write(pipe_fd[1], "x", 1);
		pause();
		_exit(0);
	}
	close(pipe_fd[1]);
	assert_int_equal(1, read(pipe_fd[0], &c, 1));
	close(pipe_fd[0]);
	return pid;
}

static void ends_with_a_process_that_is_killed(void **state
					       __attribute__((unused)))
{
	pid_t pid = child_with_claim();
	_close_ int fd = -1;

	assert_int_equal(-EBUSY, ob_claim_take(GATEWAY_ROOT, &fd, NULL));
	assert_int_equal(0, kill(pid, SIGKILL));
	assert_int_equal(pid, waitpid(pid, NULL, 0));
	fd = take();
	assert_true(fd >= 0);
}

static void does_not_keep_loaders_away(void **state __attribute__((unused)))
{
	_close_ int fd = take();
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = gateway_load();

	assert_true(fd >= 0);
	assert_non_null(dp);
}

static void nothing_of_it_stays_after_unpin(void **state
					    __attribute__((unused)))
{
	_close_ int fd = take();

	assert_true(fd >= 0);
	assert_int_equal(0, ob_datapath_unpin(GATEWAY_ROOT));
	assert_int_equal(-1, access(GATEWAY_ROOT, F_OK));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_teardown(name, clean)
		TEST(another_is_refused_and_told_why),
		TEST(cleanup_is_refused_while_one_runs),
		TEST(cleanup_makes_nothing),
		TEST(ends_with_a_process_that_is_killed),
		TEST(does_not_keep_loaders_away),
		TEST(nothing_of_it_stays_after_unpin),
	};

	return cmocka_run_group_tests(tests, gateway_setup, NULL);
}
