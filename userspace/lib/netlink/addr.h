/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of interfaces (RTM_*ADDR). See netlink/socket.h. */
#pragma once

#include <stdbool.h>

#include "base/prefix.h"
#include "netlink/socket.h"

struct ob_ifaddr {
	int ifindex;
	struct ob_addr addr;
	uint8_t len;
};

struct ob_ifaddrs {
	struct ob_ifaddr *v;
	size_t n;
};

int ob_ifaddr_dump(struct ob_nl *nl, struct ob_arena *a,
		   struct ob_ifaddrs *ret);
int ob_ifaddr_add(struct ob_nl *nl, const struct ob_ifaddr *addr);
int ob_ifaddr_del(struct ob_nl *nl, const struct ob_ifaddr *addr);
bool ob_ifaddr_equal(const struct ob_ifaddr *a, const struct ob_ifaddr *b);
const char *ob_ifaddr_format(const struct ob_ifaddr *i, char *buf, size_t size);
int ob_ifaddr_parse(const struct nlmsghdr *msg, size_t size,
		    struct ob_ifaddr *ret);
