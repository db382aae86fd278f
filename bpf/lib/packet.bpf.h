/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * parse: what the programs know about the packet in front of them.
 *
 * Offsets, not pointers, are kept, because every helper that may touch the
 * packet invalidates pointers into it. Fields are in host order except
 * addresses, which stay as they are on the wire.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "ob/abi/types.h"

/* Continue with the next program, then the stack (TCX_NEXT is the same). */
#define OB_PASS TC_ACT_UNSPEC

/*
 * Where the IP header begins: ETH_HLEN on Ethernet, 0 on WireGuard and other
 * devices without a link layer. Each program says which it is made for; in
 * .rodata, because BPF_PROG_TEST_RUN always has an Ethernet header. A constant
 * to the verifier, unlike a copy in struct ob_packet.
 */
const volatile __u32 ob_l3_off = OB_L3_OFFSET;

#define OB_IPV4_DF	       0x4000
#define OB_IPV4_MF	       0x2000
#define OB_IPV4_OFFSET	       0x1fff
#define OB_IPV6_OFFSET	       0xfff8
#define OB_IPV6_MF	       0x0001
/* More extension headers than this are somebody's attack. */
#define OB_IPV6_MAX_EXTENSIONS 6
#define OB_IPPROTO_UDPLITE     136

struct ob_packet {
	struct ob_ip6 src; /* IPv4: the first word */
	struct ob_ip6 dst;
	__u32 l4_off; /* 0: no L4 header here (later fragment) */
	__u32 ip_len; /* from the IP header, so without Ethernet padding */
	__u8 family;  /* 4 or 6; 0: not read */
	__u8 proto;
	__u8 ttl;
	bool df; /* may not be fragmented on the way */
};

/*
 * Makes the first len bytes readable through data pointers; false when the
 * packet is shorter.
 */
static __always_inline bool ob_pull(struct __sk_buff *skb, __u32 len)
{
	if ((void *)(long)skb->data + len <= (void *)(long)skb->data_end)
		return true;
	if (skb->len < len || bpf_skb_pull_data(skb, len))
		return false;
	return (void *)(long)skb->data + len <= (void *)(long)skb->data_end;
}

static __always_inline __be32 ob_ip4_get(const struct ob_ip6 *a)
{
	__be32 v;

	__builtin_memcpy(&v, a, sizeof(v));
	return v;
}

static __always_inline void ob_ip4_put(struct ob_ip6 *a, __be32 v)
{
	__builtin_memcpy(a, &v, sizeof(v));
}

/* An address as maps and events have it: IPv4 as ::ffff:a.b.c.d. */
static __always_inline void
ob_mapped_put(struct ob_ip6 *to, const struct ob_ip6 *from, __u8 family)
{
	__builtin_memset(to, 0, sizeof(*to));
	if (family == 6) {
		*to = *from;
	} else if (family == 4) {
		to->b[10] = 0xff;
		to->b[11] = 0xff;
		__builtin_memcpy(&to->b[12], &from->b[0], 4);
	}
}

static __always_inline void ob_mapped_put4(struct ob_ip6 *to, __be32 addr)
{
	__builtin_memset(to, 0, sizeof(*to));
	to->b[10] = 0xff;
	to->b[11] = 0xff;
	__builtin_memcpy(&to->b[12], &addr, sizeof(addr));
}

/* And as a packet has it. */
static __always_inline void
ob_mapped_get(struct ob_ip6 *to, const struct ob_ip6 *from, __u8 family)
{
	__builtin_memset(to, 0, sizeof(*to));
	if (family == 6)
		*to = *from;
	else
		__builtin_memcpy(to, &from->b[12], 4);
}

/* Fills p from the IPv4 header; false when that makes no sense. */
static __always_inline bool ob_parse4(struct __sk_buff *skb,
				      struct ob_packet *p)
{
	const __u32 l3_off = ob_l3_off;
	struct iphdr *ip;
	__u32 header, fragment;

	if (!ob_pull(skb, l3_off + sizeof(*ip)))
		return false;
	ip = (void *)(long)skb->data + l3_off;
	if ((void *)(ip + 1) > (void *)(long)skb->data_end)
		return false;
	header = ip->ihl * 4;
	fragment = bpf_ntohs(ip->frag_off);
	p->family = 4;
	p->proto = ip->protocol;
	p->ttl = ip->ttl;
	p->df = fragment & OB_IPV4_DF;
	p->ip_len = bpf_ntohs(ip->tot_len);
	p->l4_off = fragment & OB_IPV4_OFFSET ? 0 : l3_off + header;
	ob_ip4_put(&p->src, ip->saddr);
	ob_ip4_put(&p->dst, ip->daddr);
	/* A GSO packet above 64 KiB (BIG TCP) has a total length of 0. */
	if (!p->ip_len && skb->gso_size)
		p->ip_len = skb->len - l3_off;
	return ip->version == 4 && header >= sizeof(*ip) &&
	       p->ip_len >= header && p->ip_len <= skb->len - l3_off;
}

/*
 * The value, but as a number that the verifier knows nothing about. It walks a
 * loop again for every state it finds different, so known offsets would make
 * it walk ours on every path to them and, once out, all that follows.
 */
static __always_inline __u32 ob_opaque(const struct __sk_buff *skb, __u32 value)
{
	const volatile __u32 *len = &skb->len;

	return value + *len - *len;
}

/* Extension headers that are walked. AH is none of them: what it protects
 * includes the addresses. A bit test, because branches in the walk multiply
 * for the verifier. */
static __always_inline bool ob_is_extension6(__u32 proto)
{
	const __u64 extensions =
		1ULL << IPPROTO_HOPOPTS | 1ULL << IPPROTO_ROUTING |
		1ULL << IPPROTO_FRAGMENT | 1ULL << IPPROTO_DSTOPTS;

	return proto < 64 && extensions >> proto & 1;
}

/*
 * Walks the extension headers from off, where a header of type proto is, to
 * the upper layer, no further than end. Returns its offset, 0 for a later
 * fragment, in the lower half and its protocol in the upper; negative when the
 * chain is cut short or too long. A global function: verified once, not on
 * every path to it.
 */
static __noinline __s64 ob_skip_extensions6(struct __sk_buff *skb, __u32 off,
					    __u32 proto, __u32 end)
{
	off = ob_opaque(skb, off);
	for (int i = 0; i < OB_IPV6_MAX_EXTENSIONS; i++) {
		__u8 ext[4]; /* next header, length, fragment offset */

		if (!ob_is_extension6(proto))
			break;
		if (bpf_skb_load_bytes(skb, off, ext, sizeof(ext)))
			return -1;
		/* The length byte of a fragment header is reserved. */
		if (proto == IPPROTO_FRAGMENT) {
			ext[1] = 0;
			if ((ext[2] << 8 | ext[3]) & OB_IPV6_OFFSET)
				return (__s64)ext[0] << 32;
		}
		off += (ext[1] + 1) * 8;
		proto = ext[0];
	}
	if (ob_is_extension6(proto) || off > end)
		return -1;
	return (__s64)proto << 32 | off;
}

static __always_inline bool ob_upper_layer6(struct __sk_buff *skb, __u32 *off,
					    __u8 *proto, __u32 end)
{
	__s64 found;

	if (!ob_is_extension6(*proto))
		return true;
	found = ob_skip_extensions6(skb, *off, *proto, end);
	*off = ob_opaque(skb, (__u32)found);
	*proto = found >> 32;
	return found >= 0;
}

static __always_inline bool ob_parse6(struct __sk_buff *skb,
				      struct ob_packet *p)
{
	const __u32 l3_off = ob_l3_off;
	struct ipv6hdr *ip;

	if (!ob_pull(skb, l3_off + sizeof(*ip)))
		return false;
	ip = (void *)(long)skb->data + l3_off;
	if ((void *)(ip + 1) > (void *)(long)skb->data_end)
		return false;
	p->family = 6;
	p->proto = ip->nexthdr;
	p->ttl = ip->hop_limit;
	p->df = true;
	p->ip_len = bpf_ntohs(ip->payload_len) + sizeof(*ip);
	p->l4_off = l3_off + sizeof(*ip);
	__builtin_memcpy(&p->src, &ip->saddr, sizeof(p->src));
	__builtin_memcpy(&p->dst, &ip->daddr, sizeof(p->dst));
	/* A GSO packet above 64 KiB (BIG TCP) has a payload length of 0. */
	if (p->ip_len == sizeof(*ip) && skb->gso_size)
		p->ip_len = skb->len - l3_off;
	if (ip->version != 6 || p->ip_len > skb->len - l3_off)
		return false;
	return ob_upper_layer6(skb, &p->l4_off, &p->proto, l3_off + p->ip_len);
}

/*
 * The version of a packet by its Ethernet type; 0: not IP. The programs branch
 * on it once and everything below is compiled for each family apart.
 */
static __always_inline __u8 ob_family(const struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return 4;
	return skb->protocol == bpf_htons(ETH_P_IPV6) ? 6 : 0;
}

/* False: malformed; then p is as far filled in as p->family says. */
static __always_inline bool ob_parse(struct __sk_buff *skb, __u8 family,
				     struct ob_packet *p)
{
	p->family = 0;
	if (family == 4)
		return ob_parse4(skb, p);
	return family == 6 && ob_parse6(skb, p);
}

/* Bytes of IP and L4 header that each segment of a GSO packet repeats. */
static __always_inline __u32 ob_headers_len(struct __sk_buff *skb,
					    const struct ob_packet *p)
{
	__u32 len = p->l4_off - ob_l3_off;
	__u8 offset;

	if (!p->l4_off)
		return 0;
	if (p->proto == IPPROTO_UDP)
		return len + 8;
	if (bpf_skb_load_bytes(skb, p->l4_off + 12, &offset, 1))
		return len;
	return len + (offset >> 4) * 4;
}

/* The largest IP packet this one becomes on the wire. */
static __always_inline __u32 ob_wire_len(struct __sk_buff *skb,
					 const struct ob_packet *p)
{
	if (!skb->gso_size)
		return p->ip_len;
	return ob_headers_len(skb, p) + skb->gso_size;
}

/* Destinations that never leave a link or a cluster. */
static __always_inline bool ob_is_unicast(const struct ob_packet *p)
{
	const __u8 *b = p->dst.b;

	if (p->family == 4)
		return b[0] < 224 && b[0] != 0;
	return b[0] != 0xff && !(b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

/*
 * ICMP errors quote the packet they are about. ICMPv4: unreachable, source
 * quench, redirect, time exceeded, parameter problem; ICMPv6: types below 128
 * (RFC 4443 section 2.1).
 */
static __always_inline bool ob_is_icmp_error(struct __sk_buff *skb,
					     const struct ob_packet *p)
{
	__u8 type;

	if (!p->l4_off ||
	    p->proto != (p->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return false;
	if (bpf_skb_load_bytes(skb, p->l4_off, &type, 1))
		return false;
	if (p->family == 6)
		return type < 128;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}
