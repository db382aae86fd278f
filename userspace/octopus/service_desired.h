/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one ServiceImport and the EndpointSlices of its clusters to what the
 * datapath should have of it. Pure.
 *
 * New connections go to ready endpoints of clusters that expose the port and
 * are alive. Those of a cluster that seems dead keep the connections they have,
 * like those that terminate; when no cluster at all is alive, or everything
 * that is ready is in dead ones, all are tried. A cluster speaks for its own
 * addresses only: whatever else its slices say is left out and counted.
 */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "datapath/services.h"
#include "model/endpoint_slice.h"
#include "model/service_import.h"
#include "octopus/config.h"

/* Of one port of one service. */
#define OB_SERVICE_MAX_BACKENDS 4096

/* A cluster as services see it. */
struct ob_service_cluster {
	const char *id;
	uint32_t slot; /* of ob_cluster; 0: our own */
	const struct ob_prefix *cidrs;
	size_t n_cidrs;
	bool alive;
};

struct ob_service_view {
	struct ob_prefix blocks[2];
	size_t n_blocks; /* 0: this gateway balances nothing */
	const struct ob_service_cluster *clusters; /* by ID, with our own */
	size_t n_clusters;
	enum ob_service_policy policy;
};

struct ob_service_input {
	const struct ob_service_import *import;
	/* Who has the address besides, and was there first; NULL: nobody. */
	const char *rivals[OB_SERVICE_MAX_IPS];
	const struct ob_endpoint_slice *const *slices; /* of its name */
	size_t n_slices;
};

/* Endpoints that are left out. */
struct ob_service_refused {
	size_t foreign; /* not in the CIDRs of the cluster they come from */
	size_t unknown; /* of a cluster that is not connected */
	size_t excess;	/* more than a service may have */
};

struct ob_service_desired {
	struct ob_service_entries entries; /* by protocol, port, address */
	struct ob_addr unserved[OB_SERVICE_MAX_IPS]; /* nobody is ready */
	size_t n_unserved;
	struct ob_service_refused refused;
	struct ob_status status; /* reason NULL: nothing to say */
};

/* Everything lives in the arena. */
void ob_service_desired(struct ob_arena *a, const struct ob_service_view *view,
			const struct ob_service_input *in,
			struct ob_service_desired *ret);
bool ob_service_view_equal(const struct ob_service_view *a,
			   const struct ob_service_view *b);
/* A copy in the arena, without what it borrows. */
struct ob_service_view ob_service_view_copy(struct ob_arena *a,
					    const struct ob_service_view *v);
/* NULL: there is none of that ID. */
const struct ob_service_cluster *
ob_service_cluster_get(const struct ob_service_view *view, const char *id);
