/* SPDX-License-Identifier: Apache-2.0 */
/* The global address of an endpoint of our own, by the profile. Pure. */
#pragma once

#include "model/network.h"

enum ob_profile {
	OB_PROFILE_NAT,	     /* the pod's address through the mapping */
	OB_PROFILE_PARALLEL, /* the pod says it in an annotation */
	OB_PROFILE_ROUTED,   /* the pod's own */
};

struct ob_global {
	enum ob_profile profile;
	const struct ob_mapping *mappings;
	size_t n_mappings;
	const struct ob_prefix *cidrs; /* ours, as the hub has accepted them */
	size_t n_cidrs;
	/* parallel: what the pod with this address says, of this family. */
	bool (*pod)(void *arg, const char *namespace,
		    const struct ob_addr *local, struct ob_addr *ret);
	void *arg;
};

/* False: it has none that others could reach. */
bool ob_global_address(const struct ob_global *g, const char *namespace,
		       const struct ob_addr *local, struct ob_addr *ret);
/* One of the prefixes has the address. */
bool ob_global_covers(const struct ob_prefix *v, size_t n,
		      const struct ob_addr *addr);
