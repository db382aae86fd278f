/* SPDX-License-Identifier: Apache-2.0 */
/* Peer objects of the hub, decoded by their status. */
#pragma once

#include "base/json.h"
#include "obctl/facts.h"

/* A PeerList; what is missing is "" or nothing. */
void ob_ctl_api_decode(struct ob_arena *a, const cJSON *list,
		       struct ob_ctl_peer_objects *ret);
