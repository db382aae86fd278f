// SPDX-License-Identifier: Apache-2.0
#include "wireguard/device.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/time_types.h>
#include <linux/wireguard.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

static const struct nla_policy device_policy[WGDEVICE_A_MAX + 1] = {
	[WGDEVICE_A_IFINDEX] = { .type = NLA_U32 },
	[WGDEVICE_A_IFNAME] = { .type = NLA_STRING },
	[WGDEVICE_A_PUBLIC_KEY] = { .minlen = WG_KEY_LEN,
				    .maxlen = WG_KEY_LEN },
	[WGDEVICE_A_LISTEN_PORT] = { .type = NLA_U16 },
	[WGDEVICE_A_FWMARK] = { .type = NLA_U32 },
};

static const struct nla_policy peer_policy[WGPEER_A_MAX + 1] = {
	[WGPEER_A_PUBLIC_KEY] = { .minlen = WG_KEY_LEN, .maxlen = WG_KEY_LEN },
	[WGPEER_A_ENDPOINT] = { .minlen = sizeof(struct sockaddr) },
	[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL] = { .type = NLA_U16 },
	[WGPEER_A_LAST_HANDSHAKE_TIME] = { .minlen = sizeof(
						   struct __kernel_timespec) },
	[WGPEER_A_RX_BYTES] = { .type = NLA_U64 },
	[WGPEER_A_TX_BYTES] = { .type = NLA_U64 },
};

static const struct nla_policy allowed_policy[WGALLOWEDIP_A_MAX + 1] = {
	[WGALLOWEDIP_A_FAMILY] = { .type = NLA_U16 },
	[WGALLOWEDIP_A_CIDR_MASK] = { .type = NLA_U8 },
};

/*
 * An array that has no room beside its length, because it stands in a struct
 * for everybody: it is full when its length is 0 or a power of two.
 */
static void *grow(struct ob_arena *a, void *v, size_t n, size_t size)
{
	if (n & (n - 1))
		return v;

	void *larger = ob_arena_array(a, n ? 2 * n : 1, size);

	if (v)
		memcpy(larger, v, n * size);
	return larger;
}

static int parse_allowed(struct nlattr *nla, struct ob_prefix *ret)
{
	struct nlattr *tb[WGALLOWEDIP_A_MAX + 1];
	struct ob_prefix p = {};

	if (nla_parse_nested(tb, WGALLOWEDIP_A_MAX, nla, allowed_policy) < 0)
		return -EINVAL;

	struct nlattr *addr = tb[WGALLOWEDIP_A_IPADDR];

	if (!addr || !tb[WGALLOWEDIP_A_FAMILY] || !tb[WGALLOWEDIP_A_CIDR_MASK])
		return -EINVAL;

	uint16_t family = nla_get_u16(tb[WGALLOWEDIP_A_FAMILY]);

	if (family != AF_INET && family != AF_INET6)
		return -EINVAL;
	p.addr.family = (uint8_t)family;
	p.len = nla_get_u8(tb[WGALLOWEDIP_A_CIDR_MASK]);
	if (nla_len(addr) != (int)ob_addr_size(&p.addr) ||
	    p.len > ob_addr_bits(&p.addr))
		return -EINVAL;
	memcpy(p.addr.b, nla_data(addr), ob_addr_size(&p.addr));
	*ret = p;
	return 0;
}

static int parse_alloweds(struct ob_arena *a, struct nlattr *list,
			  struct ob_wg_peer *peer)
{
	struct nlattr *nla;
	int rest;

	nla_for_each_nested (nla, list, rest) {
		struct ob_prefix p;
		int r = parse_allowed(nla, &p);

		if (r < 0)
			return r;
		peer->allowed =
			grow(a, peer->allowed, peer->n_allowed, sizeof(p));
		peer->allowed[peer->n_allowed++] = p;
	}
	return 0;
}

static int parse_endpoint(const struct nlattr *nla, struct ob_wg_endpoint *ret)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} u = {};
	size_t len = (size_t)nla_len(nla);

	nla_memcpy(&u, nla, sizeof(u));
	if (u.sa.sa_family == AF_INET && len >= sizeof(u.in)) {
		ret->addr = ob_addr_from_in(&u.in.sin_addr);
		ret->port = ntohs(u.in.sin_port);
		return 0;
	}
	if (u.sa.sa_family == AF_INET6 && len >= sizeof(u.in6)) {
		ret->addr = ob_addr_from_in6(&u.in6.sin6_addr);
		ret->port = ntohs(u.in6.sin6_port);
		return 0;
	}
	return -EINVAL;
}

static int parse_peer_once(struct nlattr **tb, struct ob_wg_peer *peer)
{
	struct nlattr *time = tb[WGPEER_A_LAST_HANDSHAKE_TIME];
	struct nlattr *keepalive = tb[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL];
	struct __kernel_timespec handshake = {};

	if (time)
		nla_memcpy(&handshake, time, sizeof(handshake));
	peer->handshake_s = handshake.tv_sec;
	if (keepalive)
		peer->keepalive_s = nla_get_u16(keepalive);
	if (tb[WGPEER_A_RX_BYTES])
		peer->rx_bytes = nla_get_u64(tb[WGPEER_A_RX_BYTES]);
	if (tb[WGPEER_A_TX_BYTES])
		peer->tx_bytes = nla_get_u64(tb[WGPEER_A_TX_BYTES]);
	if (tb[WGPEER_A_ENDPOINT])
		return parse_endpoint(tb[WGPEER_A_ENDPOINT], &peer->endpoint);
	return 0;
}

/* The last peer of the device, if it is the one with this key: its allowed
 * IPs did not fit the message before. */
static struct ob_wg_peer *continued_peer(struct ob_wg_device *dev,
					 const struct ob_key *key)
{
	if (dev->n_peers == 0)
		return NULL;

	struct ob_wg_peer *last = &dev->peers[dev->n_peers - 1];

	return ob_key_equal(&last->public_key, key) ? last : NULL;
}

static int parse_peer(struct ob_arena *a, struct nlattr *nla,
		      struct ob_wg_device *dev)
{
	struct nlattr *tb[WGPEER_A_MAX + 1];
	struct ob_key key;

	if (nla_parse_nested(tb, WGPEER_A_MAX, nla, peer_policy) < 0 ||
	    !tb[WGPEER_A_PUBLIC_KEY])
		return -EINVAL;
	memcpy(key.b, nla_data(tb[WGPEER_A_PUBLIC_KEY]), sizeof(key.b));

	struct ob_wg_peer *peer = continued_peer(dev, &key);

	if (!peer) {
		dev->peers = grow(a, dev->peers, dev->n_peers, sizeof(*peer));
		peer = &dev->peers[dev->n_peers++];
		*peer = (struct ob_wg_peer){ .public_key = key };

		int r = parse_peer_once(tb, peer);

		if (r < 0)
			return r;
	}
	if (!tb[WGPEER_A_ALLOWEDIPS])
		return 0;
	return parse_alloweds(a, tb[WGPEER_A_ALLOWEDIPS], peer);
}

/* The first message has all of these, later ones at most the name. */
static int parse_device(struct nlattr **tb, struct ob_wg_device *dev)
{
	if (tb[WGDEVICE_A_IFINDEX])
		dev->ifindex = (int)nla_get_u32(tb[WGDEVICE_A_IFINDEX]);
	if (tb[WGDEVICE_A_IFNAME]) {
		const char *name = nla_data(tb[WGDEVICE_A_IFNAME]);

		if (strlen(name) >= sizeof(dev->name))
			return -EINVAL;
		memcpy(dev->name, name, strlen(name) + 1);
	}
	if (tb[WGDEVICE_A_PUBLIC_KEY])
		memcpy(dev->public_key.b, nla_data(tb[WGDEVICE_A_PUBLIC_KEY]),
		       sizeof(dev->public_key.b));
	if (tb[WGDEVICE_A_LISTEN_PORT])
		dev->listen_port = nla_get_u16(tb[WGDEVICE_A_LISTEN_PORT]);
	if (tb[WGDEVICE_A_FWMARK])
		dev->fwmark = nla_get_u32(tb[WGDEVICE_A_FWMARK]);
	return 0;
}

static int parse_message(const struct nlmsghdr *msg, size_t size,
			 struct nlattr **tb)
{
	const size_t start = NLMSG_HDRLEN + GENL_HDRLEN;
	struct genlmsghdr genl;

	if (size < sizeof(*msg) || msg->nlmsg_len < sizeof(*msg) ||
	    msg->nlmsg_len > size || msg->nlmsg_len > INT32_MAX)
		return -EINVAL;
	if (msg->nlmsg_type < NLMSG_MIN_TYPE)
		return -ENOMSG;
	if (msg->nlmsg_len < start)
		return -EINVAL;
	memcpy(&genl, nlmsg_data(msg), sizeof(genl));
	if (genl.cmd != WG_CMD_GET_DEVICE)
		return -ENOMSG;

	/* libnl takes attributes that it does not write to as not const. */
	struct nlattr *first = (struct nlattr *)((uintptr_t)msg + start);

	if (nla_parse(tb, WGDEVICE_A_MAX, first, (int)(msg->nlmsg_len - start),
		      device_policy) < 0)
		return -EINVAL;
	return 0;
}

int ob_wg_device_parse(struct ob_arena *a, const struct nlmsghdr *msg,
		       size_t size, struct ob_wg_device *dev)
{
	struct nlattr *tb[WGDEVICE_A_MAX + 1], *nla;
	int rest;

	int r = parse_message(msg, size, tb);
	if (r < 0)
		return r;
	r = parse_device(tb, dev);
	if (r < 0)
		return r;
	if (!tb[WGDEVICE_A_PEERS])
		return 0;

	nla_for_each_nested (nla, tb[WGDEVICE_A_PEERS], rest) {
		r = parse_peer(a, nla, dev);
		if (r < 0)
			return r;
	}
	return 0;
}
