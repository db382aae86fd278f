// SPDX-License-Identifier: Apache-2.0
#include "netlink/monitor.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cmocka.h>

#include <linux/rtnetlink.h>

#include "netlink/addr.h"
#include "netlink/route.h"
#include "netlink_fixture.h"

static struct ob_nlmon *monitor(void)
{
	struct ob_nlmon *mon = NULL;

	assert_int_equal(ob_nlmon_new(&mon), 0);
	return mon;
}

static bool is_readable(struct ob_nlmon *mon)
{
	struct pollfd p = { .fd = ob_nlmon_fd(mon), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static bool changed(struct ob_nlmon *mon)
{
	bool result = false;

	assert_int_equal(ob_nlmon_read(mon, &result), 0);
	return result;
}

/* It was told of a change, and of no second one. */
static void assert_woken_once(struct ob_nlmon *mon)
{
	assert_true(is_readable(mon));
	assert_true(changed(mon));
	assert_false(is_readable(mon));
	assert_false(changed(mon));
}

static void sleeps_while_nothing_changes(void **state)
{
	struct netlink_fixture *f = *state;
	_cleanup_(ob_nlmon_freep) struct ob_nlmon *mon = monitor();
	struct ob_links links;

	assert_int_equal(ob_link_dump(f->nl, f->arena, &links), 0);
	assert_false(is_readable(mon));
	assert_false(changed(mon));
}

static void wakes_for_a_link(void **state)
{
	struct netlink_fixture *f = *state;
	_cleanup_(ob_nlmon_freep) struct ob_nlmon *mon = monitor();

	assert_int_equal(ob_link_add(f->nl, "x0", "bridge"), 0);
	assert_woken_once(mon);
}

static void wakes_for_an_address(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_ifaddr a4 = { netlink_bridge(f, "x0"),
				netlink_addr("192.0.2.1"), 32 };
	struct ob_ifaddr a6 = { a4.ifindex, netlink_addr("2001:db8::1"), 128 };
	_cleanup_(ob_nlmon_freep) struct ob_nlmon *mon = monitor();

	assert_int_equal(ob_ifaddr_add(f->nl, &a4), 0);
	assert_true(changed(mon));
	assert_int_equal(ob_ifaddr_add(f->nl, &a6), 0);
	assert_true(changed(mon));
}

static void wakes_for_a_route_that_goes(void **state)
{
	struct netlink_fixture *f = *state;
	static const char *const dsts[] = { "10.114.0.0/16",
					    "fd70:0:114::/48" };

	for (size_t i = 0; i < ARRAY_SIZE(dsts); i++) {
		struct ob_rtroute r = {
			.dst = netlink_prefix(dsts[i]),
			.type = RTN_UNREACHABLE,
			.protocol = OB_RTPROT,
		};

		assert_int_equal(ob_rtroute_add(f->nl, &r), 0);

		_cleanup_(ob_nlmon_freep) struct ob_nlmon *mon = monitor();

		assert_int_equal(ob_rtroute_del(f->nl, &r), 0);
		assert_woken_once(mon);
	}
}

static void takes_an_overrun_for_a_change(void **state)
{
	struct netlink_fixture *f = *state;
	_cleanup_(ob_nlmon_freep) struct ob_nlmon *mon = monitor();
	int fd = ob_nlmon_fd(mon), size = 1, error = 0;
	socklen_t len = sizeof(error);
	struct pollfd p = { .fd = fd };

	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
	for (int i = 0; i < 20; i++)
		netlink_bridge(f, ob_arena_printf(f->arena, "x%d", i));
	assert_int_equal(poll(&p, 1, 0), 1);
	assert_true(p.revents & POLLERR); /* ENOBUFS is pending */
	assert_true(changed(mon));
	assert_false(changed(mon));
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len), 0);
	assert_int_equal(error, 0);
	assert_int_equal(ob_link_add(f->nl, "y0", "bridge"), 0);
	assert_true(changed(mon));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		netlink_test(sleeps_while_nothing_changes),
		netlink_test(wakes_for_a_link),
		netlink_test(wakes_for_an_address),
		netlink_test(wakes_for_a_route_that_goes),
		netlink_test(takes_an_overrun_for_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
