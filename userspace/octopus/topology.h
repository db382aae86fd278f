/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who connects to whom. Pure.
 *
 *   hub <-> everybody; a cluster that others can dial is dialled directly;
 *   two clusters that cannot dial each other meet at the hub.
 */
#pragma once

#include <stdbool.h>

#include "model/network.h"

/* A WireGuard peer of its own; otherwise its CIDRs are behind the hub's. */
bool ob_cluster_is_direct(const struct ob_network *net,
			  const struct ob_cluster_spec *c);
/* The peer that is the hub, or NULL (also when we are). */
const struct ob_cluster_spec *ob_network_hub(const struct ob_network *net);
/* p is inside one of our cluster CIDRs. */
bool ob_network_owns(const struct ob_network *net, const struct ob_prefix *p);
/* Where our own global address of a family is when nobody says; family 0: we
 * have none of that family. */
struct ob_addr ob_network_default_gateway(const struct ob_network *net,
					  uint8_t family);
