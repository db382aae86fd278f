/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Neighbours: which link-layer address an IP address has on an interface
 * (RTM_*NEIGH, ip-neighbour(8)). See netlink/socket.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"
#include "netlink/socket.h"

#define OB_LLADDR_MAX 32 /* MAX_ADDR_LEN of the kernel */

struct ob_neigh {
	int ifindex;
	struct ob_addr addr;
	uint8_t lladdr[OB_LLADDR_MAX];
	uint8_t lladdr_len; /* bytes; 6 for Ethernet, 0: not known */
	uint16_t state;	    /* NUD_* */
};

struct ob_neighs {
	struct ob_neigh *v;
	size_t n;
};

int ob_neigh_dump(struct ob_nl *nl, struct ob_arena *a, struct ob_neighs *ret);
int ob_neigh_add(struct ob_nl *nl, const struct ob_neigh *neigh);
/* Creates the entry, or gives the one there this address and state. */
int ob_neigh_change(struct ob_nl *nl, const struct ob_neigh *neigh);
int ob_neigh_del(struct ob_nl *nl, const struct ob_neigh *neigh);
/* The same entry with the same link-layer address, and both permanent or not:
 * the kernel moves the others from state to state on its own. */
bool ob_neigh_equal(const struct ob_neigh *a, const struct ob_neigh *b);
const char *ob_neigh_format(const struct ob_neigh *n, char *buf, size_t size);
int ob_neigh_parse(const struct nlmsghdr *msg, size_t size,
		   struct ob_neigh *ret);
