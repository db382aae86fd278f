/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * act: an ICMP error quotes the packet it is about as that packet was seen
 * where the error arose. The quoted header is translated too, or its receiver
 * would not recognise it (RFC 5508 section 4.2).
 *
 *   | outer IP | ICMP type code check (4) unused (4) | inner IP | L4, >= 8 B |
 *
 * The inner L4 checksum is kept right as far as it is quoted. The ICMP
 * checksum covers all of it, so every inner edit is also made there.
 */
#pragma once

#include "lib/rewrite.bpf.h"
#include "lib/table.bpf.h"

#define OB_ICMP_HEADER 8

/* A packet within a packet. */
struct ob_inner {
	__u32 l3_off;
	__u32 l4_off; /* 0: none quoted */
	__u32 check;  /* offset of the ICMP checksum that covers it */
	__u32 end;    /* of the IP packet: padding may follow */
	__u8 proto;
};

/* A 16-bit field of the quoted packet changes; the ICMP checksum follows. */
static __always_inline int ob_inner_put16(struct __sk_buff *skb,
					  const struct ob_inner *in, __u32 off,
					  __u16 from, __u16 to)
{
	if (bpf_skb_store_bytes(skb, off, &to, sizeof(to), 0))
		return -1;
	return bpf_l4_csum_replace(skb, in->check, from, to, sizeof(to));
}

/* The inner L4 checksum, when there is one and enough of it is quoted. diff is
 * what bpf_csum_diff says of the addresses. */
static __always_inline int ob_inner_l4(struct __sk_buff *skb,
				       const struct ob_inner *in, __u8 family,
				       __s64 diff)
{
	int off = ob_l4_csum_offset(family, in->proto);
	__u16 old, new;
	__u64 sum;

	if (!in->l4_off || off < 0 || in->l4_off + off + 2 > in->end ||
	    bpf_skb_load_bytes(skb, in->l4_off + off, &old, sizeof(old)))
		return 0;
	if (!old && ob_zero_is_special(in->proto))
		return 0;
	sum = (__u64)(__u16)~old + (__u32)diff;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	new = ~sum;
	if (!new &&ob_zero_is_special(in->proto))
		new = 0xffff;
	return ob_inner_put16(skb, in, in->l4_off + off, old, new);
}

static __always_inline int ob_inner4(struct __sk_buff *skb, struct ob_inner *in,
				     bool out)
{
	struct ob_ip6 addr = {}, to = {};
	struct iphdr ip;
	__be32 old, new;
	__u32 field;
	__u16 check;

	if (in->l3_off + sizeof(ip) > in->end ||
	    bpf_skb_load_bytes(skb, in->l3_off, &ip, sizeof(ip)) ||
	    ip.version != 4 || ip.ihl < 5)
		return 0;
	old = out ? ip.daddr : ip.saddr;
	ob_ip4_put(&addr, old);
	if ((out ? ob_map_out(&addr, 4, &to) : ob_map_in(&addr, 4, &to)) !=
	    OB_FOUND_PREFIX)
		return 0;
	new = ob_ip4_get(&to);
	field = out ? offsetof(struct iphdr, daddr)
		    : offsetof(struct iphdr, saddr);
	if (bpf_skb_store_bytes(skb, in->l3_off + field, &new, sizeof(new),
				0) ||
	    bpf_l4_csum_replace(skb, in->check, old, new, sizeof(new)))
		return -1;
	check = ob_csum_update(ip.check, old, new);
	if (ob_inner_put16(skb, in, in->l3_off + offsetof(struct iphdr, check),
			   ip.check, check))
		return -1;
	in->proto = ip.protocol;
	in->l4_off = ip.frag_off & bpf_htons(OB_IPV4_OFFSET)
			     ? 0
			     : in->l3_off + ip.ihl * 4;
	return ob_inner_l4(
		skb, in, 4,
		bpf_csum_diff(&old, sizeof(old), &new, sizeof(new), 0));
}

static __always_inline int ob_inner6(struct __sk_buff *skb, struct ob_inner *in,
				     bool out)
{
	struct ob_ip6 old, new = {};
	struct ipv6hdr ip;
	__u32 field;
	__s64 diff;

	if (in->l3_off + sizeof(ip) > in->end ||
	    bpf_skb_load_bytes(skb, in->l3_off, &ip, sizeof(ip)) ||
	    ip.version != 6)
		return 0;
	__builtin_memcpy(&old, out ? &ip.daddr : &ip.saddr, sizeof(old));
	if ((out ? ob_map_out(&old, 6, &new) : ob_map_in(&old, 6, &new)) !=
	    OB_FOUND_PREFIX)
		return 0;
	diff = bpf_csum_diff((__be32 *)&old, sizeof(old), (__be32 *)&new,
			     sizeof(new), 0);
	field = out ? offsetof(struct ipv6hdr, daddr)
		    : offsetof(struct ipv6hdr, saddr);
	if (bpf_skb_store_bytes(skb, in->l3_off + field, &new, sizeof(new),
				0) ||
	    bpf_l4_csum_replace(skb, in->check, 0, diff, 0))
		return -1;
	in->proto = ip.nexthdr;
	in->l4_off = in->l3_off + sizeof(ip);
	if (!ob_upper_layer6(skb, &in->l4_off, &in->proto, in->end))
		return 0;
	return ob_inner_l4(skb, in, 6, diff);
}

/*
 * Translates the quoted packet of an ICMP error: on the way out (to a tunnel)
 * the destination it had here becomes global; on the way in the source that
 * others saw becomes local. False when the packet cannot be edited.
 */
static __noinline bool ob_icmp_translate(struct __sk_buff *skb, __u32 l4_off,
					 __u32 ip_len, __u8 family, bool out)
{
	struct ob_inner in = {
		.l3_off = l4_off + OB_ICMP_HEADER,
		.check = l4_off + 2,
		.end = ob_l3_off + ip_len,
	};

	if (family == 4)
		return !ob_inner4(skb, &in, out);
	return !ob_inner6(skb, &in, out);
}

/* The connection of a quoted packet that has ports. */
struct ob_quote {
	struct ob_inner in;
	struct ob_ip6 src, dst;
	__u16 ports[2]; /* source, destination */
	__u8 family;
};

static __always_inline bool ob_quote_read4(struct __sk_buff *skb,
					   struct ob_quote *q)
{
	struct iphdr ip;

	if (q->in.l3_off + sizeof(ip) > q->in.end ||
	    bpf_skb_load_bytes(skb, q->in.l3_off, &ip, sizeof(ip)) ||
	    ip.version != 4 || ip.ihl < 5 ||
	    ip.frag_off & bpf_htons(OB_IPV4_OFFSET))
		return false;
	ob_ip4_put(&q->src, ip.saddr);
	ob_ip4_put(&q->dst, ip.daddr);
	q->in.proto = ip.protocol;
	q->in.l4_off = q->in.l3_off + ip.ihl * 4;
	return true;
}

static __always_inline bool ob_quote_read6(struct __sk_buff *skb,
					   struct ob_quote *q)
{
	struct ipv6hdr ip;

	if (q->in.l3_off + sizeof(ip) > q->in.end ||
	    bpf_skb_load_bytes(skb, q->in.l3_off, &ip, sizeof(ip)) ||
	    ip.version != 6)
		return false;
	__builtin_memcpy(&q->src, &ip.saddr, sizeof(q->src));
	__builtin_memcpy(&q->dst, &ip.daddr, sizeof(q->dst));
	q->in.proto = ip.nexthdr;
	q->in.l4_off = q->in.l3_off + sizeof(ip);
	return ob_upper_layer6(skb, &q->in.l4_off, &q->in.proto, q->in.end) &&
	       q->in.l4_off;
}

/* False: it is none of TCP, UDP or SCTP, or not enough is quoted. */
static __always_inline bool ob_quote_read(struct __sk_buff *skb, __u32 l4_off,
					  __u32 ip_len, __u8 family,
					  struct ob_quote *q)
{
	__be16 ports[2];

	q->family = family;
	q->in.l3_off = l4_off + OB_ICMP_HEADER;
	q->in.check = l4_off + 2;
	q->in.end = ob_l3_off + ip_len;
	if (!(family == 4 ? ob_quote_read4(skb, q) : ob_quote_read6(skb, q)) ||
	    (q->in.proto != IPPROTO_TCP && q->in.proto != IPPROTO_UDP &&
	     q->in.proto != IPPROTO_SCTP) ||
	    q->in.l4_off + sizeof(ports) > q->in.end ||
	    bpf_skb_load_bytes(skb, q->in.l4_off, ports, sizeof(ports)))
		return false;
	q->ports[0] = bpf_ntohs(ports[0]);
	q->ports[1] = bpf_ntohs(ports[1]);
	return true;
}

/* The address of one side; *diff is what it does to a checksum. */
static __always_inline int ob_quote_addr4(struct __sk_buff *skb,
					  const struct ob_quote *q,
					  enum ob_side side, __be32 old,
					  __be32 new, __s64 *diff)
{
	__u32 field = side == OB_SRC ? offsetof(struct iphdr, saddr)
				     : offsetof(struct iphdr, daddr);
	__u32 off = q->in.l3_off + offsetof(struct iphdr, check);
	__u16 check;

	*diff = bpf_csum_diff(&old, sizeof(old), &new, sizeof(new), 0);
	if (bpf_skb_load_bytes(skb, off, &check, sizeof(check)) ||
	    bpf_skb_store_bytes(skb, q->in.l3_off + field, &new, sizeof(new),
				0) ||
	    bpf_l4_csum_replace(skb, q->in.check, old, new, sizeof(new)))
		return -1;
	return ob_inner_put16(skb, &q->in, off, check,
			      ob_csum_update(check, old, new));
}

static __always_inline int ob_quote_addr6(struct __sk_buff *skb,
					  const struct ob_quote *q,
					  enum ob_side side,
					  const struct ob_ip6 *old,
					  const struct ob_ip6 *new, __s64 *diff)
{
	__u32 field = side == OB_SRC ? offsetof(struct ipv6hdr, saddr)
				     : offsetof(struct ipv6hdr, daddr);

	*diff = bpf_csum_diff((__be32 *)old, sizeof(*old), (__be32 *)new,
			      sizeof(*new), 0);
	if (bpf_skb_store_bytes(skb, q->in.l3_off + field, new, sizeof(*new),
				0))
		return -1;
	return bpf_l4_csum_replace(skb, q->in.check, 0, *diff, 0);
}

/* Replaces one side of the quoted connection. addr: mapped. */
static __noinline bool ob_quote_rewrite(struct __sk_buff *skb,
					struct ob_quote *q, enum ob_side side,
					const struct ob_ip6 *addr, __u16 port)
{
	const struct ob_ip6 *old = side == OB_SRC ? &q->src : &q->dst;
	__be32 from = bpf_htons(q->ports[side == OB_SRC ? 0 : 1]);
	__be32 to = bpf_htons(port);
	struct ob_ip6 new = {};
	__s64 diff = 0;
	int r;

	ob_mapped_get(&new, addr, q->family);
	if (q->family == 4)
		r = ob_quote_addr4(skb, q, side, ob_ip4_get(old),
				   ob_ip4_get(&new), &diff);
	else
		r = ob_quote_addr6(skb, q, side, old, &new, &diff);
	if (r ||
	    ob_inner_put16(skb, &q->in, q->in.l4_off + (side == OB_SRC ? 0 : 2),
			   from, to))
		return false;
	diff = bpf_csum_diff(&from, sizeof(from), &to, sizeof(to), diff);
	return !ob_inner_l4(skb, &q->in, q->family, diff);
}
