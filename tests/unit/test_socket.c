// SPDX-License-Identifier: Apache-2.0
#include "netlink/socket.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/rtnetlink.h>

#include "netlink/addr.h"
#include "netlink/request.h"
#include "netlink_fixture.h"

#define ADDRESSES 1000 /* several messages of 16 KiB */

/* Counts addresses, and disturbs the first so many dumps of them. */
struct count {
	size_t n;
	int disturb;
	int dumps;
	int error; /* the answer to the 10th address */
	struct ob_nl *nl;
	struct ob_ifaddr flap;
};

static int reply(const struct nlmsghdr *msg, size_t size, void *arg)
{
	struct count *c = arg;
	struct ob_ifaddr i;

	if (c->n++ == 0 && c->dumps++ < c->disturb) {
		assert_int_equal(ob_ifaddr_add(c->nl, &c->flap), 0);
		assert_int_equal(ob_ifaddr_del(c->nl, &c->flap), 0);
	}
	assert_true(c->n <= ADDRESSES);
	if (ob_ifaddr_parse(msg, size, &i) < 0)
		return -EBADMSG;
	return c->n == 10 ? c->error : 0;
}

static int dump(struct netlink_fixture *f, struct count *c)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_INET };

	return ob_nl_dump(f->nl, RTM_GETADDR, &ifa, sizeof(ifa), reply, c,
			  &c->n);
}

static struct count many_addresses(struct netlink_fixture *f)
{
	struct count c = { .flap = { .addr = netlink_addr("10.9.9.9"),
				     .len = 32 } };
	struct ob_ifaddr i = { .addr = netlink_addr("10.0.0.0"), .len = 32 };

	i.ifindex = c.flap.ifindex = netlink_bridge(f, "x0");
	for (int n = 0; n < ADDRESSES; n++) {
		i.addr = ob_addr_plus(&i.addr, 1);
		assert_int_equal(ob_ifaddr_add(f->nl, &i), 0);
	}
	return c;
}

static void repeats_a_dump_that_was_disturbed(void **state)
{
	struct netlink_fixture *f = *state;
	struct count c = many_addresses(f);
	_cleanup_(ob_nl_freep) struct ob_nl *nl = NULL;

	assert_int_equal(ob_nl_new(&nl), 0);
	c.nl = nl;
	c.disturb = 2;
	assert_int_equal(dump(f, &c), 0);
	assert_int_equal(c.dumps, 3);
	assert_int_equal(c.n, ADDRESSES);
}

static void gives_up_when_always_disturbed(void **state)
{
	struct netlink_fixture *f = *state;
	struct count c = many_addresses(f);
	_cleanup_(ob_nl_freep) struct ob_nl *nl = NULL;

	assert_int_equal(ob_nl_new(&nl), 0);
	c.nl = nl;
	c.disturb = 1000;
	assert_int_equal(dump(f, &c), -EINTR);
	assert_int_equal(c.dumps, OB_NL_DUMP_TRIES);
}

static void stays_usable_after_a_reply_was_refused(void **state)
{
	struct netlink_fixture *f = *state;
	struct count c = many_addresses(f);
	struct ob_links links;

	c.error = -E2BIG;
	assert_int_equal(dump(f, &c), -E2BIG);
	assert_int_equal(ob_link_dump(f->nl, f->arena, &links), 0);
	c.error = -ENOMSG; /* not of interest */
	c.n = 0;
	assert_int_equal(dump(f, &c), 0);
	assert_int_equal(c.n, ADDRESSES);
}

static void keeps_the_words_of_the_kernel(void **state)
{
	struct netlink_fixture *f = *state;
	struct ob_link l;

	netlink_bridge(f, "x0");
	assert_string_equal(ob_nl_error_message(f->nl), "");
	assert_int_equal(ob_link_get(f->nl, "x0", &l), 0);
	l.mtu = 1000000;
	assert_int_equal(ob_link_change(f->nl, &l), -EINVAL);
	assert_non_null(strstr(ob_nl_error_message(f->nl), "mtu"));
	assert_int_equal(ob_link_get(f->nl, "x0", &l), 0);
	assert_string_equal(ob_nl_error_message(f->nl), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		netlink_test(repeats_a_dump_that_was_disturbed),
		netlink_test(gives_up_when_always_disturbed),
		netlink_test(stays_usable_after_a_reply_was_refused),
		netlink_test(keeps_the_words_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
