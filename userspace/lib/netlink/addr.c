// SPDX-License-Identifier: Apache-2.0
#include "netlink/addr.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "netlink/request.h"

int ob_ifaddr_parse(const struct nlmsghdr *msg, size_t size,
		    struct ob_ifaddr *ret)
{
	struct nlattr *tb[IFA_MAX + 1];
	struct ifaddrmsg ifa;

	int r = ob_nl_msg_parse(msg, size, sizeof(ifa), tb, IFA_MAX, NULL);
	if (r < 0)
		return r;
	if (msg->nlmsg_type != RTM_NEWADDR)
		return -ENOMSG;
	memcpy(&ifa, nlmsg_data(msg), sizeof(ifa));
	if (ifa.ifa_family != AF_INET && ifa.ifa_family != AF_INET6)
		return -ENOMSG;

	/* On a point-to-point link IFA_ADDRESS is the other end's. */
	struct nlattr *local = tb[IFA_LOCAL] ?: tb[IFA_ADDRESS];
	struct ob_ifaddr i = {
		.ifindex = (int)ifa.ifa_index,
		.len = ifa.ifa_prefixlen,
	};

	if (!local || i.ifindex <= 0)
		return -EINVAL;
	r = ob_nl_attr_addr(local, ifa.ifa_family, &i.addr);
	if (r < 0)
		return r;
	if (i.len > ob_addr_bits(&i.addr))
		return -EINVAL;

	*ret = i;
	return 0;
}

struct dump {
	struct ob_arena *arena;
	OB_LIST(struct ob_ifaddr) list;
};

static int dump_reply(const struct nlmsghdr *msg, size_t size, void *arg)
{
	struct dump *d = arg;
	struct ob_ifaddr i;
	int r = ob_ifaddr_parse(msg, size, &i);

	if (r == 0)
		*OB_PUSH(d->arena, &d->list) = i;
	return r;
}

int ob_ifaddr_dump(struct ob_nl *nl, struct ob_arena *a, struct ob_ifaddrs *ret)
{
	struct ifaddrmsg ifa = {}; /* AF_UNSPEC: every family */
	struct dump d = { .arena = a };

	int r = ob_nl_dump(nl, RTM_GETADDR, &ifa, sizeof(ifa), dump_reply, &d,
			   &d.list.n);
	if (r < 0)
		return r;

	*ret = (struct ob_ifaddrs){ d.list.v, d.list.n };
	return 0;
}

static int request(struct ob_nl *nl, int type, int flags,
		   const struct ob_ifaddr *addr)
{
	struct ifaddrmsg ifa = {
		.ifa_family = addr->addr.family,
		.ifa_prefixlen = addr->len,
		.ifa_index = (uint32_t)addr->ifindex,
		/* Usable at once: ours are unique by configuration. */
		.ifa_flags = addr->addr.family == AF_INET6 ? IFA_F_NODAD : 0,
	};
	_nlmsg_ struct nl_msg *msg = NULL;

	if (addr->addr.family == 0)
		return -EINVAL;

	int r = ob_nl_msg_new(type, flags, &ifa, sizeof(ifa), &msg);
	if (r < 0)
		return r;
	if (ob_nl_msg_put_addr(msg, IFA_LOCAL, &addr->addr) < 0 ||
	    ob_nl_msg_put_addr(msg, IFA_ADDRESS, &addr->addr) < 0)
		return -EMSGSIZE;
	return ob_nl_transact(nl, msg, NULL, NULL);
}

int ob_ifaddr_add(struct ob_nl *nl, const struct ob_ifaddr *addr)
{
	return request(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, addr);
}

int ob_ifaddr_del(struct ob_nl *nl, const struct ob_ifaddr *addr)
{
	return request(nl, RTM_DELADDR, 0, addr);
}

bool ob_ifaddr_equal(const struct ob_ifaddr *a, const struct ob_ifaddr *b)
{
	return a->ifindex == b->ifindex && a->len == b->len &&
	       ob_addr_equal(&a->addr, &b->addr);
}

const char *ob_ifaddr_format(const struct ob_ifaddr *i, char *buf, size_t size)
{
	char addr[OB_ADDR_STRLEN];

	snprintf(buf, size, "%s/%u dev if%d",
		 ob_addr_format(&i->addr, addr, sizeof(addr)), i->len,
		 i->ifindex);
	return buf;
}
