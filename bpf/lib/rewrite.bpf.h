/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * act: one address of the packet becomes another, checksums follow.
 *
 * L4 checksums go through bpf_l4_csum_replace: a packet from a local sender may
 * carry only the sum of its pseudo-header (CHECKSUM_PARTIAL), which its device
 * finishes; to edit it by hand looks right on veth and is wrong on the wire.
 * IPv4 headers are always complete and edited in place.
 */
#pragma once

#include <stddef.h>

#include "lib/packet.bpf.h"

/* Linux 6.16 and stable kernels since: the addresses that changed are IPv6,
 * so CHECKSUM_COMPLETE needs no correction. Older ones answer -EINVAL. */
#ifndef BPF_F_IPV6
#define BPF_F_IPV6 (1ULL << 7)
#endif
#define OB_EINVAL 22

/* Which of the two addresses. */
enum ob_side {
	OB_SRC,
	OB_DST,
};

/*
 * Offset of a checksum that covers the pseudo-header, from the start of the
 * L4 header; -1 for protocols without one (SCTP, ESP, ICMPv4, unknown).
 */
static __always_inline int ob_l4_csum_offset(__u8 family, __u8 proto)
{
	if (proto == IPPROTO_TCP)
		return 16;
	if (proto == IPPROTO_UDP || proto == OB_IPPROTO_UDPLITE ||
	    proto == IPPROTO_DCCP)
		return 6;
	return proto == IPPROTO_ICMPV6 && family == 6 ? 2 : -1;
}

/* Zero means "no checksum" (UDP) or is never sent (UDP-Lite, RFC 3828): a sum
 * that comes out as zero is written as 0xffff. */
static __always_inline bool ob_zero_is_special(__u8 proto)
{
	return proto == IPPROTO_UDP || proto == OB_IPPROTO_UDPLITE;
}

/* RFC 1624, equation 3. */
static __always_inline __u16 ob_csum_update(__u16 check, __be32 from, __be32 to)
{
	__u64 sum = (__u16)~check;

	sum += (__u16)~from;
	sum += (__u16) ~(from >> 16);
	sum += (__u16)to;
	sum += to >> 16;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline bool ob_csum_follow4(struct __sk_buff *skb,
					    const struct ob_packet *p,
					    __be32 old, __be32 new)
{
	int offset = ob_l4_csum_offset(4, p->proto);
	__u64 flags = BPF_F_PSEUDO_HDR | sizeof(new);

	if (!p->l4_off || offset < 0)
		return true;
	if (ob_zero_is_special(p->proto))
		flags |= BPF_F_MARK_MANGLED_0;
	return !bpf_l4_csum_replace(skb, p->l4_off + offset, old, new, flags);
}

static __always_inline bool ob_rewrite4(struct __sk_buff *skb,
					struct ob_packet *p, enum ob_side side,
					const struct ob_ip6 *to)
{
	__be32 old = ob_ip4_get(side == OB_SRC ? &p->src : &p->dst);
	__be32 new = ob_ip4_get(to);
	struct iphdr *ip;

	if (!ob_csum_follow4(skb, p, old, new))
		return false;
	ip = (void *)(long)skb->data + ob_l3_off;
	if ((void *)(ip + 1) > (void *)(long)skb->data_end)
		return false;
	ip->check = ob_csum_update(ip->check, old, new);
	if (side == OB_SRC) {
		ip->saddr = new;
		ob_ip4_put(&p->src, new);
	} else {
		ip->daddr = new;
		ob_ip4_put(&p->dst, new);
	}
	return true;
}

/* True when the L4 checksum takes up the change of the addresses. */
static __always_inline bool ob_has_csum6(struct __sk_buff *skb,
					 const struct ob_packet *p)
{
	__be16 check = 0;

	if (!p->l4_off || ob_l4_csum_offset(6, p->proto) < 0)
		return false;
	if (!ob_zero_is_special(p->proto))
		return true;
	/* Zero: an RFC 6935 tunnel. Too short: left to the caller's helper. */
	return bpf_skb_load_bytes(skb, p->l4_off + 6, &check, 2) || check;
}

static __always_inline int ob_l4_diff6(struct __sk_buff *skb, __u32 off,
				       __s64 diff, __u64 flags)
{
	int r = bpf_l4_csum_replace(skb, off, 0, diff, flags | BPF_F_IPV6);

	if (r == -OB_EINVAL)
		r = bpf_l4_csum_replace(skb, off, 0, diff, flags);
	return r;
}

static __noinline bool ob_rewrite6(struct __sk_buff *skb, struct ob_packet *p,
				   enum ob_side side, const struct ob_ip6 *to)
{
	struct ob_ip6 *addr = side == OB_SRC ? &p->src : &p->dst;
	__u32 off =
		ob_l3_off + (side == OB_SRC ? offsetof(struct ipv6hdr, saddr)
					    : offsetof(struct ipv6hdr, daddr));
	__u64 flags = BPF_F_PSEUDO_HDR, store = BPF_F_RECOMPUTE_CSUM;

	if (ob_has_csum6(skb, p)) {
		__s64 diff = bpf_csum_diff((__be32 *)addr, sizeof(*addr),
					   (__be32 *)to, sizeof(*to), 0);
		__u32 l4 = p->l4_off + ob_l4_csum_offset(6, p->proto);

		if (ob_zero_is_special(p->proto))
			flags |= BPF_F_MARK_MANGLED_0;
		if (ob_l4_diff6(skb, l4, diff, flags))
			return false;
		store = 0;
	}
	if (bpf_skb_store_bytes(skb, off, to, sizeof(*to), store))
		return false;
	*addr = *to;
	return true;
}

/* Replaces one address of the packet. False: it is cut short. */
static __always_inline bool ob_rewrite(struct __sk_buff *skb,
				       struct ob_packet *p, enum ob_side side,
				       const struct ob_ip6 *to)
{
	if (p->family == 4)
		return ob_rewrite4(skb, p, side, to);
	return ob_rewrite6(skb, p, side, to);
}

/*
 * Replaces a port of TCP, UDP or SCTP. Ports are in no pseudo-header, so an
 * unfinished checksum does not know them yet. A sum over the packet stays the
 * same where a checksum follows; where none does (UDP without, SCTP, whose
 * own is of another kind), it does not. False: cut short.
 */
static __noinline bool ob_port_rewrite(struct __sk_buff *skb,
				       const struct ob_packet *p,
				       enum ob_side side, __u16 from, __u16 to)
{
	const __u32 off = p->l4_off + (side == OB_SRC ? 0 : 2);
	__be16 old = bpf_htons(from), new = bpf_htons(to), check = 0;
	__u64 flags = sizeof(new), store = 0;
	int check_off = ob_l4_csum_offset(p->family, p->proto);

	if (from == to)
		return true;
	if (ob_zero_is_special(p->proto)) {
		flags |= BPF_F_MARK_MANGLED_0;
		if (bpf_skb_load_bytes(skb, p->l4_off + 6, &check, 2))
			return false;
		if (!check)
			check_off = -1;
	}
	if (check_off < 0)
		store = BPF_F_RECOMPUTE_CSUM;
	else if (bpf_l4_csum_replace(skb, p->l4_off + check_off, old, new,
				     flags))
		return false;
	return !bpf_skb_store_bytes(skb, off, &new, sizeof(new), store);
}

/* TTL or hop limit minus one; the caller saw that it is above one. */
static __always_inline bool ob_decrement_ttl(struct __sk_buff *skb,
					     struct ob_packet *p)
{
	struct iphdr *ip;
	__u32 check;

	p->ttl--;
	/* IPv6 has no header checksum to take up the change. */
	if (p->family == 6)
		return !bpf_skb_store_bytes(
			skb, ob_l3_off + offsetof(struct ipv6hdr, hop_limit),
			&p->ttl, 1, BPF_F_RECOMPUTE_CSUM);
	ip = (void *)(long)skb->data + ob_l3_off;
	if ((void *)(ip + 1) > (void *)(long)skb->data_end)
		return false;
	check = ip->check;
	check += bpf_htons(0x0100);
	ip->check = check + (check >= 0xffff);
	ip->ttl--;
	return true;
}
