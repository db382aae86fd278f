/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statuses of ServiceExports and ServiceImports: conditions with the standard's
 * reasons and a sentence. Conditions of others are never touched, and a time
 * changes only with the condition's status. Pure.
 */
#pragma once

#include "model/service_export.h"
#include "syncer/export.h"
#include "syncer/merge.h"

/* How far what the hub has is from what it should have. */
enum ob_progress {
	OB_PROGRESS_DONE,
	OB_PROGRESS_PENDING,
	OB_PROGRESS_FAILED,
};

struct ob_export_facts {
	enum ob_validity validity;
	enum ob_progress progress;
	const char *failure; /* a sentence, with OB_PROGRESS_FAILED */
	bool left_out;	     /* some endpoints have no global address */
	const struct ob_merged *merged; /* NULL: nobody exports it yet */
	int64_t now_s;
};

/* Fills ret[OB_EXPORT_CONDITIONS]; text in the arena. */
void ob_status_export(struct ob_arena *a, const struct ob_service_export *x,
		      const struct ob_export_facts *facts,
		      struct ob_peer_condition *ret);
/* For server-side apply of the status. */
cJSON *ob_status_export_encode(struct ob_arena *a,
			       const struct ob_kube_resource *resource,
			       const struct ob_service_export *x,
			       const struct ob_peer_condition *v);

enum ob_import_state {
	OB_IMPORT_READY,
	OB_IMPORT_NO_ADDRESS, /* none is free */
	OB_IMPORT_NO_FAMILY,  /* we have none of its families */
};

struct ob_import_facts {
	const char *namespace, *name;
	enum ob_import_state state;
	const char *const *clusters; /* that export it and are alive; sorted */
	size_t n_clusters;
	const char *was;   /* status of Ready; "": not there */
	int64_t was_since; /* its time */
	int64_t generation;
	int64_t now_s;
};

cJSON *ob_status_import_encode(struct ob_arena *a,
			       const struct ob_kube_resource *resource,
			       const struct ob_import_facts *facts);
/*
 * What of an object's status is syncer's, without times: two objects whose are
 * equal need no write.
 */
cJSON *ob_status_ours(struct ob_arena *a, const cJSON *object);
