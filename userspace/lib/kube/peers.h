/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All Peers of the hub, kept up to date. While the hub cannot be reached what
 * is known stays.
 */
#pragma once

#include "kube/client.h"
#include "model/peer.h"

extern const struct ob_kube_resource ob_peers_resource;

struct ob_peers;

struct ob_peers_ops {
	void (*changed)(void *arg); /* a Peer, or how the hub can be reached */
};

/*
 * A member keeps the last status that made sense of a Peer whose status makes
 * none any more; the hub, which is going to write it again, sees it as it is.
 */
int ob_peers_new(struct ob_kube *hub, const char *namespace, bool is_hub,
		 const struct ob_peers_ops *ops, void *arg,
		 struct ob_peers **ret);
void ob_peers_free(struct ob_peers *p);
OB_DEFINE_CLEANUP(struct ob_peers *, ob_peers_free)

/* The first list is complete. */
bool ob_peers_synced(const struct ob_peers *p);
/* Why the hub cannot be reached; reason NULL: it can. */
const struct ob_status *ob_peers_trouble(const struct ob_peers *p);
/* When it was last heard of, seconds since 1970; 0: never. */
double ob_peers_heard_s(const struct ob_peers *p);
/* NULL: there is none. */
const struct ob_peer *ob_peers_get(const struct ob_peers *p,
				   const char *namespace, const char *name);
/* The array lives in the arena, the Peers until the loop turns. */
const struct ob_peer *const *ob_peers_list(const struct ob_peers *p,
					   struct ob_arena *a, size_t *ret_n);
