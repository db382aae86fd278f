/* SPDX-License-Identifier: Apache-2.0 */
/* Who says that a part of an address space is theirs, and that nobody else
 * does. */
#pragma once

#include <stddef.h>

#include "octopus/config_read.h"

struct ob_claim {
	const struct ob_raw_prefix *raw;
	const char *owner; /* as a message says it: "cluster2" */
};

/* -EINVAL, naming the later one in the file, when two overlap. Sorts. */
int ob_claims_check(const struct ob_config_errors *e, struct ob_claim *claims,
		    size_t n);
/* The global CIDR of a family, or NULL. */
const struct ob_raw_prefix *ob_raw_global(const struct ob_raw_config *raw,
					  uint8_t family);
