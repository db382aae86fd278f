/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all clusters that export a Service make of it together (KEP-1645,
 * "Constraints and Conflict Resolution"). Pure: every syncer comes to the same
 * result.
 *
 * The oldest export wins, by its time, then by cluster ID. Ports are the
 * union: first by name, then by protocol and number.
 */
#pragma once

#include "model/exported_service.h"

/* In the order in which reasons are listed. */
enum ob_conflict {
	OB_CONFLICT_PORT,
	OB_CONFLICT_TYPE,
	OB_CONFLICT_AFFINITY,
	OB_CONFLICT_AFFINITY_CONFIG,
	OB_CONFLICT_INTERNAL_POLICY,
	OB_CONFLICT_DISTRIBUTION,
	OB_CONFLICT_FAMILY,
	OB_CONFLICT_LABELS,
	OB_CONFLICT_ANNOTATIONS,
	OB_CONFLICTS,
};
/* "PortConflict", ... */
const char *ob_conflict_name(enum ob_conflict which);

struct ob_merged {
	const struct ob_exported_service *winner;
	struct ob_service_spec spec;
	unsigned int conflicts; /* 1 << enum ob_conflict */
	const char *reason;	/* "PortConflict,TypeConflict"; "": none */
	const char *message;	/* a sentence, with the clusters' names */
};

/* n > 0. Borrows from the exports; the rest is in the arena. */
void ob_merge(struct ob_arena *a,
	      const struct ob_exported_service *const *exports, size_t n,
	      struct ob_merged *ret);
