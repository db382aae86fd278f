/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * decide: the longest-prefix lookups, and what a mapping makes of an address.
 *
 * A lookup in an LPM trie costs more the more prefixes there are. So each CPU
 * remembers the last results for IPv4 in a small direct-mapped table, keyed by
 * the address cut to the longest prefix in use: all addresses that agree in
 * those bits have the same answer. A new ob_config.generation forgets all, and
 * while it is 0 nothing is recalled.
 */
#pragma once

#include "lib/maps.bpf.h"
#include "lib/packet.bpf.h"

#define OB_MEMO_BITS 10

/* What the programs need of struct ob_route. ifindex 0: no route. */
struct ob_route_hit {
	__u32 ifindex;
	__u32 mtu;
	__u32 slot;
};

enum ob_found {
	OB_FOUND_NONE,
	OB_FOUND_PREFIX,
	OB_FOUND_STACK,
};

struct ob_nat_hit4 {
	__be32 net;
	__be32 mask; /* of the bits that net replaces */
	enum ob_found found;
};

struct ob_route_memo {
	__be32 key;
	__u32 generation;
	struct ob_route_hit hit;
};

struct ob_nat_memo {
	__be32 key;
	__u32 generation;
	struct ob_nat_hit4 hit;
};

/* Private to each program: without ob_ in the name, so not pinned. */
#define OB_MEMO_MAP(map, value_type)                                           \
	struct {                                                               \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                       \
		__uint(max_entries, 1 << OB_MEMO_BITS);                        \
		__type(key, __u32);                                            \
		__type(value, value_type);                                     \
	} map SEC(".maps")

OB_MEMO_MAP(memo_route4, struct ob_route_memo);
OB_MEMO_MAP(memo_out4, struct ob_nat_memo);
OB_MEMO_MAP(memo_in4, struct ob_nat_memo);

static __always_inline const struct ob_config *ob_config_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&ob_config, &zero);
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

/* Fibonacci hashing: prefixes differ in their upper bits. */
static __always_inline __u32 ob_memo_index(__be32 key)
{
	return (bpf_ntohl(key) * 0x9e3779b1U) >> (32 - OB_MEMO_BITS);
}

static __always_inline void ob_route_find4(__be32 addr,
					   struct ob_route_hit *hit)
{
	struct ob_key4 key = { .prefixlen = 32 };
	const struct ob_route *route;

	__builtin_memcpy(&key.addr, &addr, sizeof(key.addr));
	route = bpf_map_lookup_elem(&ob_route4, &key);
	hit->ifindex = route ? route->ifindex : 0;
	hit->mtu = route ? route->mtu : 0;
	hit->slot = route ? route->slot : 0;
}

static __always_inline bool ob_route_recall4(const struct ob_config *config,
					     __be32 addr,
					     struct ob_route_hit *ret)
{
	__u32 generation = config->generation;
	__be32 key = addr & ob_mask4(config->longest_route4);
	__u32 index = ob_memo_index(key);
	struct ob_route_memo *memo;

	memo = bpf_map_lookup_elem(&memo_route4, &index);
	if (memo && generation && memo->generation == generation &&
	    memo->key == key) {
		*ret = memo->hit;
		return ret->ifindex;
	}
	ob_route_find4(addr, ret);
	if (memo) {
		memo->key = key;
		memo->generation = generation;
		memo->hit = *ret;
	}
	return ret->ifindex;
}

/* The tunnel an address is behind; false when there is none. */
static __always_inline bool ob_route_find(const struct ob_config *config,
					  const struct ob_ip6 *addr,
					  __u8 family, struct ob_route_hit *ret)
{
	struct ob_key6 key = { .prefixlen = 128 };
	const struct ob_route *route;

	if (family == 4)
		return ob_route_recall4(config, ob_ip4_get(addr), ret);
	key.addr = *addr;
	route = bpf_map_lookup_elem(&ob_route6, &key);
	if (!route)
		return false;
	ret->ifindex = route->ifindex;
	ret->mtu = route->mtu;
	ret->slot = route->slot;
	return true;
}

/* Is the destination ours to look at? */
static __always_inline bool ob_is_global(const struct ob_config *config,
					 const struct ob_ip6 *addr, __u8 family)
{
	const __be32 *a = (const __be32 *)addr;
	const __be32 *n = (const __be32 *)&config->global6;
	__be32 differ = 0;

	if (family == 4) {
		n = (const __be32 *)&config->global4;
		return config->global4_len &&
		       !((a[0] ^ n[0]) & ob_mask4(config->global4_len));
	}
#pragma unroll
	for (__u32 i = 0; i < 4; i++)
		differ |= (a[i] ^ n[i]) & ob_mask_word(config->global6_len, i);
	return config->global6_len && !differ;
}

static __always_inline void ob_nat_find4(void *map, __be32 addr,
					 struct ob_nat_hit4 *hit)
{
	struct ob_key4 key = { .prefixlen = 32 };
	const struct ob_nat4 *nat;

	__builtin_memcpy(&key.addr, &addr, sizeof(key.addr));
	nat = bpf_map_lookup_elem(map, &key);
	hit->found = OB_FOUND_NONE;
	hit->net = 0;
	hit->mask = 0;
	if (!nat)
		return;
	hit->found =
		nat->kind == OB_NAT_STACK ? OB_FOUND_STACK : OB_FOUND_PREFIX;
	__builtin_memcpy(&hit->net, &nat->addr, sizeof(hit->net));
	hit->mask = ob_mask4(nat->prefixlen);
}

static __always_inline enum ob_found
ob_nat_recall4(const struct ob_config *config, void *map, void *memos,
	       __u32 longest, __be32 addr, struct ob_ip6 *ret)
{
	__u32 generation = config->generation;
	__be32 key = addr & ob_mask4(longest);
	__u32 index = ob_memo_index(key);
	struct ob_nat_hit4 hit;
	struct ob_nat_memo *memo;

	memo = bpf_map_lookup_elem(memos, &index);
	if (memo && generation && memo->generation == generation &&
	    memo->key == key) {
		hit = memo->hit;
	} else {
		ob_nat_find4(map, addr, &hit);
		if (memo) {
			memo->key = key;
			memo->generation = generation;
			memo->hit = hit;
		}
	}
	ob_ip4_put(ret, hit.net | (addr & ~hit.mask));
	return hit.found;
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
static __always_inline enum ob_found ob_map_out(const struct ob_config *config,
						const struct ob_ip6 *addr,
						__u8 family, struct ob_ip6 *ret)
{
	if (family == 4)
		return ob_nat_recall4(config, &ob_out4, &memo_out4,
				      config->longest_out4, ob_ip4_get(addr),
				      ret);
	return ob_nat_find6(&ob_out6, addr, ret);
}

/* Global to local. */
static __always_inline enum ob_found ob_map_in(const struct ob_config *config,
					       const struct ob_ip6 *addr,
					       __u8 family, struct ob_ip6 *ret)
{
	if (family == 4)
		return ob_nat_recall4(config, &ob_in4, &memo_in4,
				      config->longest_in4, ob_ip4_get(addr),
				      ret);
	return ob_nat_find6(&ob_in6, addr, ret);
}
