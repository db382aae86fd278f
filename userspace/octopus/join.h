/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hub mode: from our own configuration and the statuses of all Peers to the
 * network that desired.h wants. Pure.
 *
 * What the hub has accepted is acted on, and nothing else of a Peer. Even so a
 * Peer that would hurt us (our own addresses, our key) is left out, with a
 * sentence; so is one that cannot be reached.
 */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "model/peer.h"
#include "octopus/config.h"

#define OB_DEFAULT_KEEPALIVE_S 25

struct ob_join_input {
	const struct ob_config_file *config;
	const struct ob_peer *const *peers;
	size_t n_peers;
	struct ob_key public_key; /* of our device; zero: not known */
	/* With kubernetes: what Nodes say. */
	bool nodes_known;
	const struct ob_prefix *node_pods;
	size_t n_node_pods;
	const struct ob_addr *node_addrs;
	size_t n_node_addrs;
};

/* Why a Peer is not used. */
struct ob_left_out {
	const char *cluster;
	const char *reason;
	const char *message;
};

struct ob_joined {
	struct ob_network network;
	OB_LIST(struct ob_left_out) left_out;
	OB_LIST(struct ob_status) conditions; /* works, but not as wished */
};

/*
 * Everything lives in the arena.
 * -EAGAIN with a status when there is no network to speak of yet: whatever the
 * kernel has should stay.
 */
int ob_join(struct ob_arena *a, const struct ob_join_input *in,
	    struct ob_joined *ret, struct ob_status *status);
/* The network of a gateway that has to stand aside: a device with its key, and
 * nobody to talk to. Packets to the others must not leave by another way. */
void ob_join_standby(struct ob_arena *a, const struct ob_join_input *in,
		     struct ob_network *ret);
/* Our own Peer, or NULL. */
const struct ob_peer *ob_join_own(const struct ob_join_input *in);
