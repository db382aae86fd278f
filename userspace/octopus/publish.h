/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own Peer: its spec is on the hub as we want it. One write at a time, and
 * only when it differs; the status is never touched.
 */
#pragma once

#include "kube/client.h"
#include "model/peer.h"
#include "octopus/config.h"

struct ob_publisher;

/* done: a write has been answered. */
int ob_publisher_new(struct ob_kube *hub, const char *namespace,
		     void (*done)(void *arg), void *arg,
		     struct ob_publisher **ret);
void ob_publisher_free(struct ob_publisher *p);
OB_DEFINE_CLEANUP(struct ob_publisher *, ob_publisher_free)

/* What we say of ourselves, in the arena. */
void ob_publish_spec(struct ob_arena *a, const struct ob_config_file *config,
		     const struct ob_key *public_key, struct ob_peer_spec *ret);
/* Makes it so, unless "own", as the hub has it (NULL: it has none), is so.
 * True when it is. */
bool ob_publisher_want(struct ob_publisher *p, const char *name,
		       const struct ob_peer_spec *spec,
		       const struct ob_peer *own);
/* Why the last write failed; reason NULL: it did not. */
const struct ob_status *ob_publisher_trouble(const struct ob_publisher *p);
