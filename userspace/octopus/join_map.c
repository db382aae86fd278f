// SPDX-License-Identifier: Apache-2.0
#include "octopus/join_map.h"

#include <errno.h>

#include "model/mapping.h"

static void note_unmapped(struct ob_arena *a, const struct ob_prefix *local,
			  struct ob_joined *j)
{
	char p[OB_PREFIX_STRLEN];

	ob_prefix_format(local, p, sizeof(p));
	ob_status_set(OB_PUSH(a, &j->conditions), ENOSPC, "PodCIDRUnmapped",
		      "pod CIDR %s does not fit in what is left of our cluster "
		      "CIDR: its pods cannot be reached from other clusters",
		      p);
}

void ob_join_map(struct ob_arena *a, const struct ob_join_input *in,
		 struct ob_joined *j)
{
	const struct ob_hub_mode *h = in->config->hub;
	struct ob_network *net = &j->network;
	struct ob_mapping_input input = {
		.cidrs = net->cidrs,
		.n_cidrs = net->n_cidrs,
		.pods = h->pods,
		.n_pods = h->n_pods,
		.nodes = in->node_pods,
		.n_nodes = in->n_node_pods,
	};
	struct ob_mapped mapped;

	ob_mappings_make(a, &input, &mapped);
	net->mappings = mapped.v;
	net->n_mappings = mapped.n;
	for (size_t i = 0; i < mapped.n_unmapped; i++)
		note_unmapped(a, &mapped.unmapped[i], j);
}
