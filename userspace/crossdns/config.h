/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file (crossdns(8), "CONFIGURATION FILE"). Strict: an
 * unknown field is an error, and every error is one line that an editor can
 * jump to:
 *
 *   FILE:LINE:COLUMN: FIELD: sentence
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/status.h"
#include "crossdns/worker.h"
#include "kube/config.h"

#define OB_CROSSDNS_METRICS_PORT 9799
#define OB_CROSSDNS_ZONE_LEN	 128 /* of a zone's name */

struct ob_crossdns_zone_config {
	const char *name;
	enum ob_view view;
};

struct ob_crossdns_config {
	const char *cluster_id; /* "": not given */
	struct ob_kube_place api;
	struct ob_crossdns_zone_config zones[OB_CROSSDNS_ZONES_MAX];
	size_t n_zones;
	const struct ob_addr *servers; /* of ns.dns.ZONE */
	size_t n_servers;
	/* All but its zones. */
	struct ob_workers_options workers;
	bool has_metrics;
	struct ob_addr metrics_addr;
	uint16_t metrics_port;
	struct ob_arena *arena; /* of all that is above */
};

int ob_crossdns_config_load(const char *path, struct ob_crossdns_config **ret,
			    struct ob_status *status);
int ob_crossdns_config_parse(const char *name, const char *bytes, size_t size,
			     struct ob_crossdns_config **ret,
			     struct ob_status *status);
void ob_crossdns_config_free(struct ob_crossdns_config *c);
OB_DEFINE_CLEANUP(struct ob_crossdns_config *, ob_crossdns_config_free)
