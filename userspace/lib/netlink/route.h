/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes of the main table (RTM_*ROUTE). Ours carry protocol OB_RTPROT, which
 * is how they are told from everybody else's. See netlink/socket.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"
#include "netlink/socket.h"

#define OB_RTPROT 173 /* no registered user in iproute2's rt_protos */

struct ob_rtroute {
	struct ob_prefix dst;
	struct ob_addr via;	/* family 0: on link */
	struct ob_addr prefsrc; /* family 0: none */
	int ifindex;		/* 0 for type unreachable */
	uint32_t metric;
	uint32_t mtu;	  /* 0: the device's */
	uint8_t protocol; /* RTPROT_* */
	uint8_t type;	  /* RTN_UNICAST, RTN_UNREACHABLE, ... */
	uint32_t table;	  /* RT_TABLE_* */
};

struct ob_rtroutes {
	struct ob_rtroute *v;
	size_t n;
};

/* All routes of both families whose protocol is given; 0: of every one. */
int ob_rtroute_dump(struct ob_nl *nl, struct ob_arena *a, uint8_t protocol,
		    struct ob_rtroutes *ret);
/* The route the kernel would take to an address. -ENETUNREACH, -EHOSTUNREACH */
int ob_rtroute_get(struct ob_nl *nl, const struct ob_addr *to,
		   struct ob_rtroute *ret);
int ob_rtroute_add(struct ob_nl *nl, const struct ob_rtroute *route);
/* Replaces the route with the same dst, metric and table. */
int ob_rtroute_change(struct ob_nl *nl, const struct ob_rtroute *route);
int ob_rtroute_del(struct ob_nl *nl, const struct ob_rtroute *route);
bool ob_rtroute_equal(const struct ob_rtroute *a, const struct ob_rtroute *b);
const char *ob_rtroute_format(const struct ob_rtroute *r, char *buf,
			      size_t size);
int ob_rtroute_parse(const struct nlmsghdr *msg, size_t size,
		     struct ob_rtroute *ret);
