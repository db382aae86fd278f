// SPDX-License-Identifier: Apache-2.0
#include "netlink/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "netlink_fixture.h"

/* An own /run/netns with the namespace of the moment called "home", and
 * another one, with a link x0, called "away". */
static int setup(void **state)
{
	if (netlink_setup(state) < 0 || unshare(CLONE_NEWNS) < 0)
		return -1;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0 ||
	    mkdir("/run/netns", 0755) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		const char *path = i ? "/run/netns/away" : "/run/netns/home";

		if (i && (netlink_teardown(state), netlink_setup(state)) < 0)
			return -1;
		if (mknod(path, S_IFREG | 0600, 0) < 0 ||
		    mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) < 0)
			return -1;
	}
	netlink_bridge(*state, "x0");
	return ob_netns_enter("home");
}

/* Looks with a socket opened where the thread is now. */
static bool sees_link(const char *name)
{
	_cleanup_(ob_nl_freep) struct ob_nl *nl = NULL;
	struct ob_link l;

	assert_int_equal(ob_nl_new(&nl), 0);
	return ob_link_get(nl, name, &l) == 0;
}

static void enters_by_name(void **state)
{
	(void)state;
	assert_false(sees_link("x0"));
	assert_int_equal(ob_netns_enter("away"), 0);
	assert_true(sees_link("x0"));
}

static void enters_by_path(void **state)
{
	(void)state;
	assert_false(sees_link("x0"));
	assert_int_equal(ob_netns_enter("/run/netns/away"), 0);
	assert_true(sees_link("x0"));
}

static void keeps_the_mount_namespace(void **state)
{
	struct stat before, after;

	(void)state;
	assert_int_equal(stat("/proc/thread-self/ns/mnt", &before), 0);
	assert_int_equal(ob_netns_enter("away"), 0);
	assert_int_equal(stat("/proc/thread-self/ns/mnt", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void says_when_there_is_none(void **state)
{
	(void)state;
	assert_int_equal(ob_netns_enter("nowhere"), -ENOENT);
	assert_int_equal(ob_netns_enter("/nowhere"), -ENOENT);
	assert_int_equal(ob_netns_enter(""), -ENOENT);
}

static void refuses_what_is_no_network_namespace(void **state)
{
	(void)state;
	assert_int_equal(ob_netns_enter("/proc/self/ns/mnt"), -EINVAL);
	assert_int_equal(ob_netns_enter("/proc/version"), -EINVAL);
	assert_int_equal(ob_netns_enter("."), -EINVAL);
}

static void refuses_a_path_too_long(void **state)
{
	static char name[5000];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	assert_int_equal(ob_netns_enter(name), -ENAMETOOLONG);
}

#define namespace_test(f)                                                      \
	cmocka_unit_test_setup_teardown(f, setup, netlink_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		namespace_test(enters_by_name),
		namespace_test(enters_by_path),
		namespace_test(keeps_the_mount_namespace),
		namespace_test(says_when_there_is_none),
		namespace_test(refuses_what_is_no_network_namespace),
		namespace_test(refuses_a_path_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
