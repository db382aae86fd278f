/* SPDX-License-Identifier: Apache-2.0 */
/* The clusters as services see them: from the network, the slots that the
 * datapath has for them and whose tunnel is alive. Pure. */
#pragma once

#include "datapath/tables.h"
#include "model/network.h"
#include "octopus/alive.h"
#include "octopus/service_desired.h"

struct ob_alive_input {
	const struct ob_network *net;
	const struct ob_wg_device *wg;
	/* Of one that is reached through the hub: the hub says it is. */
	bool (*is_ready)(void *arg, const char *cluster);
	void *arg;
	uint64_t now_ms; /* CLOCK_MONOTONIC */
	int64_t now_s;	 /* since 1970 */
};

/* Which clusters are alive, in the order of the network's, in the arena. */
const bool *ob_alive_clusters(struct ob_arena *a, struct ob_alive *alive,
			      const struct ob_alive_input *in);
/* Lives in the arena and borrows from the network. */
struct ob_service_view
ob_service_view_make(struct ob_arena *a, const struct ob_network *net,
		     const struct ob_cluster_entry *slots, size_t n_slots,
		     const bool *alive, enum ob_service_policy policy);
