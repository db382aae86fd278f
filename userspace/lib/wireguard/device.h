/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WireGuard devices over generic netlink (linux/wireguard.h), in the network
 * namespace of the calling thread. Devices are made and removed with
 * netlink/link.h (kind "wireguard"); here they are configured and read.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "model/key.h"

struct ob_wg;

struct ob_wg_endpoint {
	struct ob_addr addr; /* family 0: none */
	uint16_t port;	     /* host order */
};

struct ob_wg_peer {
	struct ob_key public_key;
	struct ob_wg_endpoint endpoint;
	uint16_t keepalive_s;	   /* 0: off */
	struct ob_prefix *allowed; /* allowed IPs */
	size_t n_allowed;
	/* read only: */
	int64_t handshake_s; /* last handshake, seconds since 1970; 0: never */
	uint64_t rx_bytes, tx_bytes;
};

struct ob_wg_device {
	int ifindex;
	char name[16];
	uint16_t listen_port;
	uint32_t fwmark;
	struct ob_key public_key; /* derived by the kernel; zero: no key */
	struct ob_wg_peer *peers;
	size_t n_peers;
};

/* -EOPNOTSUPP when this kernel has no WireGuard. */
int ob_wg_new(struct ob_wg **ret);
void ob_wg_free(struct ob_wg *wg);
OB_DEFINE_CLEANUP(struct ob_wg *, ob_wg_free)

/* Everything about a device, in the arena. -ENODEV, -EOPNOTSUPP (not wg). */
int ob_wg_device_dump(struct ob_wg *wg, struct ob_arena *a, const char *name,
		      struct ob_wg_device *ret);

/* key may be NULL: keep the key. port 0 keeps the port. */
int ob_wg_device_change(struct ob_wg *wg, const char *name,
			const struct ob_secret_key *key, uint16_t port);

/*
 * Creates the peer or changes it: endpoint (family 0: left as it is),
 * keepalive, and allowed IPs so that it has exactly those given. Traffic of
 * allowed IPs that stay is not disturbed, unless more than 1,000 have to go.
 */
int ob_wg_peer_change(struct ob_wg *wg, const char *name,
		      const struct ob_wg_peer *peer);
int ob_wg_peer_del(struct ob_wg *wg, const char *name,
		   const struct ob_key *public_key);

/* Nothing to change: key, keepalive, endpoint (where one is desired) and the
 * set of allowed IPs are the same. */
bool ob_wg_peer_equal(const struct ob_wg_peer *desired,
		      const struct ob_wg_peer *actual);

/*
 * Parses one WG_CMD_GET_DEVICE reply (foreign bytes: the fuzz target). A
 * device may come in several; call it on each with the same *dev, starting
 * from zero: peers and allowed IPs are appended, a repeated peer continues.
 * -EINVAL for a malformed one, which leaves *dev half-filled; -ENOMSG for a
 * message of another kind.
 */
struct nlmsghdr;
int ob_wg_device_parse(struct ob_arena *a, const struct nlmsghdr *msg,
		       size_t size, struct ob_wg_device *dev);
