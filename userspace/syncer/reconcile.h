/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One Service: what there should be of it on the hub and in our own cluster,
 * compared with what there is, and said to writes.h. Reads nothing but the
 * store; comes to the same whatever has happened before.
 */
#pragma once

#include "kube/event.h"
#include "syncer/address.h"
#include "syncer/members.h"
#include "syncer/pulse.h"
#include "syncer/store.h"
#include "syncer/writes.h"

struct ob_reconcile {
	struct ob_arena *arena; /* of one Service */
	const struct ob_syncer_config *config;
	const struct ob_store *store;
	struct ob_writes *writes;
	const struct ob_members *members;
	struct ob_pulse *pulse;
	struct ob_addresses *addresses[2]; /* NULL: no block. [0] IPv4 */
	struct ob_kube_events *events;	   /* NULL: tell nobody */
	uint64_t now_ms;		   /* CLOCK_MONOTONIC */
	int64_t now_s;			   /* since 1970 */
};

struct ob_reconciled {
	bool busy;    /* say it again when something has been answered */
	bool wrote;   /* something is on its way */
	bool settled; /* all is as it should be */
	bool failed;
	bool there; /* there is something of this Service */
	/* For metrics. */
	bool exported, imported, conflict;
	bool in_the_way;		   /* somebody else's ServiceImport */
	size_t over_services, over_slices; /* beyond the limits */
	size_t slices_exported, slices_imported;
	size_t endpoints_exported, endpoints_imported;
	size_t no_global, foreign, dead; /* endpoints left out */
};

/* key: NAMESPACE/NAME */
void ob_reconcile_service(const struct ob_reconcile *c, const char *key,
			  struct ob_reconciled *ret);
/* Deletes what is ours on the hub and belongs to no Service. */
void ob_reconcile_strays(const struct ob_reconcile *c);
