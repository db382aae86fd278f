/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ServiceExport (multicluster.x-k8s.io, KEP-1645) of our own cluster, with
 * what its status says already. Limits on everything.
 */
#pragma once

#include "model/peer.h"
#include "model/service_spec.h"

/* The conditions of a ServiceExport that are syncer's. */
enum ob_export_condition {
	OB_EXPORT_VALID,
	OB_EXPORT_READY,
	OB_EXPORT_CONFLICT,
	OB_EXPORT_CONDITIONS,
};
/* "Valid", "Ready", "Conflict". */
const char *ob_export_condition_name(enum ob_export_condition which);

/* What counts of one that is there. */
struct ob_export_was {
	const char *status; /* NULL: it is not there */
	const char *reason;
	int64_t changed_s;
};

struct ob_service_export {
	const char *namespace, *name, *uid;
	int64_t created_s, generation;
	bool deleting;
	struct ob_pair *labels; /* exportedLabels, sorted */
	size_t n_labels;
	struct ob_pair *annotations;
	size_t n_annotations;
	/* Why the maps above are empty: a sentence; "": they make sense. */
	const char *problem;
	struct ob_export_was conditions[OB_EXPORT_CONDITIONS];
};

/* -EINVAL with a status when it has no name or time. Other people's conditions
 * are passed over. */
int ob_service_export_decode(const cJSON *object,
			     struct ob_service_export **ret,
			     struct ob_status *status);
void ob_service_export_free(struct ob_service_export *e);
OB_DEFINE_CLEANUP(struct ob_service_export *, ob_service_export_free)
