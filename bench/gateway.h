/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own programs, loaded without a loader: unpinned, from object files, with
 * maps filled for the address plan of flow.h.
 */
#pragma once

#include "object.h"

struct ob_gateway {
	struct bpf_object *from_pod, *to_tunnel, *from_tunnel;
	const char *objects;
	unsigned int n_prefixes;
};

/* Offset of the IP header: "tunnel" devices of the bench are Ethernet. */
#define OB_GATEWAY_L3_OFF 14

/*
 * n_prefixes entries in each of the route, out and in maps (IPv4), towards
 * tunnel_ifindex. The order of insertion is shuffled: neighbours in the trie
 * are not neighbours in memory.
 */
int ob_gateway_new(const char *objects, unsigned int n_prefixes,
		   unsigned int tunnel_ifindex, struct ob_gateway **ret);
/* Loads the same programs again, on the maps of g. */
int ob_gateway_clone(const struct ob_gateway *g, struct ob_gateway **ret);
void ob_gateway_free(struct ob_gateway *g);
OB_DEFINE_CLEANUP(struct ob_gateway *, ob_gateway_free)

/* The fd of a shared map, borrowed; -ENOENT. */
int ob_gateway_map(const struct ob_gateway *g, const char *name);
