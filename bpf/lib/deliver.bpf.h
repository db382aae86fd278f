/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * act: a packet that came out of a tunnel, already translated, goes to its pod
 * without passing the stack, or to the stack where there is no short way.
 *
 * The stack is right whenever something has to be answered or found out: TTL,
 * size, an unresolved neighbour, an address of this very host. What it says
 * leaves through to_tunnel, which translates the packet quoted in it.
 */
#pragma once

#include <linux/if_ether.h>

#include "lib/account.bpf.h"
#include "lib/answer.bpf.h"
#include "lib/rewrite.bpf.h"
#include "lib/table.bpf.h"

#define OB_AF_INET  2
#define OB_AF_INET6 10

/* The hop to the pod: asks as a router would for a packet received here. */
static __always_inline long ob_next_hop(struct __sk_buff *skb,
					const struct ob_packet *p,
					struct bpf_fib_lookup *fib)
{
	__builtin_memset(fib, 0, sizeof(*fib));
	fib->ifindex = skb->ifindex;
	fib->l4_protocol = p->proto;
	fib->tot_len = ob_wire_len(skb, p);
	if (p->family == 4) {
		fib->family = OB_AF_INET;
		fib->ipv4_src = ob_ip4_get(&p->src);
		fib->ipv4_dst = ob_ip4_get(&p->dst);
	} else {
		fib->family = OB_AF_INET6;
		__builtin_memcpy(fib->ipv6_src, &p->src, sizeof(p->src));
		__builtin_memcpy(fib->ipv6_dst, &p->dst, sizeof(p->dst));
	}
	return bpf_fib_lookup(skb, fib, sizeof(*fib), 0);
}

/*
 * A tunnel device has no link layer: without room made for an Ethernet header
 * the redirect to a pod's device would lose the packet, and nothing would
 * count it. TTL is written before, because offsets move.
 *
 * A neighbour not resolved yet is resolved from here, not by way of the stack:
 * its connection tracking has not seen the other direction, and firewalls
 * (kube-proxy's, for one) drop what it calls invalid. The pod would stay
 * unreachable for as long as it does not speak first.
 *
 * An answer of a service gets the virtual source last: what the stack has to
 * say about a packet goes to its source, and that must be the backend then.
 */
static __always_inline int ob_deliver(struct __sk_buff *skb,
				      struct ob_packet *p,
				      const struct ob_answer *answer,
				      enum ob_hook hook)
{
	struct ethhdr eth = { .h_proto = skb->protocol };
	struct bpf_fib_lookup fib;
	long found;

	if (p->ttl <= 1)
		return drop(skb, OB_REASON_TTL_EXPIRED, hook);
	found = ob_next_hop(skb, p, &fib);
	if (answer->found &&
	    !(found == BPF_FIB_LKUP_RET_FRAG_NEEDED && p->df) &&
	    !ob_answer_rewrite(skb, p, answer))
		return drop(skb, OB_REASON_MALFORMED, hook);
	if (found != BPF_FIB_LKUP_RET_SUCCESS &&
	    found != BPF_FIB_LKUP_RET_NO_NEIGH)
		return drop(skb, OB_REASON_NO_FAST_PATH, hook);
	if (!ob_decrement_ttl(skb, p))
		return drop(skb, OB_REASON_INTERNAL, hook);
	if (!ob_l3_off && bpf_skb_change_head(skb, sizeof(eth), 0))
		return drop(skb, OB_REASON_INTERNAL, hook);
	if (found == BPF_FIB_LKUP_RET_NO_NEIGH)
		return bpf_redirect_neigh(fib.ifindex, NULL, 0, 0);
	__builtin_memcpy(eth.h_dest, fib.dmac, sizeof(eth.h_dest));
	__builtin_memcpy(eth.h_source, fib.smac, sizeof(eth.h_source));
	if (bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), 0))
		return drop(skb, OB_REASON_INTERNAL, hook);
	return bpf_redirect(fib.ifindex, 0);
}

/*
 * Into a tunnel. No redirect checks the MTU or the TTL, so this does; what
 * does not fit is left as it is to the kernel, which has the same route and
 * answers in the sender's own address space.
 */
static __always_inline int ob_into_tunnel(struct __sk_buff *skb,
					  struct ob_packet *p,
					  const struct ob_route_hit *route,
					  enum ob_hook hook)
{
	if (p->ttl <= 1)
		return drop(skb, OB_REASON_TTL_EXPIRED, hook);
	if (ob_wire_len(skb, p) > route->mtu)
		return drop(skb,
			    p->df ? OB_REASON_TOO_BIG : OB_REASON_FRAGMENTED,
			    hook);
	if (!ob_decrement_ttl(skb, p))
		return drop(skb, OB_REASON_INTERNAL, hook);
	return bpf_redirect(route->ifindex, 0);
}
