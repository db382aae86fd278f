// SPDX-License-Identifier: Apache-2.0
#include "netlink/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "netlink/request.h"

/* What the kernel makes of priority 0 in IPv6: IP6_RT_PRIO_USER. */
#define IP6_DEFAULT_METRIC 1024

static const struct nla_policy route_policy[RTA_MAX + 1] = {
	[RTA_OIF] = { .type = NLA_U32 },
	[RTA_PRIORITY] = { .type = NLA_U32 },
	[RTA_TABLE] = { .type = NLA_U32 },
	[RTA_VIA] = { .minlen = sizeof(struct rtvia) },
	[RTA_METRICS] = { .type = NLA_NESTED },
};

static const struct nla_policy metrics_policy[RTAX_MAX + 1] = {
	[RTAX_MTU] = { .type = NLA_U32 },
};

/* As the kernel shows it, so that what was asked for compares equal. */
static struct ob_rtroute normal(const struct ob_rtroute *route)
{
	struct ob_rtroute r = *route;

	if (r.type == RTN_UNSPEC)
		r.type = RTN_UNICAST;
	if (r.table == RT_TABLE_UNSPEC)
		r.table = RT_TABLE_MAIN;
	if (r.metric == 0 && r.dst.addr.family == AF_INET6)
		r.metric = IP6_DEFAULT_METRIC;
	/* IPv6 shows such routes on the loopback device, IPv4 on none. */
	if (r.type == RTN_UNREACHABLE || r.type == RTN_BLACKHOLE ||
	    r.type == RTN_PROHIBIT)
		r.ifindex = 0;
	return r;
}

static int parse_dst(const struct rtmsg *rtm, const struct nlattr *nla,
		     struct ob_prefix *ret)
{
	struct ob_prefix dst = {
		.addr.family = rtm->rtm_family,
		.len = rtm->rtm_dst_len,
	};

	if (dst.len > ob_addr_bits(&dst.addr) || (dst.len > 0 && !nla))
		return -EINVAL;
	if (nla) {
		int r = ob_nl_attr_addr(nla, rtm->rtm_family, &dst.addr);

		if (r < 0)
			return r;
	}
	*ret = dst;
	return 0;
}

/* The next hop may be of the other family (RFC 5549), then it is RTA_VIA. */
static int parse_via(int family, struct nlattr **tb, struct ob_addr *ret)
{
	struct ob_addr via = {};
	struct rtvia rtvia;

	if (tb[RTA_GATEWAY])
		return ob_nl_attr_addr(tb[RTA_GATEWAY], family, ret);
	if (!tb[RTA_VIA])
		return 0;

	memcpy(&rtvia, nla_data(tb[RTA_VIA]), sizeof(rtvia));
	if (rtvia.rtvia_family != AF_INET && rtvia.rtvia_family != AF_INET6)
		return -EINVAL;
	via.family = (uint8_t)rtvia.rtvia_family;
	if (nla_len(tb[RTA_VIA]) != (int)(sizeof(rtvia) + ob_addr_size(&via)))
		return -EINVAL;
	memcpy(via.b, (const char *)nla_data(tb[RTA_VIA]) + sizeof(rtvia),
	       ob_addr_size(&via));
	*ret = via;
	return 0;
}

static int parse_attrs(const struct rtmsg *rtm, struct nlattr **tb,
		       struct ob_rtroute *route)
{
	struct nlattr *metrics[RTAX_MAX + 1];

	int r = parse_dst(rtm, tb[RTA_DST], &route->dst);
	if (r < 0)
		return r;
	r = parse_via(rtm->rtm_family, tb, &route->via);
	if (r < 0)
		return r;
	if (tb[RTA_PREFSRC]) {
		r = ob_nl_attr_addr(tb[RTA_PREFSRC], rtm->rtm_family,
				    &route->prefsrc);
		if (r < 0)
			return r;
	}
	r = ob_nl_attr_nested(metrics, RTAX_MAX, tb[RTA_METRICS],
			      metrics_policy);
	if (r < 0)
		return r;

	route->ifindex = (int)ob_nl_attr_u32(tb[RTA_OIF], 0);
	route->metric = ob_nl_attr_u32(tb[RTA_PRIORITY], 0);
	route->table = ob_nl_attr_u32(tb[RTA_TABLE], rtm->rtm_table);
	route->mtu = ob_nl_attr_u32(metrics[RTAX_MTU], 0);
	return 0;
}

int ob_rtroute_parse(const struct nlmsghdr *msg, size_t size,
		     struct ob_rtroute *ret)
{
	struct nlattr *tb[RTA_MAX + 1];
	struct rtmsg rtm;

	int r = ob_nl_msg_parse(msg, size, sizeof(rtm), tb, RTA_MAX,
				route_policy);
	if (r < 0)
		return r;
	if (msg->nlmsg_type != RTM_NEWROUTE)
		return -ENOMSG;
	memcpy(&rtm, nlmsg_data(msg), sizeof(rtm));
	if (rtm.rtm_family != AF_INET && rtm.rtm_family != AF_INET6)
		return -ENOMSG;

	struct ob_rtroute route = {
		.type = rtm.rtm_type,
		.protocol = rtm.rtm_protocol,
	};

	r = parse_attrs(&rtm, tb, &route);
	if (r < 0)
		return r;
	*ret = normal(&route);
	return 0;
}

struct dump {
	struct ob_arena *arena;
	uint8_t family;
	uint8_t protocol;
	OB_LIST(struct ob_rtroute) list;
};

static int dump_reply(const struct nlmsghdr *msg, size_t size, void *arg)
{
	struct dump *d = arg;
	struct ob_rtroute route;
	struct rtmsg rtm;

	int r = ob_rtroute_parse(msg, size, &route);
	if (r < 0)
		return r;
	memcpy(&rtm, nlmsg_data(msg), sizeof(rtm));
	/* Cache entries are not routes of a table. */
	if (rtm.rtm_flags & RTM_F_CLONED)
		return -ENOMSG;
	if (route.table != RT_TABLE_MAIN || rtm.rtm_family != d->family)
		return -ENOMSG;
	if (d->protocol && route.protocol != d->protocol)
		return -ENOMSG;
	*OB_PUSH(d->arena, &d->list) = route;
	return 0;
}

static int dump_family(struct ob_nl *nl, struct dump *d, uint8_t family)
{
	struct rtmsg rtm = {
		.rtm_family = family,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = d->protocol,
	};

	d->family = family;

	int r = ob_nl_dump(nl, RTM_GETROUTE, &rtm, sizeof(rtm), dump_reply, d,
			   &d->list.n);
	/* A table exists from its first route on; a family may be off. */
	if (r == -ENOENT || r == -EAFNOSUPPORT || r == -EOPNOTSUPP)
		return 0;
	return r;
}

int ob_rtroute_dump(struct ob_nl *nl, struct ob_arena *a, uint8_t protocol,
		    struct ob_rtroutes *ret)
{
	struct dump d = { .arena = a, .protocol = protocol };

	int r = dump_family(nl, &d, AF_INET);
	if (r < 0)
		return r;
	r = dump_family(nl, &d, AF_INET6);
	if (r < 0)
		return r;

	*ret = (struct ob_rtroutes){ d.list.v, d.list.n };
	return 0;
}

static int get_reply(const struct nlmsghdr *msg, size_t size, void *arg)
{
	return ob_rtroute_parse(msg, size, arg);
}

/* IPv4 answers a lookup that ends in such a route with an error, IPv6 mostly
 * with the route. */
static int error_from_type(uint8_t type)
{
	switch (type) {
	case RTN_UNREACHABLE:
		return -EHOSTUNREACH;
	case RTN_PROHIBIT:
		return -EACCES;
	case RTN_BLACKHOLE:
		return -EINVAL;
	default:
		return 0;
	}
}

int ob_rtroute_get(struct ob_nl *nl, const struct ob_addr *to,
		   struct ob_rtroute *ret)
{
	struct rtmsg rtm = {
		.rtm_family = to->family,
		.rtm_dst_len = ob_addr_bits(to),
	};
	struct ob_rtroute route = {};
	_nlmsg_ struct nl_msg *msg = NULL;

	if (to->family == 0)
		return -EINVAL;

	int r = ob_nl_msg_new(RTM_GETROUTE, 0, &rtm, sizeof(rtm), &msg);
	if (r < 0)
		return r;
	if (ob_nl_msg_put_addr(msg, RTA_DST, to) < 0)
		return -EMSGSIZE;
	r = ob_nl_transact(nl, msg, get_reply, &route);
	if (r < 0)
		return r;
	if (route.dst.addr.family == 0)
		return -EBADMSG;
	r = error_from_type(route.type);
	if (r < 0)
		return r;

	*ret = route;
	return 0;
}

static uint8_t scope(const struct ob_rtroute *r)
{
	if (r->dst.addr.family == AF_INET6)
		return RT_SCOPE_UNIVERSE;
	if (r->type == RTN_LOCAL)
		return RT_SCOPE_HOST;
	if (r->type == RTN_UNICAST && r->via.family == 0)
		return RT_SCOPE_LINK;
	return RT_SCOPE_UNIVERSE;
}

static int put_via(struct nl_msg *msg, const struct ob_rtroute *r)
{
	struct rtvia via = { .rtvia_family = r->via.family };
	char both[sizeof(via) + sizeof(r->via.b)];

	if (r->via.family == 0)
		return 0;
	if (r->via.family == r->dst.addr.family)
		return ob_nl_msg_put_addr(msg, RTA_GATEWAY, &r->via);

	memcpy(both, &via, sizeof(via));
	memcpy(both + sizeof(via), r->via.b, sizeof(r->via.b));
	return nla_put(msg, RTA_VIA, (int)(sizeof(via) + ob_addr_size(&r->via)),
		       both);
}

/* What tells a route from others, and so all that deleting one needs. */
static int put_identity(struct nl_msg *msg, const struct ob_rtroute *r)
{
	int e = ob_nl_msg_put_addr(msg, RTA_DST, &r->dst.addr);

	e |= nla_put_u32(msg, RTA_TABLE, r->table);
	e |= put_via(msg, r);
	/* Absent, a metric of 0 matches any when deleting. */
	if (r->metric)
		e |= nla_put_u32(msg, RTA_PRIORITY, r->metric);
	if (r->ifindex)
		e |= nla_put_u32(msg, RTA_OIF, (uint32_t)r->ifindex);
	return e < 0 ? -EMSGSIZE : 0;
}

static int put_rest(struct nl_msg *msg, const struct ob_rtroute *r)
{
	if (r->prefsrc.family &&
	    ob_nl_msg_put_addr(msg, RTA_PREFSRC, &r->prefsrc) < 0)
		return -EMSGSIZE;
	if (!r->mtu)
		return 0;

	struct nlattr *metrics = nla_nest_start(msg, RTA_METRICS);

	if (!metrics || nla_put_u32(msg, RTAX_MTU, r->mtu) < 0)
		return -EMSGSIZE;
	nla_nest_end(msg, metrics);
	return 0;
}

static int request_new(const struct ob_rtroute *r, int type, int flags,
		       struct nl_msg **ret)
{
	struct rtmsg rtm = {
		.rtm_family = r->dst.addr.family,
		.rtm_dst_len = r->dst.len,
		.rtm_table =
			(uint8_t)(r->table < 256 ? r->table : RT_TABLE_COMPAT),
		.rtm_protocol = r->protocol,
		.rtm_scope = type == RTM_DELROUTE ? RT_SCOPE_NOWHERE : scope(r),
		.rtm_type = r->type,
	};
	_nlmsg_ struct nl_msg *msg = NULL;

	if (r->dst.addr.family == 0)
		return -EINVAL;

	int e = ob_nl_msg_new(type, flags, &rtm, sizeof(rtm), &msg);
	if (e < 0)
		return e;
	e = put_identity(msg, r);
	if (e < 0)
		return e;
	if (type != RTM_DELROUTE)
		e = put_rest(msg, r);
	if (e < 0)
		return e;
	*ret = TAKE_PTR(msg);
	return 0;
}

static int request(struct ob_nl *nl, int type, int flags,
		   const struct ob_rtroute *route)
{
	struct ob_rtroute n = normal(route);
	_nlmsg_ struct nl_msg *msg = NULL;

	int r = request_new(&n, type, flags, &msg);
	if (r < 0)
		return r;
	return ob_nl_transact(nl, msg, NULL, NULL);
}

int ob_rtroute_add(struct ob_nl *nl, const struct ob_rtroute *route)
{
	return request(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route);
}

int ob_rtroute_change(struct ob_nl *nl, const struct ob_rtroute *route)
{
	return request(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route);
}

int ob_rtroute_del(struct ob_nl *nl, const struct ob_rtroute *route)
{
	return request(nl, RTM_DELROUTE, 0, route);
}

bool ob_rtroute_equal(const struct ob_rtroute *a, const struct ob_rtroute *b)
{
	struct ob_rtroute x = normal(a), y = normal(b);

	return ob_prefix_equal(&x.dst, &y.dst) &&
	       ob_addr_equal(&x.via, &y.via) &&
	       ob_addr_equal(&x.prefsrc, &y.prefsrc) &&
	       x.ifindex == y.ifindex && x.metric == y.metric &&
	       x.mtu == y.mtu && x.protocol == y.protocol && x.type == y.type &&
	       x.table == y.table;
}

static const char *type_prefix(uint8_t type)
{
	switch (type) {
	case RTN_UNICAST:
		return "";
	case RTN_LOCAL:
		return "local ";
	case RTN_BROADCAST:
		return "broadcast ";
	case RTN_MULTICAST:
		return "multicast ";
	case RTN_BLACKHOLE:
		return "blackhole ";
	case RTN_UNREACHABLE:
		return "unreachable ";
	case RTN_PROHIBIT:
		return "prohibit ";
	default:
		return "other ";
	}
}

const char *ob_rtroute_format(const struct ob_rtroute *route, char *buf,
			      size_t size)
{
	struct ob_rtroute r = normal(route);
	char dst[OB_PREFIX_STRLEN], addr[OB_ADDR_STRLEN];

	snprintf(buf, size, "%s%s", type_prefix(r.type),
		 ob_prefix_format(&r.dst, dst, sizeof(dst)));
	if (r.via.family)
		ob_nl_append(buf, size, " via %s",
			     ob_addr_format(&r.via, addr, sizeof(addr)));
	if (r.ifindex)
		ob_nl_append(buf, size, " dev if%d", r.ifindex);
	if (r.table != RT_TABLE_MAIN)
		ob_nl_append(buf, size, " table %u", r.table);
	ob_nl_append(buf, size, " proto %u", r.protocol);
	if (r.prefsrc.family)
		ob_nl_append(buf, size, " src %s",
			     ob_addr_format(&r.prefsrc, addr, sizeof(addr)));
	if (r.metric)
		ob_nl_append(buf, size, " metric %u", r.metric);
	if (r.mtu)
		ob_nl_append(buf, size, " mtu %u", r.mtu);
	return buf;
}
