/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * account: every packet is counted once, as traffic of a cluster or under the
 * reason why it left the fast path.
 */
#pragma once

#include "lib/maps.bpf.h"
#include "lib/packet.bpf.h"

/* Packets on the wire, and their IP bytes, whatever GSO or GRO made of them. */
static __always_inline void ob_wire_count(struct __sk_buff *skb,
					  const struct ob_packet *p,
					  struct ob_count *count)
{
	__u32 segments = skb->gso_segs;

	count->packets = 1;
	count->bytes = p->ip_len;
	if (segments < 2)
		return;
	count->packets = segments;
	count->bytes += (__u64)(segments - 1) * ob_headers_len(skb, p);
}

static __always_inline void ob_traffic_tx(__u32 slot, const struct ob_count *n)
{
	struct ob_traffic *t = bpf_map_lookup_elem(&ob_traffic, &slot);

	if (!t)
		return;
	t->tx_packets += n->packets;
	t->tx_bytes += n->bytes;
}

static __always_inline void ob_count_tx(struct __sk_buff *skb,
					const struct ob_packet *p, __u32 slot)
{
	struct ob_count n;

	ob_wire_count(skb, p, &n);
	ob_traffic_tx(slot, &n);
}

static __always_inline void ob_count_rx(struct __sk_buff *skb,
					const struct ob_packet *p, __u32 slot)
{
	struct ob_traffic *t = bpf_map_lookup_elem(&ob_traffic, &slot);
	struct ob_count n;

	if (!t)
		return;
	ob_wire_count(skb, p, &n);
	t->rx_packets += n.packets;
	t->rx_bytes += n.bytes;
}

/* True when an event of this reason may still be sent this second. */
static __always_inline bool ob_budget_take(__u32 reason, __u64 now)
{
	struct ob_budget *b = bpf_map_lookup_elem(&ob_budget, &reason);

	if (!b)
		return false;
	if (now - b->window_ns >= 1000000000ULL) {
		b->window_ns = now;
		b->sent = 0;
	}
	if (b->sent >= OB_EVENTS_PER_SECOND) {
		b->suppressed++;
		return false;
	}
	b->sent++;
	return true;
}

static __always_inline bool ob_has_ports(__u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP || proto == OB_IPPROTO_UDPLITE ||
	       proto == IPPROTO_DCCP;
}

static __always_inline void ob_event_send(struct __sk_buff *skb,
					  const struct ob_packet *p,
					  enum ob_reason reason,
					  enum ob_hook hook)
{
	__u64 now = bpf_ktime_get_ns();
	struct ob_event *e;
	__be16 ports[2] = { 0, 0 };

	if (!ob_budget_take(reason, now))
		return;
	if (p->family && p->l4_off && ob_has_ports(p->proto))
		bpf_skb_load_bytes(skb, p->l4_off, ports, sizeof(ports));
	e = bpf_ringbuf_reserve(&ob_events, sizeof(*e), 0);
	if (!e)
		return;
	e->time_ns = now;
	e->reason = reason;
	e->hook = hook;
	e->ifindex = skb->ifindex;
	e->len = p->family ? p->ip_len : skb->len - ob_l3_off;
	ob_mapped_put(&e->src, &p->src, p->family);
	ob_mapped_put(&e->dst, &p->dst, p->family);
	e->sport = bpf_ntohs(ports[0]);
	e->dport = bpf_ntohs(ports[1]);
	e->family = p->family;
	e->proto = p->family ? p->proto : 0;
	e->ttl = p->family ? p->ttl : 0;
	e->_pad = 0;
	bpf_ringbuf_submit(e, 0);
}

static __always_inline void ob_drop_count(enum ob_reason reason,
					  enum ob_hook hook,
					  const struct ob_count *n)
{
	struct ob_drop_key key = { .reason = reason, .hook = hook };
	struct ob_count zero = { 0, 0 };
	struct ob_count *c = bpf_map_lookup_elem(&ob_drops, &key);

	if (!c) {
		bpf_map_update_elem(&ob_drops, &key, &zero, BPF_NOEXIST);
		c = bpf_map_lookup_elem(&ob_drops, &key);
	}
	if (!c)
		return;
	c->packets += n->packets;
	c->bytes += n->bytes;
}

#define OB_X(id, name, action, doc) | ((__u64)(action) << OB_REASON_##id)
#define OB_KERNEL_REASONS	    (0 OB_REASONS(OB_X))

/*
 * The one exit of packets that are not forwarded: counts, tells, and returns
 * the verdict that the reason stands for. Reads the packet anew, so that the
 * fast path has its own copy in registers.
 */
static __noinline int drop(struct __sk_buff *skb, enum ob_reason reason,
			   enum ob_hook hook)
{
	struct ob_packet p = {};
	struct ob_count n = { .packets = 1, .bytes = skb->len - ob_l3_off };

	ob_parse(skb, ob_family(skb), &p);
	/* The length that a broken header claims is worth nothing. */
	if (reason == OB_REASON_MALFORMED)
		p.ip_len = n.bytes;
	else if (p.family)
		ob_wire_count(skb, &p, &n);
	ob_drop_count(reason, hook, &n);
	ob_event_send(skb, &p, reason, hook);
	if (OB_KERNEL_REASONS >> (reason & 63) & 1)
		return OB_PASS;
	return TC_ACT_SHOT;
}
#undef OB_X
