/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The common packet, IPv4: no options, no GSO, TCP without SYN or UDP, between
 * addresses that this CPU has decided about before. It needs no helper, no
 * trie and no struct ob_packet. Anything else takes the ordinary path, which
 * remembers here what it decided; both come to the same result, and tests run
 * each packet both ways.
 *
 * Why: a helper or a trie costs as much as all the rest of a program, and a
 * trie more with every prefix. What is remembered is keyed by the addresses
 * cut to the longest prefix in use, for all addresses that agree in those bits
 * have the same answer; so the number of flows and of prefixes does not matter.
 * A new ob_config.generation forgets all; while it is even, maps are changing
 * and nothing is remembered or recalled.
 */
#pragma once

#include "lib/account.bpf.h"
#include "lib/rewrite.bpf.h"
#include "lib/table.bpf.h"

#define OB_MEMO_SLOTS 4096
/* The ordinary path has to do it. Not a verdict. */
#define OB_NOT_COMMON (-2)

/* from_pod: where a destination prefix is. */
struct ob_memo_route {
	__u32 generation;
	__be32 dst;
	__u32 ifindex;
	__u32 mtu;
};

/* to_tunnel: what becomes of a source prefix towards a destination prefix. */
struct ob_memo_out {
	__u32 generation;
	__be32 src;
	__be32 dst;
	__be32 net;  /* global prefix of the source */
	__be32 mask; /* of its bits */
	__u32 slot;
	/* What the change of the prefix adds to a checksum, folded. Host bits
	 * do not matter: the same before and after. */
	__u32 diff;
	__u32 _pad;
};

/* Private to each program: without ob_ in the name, so not pinned. */
#define OB_MEMO_MAP(map, value_type)                                           \
	struct {                                                               \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                       \
		__uint(max_entries, OB_MEMO_SLOTS);                            \
		__type(key, __u32);                                            \
		__type(value, value_type);                                     \
	} map SEC(".maps")

/*
 * The number of a prefix among those of its length. Clusters and nodes get
 * neighbouring prefixes, and neighbours never share a slot.
 */
static __always_inline __u32 ob_prefix_number(__be32 key, __u32 prefixlen)
{
	return (__u64)bpf_ntohl(key) >> (32 - (prefixlen & 63));
}

static __always_inline __u32 ob_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* RFC 1624, with a difference that is known already. */
static __always_inline __u16 ob_csum_add(__u16 check, __u32 diff)
{
	__u32 sum = (__u16)~check + diff;

	return ~((sum & 0xffff) + (sum >> 16));
}

/* The IPv4 header of a packet that may be common; NULL: it is not. */
static __always_inline struct iphdr *ob_common_ip(struct __sk_buff *skb)
{
	struct iphdr *ip = (void *)(long)skb->data + ob_l3_off;

	/* Room for the largest L4 header looked into. */
	if ((void *)(ip + 2) > (void *)(long)skb->data_end)
		return NULL;
	if (*(__u8 *)ip != 0x45 || skb->gso_size)
		return NULL;
	return ip;
}

/* False: the header contradicts itself. */
static __always_inline bool ob_common_len(const struct __sk_buff *skb,
					  __u32 len)
{
	return len >= sizeof(struct iphdr) && len <= skb->len - ob_l3_off;
}

/*
 * Could a device be going to finish this checksum (CHECKSUM_PARTIAL)? Then it
 * holds the sum of the pseudo-header now. So does one complete checksum in
 * 65,535, which costs it a helper. check is not 0.
 */
static __always_inline bool ob_maybe_partial(const struct iphdr *ip, __u32 len,
					     __u16 check)
{
	__u32 sum =
		ob_fold((__u64)ip->saddr + ip->daddr + bpf_htons(ip->protocol) +
			bpf_htons(len - sizeof(*ip)));

	return sum == check;
}
