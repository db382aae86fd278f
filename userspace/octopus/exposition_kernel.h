/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics that the kernel keeps: tunnels, traffic, drops, maps. */
#pragma once

#include "metrics/metrics.h"
#include "octopus/pass.h"
#include "wireguard/device.h"

#define OB_METRIC_PREFIX "ovn_builder_"

/* What one scrape looks at. */
struct ob_scrape {
	const struct ob_octopus *o;
	struct ob_arena *arena;
	struct ob_metrics *m;
	struct ob_wg_device wg;
	double now_s;
};

/* Writes them all. */
void ob_exposition_kernel(const struct ob_scrape *s);
