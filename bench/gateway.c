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

static struct ob_key4 key_of(uint32_t base, unsigned int i, unsigned int n)
{
	return (struct ob_key4){
		.prefixlen = ob_flow_prefixlen(n),
		.addr = ip4(ob_flow_prefix(base, i, n)),
	};
}

static int fill_nat(const struct ob_gateway *g, const char *map, uint32_t from,
		    uint32_t to)
{
	unsigned int n = g->n_prefixes;
	int fd = ob_gateway_map(g, map);

	for (unsigned int k = 0; k < n; k++) {
		unsigned int i = permute(k, n);
		struct ob_key4 key = key_of(from, i, n);
		struct ob_nat4 value = {
			.addr = ip4(ob_flow_prefix(to, i, n)),
			.prefixlen = key.prefixlen,
			.kind = OB_NAT_PREFIX,
		};

		if (bpf_map_update_elem(fd, &key, &value, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int fill_route(const struct ob_gateway *g, unsigned int ifindex)
{
	int fd = ob_gateway_map(g, "ob_route4");
	unsigned int n = g->n_prefixes;
	struct ob_route value = {
		.ifindex = ifindex,
		.mtu = ROUTE_MTU,
		.slot = ROUTE_SLOT,
		.cluster = "bench",
	};

	for (unsigned int k = 0; k < n; k++) {
		struct ob_key4 key = key_of(OB_REMOTE_BASE, permute(k, n), n);

		if (bpf_map_update_elem(fd, &key, &value, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int fill_config(const struct ob_gateway *g)
{
	struct ob_config config = {
		.cluster = "here",
		.global4 = ip4(OB_NETWORK_BASE),
		.global4_len = OB_NETWORK_LEN,
		.gateway4 = ip4(OB_GLOBAL_BASE + 1),
		.longest_route4 = ob_flow_prefixlen(g->n_prefixes),
		.longest_out4 = ob_flow_prefixlen(g->n_prefixes),
		.longest_in4 = ob_flow_prefixlen(g->n_prefixes),
		.generation = 1,
	};
	__u32 zero = 0;

	return bpf_map_update_elem(ob_gateway_map(g, "ob_config"), &zero,
				   &config, BPF_ANY)
		       ? -errno
		       : 0;
}

static int load(const char *dir, const char *name, struct bpf_object *maps,
		struct bpf_object **ret)
{
	int r = ob_object_open(dir, name, ret);

	if (r)
		return r;
	ob_object_set(*ret, "ob_l3_off", OB_GATEWAY_L3_OFF);
	if (maps)
		r = ob_object_share_maps(*ret, maps);
	return r ? r : bpf_object__load(*ret);
}

/* maps: whose maps to use, or NULL for new ones. */
static int load_all(const char *objects, unsigned int n_prefixes,
		    struct bpf_object *maps, struct ob_gateway **ret)
{
	_cleanup_(ob_gateway_freep) struct ob_gateway *g = NULL;
	int r;

	g = calloc(1, sizeof(*g));
	if (!g)
		return -ENOMEM;
	g->objects = objects;
	g->n_prefixes = n_prefixes;
	r = load(objects, "from_pod", maps, &g->from_pod);
	if (!maps)
		maps = g->from_pod;
	if (!r)
		r = load(objects, "to_tunnel", maps, &g->to_tunnel);
	if (!r)
		r = load(objects, "from_tunnel", maps, &g->from_tunnel);
	if (r)
		return r;
	*ret = TAKE_PTR(g);
	return 0;
}

int ob_gateway_clone(const struct ob_gateway *g, struct ob_gateway **ret)
{
	return load_all(g->objects, g->n_prefixes, g->from_pod, ret);
}

int ob_gateway_new(const char *objects, unsigned int n_prefixes,
		   unsigned int tunnel_ifindex, struct ob_gateway **ret)
{
	_cleanup_(ob_gateway_freep) struct ob_gateway *g = NULL;
	int r = load_all(objects, n_prefixes, NULL, &g);

	if (!r)
		r = fill_nat(g, "ob_out4", OB_LOCAL_BASE, OB_GLOBAL_BASE);
	if (!r)
		r = fill_nat(g, "ob_in4", OB_GLOBAL_BASE, OB_LOCAL_BASE);
	if (!r)
		r = fill_route(g, tunnel_ifindex);
	if (!r)
		r = fill_config(g);
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
