/* SPDX-License-Identifier: Apache-2.0 */
/* Observed facts for desired.h: asks the kernel where packets to each peer go,
 * and the resolver what names mean. */
#pragma once

#include "octopus/desired.h"
#include "octopus/identity.h"
#include "octopus/kernel.h"
#include "octopus/resolve.h"
#include "octopus/told.h"

struct ob_fact_sources {
	const struct ob_kernel *kernel;
	const struct ob_identity *identity;
	struct ob_resolver
		*resolver;    /* told about addresses that are no good */
	struct ob_told *told; /* learns what was there before us */
};

/* Everything lives in the arena; actual stays referenced. */
void ob_facts_gather(const struct ob_fact_sources *from, struct ob_arena *a,
		     const struct ob_network *net,
		     const struct ob_actual *actual, int64_t now_s,
		     struct ob_facts *ret);
