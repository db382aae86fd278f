/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service block: where this cluster's virtual addresses of imported
 * services come from (docs/services.md). Whoever assigns them and whoever
 * balances them come to the same block by this rule. Pure.
 */
#pragma once

#include <stddef.h>

#include "base/prefix.h"

/*
 * The block of a family: what the configuration says (wanted), else the last
 * quarter of the first cluster CIDR of that family with room for one.
 *
 * -ENOENT: neither says anything of that family.
 * -EDOM: what the configuration says is in none of our cluster CIDRs.
 */
int ob_service_block(const struct ob_prefix *cidrs, size_t n_cidrs,
		     const struct ob_prefix *wanted, size_t n_wanted,
		     uint8_t family, struct ob_prefix *ret);
