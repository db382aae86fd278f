// SPDX-License-Identifier: Apache-2.0
/*
 * Routing netlink messages: every parser gets every message, whatever its
 * type. What was accepted must print and equal itself. And what tells the
 * messages of a reply apart.
 */
#include <linux/netlink.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/nlreply.h"
#include "netlink/addr.h"
#include "netlink/link.h"
#include "netlink/neigh.h"
#include "netlink/route.h"
#include "netlink/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void require_line(const char *buf, size_t size)
{
	require(strnlen(buf, size) < size);
	require(!strchr(buf, '\n'));
}

static void try_link(const struct nlmsghdr *h, size_t size)
{
	struct ob_link l;
	char buf[128];

	if (ob_link_parse(h, size, &l) < 0)
		return;
	require(l.ifindex > 0);
	require(strnlen(l.name, sizeof(l.name)) < sizeof(l.name));
	require(strnlen(l.alias, sizeof(l.alias)) < sizeof(l.alias));
	require(ob_link_equal(&l, &l));
	require(ob_link_format(&l, buf, sizeof(buf)) == buf);
}

static void try_addr(const struct nlmsghdr *h, size_t size)
{
	struct ob_ifaddr i;
	char buf[64];

	if (ob_ifaddr_parse(h, size, &i) < 0)
		return;
	require(i.len <= ob_addr_bits(&i.addr));
	require(ob_ifaddr_equal(&i, &i));
	require_line(ob_ifaddr_format(&i, buf, sizeof(buf)), sizeof(buf));
}

static void try_route(const struct nlmsghdr *h, size_t size)
{
	struct ob_rtroute r;
	char buf[64];

	if (ob_rtroute_parse(h, size, &r) < 0)
		return;
	require(r.dst.len <= ob_addr_bits(&r.dst.addr));
	require(ob_rtroute_equal(&r, &r));
	require_line(ob_rtroute_format(&r, buf, sizeof(buf)), sizeof(buf));
}

static void try_rule(const struct nlmsghdr *h, size_t size)
{
	struct ob_rule r;
	char buf[32];

	if (ob_rule_parse(h, size, &r) < 0)
		return;
	require(ob_rule_equal(&r, &r) == !r.other);
	require_line(ob_rule_format(&r, buf, sizeof(buf)), sizeof(buf));
}

static void try_neigh(const struct nlmsghdr *h, size_t size)
{
	struct ob_neigh n;
	char buf[48];

	if (ob_neigh_parse(h, size, &n) < 0)
		return;
	require(n.lladdr_len <= sizeof(n.lladdr));
	require(ob_neigh_equal(&n, &n));
	require_line(ob_neigh_format(&n, buf, sizeof(buf)), sizeof(buf));
}

static int count(const struct nlmsghdr *h, size_t size, void *arg)
{
	size_t *n = arg;

	require(size >= sizeof(*h) && size == h->nlmsg_len);
	return ++*n % 7 == 0 ? -(int)(h->nlmsg_type & 0xff) : 0;
}

/* The same bytes as a reply to the request that the first message answers. */
static void try_reply(const uint8_t *data, size_t size)
{
	size_t n = 0;
	struct ob_nlreply r = { .fn = count, .arg = &n };
	const struct nlmsghdr *end;

	if (size >= sizeof(*end))
		r.seq = ((const struct nlmsghdr *)(const void *)data)
				->nlmsg_seq;
	end = ob_nlreply_feed(&r, data, size);
	require(r.done == (end != NULL));
	if (end)
		require((const uint8_t *)end + end->nlmsg_len <= data + size);
	require(n <= size / sizeof(*end));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t offset = 0, step = 1;

	try_reply(data, size);

	while (offset < size && step > 0) {
		const struct nlmsghdr *h = (const void *)(data + offset);
		size_t rest = size - offset;

		try_link(h, rest);
		try_addr(h, rest);
		try_route(h, rest);
		try_rule(h, rest);
		try_neigh(h, rest);
		if (rest < sizeof(*h))
			break;
		step = NLMSG_ALIGN((size_t)h->nlmsg_len);
		offset += step;
	}
	return 0;
}
