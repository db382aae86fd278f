// SPDX-License-Identifier: Apache-2.0
#include "syncer/global.h"

#include "model/mapping.h"

bool ob_global_covers(const struct ob_prefix *v, size_t n,
		      const struct ob_addr *addr)
{
	for (size_t i = 0; i < n; i++)
		if (ob_prefix_contains(&v[i], addr))
			return true;
	return false;
}

static bool find(const struct ob_global *g, const char *namespace,
		 const struct ob_addr *local, struct ob_addr *ret)
{
	switch (g->profile) {
	case OB_PROFILE_NAT:
		return ob_mappings_global(g->mappings, g->n_mappings, local,
					  ret);
	case OB_PROFILE_PARALLEL:
		return g->pod(g->arg, namespace, local, ret);
	case OB_PROFILE_ROUTED:
		*ret = *local;
		return true;
	}
	return false;
}

bool ob_global_address(const struct ob_global *g, const char *namespace,
		       const struct ob_addr *local, struct ob_addr *ret)
{
	struct ob_addr addr;

	/* Others take no address of us that is not in our prefixes. */
	if (!find(g, namespace, local, &addr) ||
	    !ob_global_covers(g->cidrs, g->n_cidrs, &addr))
		return false;
	*ret = addr;
	return true;
}
