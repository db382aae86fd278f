/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What syncer keeps of each object that it watches: what its computations need,
 * and of what it wrote itself a digest, to see whether it is still so. One
 * piece of heap memory each, or two.
 *
 * An object that makes no sense is a value as well, without content: what it
 * was before must not be taken for what it is, and if it is ours it is put
 * right again.
 */
#pragma once

#include "kube/hash.h"
#include "model/exported_service.h"
#include "model/service_export.h"
#include "model/service_import.h"
#include "syncer/kept.h"

#define OB_VERSION_LEN 24 /* a resourceVersion of etcd or of the hub */

/* How an object compares with what we would write. */
struct ob_actual {
	uint64_t digest;	      /* kube/digest.h, _managed */
	uint64_t status;	      /* the same of ob_status_ours() */
	char version[OB_VERSION_LEN]; /* "": too long to be compared */
};

/* A ServiceExport. */
struct ob_value_export {
	struct ob_actual actual;
	struct ob_service_export *x;
};

/* A ServiceImport. */
struct ob_value_import {
	struct ob_actual actual;
	bool ours;    /* the field manager says so */
	bool foreign; /* others manage it, and we never did */
	struct ob_addr ips[OB_SERVICE_MAX_IPS];
	size_t n_ips;
	int64_t generation;
	char ready[8]; /* status of the condition; "": not there */
	int64_t ready_since_s;
	char uid[];
};

enum ob_slice_kind {
	OB_SLICE_OTHER,	 /* of no Service, or of somebody's import */
	OB_SLICE_SOURCE, /* a Service's own */
	OB_SLICE_OURS,	 /* an import */
};

/* An EndpointSlice of our own cluster. */
struct ob_value_slice {
	struct ob_actual actual;
	enum ob_slice_kind kind;
	struct ob_kept_slice *slice; /* of a source */
	char *key; /* NAMESPACE/SERVICE; of the last two kinds */
};

/* An ExportedService on the hub. */
struct ob_value_exported {
	struct ob_actual actual;
	int64_t created_s; /* by the hub's clock; 0: it does not say */
	bool own;	   /* of our cluster, by its name */
	char *key;	   /* by its name; NULL: that has no such parts */
	struct ob_exported_service *e; /* NULL: makes no sense */
	char uid[];
};

/* An EndpointSlice on the hub. */
struct ob_value_hub_slice {
	struct ob_actual actual;
	int64_t created_s; /* by the hub's clock; 0: it does not say */
	bool own;
	char *key;		     /* NULL: makes no sense */
	char *cluster;		     /* by its name */
	struct ob_kept_slice *slice; /* NULL: makes no sense */
};

struct ob_value_context {
	const struct ob_kube_seed *seed;
	const char *cluster; /* our own */
};

/* -ENOMEM with a status, or -EINVAL where that is said. */
int ob_value_export_new(const struct ob_value_context *c, const cJSON *object,
			struct ob_value_export **ret, struct ob_status *status);
int ob_value_import_new(const struct ob_value_context *c, const cJSON *object,
			struct ob_value_import **ret, struct ob_status *status);
int ob_value_slice_new(const struct ob_value_context *c, const cJSON *object,
		       struct ob_value_slice **ret, struct ob_status *status);
int ob_value_exported_new(const struct ob_value_context *c, const cJSON *object,
			  struct ob_value_exported **ret,
			  struct ob_status *status);
int ob_value_hub_slice_new(const struct ob_value_context *c,
			   const cJSON *object, struct ob_value_hub_slice **ret,
			   struct ob_status *status);
void ob_value_export_free(struct ob_value_export *v);
void ob_value_slice_free(struct ob_value_slice *v);
void ob_value_exported_free(struct ob_value_exported *v);
void ob_value_hub_slice_free(struct ob_value_hub_slice *v);
OB_DEFINE_CLEANUP(struct ob_value_export *, ob_value_export_free)
OB_DEFINE_CLEANUP(struct ob_value_slice *, ob_value_slice_free)
OB_DEFINE_CLEANUP(struct ob_value_exported *, ob_value_exported_free)
OB_DEFINE_CLEANUP(struct ob_value_hub_slice *, ob_value_hub_slice_free)
/* Is a ServiceImport one that syncer wrote? */
bool ob_value_is_ours(const cJSON *object);
/* Of an object as it was read or as a write came back. */
void ob_actual_of(const struct ob_kube_seed *seed, const cJSON *object,
		  struct ob_actual *ret);
