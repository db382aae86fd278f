// SPDX-License-Identifier: Apache-2.0
#include "netlink/neigh.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "netlink/request.h"

static const struct nla_policy neigh_policy[NDA_MAX + 1] = {
	[NDA_LLADDR] = { .maxlen = OB_LLADDR_MAX },
};

int ob_neigh_parse(const struct nlmsghdr *msg, size_t size,
		   struct ob_neigh *ret)
{
	struct nlattr *tb[NDA_MAX + 1];
	struct ndmsg ndm;

	int r = ob_nl_msg_parse(msg, size, sizeof(ndm), tb, NDA_MAX,
				neigh_policy);
	if (r < 0)
		return r;
	if (msg->nlmsg_type != RTM_NEWNEIGH)
		return -ENOMSG;
	memcpy(&ndm, nlmsg_data(msg), sizeof(ndm));
	if (ndm.ndm_family != AF_INET && ndm.ndm_family != AF_INET6)
		return -ENOMSG;
	if (!tb[NDA_DST] || ndm.ndm_ifindex <= 0)
		return -EINVAL;

	struct ob_neigh n = {
		.ifindex = ndm.ndm_ifindex,
		.state = ndm.ndm_state,
	};

	r = ob_nl_attr_addr(tb[NDA_DST], ndm.ndm_family, &n.addr);
	if (r < 0)
		return r;
	if (tb[NDA_LLADDR]) {
		n.lladdr_len = (uint8_t)nla_len(tb[NDA_LLADDR]);
		nla_memcpy(n.lladdr, tb[NDA_LLADDR], sizeof(n.lladdr));
	}
	*ret = n;
	return 0;
}

struct dump {
	struct ob_arena *arena;
	OB_LIST(struct ob_neigh) list;
};

static int dump_reply(const struct nlmsghdr *msg, size_t size, void *arg)
{
	struct dump *d = arg;
	struct ob_neigh n;
	int r = ob_neigh_parse(msg, size, &n);

	if (r == 0)
		*OB_PUSH(d->arena, &d->list) = n;
	return r;
}

int ob_neigh_dump(struct ob_nl *nl, struct ob_arena *a, struct ob_neighs *ret)
{
	struct ndmsg ndm = {}; /* AF_UNSPEC: every family */
	struct dump d = { .arena = a };

	int r = ob_nl_dump(nl, RTM_GETNEIGH, &ndm, sizeof(ndm), dump_reply, &d,
			   &d.list.n);
	if (r < 0)
		return r;

	*ret = (struct ob_neighs){ d.list.v, d.list.n };
	return 0;
}

static int request(struct ob_nl *nl, int type, int flags,
		   const struct ob_neigh *n)
{
	struct ndmsg ndm = {
		.ndm_family = n->addr.family,
		.ndm_ifindex = n->ifindex,
		.ndm_state = n->state,
	};
	_nlmsg_ struct nl_msg *msg = NULL;

	if (n->addr.family == 0 || n->lladdr_len > sizeof(n->lladdr))
		return -EINVAL;

	int r = ob_nl_msg_new(type, flags, &ndm, sizeof(ndm), &msg);
	if (r < 0)
		return r;
	if (ob_nl_msg_put_addr(msg, NDA_DST, &n->addr) < 0)
		return -EMSGSIZE;
	if (type == RTM_NEWNEIGH && n->lladdr_len &&
	    nla_put(msg, NDA_LLADDR, n->lladdr_len, n->lladdr) < 0)
		return -EMSGSIZE;
	return ob_nl_transact(nl, msg, NULL, NULL);
}

int ob_neigh_add(struct ob_nl *nl, const struct ob_neigh *neigh)
{
	return request(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, neigh);
}

int ob_neigh_change(struct ob_nl *nl, const struct ob_neigh *neigh)
{
	return request(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, neigh);
}

int ob_neigh_del(struct ob_nl *nl, const struct ob_neigh *neigh)
{
	return request(nl, RTM_DELNEIGH, 0, neigh);
}

bool ob_neigh_equal(const struct ob_neigh *a, const struct ob_neigh *b)
{
	return a->ifindex == b->ifindex && ob_addr_equal(&a->addr, &b->addr) &&
	       a->lladdr_len == b->lladdr_len &&
	       memcmp(a->lladdr, b->lladdr, a->lladdr_len) == 0 &&
	       (a->state & NUD_PERMANENT) == (b->state & NUD_PERMANENT);
}

static const char *state_name(uint16_t state)
{
	static const struct {
		uint16_t state;
		const char *name;
	} names[] = {
		{ NUD_INCOMPLETE, "INCOMPLETE" },
		{ NUD_REACHABLE, "REACHABLE" },
		{ NUD_STALE, "STALE" },
		{ NUD_DELAY, "DELAY" },
		{ NUD_PROBE, "PROBE" },
		{ NUD_FAILED, "FAILED" },
		{ NUD_NOARP, "NOARP" },
		{ NUD_PERMANENT, "PERMANENT" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (state & names[i].state)
			return names[i].name;
	}
	return "NONE";
}

const char *ob_neigh_format(const struct ob_neigh *n, char *buf, size_t size)
{
	char addr[OB_ADDR_STRLEN];

	snprintf(buf, size, "%s dev if%d",
		 ob_addr_format(&n->addr, addr, sizeof(addr)), n->ifindex);
	for (size_t i = 0; i < n->lladdr_len && i < sizeof(n->lladdr); i++)
		ob_nl_append(buf, size, "%s%02x", i == 0 ? " lladdr " : ":",
			     n->lladdr[i]);
	ob_nl_append(buf, size, " %s", state_name(n->state));
	return buf;
}
