/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * decide: the longest-prefix lookups, and what a mapping makes of an address.
 */
#pragma once

#include "lib/maps.bpf.h"
#include "lib/packet.bpf.h"

/* What the programs need of struct ob_route. */
struct ob_route_hit {
	__u32 ifindex;
	__u32 mtu;
	__u32 slot;
	__u32 generation; /* of the maps; read before any lookup in them */
};

enum ob_found {
	OB_FOUND_NONE,
	OB_FOUND_PREFIX,
	OB_FOUND_STACK,
};

static __always_inline const struct ob_config *ob_config_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&ob_config, &zero);
}

/* The generation of the LPM maps; 0 while somebody is changing them. */
static __always_inline __u32 ob_generation(const struct ob_config *config)
{
	return config && config->generation & 1 ? config->generation : 0;
}

/* The mask of one 32-bit word of an address under a prefix. */
static __always_inline __be32 ob_mask_word(__u32 prefixlen, __u32 word)
{
	__s32 bits = (__s32)prefixlen - 32 * (__s32)word;

	if (bits <= 0)
		return 0;
	if (bits >= 32)
		return ~0U;
	return bpf_htonl(~0U << (32 - bits));
}

/* For the only word of IPv4, without branches. */
static __always_inline __be32 ob_mask4(__u32 prefixlen)
{
	return bpf_htonl((__u32)(0xffffffffULL << (32 - (prefixlen & 63))));
}

/* The tunnel an address is behind; false when there is none. */
static __always_inline bool ob_route_find(const struct ob_ip6 *addr,
					  __u8 family, struct ob_route_hit *ret)
{
	struct ob_key4 key4 = { .prefixlen = 32 };
	struct ob_key6 key6 = { .prefixlen = 128 };
	const struct ob_route *route;

	if (family == 4) {
		__builtin_memcpy(&key4.addr, addr, sizeof(key4.addr));
		route = bpf_map_lookup_elem(&ob_route4, &key4);
	} else {
		key6.addr = *addr;
		route = bpf_map_lookup_elem(&ob_route6, &key6);
	}
	if (!route)
		return false;
	ret->ifindex = route->ifindex;
	ret->mtu = route->mtu;
	ret->slot = route->slot;
	return true;
}

/* Prefixes of the configuration; of length 0: none has anything. */
static __always_inline bool ob_is_within4(const struct ob_ip6 *addr,
					  const struct ob_ip4 *net, __u32 len)
{
	const __be32 *a = (const __be32 *)addr;
	const __be32 *n = (const __be32 *)net;

	return len && !((a[0] ^ n[0]) & ob_mask4(len));
}

static __always_inline bool ob_is_within6(const struct ob_ip6 *addr,
					  const struct ob_ip6 *net, __u32 len)
{
	const __be32 *a = (const __be32 *)addr;
	const __be32 *n = (const __be32 *)net;
	__be32 differ = 0;

#pragma unroll
	for (__u32 i = 0; i < 4; i++)
		differ |= (a[i] ^ n[i]) & ob_mask_word(len, i);
	return len && !differ;
}

/* Is the destination ours to look at? */
static __always_inline bool ob_is_global(const struct ob_config *config,
					 const struct ob_ip6 *addr, __u8 family)
{
	if (family == 4)
		return ob_is_within4(addr, &config->global4,
				     config->global4_len);
	return ob_is_within6(addr, &config->global6, config->global6_len);
}

/* Is it an address that services may have? */
static __always_inline bool ob_is_service(const struct ob_config *config,
					  const struct ob_ip6 *addr,
					  __u8 family)
{
	if (family == 4)
		return ob_is_within4(addr, &config->service4,
				     config->service4_len);
	return ob_is_within6(addr, &config->service6, config->service6_len);
}

static __always_inline bool ob_has_services(const struct ob_config *config)
{
	return config && (config->service4_len || config->service6_len);
}

static __always_inline enum ob_found
ob_nat_find4(void *map, const struct ob_ip6 *addr, struct ob_ip6 *ret)
{
	struct ob_key4 key = { .prefixlen = 32 };
	const struct ob_nat4 *nat;
	__be32 net;

	__builtin_memcpy(&key.addr, addr, sizeof(key.addr));
	nat = bpf_map_lookup_elem(map, &key);
	if (!nat)
		return OB_FOUND_NONE;
	if (nat->kind == OB_NAT_STACK)
		return OB_FOUND_STACK;
	__builtin_memcpy(&net, &nat->addr, sizeof(net));
	ob_ip4_put(ret, net | (ob_ip4_get(addr) & ~ob_mask4(nat->prefixlen)));
	return OB_FOUND_PREFIX;
}

static __always_inline enum ob_found
ob_nat_find6(void *map, const struct ob_ip6 *addr, struct ob_ip6 *ret)
{
	struct ob_key6 key = { .prefixlen = 128, .addr = *addr };
	const struct ob_nat6 *nat = bpf_map_lookup_elem(map, &key);
	const __be32 *a = (const __be32 *)addr;
	__be32 *r = (__be32 *)ret;
	const __be32 *n;

	if (!nat)
		return OB_FOUND_NONE;
	if (nat->kind == OB_NAT_STACK)
		return OB_FOUND_STACK;
	n = (const __be32 *)&nat->addr;
#pragma unroll
	for (__u32 i = 0; i < 4; i++)
		r[i] = n[i] | (a[i] & ~ob_mask_word(nat->prefixlen, i));
	return OB_FOUND_PREFIX;
}

/* Local to global. *ret is the translated address if OB_FOUND_PREFIX. */
static __always_inline enum ob_found ob_map_out(const struct ob_ip6 *addr,
						__u8 family, struct ob_ip6 *ret)
{
	return family == 4 ? ob_nat_find4(&ob_out4, addr, ret)
			   : ob_nat_find6(&ob_out6, addr, ret);
}

/* Global to local. */
static __always_inline enum ob_found ob_map_in(const struct ob_ip6 *addr,
					       __u8 family, struct ob_ip6 *ret)
{
	return family == 4 ? ob_nat_find4(&ob_in4, addr, ret)
			   : ob_nat_find6(&ob_in6, addr, ret);
}
