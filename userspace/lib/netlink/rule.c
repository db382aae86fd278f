// SPDX-License-Identifier: Apache-2.0
#include "netlink/rule.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "netlink/request.h"

/* Above FRA_MAX, to notice the selectors of later kernels. */
#define ATTR_MAX 63

static const struct nla_policy rule_policy[ATTR_MAX + 1] = {
	[FRA_PRIORITY] = { .type = NLA_U32 },
	[FRA_FWMARK] = { .type = NLA_U32 },
	[FRA_FWMASK] = { .type = NLA_U32 },
	[FRA_TABLE] = { .type = NLA_U32 },
	[FRA_PROTOCOL] = { .type = NLA_U8 },
};

/* Attributes that every rule has, or that struct ob_rule holds. */
static bool is_known(int type)
{
	switch (type) {
	case FRA_PRIORITY:
	case FRA_FWMARK:
	case FRA_FWMASK:
	case FRA_TABLE:
	case FRA_PROTOCOL:
	case FRA_SUPPRESS_PREFIXLEN:
	case FRA_PAD:
		return true;
	default:
		return false;
	}
}

static bool selects_more(const struct fib_rule_hdr *h, struct nlattr **tb)
{
	if (h->src_len || h->dst_len || h->tos || h->flags & FIB_RULE_INVERT)
		return true;
	for (int i = 1; i <= ATTR_MAX; i++) {
		if (tb[i] && !is_known(i))
			return true;
	}
	/* Always there; all ones means that nothing is suppressed. */
	return ob_nl_attr_u32(tb[FRA_SUPPRESS_PREFIXLEN], UINT32_MAX) !=
	       UINT32_MAX;
}

int ob_rule_parse(const struct nlmsghdr *msg, size_t size, struct ob_rule *ret)
{
	struct nlattr *tb[ATTR_MAX + 1];
	struct fib_rule_hdr h;

	int r = ob_nl_msg_parse(msg, size, sizeof(h), tb, ATTR_MAX,
				rule_policy);
	if (r < 0)
		return r;
	if (msg->nlmsg_type != RTM_NEWRULE)
		return -ENOMSG;
	memcpy(&h, nlmsg_data(msg), sizeof(h));
	if (h.family != AF_INET && h.family != AF_INET6)
		return -ENOMSG;

	struct ob_rule rule = {
		.family = h.family,
		.priority = ob_nl_attr_u32(tb[FRA_PRIORITY], 0),
		.mark = ob_nl_attr_u32(tb[FRA_FWMARK], 0),
		.mask = ob_nl_attr_u32(tb[FRA_FWMASK], 0),
		.other = selects_more(&h, tb),
	};

	if (h.action == FR_ACT_TO_TBL)
		rule.table = ob_nl_attr_u32(tb[FRA_TABLE], h.table);
	if (tb[FRA_PROTOCOL])
		rule.protocol = nla_get_u8(tb[FRA_PROTOCOL]);
	*ret = rule;
	return 0;
}

struct dump {
	struct ob_arena *arena;
	uint8_t protocol;
	OB_LIST(struct ob_rule) list;
};

static int dump_reply(const struct nlmsghdr *msg, size_t size, void *arg)
{
	struct dump *d = arg;
	struct ob_rule rule;
	int r = ob_rule_parse(msg, size, &rule);

	if (r < 0)
		return r;
	if (d->protocol && rule.protocol != d->protocol)
		return -ENOMSG;
	*OB_PUSH(d->arena, &d->list) = rule;
	return 0;
}

int ob_rule_dump(struct ob_nl *nl, struct ob_arena *a, uint8_t protocol,
		 struct ob_rules *ret)
{
	struct fib_rule_hdr h = {}; /* AF_UNSPEC: every family */
	struct dump d = { .arena = a, .protocol = protocol };

	int r = ob_nl_dump(nl, RTM_GETRULE, &h, sizeof(h), dump_reply, &d,
			   &d.list.n);
	if (r < 0)
		return r;

	*ret = (struct ob_rules){ d.list.v, d.list.n };
	return 0;
}

static int request(struct ob_nl *nl, int type, int flags,
		   const struct ob_rule *rule)
{
	struct fib_rule_hdr h = {
		.family = rule->family,
		.action = FR_ACT_TO_TBL,
	};
	_nlmsg_ struct nl_msg *msg = NULL;

	/* Deleting with a field left out would match other rules. */
	if (rule->other || rule->table == 0 || rule->priority == 0)
		return -EINVAL;

	int r = ob_nl_msg_new(type, flags, &h, sizeof(h), &msg);
	if (r < 0)
		return r;

	int e = nla_put_u32(msg, FRA_PRIORITY, rule->priority);

	e |= nla_put_u32(msg, FRA_TABLE, rule->table);
	e |= nla_put_u8(msg, FRA_PROTOCOL, rule->protocol);
	if (rule->mark || rule->mask) {
		e |= nla_put_u32(msg, FRA_FWMARK, rule->mark);
		e |= nla_put_u32(msg, FRA_FWMASK, rule->mask);
	}
	if (e < 0)
		return -EMSGSIZE;
	return ob_nl_transact(nl, msg, NULL, NULL);
}

int ob_rule_add(struct ob_nl *nl, const struct ob_rule *rule)
{
	return request(nl, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule);
}

int ob_rule_del(struct ob_nl *nl, const struct ob_rule *rule)
{
	return request(nl, RTM_DELRULE, 0, rule);
}

bool ob_rule_equal(const struct ob_rule *a, const struct ob_rule *b)
{
	return !a->other && !b->other && a->family == b->family &&
	       a->protocol == b->protocol && a->priority == b->priority &&
	       a->mark == b->mark && a->mask == b->mask && a->table == b->table;
}

const char *ob_rule_format(const struct ob_rule *r, char *buf, size_t size)
{
	snprintf(buf, size, "%u: from all", r->priority);
	if (r->mark || r->mask)
		ob_nl_append(buf, size, " fwmark %#x/%#x", r->mark, r->mask);
	if (r->other)
		ob_nl_append(buf, size, " ...");
	if (r->table)
		ob_nl_append(buf, size, " lookup %u", r->table);
	ob_nl_append(buf, size, " proto %u %s", r->protocol,
		     r->family == AF_INET6 ? "inet6" : "inet");
	return buf;
}
