// SPDX-License-Identifier: Apache-2.0
#include "netlink/link.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "netlink/request.h"

static const struct nla_policy link_policy[IFLA_MAX + 1] = {
	[IFLA_IFNAME] = { .type = NLA_STRING },
	[IFLA_IFALIAS] = { .type = NLA_STRING },
	[IFLA_MTU] = { .type = NLA_U32 },
	[IFLA_LINKINFO] = { .type = NLA_NESTED },
};

static const struct nla_policy info_policy[IFLA_INFO_MAX + 1] = {
	[IFLA_INFO_KIND] = { .type = NLA_STRING },
};

/* Kernels append counters to the structure: take what both know. */
static void parse_stats(const struct nlattr *nla, struct ob_link *l)
{
	struct rtnl_link_stats64 s = {};

	if (!nla)
		return;
	nla_memcpy(&s, nla, sizeof(s));
	l->rx_packets = s.rx_packets;
	l->rx_bytes = s.rx_bytes;
	l->rx_frame_errors = s.rx_frame_errors;
	l->rx_dropped = s.rx_dropped;
	l->tx_packets = s.tx_packets;
	l->tx_bytes = s.tx_bytes;
	l->tx_errors = s.tx_errors;
	l->tx_dropped = s.tx_dropped;
}

int ob_link_parse(const struct nlmsghdr *msg, size_t size, struct ob_link *ret)
{
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	struct ifinfomsg ifi;

	int r = ob_nl_msg_parse(msg, size, sizeof(ifi), tb, IFLA_MAX,
				link_policy);
	if (r < 0)
		return r;
	if (msg->nlmsg_type != RTM_NEWLINK)
		return -ENOMSG;
	memcpy(&ifi, nlmsg_data(msg), sizeof(ifi));
	/* A bridge also describes its ports, as AF_BRIDGE. */
	if (ifi.ifi_family != AF_UNSPEC)
		return -ENOMSG;
	if (ifi.ifi_index <= 0 || !tb[IFLA_IFNAME])
		return -EINVAL;
	r = ob_nl_attr_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO],
			      info_policy);
	if (r < 0)
		return r;

	struct ob_link l = {
		.ifindex = ifi.ifi_index,
		.type = ifi.ifi_type,
		.up = ifi.ifi_flags & IFF_UP,
		.mtu = ob_nl_attr_u32(tb[IFLA_MTU], 0),
	};

	ob_nl_attr_string(tb[IFLA_IFNAME], l.name, sizeof(l.name));
	ob_nl_attr_string(tb[IFLA_IFALIAS], l.alias, sizeof(l.alias));
	ob_nl_attr_string(info[IFLA_INFO_KIND], l.kind, sizeof(l.kind));
	parse_stats(tb[IFLA_STATS64], &l);
	*ret = l;
	return 0;
}

struct dump {
	struct ob_arena *arena;
	OB_LIST(struct ob_link) list;
};

static int dump_reply(const struct nlmsghdr *msg, size_t size, void *arg)
{
	struct dump *d = arg;
	struct ob_link l;
	int r = ob_link_parse(msg, size, &l);

	if (r == 0)
		*OB_PUSH(d->arena, &d->list) = l;
	return r;
}

int ob_link_dump(struct ob_nl *nl, struct ob_arena *a, struct ob_links *ret)
{
	struct ifinfomsg ifi = {};
	struct dump d = { .arena = a };

	int r = ob_nl_dump(nl, RTM_GETLINK, &ifi, sizeof(ifi), dump_reply, &d,
			   &d.list.n);
	if (r < 0)
		return r;

	*ret = (struct ob_links){ d.list.v, d.list.n };
	return 0;
}

static int get_reply(const struct nlmsghdr *msg, size_t size, void *arg)
{
	return ob_link_parse(msg, size, arg);
}

static int put_name(struct nl_msg *msg, const char *name)
{
	if (name[0] == '\0' || strlen(name) >= IFNAMSIZ)
		return -EINVAL;
	return nla_put_string(msg, IFLA_IFNAME, name) < 0 ? -EMSGSIZE : 0;
}

int ob_link_get(struct ob_nl *nl, const char *name, struct ob_link *ret)
{
	struct ifinfomsg ifi = {};
	struct ob_link l = {};
	_nlmsg_ struct nl_msg *msg = NULL;

	int r = ob_nl_msg_new(RTM_GETLINK, 0, &ifi, sizeof(ifi), &msg);
	if (r < 0)
		return r;
	r = put_name(msg, name);
	if (r < 0)
		return r;
	r = ob_nl_transact(nl, msg, get_reply, &l);
	if (r < 0)
		return r;
	if (l.ifindex == 0)
		return -EBADMSG;

	*ret = l;
	return 0;
}

int ob_link_add(struct ob_nl *nl, const char *name, const char *kind)
{
	struct ifinfomsg ifi = {};
	_nlmsg_ struct nl_msg *msg = NULL;

	int r = ob_nl_msg_new(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi,
			      sizeof(ifi), &msg);
	if (r < 0)
		return r;
	r = put_name(msg, name);
	if (r < 0)
		return r;

	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO);

	if (!info || nla_put_string(msg, IFLA_INFO_KIND, kind) < 0)
		return -EMSGSIZE;
	nla_nest_end(msg, info);
	return ob_nl_transact(nl, msg, NULL, NULL);
}

/*
 * Before the link goes up: the kernel applies the mode last in a message that
 * does both, when the address is already there. A link without IPv6 (its MTU
 * is below 1280, or the kernel has none) answers -EAFNOSUPPORT.
 */
static int set_addr_gen_mode(struct ob_nl *nl, int ifindex)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };
	_nlmsg_ struct nl_msg *msg = NULL;

	int r = ob_nl_msg_new(RTM_SETLINK, 0, &ifi, sizeof(ifi), &msg);
	if (r < 0)
		return r;

	struct nlattr *spec = nla_nest_start(msg, IFLA_AF_SPEC);
	struct nlattr *inet6 = spec ? nla_nest_start(msg, AF_INET6) : NULL;

	if (!inet6 || nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE,
				 IN6_ADDR_GEN_MODE_NONE) < 0)
		return -EMSGSIZE;
	nla_nest_end(msg, inet6);
	nla_nest_end(msg, spec);
	r = ob_nl_transact(nl, msg, NULL, NULL);
	return r == -EAFNOSUPPORT ? 0 : r;
}

int ob_link_change(struct ob_nl *nl, const struct ob_link *link)
{
	struct ifinfomsg ifi = {
		.ifi_index = link->ifindex,
		.ifi_change = IFF_UP,
		.ifi_flags = link->up ? IFF_UP : 0,
	};
	_nlmsg_ struct nl_msg *msg = NULL;

	int r = set_addr_gen_mode(nl, link->ifindex);
	if (r < 0)
		return r;
	r = ob_nl_msg_new(RTM_SETLINK, 0, &ifi, sizeof(ifi), &msg);
	if (r < 0)
		return r;
	/* Without the NUL: a length of zero removes the alias. */
	if (nla_put_u32(msg, IFLA_MTU, link->mtu) < 0 ||
	    nla_put(msg, IFLA_IFALIAS,
		    (int)strnlen(link->alias, sizeof(link->alias) - 1),
		    link->alias) < 0)
		return -EMSGSIZE;
	return ob_nl_transact(nl, msg, NULL, NULL);
}

int ob_link_del(struct ob_nl *nl, int ifindex)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };
	_nlmsg_ struct nl_msg *msg = NULL;

	/* The kernel takes index 0 as "not given". */
	if (ifindex <= 0)
		return -EINVAL;

	int r = ob_nl_msg_new(RTM_DELLINK, 0, &ifi, sizeof(ifi), &msg);
	if (r < 0)
		return r;
	return ob_nl_transact(nl, msg, NULL, NULL);
}

bool ob_link_equal(const struct ob_link *a, const struct ob_link *b)
{
	return a->mtu == b->mtu && a->up == b->up &&
	       strncmp(a->alias, b->alias, sizeof(a->alias)) == 0;
}

const char *ob_link_format(const struct ob_link *l, char *buf, size_t size)
{
	char alias[2 * sizeof(l->alias)];

	snprintf(buf, size, "%d: %s: mtu %u %s", l->ifindex, l->name, l->mtu,
		 l->up ? "up" : "down");
	if (l->kind[0])
		ob_nl_append(buf, size, " %s", l->kind);
	if (l->alias[0])
		ob_nl_append(buf, size, " alias %s",
			     ob_log_quote(l->alias, alias, sizeof(alias)));
	return buf;
}
