/* SPDX-License-Identifier: Apache-2.0 */
/* Network interfaces (RTM_*LINK, rtnetlink(7)). See netlink/socket.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "netlink/socket.h"

struct ob_link {
	int ifindex;
	char name[16];
	char kind[16]; /* "veth", "wireguard", ...; "" for hardware */
	char alias[256];
	uint32_t mtu;
	uint16_t type; /* ARPHRD_* */
	bool up;
	uint64_t rx_packets, rx_bytes, rx_frame_errors, rx_dropped;
	uint64_t tx_packets, tx_bytes, tx_errors, tx_dropped;
};

struct ob_links {
	struct ob_link *v;
	size_t n;
};

int ob_link_dump(struct ob_nl *nl, struct ob_arena *a, struct ob_links *ret);
/* -ENODEV when there is none of that name. */
int ob_link_get(struct ob_nl *nl, const char *name, struct ob_link *ret);
/* Creates a link of a kind without options; then _change sets the rest. */
int ob_link_add(struct ob_nl *nl, const char *name, const char *kind);
/* Sets mtu, alias and up of the link with this ifindex. No IPv6 link-local
 * address is generated (IN6_ADDR_GEN_MODE_NONE). */
int ob_link_change(struct ob_nl *nl, const struct ob_link *link);
int ob_link_del(struct ob_nl *nl, int ifindex);
/* Same mtu, alias and up. */
bool ob_link_equal(const struct ob_link *a, const struct ob_link *b);
const char *ob_link_format(const struct ob_link *l, char *buf, size_t size);
int ob_link_parse(const struct nlmsghdr *msg, size_t size, struct ob_link *ret);
