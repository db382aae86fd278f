/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: whatever changes makes a Service dirty, and dirty Services are
 * looked at one after the other, a few each turn. Only the holder of the Lease
 * writes. While something that is needed is not known (the first lists, our own
 * Peer), nothing is done at all; whatever cannot be reached, what there is
 * stays.
 */
#pragma once

#include <systemd/sd-event.h>

#include "kube/client.h"
#include "kube/elect.h"
#include "syncer/config.h"
#include "syncer/reconcile.h"

#define OB_SYNCER_AGENT "syncer/" OB_VERSION

struct ob_syncer;

int ob_syncer_new(sd_event *event, const struct ob_syncer_config *config,
		  struct ob_syncer **ret, struct ob_status *status);
/* Gives the Lease back: turns the loop for a moment. */
void ob_syncer_release(struct ob_syncer *c);
void ob_syncer_free(struct ob_syncer *c);
OB_DEFINE_CLEANUP(struct ob_syncer *, ob_syncer_free)

/* Sums over all Services. */
struct ob_syncer_totals {
	size_t exported, imported, conflicts, failed;
	size_t slices_exported, slices_imported;
	size_t endpoints_exported, endpoints_imported;
	size_t no_global, foreign, dead;
	size_t in_the_way, over_services, over_slices;
};

/* For people and metrics; borrowed until the loop turns. */
struct ob_syncer_view {
	const struct ob_syncer_config *config;
	const char *hub_url, *local_url;
	struct ob_status hub_trouble, local_trouble, heart_trouble, waiting;
	bool synced, leading;
	const char *holder, *lease;
	struct ob_kube_stats hub, local;
	struct ob_store_counts counts;
	struct ob_syncer_totals totals;
	struct ob_writes_stats writes;
	const struct ob_members *members; /* NULL: not known yet */
	const struct ob_addresses *addresses[2];
	size_t services, queued, dead_clusters;
	uint64_t passes, syncs;
	double sync_s; /* of all syncs together */
	double last_sync_s, heart_s;
};
void ob_syncer_look(const struct ob_syncer *c, struct ob_syncer_view *ret);
