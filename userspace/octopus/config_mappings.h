/* SPDX-License-Identifier: Apache-2.0 */
/* pod_cidr or mappings: which local prefix appears as which global one. */
#pragma once

#include "model/network.h"
#include "octopus/config_read.h"

/* Fills net->mappings, allocated from keep. -EINVAL with a status. */
int ob_config_check_mappings(struct ob_arena *scratch, struct ob_arena *keep,
			     const struct ob_config_errors *e,
			     const struct ob_raw_config *raw,
			     struct ob_network *net);
