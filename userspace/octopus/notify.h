/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes Events on our own Peer when the hub refuses it, and when it
 * accepts it again. Best effort. */
#pragma once

#include "kube/client.h"
#include "model/peer.h"

struct ob_notify;

/* instance: who reports, for people. */
int ob_notify_new(struct ob_kube *hub, const char *namespace,
		  const char *instance, struct ob_notify **ret);
void ob_notify_free(struct ob_notify *n);
OB_DEFINE_CLEANUP(struct ob_notify *, ob_notify_free)
/* Sends what is new about our Peer, which may be NULL. */
void ob_notify_own(struct ob_notify *n, const struct ob_peer *own);
