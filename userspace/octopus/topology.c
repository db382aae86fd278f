// SPDX-License-Identifier: Apache-2.0
#include "octopus/topology.h"

bool ob_cluster_is_direct(const struct ob_network *net,
			  const struct ob_cluster_spec *c)
{
	/* Without an endpoint of its own it has to be able to dial us. */
	return c->has_key && (c->host[0] || net->hub || net->is_public);
}

const struct ob_cluster_spec *ob_network_hub(const struct ob_network *net)
{
	for (size_t i = 0; i < net->n_clusters; i++)
		if (net->clusters[i].hub)
			return &net->clusters[i];
	return NULL;
}

bool ob_network_owns(const struct ob_network *net, const struct ob_prefix *p)
{
	for (size_t i = 0; i < net->n_cidrs; i++)
		if (ob_prefix_covers(&net->cidrs[i], p))
			return true;
	return false;
}

/* The first address but one of our first CIDR of a family: .0 is often taken
 * for a network address by people and tools. */
struct ob_addr ob_network_default_gateway(const struct ob_network *net,
					  uint8_t family)
{
	for (size_t i = 0; i < net->n_cidrs; i++) {
		const struct ob_prefix *c = &net->cidrs[i];

		if (c->addr.family != family)
			continue;
		if (c->len == ob_addr_bits(&c->addr))
			return c->addr;
		return ob_addr_plus(&c->addr, 1);
	}
	return (struct ob_addr){ 0 };
}
