/* SPDX-License-Identifier: Apache-2.0 */
/* Our own Lease CLUSTER-syncer on the hub, by which others see that we are
 * alive. */
#pragma once

#include "base/status.h"
#include "kube/client.h"
#include "syncer/config.h"

struct ob_heart;

int ob_heart_new(struct ob_kube *hub, const struct ob_syncer_config *config,
		 struct ob_heart **ret);
void ob_heart_free(struct ob_heart *h);
OB_DEFINE_CLEANUP(struct ob_heart *, ob_heart_free)
/* Renews it when it is time; owned by the Peer with this uid. */
void ob_heart_tick(struct ob_heart *h, const char *peer_uid, uint64_t now_ms);
/* Why it cannot be renewed; reason NULL: it can. */
const struct ob_status *ob_heart_trouble(const struct ob_heart *h);
/* Since 1970; 0: never. */
double ob_heart_renewed_s(const struct ob_heart *h);
/* CLUSTER-syncer; returns buf. */
const char *ob_heart_name(const char *cluster, char *buf, size_t size);
