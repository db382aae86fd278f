/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The endpoints of one service, out of its slices, in order: by cluster (our
 * own first), then by host, then by address. Where records.c gets them from.
 * Pure; everything lives in the arena.
 */
#pragma once

#include "base/arena.h"
#include "crossdns/records.h"

struct ob_crossdns_endpoint {
	const struct ob_endpoint_slice *slice;
	struct ob_addr addr;
	uint32_t cluster; /* in clusters */
	uint32_t host;	  /* counted from 0, over all clusters */
	bool again; /* the same cluster, host and address as the one before */
	bool known; /* another host of its cluster has this address */
	const uint8_t *label; /* of the host, in wire form */
};

struct ob_crossdns_cluster {
	const char *id;
	const uint8_t *label;
};

struct ob_crossdns_endpoints {
	struct ob_crossdns_endpoint *v;
	size_t n;
	uint32_t n_hosts;
	struct ob_crossdns_cluster *clusters;
	size_t n_clusters;
	bool own_first; /* clusters[0] is our own */
	bool cut;	/* there were more than OB_RECORDS_MAX_ENDPOINTS */
};

void ob_crossdns_endpoints(struct ob_arena *a,
			   const struct ob_records_options *options,
			   const struct ob_records_input *in,
			   struct ob_crossdns_endpoints *ret);
