/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routing policy rules by firewall mark (RTM_*RULE, ip-rule(8)): packets with
 * this mark look up that table. See netlink/socket.h. A rule cannot be
 * changed: delete it and add another.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "netlink/socket.h"

struct ob_rule {
	uint8_t family;	  /* AF_INET or AF_INET6 */
	uint8_t protocol; /* RTPROT_*, ours: OB_RTPROT of netlink/route.h */
	bool other; /* read only: it also selects by something not below */
	uint32_t priority;   /* lower first */
	uint32_t mark, mask; /* both 0: every packet */
	uint32_t table;	     /* RT_TABLE_* to look up; 0: another action */
};

struct ob_rules {
	struct ob_rule *v;
	size_t n;
};

/* The rules of both families whose protocol is given; 0: all. */
int ob_rule_dump(struct ob_nl *nl, struct ob_arena *a, uint8_t protocol,
		 struct ob_rules *ret);
int ob_rule_add(struct ob_nl *nl, const struct ob_rule *rule);
int ob_rule_del(struct ob_nl *nl, const struct ob_rule *rule);
/* The same in every field; one that selects by something else never is. */
bool ob_rule_equal(const struct ob_rule *a, const struct ob_rule *b);
const char *ob_rule_format(const struct ob_rule *r, char *buf, size_t size);
int ob_rule_parse(const struct nlmsghdr *msg, size_t size, struct ob_rule *ret);
