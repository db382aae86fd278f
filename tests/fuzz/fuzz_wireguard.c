// SPDX-License-Identifier: Apache-2.0
/* The messages of one WG_CMD_GET_DEVICE reply, into one device. */
#include <errno.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "wireguard/device.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void check_peer(const struct ob_wg_peer *peer)
{
	uint8_t family = peer->endpoint.addr.family;

	require(family == 0 || family == AF_INET || family == AF_INET6);
	for (size_t i = 0; i < peer->n_allowed; i++) {
		const struct ob_prefix *p = &peer->allowed[i];

		require(p->len <= ob_addr_bits(&p->addr));
	}
	require(ob_wg_peer_equal(peer, peer));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_wg_device dev = {};
	size_t offset = 0;

	while (offset < size) {
		const struct nlmsghdr *h = (const void *)(data + offset);
		size_t rest = size - offset;

		if (ob_wg_device_parse(a, h, rest, &dev) == -EINVAL)
			break;
		offset += NLMSG_ALIGN((size_t)h->nlmsg_len);
	}
	require(strnlen(dev.name, sizeof(dev.name)) < sizeof(dev.name));
	for (size_t i = 0; i < dev.n_peers; i++)
		check_peer(&dev.peers[i]);
	return 0;
}
