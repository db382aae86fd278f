/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * decide: later fragments of connections to service addresses. They have no
 * ports, so the first one leaves a note of what became of its address. One
 * that overtakes the first has no note.
 */
#pragma once

#include "lib/maps.bpf.h"
#include "lib/packet.bpf.h"

/*
 * Fills the key of a fragment; false: the packet is whole. IPv6: only where
 * the fragment header is the first, as everybody sends it.
 */
static __always_inline bool ob_fragment_key(struct __sk_buff *skb,
					    const struct ob_packet *p,
					    struct ob_fragment_key *ret)
{
	__be32 word[2] = { 0, 0 }; /* what says "fragment", identification */
	__u8 next = 0;

	if (p->family == 4) {
		if (bpf_skb_load_bytes(skb, ob_l3_off + 4, word, 4) ||
		    !(word[0] & bpf_htonl(OB_IPV4_MF | OB_IPV4_OFFSET)))
			return false;
		word[1] = bpf_htonl(bpf_ntohl(word[0]) >> 16);
	} else {
		if (bpf_skb_load_bytes(skb, ob_l3_off + 6, &next, 1) ||
		    next != IPPROTO_FRAGMENT ||
		    bpf_skb_load_bytes(skb, ob_l3_off + sizeof(struct ipv6hdr),
				       word, sizeof(word)) ||
		    !(word[0] & bpf_htonl(OB_IPV6_OFFSET | OB_IPV6_MF)))
			return false;
	}
	ob_mapped_put(&ret->src, &p->src, p->family);
	ob_mapped_put(&ret->dst, &p->dst, p->family);
	ret->ident = word[1];
	ret->proto = p->proto;
	return true;
}

/* addr: mapped. To be called before the packet changes. */
static __noinline void ob_fragment_note(struct __sk_buff *skb,
					const struct ob_packet *p,
					const struct ob_ip6 *addr)
{
	struct ob_fragment_key key = {};
	struct ob_fragment note = { .addr = *addr };

	if (ob_fragment_key(skb, p, &key))
		bpf_map_update_elem(&ob_fragment, &key, &note, BPF_ANY);
}

static __noinline bool ob_fragment_recall(struct __sk_buff *skb,
					  const struct ob_packet *p,
					  struct ob_ip6 *ret)
{
	struct ob_fragment_key key = {};
	const struct ob_fragment *note;

	if (!ob_fragment_key(skb, p, &key))
		return false;
	note = bpf_map_lookup_elem(&ob_fragment, &key);
	if (!note)
		return false;
	*ret = note->addr;
	return true;
}
