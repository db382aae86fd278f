/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where pods appear in the prefixes that the hub has accepted for us. Pure.
 *
 * Nodes come and go, and their blocks with them: each keeps its place in our
 * prefix, the bits that it has below the prefix's length, so that it is mapped
 * the same whatever other nodes there are. Only where two meet at one place
 * the one that is not the first gets what is free.
 */
#pragma once

#include "octopus/join.h"

/* Fills the network's mappings; what does not fit becomes a condition. */
void ob_join_map(struct ob_arena *a, const struct ob_join_input *in,
		 struct ob_joined *j);
