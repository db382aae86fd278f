/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the hub has accepted of all clusters, as far as Services need it: who
 * may speak for which addresses, and how our own pods appear. Pure.
 */
#pragma once

#include "base/status.h"
#include "model/mapping.h"
#include "model/peer.h"
#include "syncer/config.h"

/* Somebody's accepted prefixes. */
struct ob_member {
	const char *cluster;
	const struct ob_prefix *cidrs;
	size_t n_cidrs;
	int64_t joined_s; /* when its Peer was created, by the hub's clock */
};

struct ob_members {
	const char *own_uid; /* of our Peer */
	struct ob_member own;
	struct ob_member *v; /* all, sorted by cluster */
	size_t n;
	struct ob_mapped mapped;   /* of our pods; nat */
	struct ob_prefix block[2]; /* of virtual addresses; [0] IPv4 */
	bool has_block[2];
};

struct ob_members_input {
	const struct ob_syncer_config *config;
	const struct ob_peer *const *peers;
	size_t n_peers;
	const struct ob_prefix *pods; /* of Nodes */
	size_t n_pods;
};

/*
 * All in the arena, also copies. -EAGAIN with a status: the hub has not
 * accepted us, and nothing may be changed.
 */
int ob_members_make(struct ob_arena *a, const struct ob_members_input *in,
		    struct ob_members *ret, struct ob_status *status);
bool ob_members_equal(const struct ob_members *a, const struct ob_members *b);
/* NULL: the hub has accepted nothing of it. */
const struct ob_member *ob_members_find(const struct ob_members *m,
					const char *cluster);
/*
 * Since when a cluster exports something: what it says, but not from before it
 * joined, which the hub has written. Of one that has not been accepted: since
 * its claim was created.
 */
int64_t ob_members_since(const struct ob_members *m, const char *cluster,
			 int64_t exported_s, int64_t created_s);
