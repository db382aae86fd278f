/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the hub makes of Peers: all Peers and the hub's own configuration in,
 * the status of each out. Pure.
 *
 * What has been accepted stays accepted as long as it makes sense. Of several
 * that want the same the first written gets it. A spec that is refused changes
 * nothing but the conditions of its own Peer: whatever that Peer had before,
 * it keeps. What any status still says, or may come to say because a write is
 * under way, is given to nobody else: so statuses never overlap, in whatever
 * order writes arrive, and prefixes of a Peer are free once it is gone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/peer.h"

#define OB_READY_HANDSHAKE_S 180

/* The hub itself, from its configuration. */
struct ob_accept_hub {
	const char *id;
	struct ob_prefix global[2];
	size_t n_global;
	const struct ob_prefix *own; /* its own part; may be none */
	size_t n_own;
	const char *endpoint;
	uint16_t port;
	struct ob_key public_key; /* zero: not known yet */
	uint8_t slice_len, slice_len6;
	size_t max_clusters; /* besides the hub */
	bool tunnels_known;  /* false: whether they live is not known yet */
};

struct ob_accept_peer {
	const struct ob_peer *peer;
	/* The status we have written but not seen back; NULL: none. */
	const struct ob_peer_status *pending;
	struct ob_peer_tunnel tunnel; /* as the hub sees it now */
	bool refresh; /* it is time to write what changes all the time */
};

struct ob_accepted {
	struct ob_peer_status status;
	bool write; /* it differs from what the Peer has */
};

struct ob_accept_totals {
	size_t clusters;    /* that have something */
	uint64_t available; /* slices left of the first global CIDR */
};

/* Fills ret[i] for each Peer; everything lives in the arena. */
void ob_accept(struct ob_arena *a, const struct ob_accept_hub *hub,
	       const struct ob_accept_peer *peers, size_t n, int64_t now_s,
	       struct ob_accepted *ret, struct ob_accept_totals *ret_totals);
