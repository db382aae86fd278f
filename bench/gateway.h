/* SPDX-License-Identifier: Apache-2.0 */
/* Our own programs, loaded without a loader: unpinned, from object files. */
#pragma once

#include "object.h"

/* Offset of the IP header: the "tunnel" of a benchmark may be Ethernet. */
enum ob_gateway_l3 {
	OB_GATEWAY_REAL = 0, /* as in production, by program */
	OB_GATEWAY_ETHERNET = 14,
};

struct ob_gateway {
	struct bpf_object *from_pod, *to_tunnel, *from_tunnel;
	const char *objects;
	enum ob_gateway_l3 l3;
	unsigned int n_prefixes;
};

/* The programs, with empty maps. */
int ob_gateway_load(const char *objects, enum ob_gateway_l3 l3,
		    struct ob_gateway **ret);
/*
 * And maps filled for the address plan of flow.h, on an Ethernet "tunnel":
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

/* One entry. Addresses in host order. */
int ob_gateway_set_nat4(const struct ob_gateway *g, const char *map,
			uint32_t from, uint32_t to, uint8_t len);
int ob_gateway_set_route4(const struct ob_gateway *g, uint32_t dst, uint8_t len,
			  unsigned int ifindex, unsigned int mtu);
/* global/len is the global network, prefix_len the length of all prefixes. */
int ob_gateway_set_config4(const struct ob_gateway *g, uint32_t global,
			   uint8_t global_len, uint8_t prefix_len);
