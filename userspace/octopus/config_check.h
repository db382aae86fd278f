/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What needs more than one field of the configuration to judge. Each returns
 * 0, or -EINVAL with a status that names the place.
 */
#pragma once

#include "model/network.h"
#include "octopus/config_read.h"

#define OB_MAX_CIDRS 256 /* cluster CIDRs of one cluster */

/* The global CIDR alone. */
int ob_config_check_global(const struct ob_config_errors *e,
			   const struct ob_raw_config *raw);
/* Counts, duplicates, and who owns which part of the global CIDR. */
int ob_config_check_addresses(struct ob_arena *scratch,
			      const struct ob_config_errors *e,
			      const struct ob_raw_config *raw);
/* Fills net->gateway4/6. */
int ob_config_check_gateways(const struct ob_config_errors *e,
			     const struct ob_raw_config *raw,
			     struct ob_network *net);
/* Every cluster can be reached, given who can dial whom. */
int ob_config_check_topology(const struct ob_config_errors *e,
			     const struct ob_raw_config *raw,
			     const struct ob_network *net);
