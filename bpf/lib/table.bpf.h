/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * decide: the longest-prefix lookups, and what a mapping makes of an address.
 */
#pragma once

#include "lib/maps.bpf.h"
#include "lib/packet.bpf.h"

static __always_inline const struct ob_config *ob_config_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&ob_config, &zero);
}

static __always_inline const void *ob_find(const struct ob_ip6 *addr,
					   __u8 family, void *map4, void *map6)
{
	struct ob_key6 key;

	if (family == 4) {
		struct ob_key4 key4 = { .prefixlen = 32 };

		__builtin_memcpy(&key4.addr, addr, sizeof(key4.addr));
		return bpf_map_lookup_elem(map4, &key4);
	}
	key.prefixlen = 128;
	key.addr = *addr;
	return bpf_map_lookup_elem(map6, &key);
}

static __always_inline const struct ob_route *
ob_route_find(const struct ob_ip6 *addr, __u8 family)
{
	return ob_find(addr, family, &ob_route4, &ob_route6);
}

/* The words of an address that belong to the prefix. */
static __always_inline __be32 ob_mask_word(__u32 prefixlen, __u32 word)
{
	__s32 bits = (__s32)prefixlen - 32 * (__s32)word;

	if (bits <= 0)
		return 0;
	if (bits >= 32)
		return ~0U;
	return bpf_htonl(~0U << (32 - bits));
}

static __always_inline bool ob_in_prefix(const struct ob_ip6 *addr,
					 const void *net, __u32 prefixlen,
					 __u32 words)
{
	const __be32 *a = (const __be32 *)addr;
	const __be32 *n = net;
	__be32 differ = 0;

#pragma unroll
	for (__u32 i = 0; i < words; i++)
		differ |= (a[i] ^ n[i]) & ob_mask_word(prefixlen, i);
	return !differ;
}

/* Is the destination ours to look at? */
static __always_inline bool ob_is_global(const struct ob_config *config,
					 const struct ob_ip6 *addr, __u8 family)
{
	if (family == 4)
		return config->global4_len &&
		       ob_in_prefix(addr, &config->global4, config->global4_len,
				    1);
	return config->global6_len &&
	       ob_in_prefix(addr, &config->global6, config->global6_len, 4);
}

static __always_inline void ob_apply_words(const struct ob_ip6 *addr,
					   const void *net, __u32 prefixlen,
					   __u32 words, struct ob_ip6 *ret)
{
	const __be32 *a = (const __be32 *)addr;
	const __be32 *n = net;
	__be32 *r = (__be32 *)ret;

#pragma unroll
	for (__u32 i = 0; i < words; i++)
		r[i] = n[i] | (a[i] & ~ob_mask_word(prefixlen, i));
}

enum ob_found {
	OB_FOUND_NONE,
	OB_FOUND_PREFIX, /* *ret is the translated address */
	OB_FOUND_STACK,
};

static __always_inline enum ob_found
ob_map4(void *map, const struct ob_ip6 *addr, struct ob_ip6 *ret)
{
	struct ob_key4 key = { .prefixlen = 32 };
	const struct ob_nat4 *nat;

	__builtin_memcpy(&key.addr, addr, sizeof(key.addr));
	nat = bpf_map_lookup_elem(map, &key);
	if (!nat)
		return OB_FOUND_NONE;
	if (nat->kind == OB_NAT_STACK)
		return OB_FOUND_STACK;
	ob_apply_words(addr, &nat->addr, nat->prefixlen, 1, ret);
	return OB_FOUND_PREFIX;
}

static __always_inline enum ob_found
ob_map6(void *map, const struct ob_ip6 *addr, struct ob_ip6 *ret)
{
	struct ob_key6 key = { .prefixlen = 128, .addr = *addr };
	const struct ob_nat6 *nat = bpf_map_lookup_elem(map, &key);

	if (!nat)
		return OB_FOUND_NONE;
	if (nat->kind == OB_NAT_STACK)
		return OB_FOUND_STACK;
	ob_apply_words(addr, &nat->addr, nat->prefixlen, 4, ret);
	return OB_FOUND_PREFIX;
}

/* Local to global. */
static __always_inline enum ob_found ob_map_out(const struct ob_ip6 *addr,
						__u8 family, struct ob_ip6 *ret)
{
	return family == 4 ? ob_map4(&ob_out4, addr, ret)
			   : ob_map6(&ob_out6, addr, ret);
}

/* Global to local. */
static __always_inline enum ob_found ob_map_in(const struct ob_ip6 *addr,
					       __u8 family, struct ob_ip6 *ret)
{
	return family == 4 ? ob_map4(&ob_in4, addr, ret)
			   : ob_map6(&ob_in6, addr, ret);
}
