/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * act: the MSS option of SYN segments is lowered to what the tunnel carries,
 * in both directions, so that TCP needs no ICMP to find out. Never raised
 * (RFC 9293 section 3.7.1).
 */
#pragma once

#include "lib/packet.bpf.h"

#define OB_TCP_SYN	   0x02
#define OB_TCPOPT_EOL	   0
#define OB_TCPOPT_NOP	   1
#define OB_TCPOPT_MSS	   2
#define OB_TCP_MAX_OPTIONS 40

/* The checksum counts 16-bit words: at an odd offset bytes change places. */
static __always_inline __u16 ob_word_at(__u32 odd, __u16 value)
{
	return odd ? __builtin_bswap16(value) : value;
}

/* off: of the two value bytes, from the start of the packet. */
static __always_inline int ob_mss_lower(struct __sk_buff *skb, __u32 l4_off,
					__u32 off, __u16 max)
{
	__u32 odd = (off - l4_off) & 1;
	__be16 old, new = bpf_htons(max);

	if (bpf_skb_load_bytes(skb, off, &old, sizeof(old)))
		return -1;
	if (bpf_ntohs(old) <= max)
		return 0;
	if (bpf_l4_csum_replace(skb, l4_off + 16, ob_word_at(odd, old),
				ob_word_at(odd, new), sizeof(new)))
		return -1;
	return bpf_skb_store_bytes(skb, off, &new, sizeof(new), 0);
}

/* Looks for the option from off to end, both from the start of the packet. */
static __noinline int ob_mss_walk(struct __sk_buff *skb, __u32 l4_off,
				  __u32 off, __u32 end, __u32 max)
{
	off = ob_opaque(skb, off);
	end = ob_opaque(skb, end);
	for (int i = 0; i < OB_TCP_MAX_OPTIONS && off < end; i++) {
		__u8 option[2] = { 0, 0 }; /* kind, length */

		if (bpf_skb_load_bytes(skb, off, option, 1) ||
		    option[0] == OB_TCPOPT_EOL)
			return 0;
		if (option[0] == OB_TCPOPT_NOP) {
			off++;
			continue;
		}
		if (bpf_skb_load_bytes(skb, off + 1, &option[1], 1) ||
		    option[1] < 2 || off + option[1] > end)
			return 0;
		if (option[0] == OB_TCPOPT_MSS && option[1] == 4)
			return ob_mss_lower(skb, l4_off, off + 2, max);
		off += option[1];
	}
	return 0;
}

/*
 * Data offset and flags of a TCP header. Nearly every packet has its TCP
 * header in the same place, where it can be read without a helper.
 */
static __always_inline bool ob_tcp_flags(struct __sk_buff *skb,
					 const struct ob_packet *p, __u8 tcp[2])
{
	const __u32 usual =
		ob_l3_off + (p->family == 4 ? sizeof(struct iphdr)
					    : sizeof(struct ipv6hdr));
	const __u8 *at = (void *)(long)skb->data + usual + 12;

	if (p->l4_off != usual || at + 2 > (__u8 *)(long)skb->data_end)
		return !bpf_skb_load_bytes(skb, p->l4_off + 12, tcp, 2);
	tcp[0] = at[0];
	tcp[1] = at[1];
	return true;
}

/* A SYN through a tunnel of this MTU. Broken options are left alone. */
static __always_inline void ob_mss_clamp(struct __sk_buff *skb,
					 const struct ob_packet *p, __u32 mtu)
{
	__u32 headers = p->family == 4 ? 40 : 60;
	__u8 tcp[2];

	if (p->proto != IPPROTO_TCP || !p->l4_off || mtu <= headers)
		return;
	if (!ob_tcp_flags(skb, p, tcp) || !(tcp[1] & OB_TCP_SYN))
		return;
	ob_mss_walk(skb, p->l4_off, p->l4_off + 20,
		    p->l4_off + (tcp[0] >> 4) * 4, mtu - headers);
}
