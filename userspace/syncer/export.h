/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exporter's half: from a ServiceExport, the Service of the same name and
 * its EndpointSlices to what the hub should have of them. Pure.
 *
 * A slice of the Service is a slice on the hub, or several when it has more
 * endpoints than one may have there; which of them an endpoint is in follows
 * from its address. So an endpoint that changes is one slice that changes.
 */
#pragma once

#include "model/endpoint_slice.h"
#include "model/exported_service.h"
#include "model/service.h"
#include "model/service_export.h"
#include "syncer/global.h"
#include "syncer/object.h"

#define OB_EXPORT_MAX_ENDPOINTS 100 /* of one slice on the hub */

enum ob_validity {
	OB_NOT_EXPORTED, /* there is no ServiceExport, or it is going */
	OB_VALID,
	OB_NO_SERVICE,
	OB_INVALID_TYPE, /* ExternalName */
	OB_INVALID_SPEC, /* of the ServiceExport */
};

struct ob_export_input {
	const char *cluster;
	const char *hub_namespace;
	const struct ob_service_export *export; /* NULL: none */
	const struct ob_service *service;	/* NULL: none */
	/* The Service's own, not those that syncer manages. */
	const struct ob_endpoint_slice *const *slices;
	size_t n_slices;
	const struct ob_global *global;
	const char *peer_uid;	  /* who owns the ExportedService */
	const char *exported_uid; /* who owns the slices; "": nobody yet */
};

struct ob_export_output {
	enum ob_validity validity;
	/* With OB_VALID: */
	struct ob_object exported;
	struct ob_objects slices; /* none before exported_uid is known */
	size_t endpoints, left_out;
};

void ob_export_validate(const struct ob_service_export *export,
			const struct ob_service *service,
			enum ob_validity *ret);
/* All of it in the arena. */
void ob_export(struct ob_arena *a, const struct ob_export_input *in,
	       struct ob_export_output *ret);
