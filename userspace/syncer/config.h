/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file (syncer(8), "CONFIGURATION FILE"): YAML, strict; every
 * error is one line that an editor can jump to: FILE:LINE:COLUMN: FIELD:
 * sentence.
 */
#pragma once

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/prefix.h"
#include "base/status.h"
#include "kube/config.h"
#include "syncer/global.h"
#include "syncer/quota.h"

#define OB_SYNCER_METRICS_PORT 9798
#define OB_SYNCER_NAMESPACE    "octopus-system"
#define OB_SYNCER_LEASE	       "syncer"

struct ob_syncer_config {
	const char *cluster;
	struct ob_kube_place hub, local;
	const char *hub_namespace;
	enum ob_profile profile;
	struct ob_prefix *pods; /* none: what Nodes say */
	size_t n_pods;
	struct ob_prefix *block; /* clusterset_cidr; none: by the rule */
	size_t n_block;
	const char *lease_namespace, *lease_name;
	uint32_t renew_s, expiry_s; /* of heartbeats */
	struct ob_quota_limits limits;
	bool has_metrics;
	struct ob_addr metrics_addr; /* family 0: all addresses */
	uint16_t metrics_port;
	struct ob_arena *arena; /* holds all of this, and itself */
};

/* name stands for the file in messages. -EINVAL with a status. */
int ob_syncer_config_parse(const char *name, const char *bytes, size_t size,
			   struct ob_syncer_config **ret,
			   struct ob_status *status);
int ob_syncer_config_load(const char *path, struct ob_syncer_config **ret,
			  struct ob_status *status);
void ob_syncer_config_free(struct ob_syncer_config *c);
OB_DEFINE_CLEANUP(struct ob_syncer_config *, ob_syncer_config_free)
