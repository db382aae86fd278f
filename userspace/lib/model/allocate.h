/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where local prefixes appear in our cluster CIDRs. Pure.
 *
 * Each block, in the order given, gets the lowest free aligned block of its
 * length: of the first pool that has one, so the result is stable when blocks
 * are added at the end. A block that lies in a pool already (the routed
 * profile: pod CIDRs that are unique everywhere) keeps its own address. A
 * buddy allocator: O((n + pools) * bits).
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "model/network.h"

/*
 * Fills ret[i] for each block. Pools do not overlap, nor do blocks. -ENOSPC
 * when one does not fit: *ret_index names it.
 */
int ob_mappings_allocate(struct ob_arena *scratch,
			 const struct ob_prefix *pools, size_t n_pools,
			 const struct ob_prefix *blocks, size_t n_blocks,
			 struct ob_mapping *ret, size_t *ret_index);
