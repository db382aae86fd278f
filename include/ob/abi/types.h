/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Addresses and prefixes as the datapath maps hold them.
 *
 * Compiled by gcc, clang and clang -target bpf: fixed-width kernel types
 * only, padding spelled out, no bit-fields, no packed structs (a packed load
 * costs byte-wise instructions in BPF). Addresses are byte arrays in network
 * order, so that "bpftool map dump" prints 10.113.0.1 as [10,113,0,1]; the
 * alignment lets the datapath load them as words.
 */
#pragma once

#include <linux/types.h>

#define OB_ABI_ASSERT(expr) _Static_assert(expr, #expr)

/* An IPv4 address, network order. */
struct ob_ip4 {
	__u8 b[4];
} __attribute__((aligned(4)));

/* An IPv6 address, network order. IPv4 appears as ::ffff:a.b.c.d. */
struct ob_ip6 {
	__u8 b[16];
} __attribute__((aligned(4)));

/*
 * Keys of the longest-prefix maps (BPF_MAP_TYPE_LPM_TRIE): the length in
 * bits, then the address with its host bits zero.
 */
struct ob_key4 {
	__u32 prefixlen;
	struct ob_ip4 addr;
};

struct ob_key6 {
	__u32 prefixlen;
	struct ob_ip6 addr;
};

OB_ABI_ASSERT(sizeof(struct ob_ip4) == 4);
OB_ABI_ASSERT(sizeof(struct ob_ip6) == 16);
OB_ABI_ASSERT(sizeof(struct ob_key4) == 8);
OB_ABI_ASSERT(sizeof(struct ob_key6) == 20);
