/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ExportedService (octopus.io/v1alpha1): what a cluster says on the hub of
 * one Service that it exports. See docs/services.md; charts/octopus/crds says
 * what each field means. Somebody else's claim: limits on everything.
 */
#pragma once

#include "model/service_spec.h"

struct ob_exported_service {
	const char *object; /* its name, CLUSTER.NAMESPACE.SERVICE */
	const char *cluster, *namespace, *name;
	int64_t exported_s; /* exportedAt */
	struct ob_service_spec spec;
	bool deleting;
};

/* -EINVAL with a status that names object and field: also when its name and
 * what it says do not agree. */
int ob_exported_service_decode(const cJSON *object,
			       struct ob_exported_service **ret,
			       struct ob_status *status);
void ob_exported_service_free(struct ob_exported_service *e);
OB_DEFINE_CLEANUP(struct ob_exported_service *, ob_exported_service_free)
bool ob_exported_service_equal(const struct ob_exported_service *a,
			       const struct ob_exported_service *b);
/* apiVersion, kind, spec and metadata.namespace and .name, for server-side
 * apply. */
cJSON *ob_exported_service_encode(struct ob_arena *a, const char *namespace,
				  const struct ob_exported_service *e);

/*
 * The parts of CLUSTER.NAMESPACE.REST, the name of an object on the hub; in the
 * arena. False: it has no such parts.
 */
struct ob_exported_name {
	const char *cluster, *namespace, *rest;
};
bool ob_exported_name_parse(struct ob_arena *a, const char *name,
			    struct ob_exported_name *ret);
