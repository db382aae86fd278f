/* SPDX-License-Identifier: Apache-2.0 */
/* Where pods appear in the prefixes that the hub has accepted for us, see
 * model/mapping.h. Pure. */
#pragma once

#include "octopus/join.h"

/* Fills the network's mappings; what does not fit becomes a condition. */
void ob_join_map(struct ob_arena *a, const struct ob_join_input *in,
		 struct ob_joined *j);
