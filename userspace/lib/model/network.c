// SPDX-License-Identifier: Apache-2.0
#include "model/network.h"

#include <string.h>

static bool clusters_equal(const struct ob_cluster_spec *a,
			   const struct ob_cluster_spec *b)
{
	return !strcmp(a->id, b->id) && a->has_key == b->has_key &&
	       ob_key_equal(&a->public_key, &b->public_key) &&
	       !strcmp(a->host, b->host) && a->port == b->port &&
	       ob_prefixes_equal(a->cidrs, a->n_cidrs, b->cidrs, b->n_cidrs) &&
	       a->hub == b->hub && a->keepalive_s == b->keepalive_s;
}

static bool mappings_equal(const struct ob_network *a,
			   const struct ob_network *b)
{
	if (a->n_mappings != b->n_mappings)
		return false;
	for (size_t i = 0; i < a->n_mappings; i++)
		if (!ob_prefix_equal(&a->mappings[i].local,
				     &b->mappings[i].local) ||
		    !ob_prefix_equal(&a->mappings[i].global,
				     &b->mappings[i].global))
			return false;
	return true;
}

static bool interfaces_equal(const struct ob_network *a,
			     const struct ob_network *b)
{
	if (a->n_interfaces != b->n_interfaces)
		return false;
	for (size_t i = 0; i < a->n_interfaces; i++)
		if (strcmp(a->interfaces[i], b->interfaces[i]) != 0)
			return false;
	return true;
}

bool ob_network_equal(const struct ob_network *a, const struct ob_network *b)
{
	if (strcmp(a->id, b->id) != 0 || a->hub != b->hub ||
	    a->is_public != b->is_public || strcmp(a->device, b->device) != 0 ||
	    a->port != b->port || a->mtu != b->mtu ||
	    a->n_clusters != b->n_clusters ||
	    !ob_prefixes_equal(a->global, a->n_global, b->global,
			       b->n_global) ||
	    !ob_prefixes_equal(a->cidrs, a->n_cidrs, b->cidrs, b->n_cidrs) ||
	    !ob_prefixes_equal(a->blocks, a->n_blocks, b->blocks,
			       b->n_blocks) ||
	    !ob_addr_equal(&a->gateway4, &b->gateway4) ||
	    !ob_addr_equal(&a->gateway6, &b->gateway6) ||
	    !mappings_equal(a, b) || !interfaces_equal(a, b))
		return false;
	for (size_t i = 0; i < a->n_clusters; i++)
		if (!clusters_equal(&a->clusters[i], &b->clusters[i]))
			return false;
	return true;
}
