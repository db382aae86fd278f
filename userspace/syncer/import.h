/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The importer's half: from what all clusters say on the hub to the
 * ServiceImport and the EndpointSlices of our own cluster. Pure.
 */
#pragma once

#include "syncer/merge.h"
#include "syncer/slice.h"

/* Slices of one cluster for one Service that are taken: the oldest. */
#define OB_IMPORT_MAX_SLICES 100

struct ob_import_input {
	const struct ob_kube_resource *resource; /* ServiceImport, as served */
	const char *namespace, *name;
	const struct ob_merged *merged;
	/* Those of the winner's families that we have addresses of. */
	struct ob_addr ips[OB_SERVICE_MAX_IPS];
	size_t n_ips;
};

/* The ServiceImport, without status. */
cJSON *ob_import_encode(struct ob_arena *a, const struct ob_import_input *in);

/* One cluster's slice on the hub. */
struct ob_import_slice {
	const struct ob_endpoint_slice *slice;
	const char *cluster;
	int64_t created_s;	       /* by the hub's clock */
	const struct ob_prefix *cidrs; /* the cluster's, as accepted */
	size_t n_cidrs;
};

struct ob_import_slices_input {
	const struct ob_kube_resource *resource; /* ServiceImport */
	const char *namespace, *name, *uid;	 /* of the ServiceImport */
	const struct ob_import_slice *slices;
	size_t n_slices;
};

struct ob_import_slices_output {
	struct ob_objects slices;
	size_t endpoints;
	size_t foreign;	 /* endpoints with addresses of others */
	size_t too_many; /* slices beyond the limit */
};

void ob_import_slices(struct ob_arena *a,
		      const struct ob_import_slices_input *in,
		      struct ob_import_slices_output *ret);
