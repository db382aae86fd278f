/* SPDX-License-Identifier: Apache-2.0 */
/* What has been served, for /metrics. */
#pragma once

#include <stdint.h>

#include "hub/route.h"
#include "metrics/metrics.h"

/* 1xx to 5xx */
#define OB_HUB_CODE_CLASSES 6

struct ob_hub_traffic {
	uint64_t requests[OB_HUB_VERBS][OB_HUB_CODE_CLASSES];
	uint64_t commits, commit_ns, writes;
	uint64_t unauthenticated;
	uint64_t watches, watch_events, slow_watches;
	uint64_t collected; /* objects removed by the janitor */
	uint64_t commit_failures;
};

struct ob_hub;
/* Of the whole server. */
void ob_hub_traffic_write(const struct ob_hub *hub, struct ob_metrics *m);
