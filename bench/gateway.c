// SPDX-License-Identifier: Apache-2.0
#include "gateway.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "flow.h"
#include "ob/abi/maps.h"

#define ROUTE_MTU  1420
#define ROUTE_SLOT 1

int ob_gateway_map(const struct ob_gateway *g, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(g->from_pod, name);

	return map ? bpf_map__fd(map) : -ENOENT;
}

static struct ob_ip4 ip4(uint32_t host_order)
{
	uint32_t be = htonl(host_order);
	struct ob_ip4 ip;

	memcpy(ip.b, &be, sizeof(ip.b));
	return ip;
}

/* A permutation of 0 .. n-1 that looks random: a stride coprime to n. */
static unsigned int permute(unsigned int i, unsigned int n)
{
	static const uint64_t prime = 2654435761ull;

	return (unsigned int)(i * prime % n);
}

int ob_gateway_set_nat4(const struct ob_gateway *g, const char *map,
			uint32_t from, uint32_t to, uint8_t len)
{
	struct ob_key4 key = { .prefixlen = len, .addr = ip4(from) };
	struct ob_nat4 value = {
		.addr = ip4(to),
		.prefixlen = len,
		.kind = OB_NAT_PREFIX,
	};

	return bpf_map_update_elem(ob_gateway_map(g, map), &key, &value,
				   BPF_ANY)
		       ? -errno
		       : 0;
}

int ob_gateway_set_route4(const struct ob_gateway *g, uint32_t dst, uint8_t len,
			  unsigned int ifindex, unsigned int mtu)
{
	struct ob_key4 key = { .prefixlen = len, .addr = ip4(dst) };
	struct ob_route value = {
		.ifindex = ifindex,
		.mtu = mtu,
		.slot = ROUTE_SLOT,
		.cluster = "bench",
	};

	return bpf_map_update_elem(ob_gateway_map(g, "ob_route4"), &key, &value,
				   BPF_ANY)
		       ? -errno
		       : 0;
}

/* In all three maps. */
static int fill_prefixes(const struct ob_gateway *g, unsigned int ifindex)
{
	unsigned int n = g->n_prefixes;
	uint8_t len = ob_flow_prefixlen(n);
	int r = 0;

	for (unsigned int k = 0; !r && k < n; k++) {
		unsigned int i = permute(k, n);
		uint32_t local = ob_flow_prefix(OB_LOCAL_BASE, i, n);
		uint32_t global = ob_flow_prefix(OB_GLOBAL_BASE, i, n);
		uint32_t remote = ob_flow_prefix(OB_REMOTE_BASE, i, n);

		r = ob_gateway_set_nat4(g, "ob_out4", local, global, len);
		if (!r)
			r = ob_gateway_set_nat4(g, "ob_in4", global, local,
						len);
		if (!r)
			r = ob_gateway_set_route4(g, remote, len, ifindex,
						  ROUTE_MTU);
	}
	return r;
}

int ob_gateway_set_config4(const struct ob_gateway *g, uint32_t global,
			   uint8_t global_len, uint8_t prefix_len)
{
	struct ob_config config = {
		.cluster = "here",
		.global4 = ip4(global),
		.global4_len = global_len,
		.longest_route4 = prefix_len,
		.longest_out4 = prefix_len,
		.longest_in4 = prefix_len,
		.generation = 1,
	};
	__u32 zero = 0;

	return bpf_map_update_elem(ob_gateway_map(g, "ob_config"), &zero,
				   &config, BPF_ANY)
		       ? -errno
		       : 0;
}

static int load(const struct ob_gateway *g, const char *name,
		struct bpf_object *maps, struct bpf_object **ret)
{
	int r = ob_object_open(g->objects, name, ret);

	if (r)
		return r;
	if (g->l3 != OB_GATEWAY_REAL)
		ob_object_set(*ret, "ob_l3_off", g->l3);
	if (maps)
		r = ob_object_share_maps(*ret, maps);
	return r ? r : bpf_object__load(*ret);
}

/* maps: whose maps to use, or NULL for new ones. */
static int load_all(const char *objects, enum ob_gateway_l3 l3,
		    struct bpf_object *maps, struct ob_gateway **ret)
{
	_cleanup_(ob_gateway_freep) struct ob_gateway *g = NULL;
	int r;

	g = calloc(1, sizeof(*g));
	if (!g)
		return -ENOMEM;
	g->objects = objects;
	g->l3 = l3;
	r = load(g, "from_pod", maps, &g->from_pod);
	if (!maps)
		maps = g->from_pod;
	if (!r)
		r = load(g, "to_tunnel", maps, &g->to_tunnel);
	if (!r)
		r = load(g, "from_tunnel", maps, &g->from_tunnel);
	if (r)
		return r;
	*ret = TAKE_PTR(g);
	return 0;
}

int ob_gateway_load(const char *objects, enum ob_gateway_l3 l3,
		    struct ob_gateway **ret)
{
	return load_all(objects, l3, NULL, ret);
}

int ob_gateway_clone(const struct ob_gateway *g, struct ob_gateway **ret)
{
	return load_all(g->objects, g->l3, g->from_pod, ret);
}

int ob_gateway_new(const char *objects, unsigned int n_prefixes,
		   unsigned int tunnel_ifindex, struct ob_gateway **ret)
{
	_cleanup_(ob_gateway_freep) struct ob_gateway *g = NULL;
	int r = load_all(objects, OB_GATEWAY_ETHERNET, NULL, &g);

	if (r)
		return r;
	g->n_prefixes = n_prefixes;
	r = fill_prefixes(g, tunnel_ifindex);
	if (!r)
		r = ob_gateway_set_config4(g, OB_NETWORK_BASE, OB_NETWORK_LEN,
					   ob_flow_prefixlen(n_prefixes));
	if (r)
		return r;
	*ret = TAKE_PTR(g);
	return 0;
}

void ob_gateway_free(struct ob_gateway *g)
{
	bpf_object__close(g->from_tunnel);
	bpf_object__close(g->to_tunnel);
	bpf_object__close(g->from_pod);
	free(g);
}
