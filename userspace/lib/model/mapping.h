/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where pods appear in the prefixes that the hub has accepted for us: all who
 * ask come to the same answer. Pure.
 *
 * Nodes come and go, and their blocks with them: each keeps its place in our
 * prefix, the bits that it has below the prefix's length, so that it is mapped
 * the same whatever other nodes there are. Only where two meet at one place
 * the one that is not the first gets what is free.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "model/network.h"

struct ob_mapping_input {
	const struct ob_prefix *cidrs; /* ours */
	size_t n_cidrs;
	const struct ob_prefix *pods; /* as configured, in this order; none: */
	size_t n_pods;
	const struct ob_prefix *nodes; /* those of Nodes */
	size_t n_nodes;
};

struct ob_mapped {
	struct ob_mapping *v;
	size_t n;
	struct ob_prefix *unmapped; /* what does not fit */
	size_t n_unmapped;
};

/* Everything lives in the arena. */
void ob_mappings_make(struct ob_arena *a, const struct ob_mapping_input *in,
		      struct ob_mapped *ret);
/* The global address of a local one. False: it has none. */
bool ob_mappings_global(const struct ob_mapping *v, size_t n,
			const struct ob_addr *local, struct ob_addr *ret);
