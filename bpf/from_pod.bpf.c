// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Ingress of the interfaces that pods are behind (Ethernet): packets to the
 * global network go to the tunnel of the cluster that has the destination.
 * Nothing is translated here; to_tunnel does that, for these packets and for
 * those the kernel routes.
 */
#define OB_L3_OFFSET ETH_HLEN

#include "lib/account.bpf.h"
#include "lib/deliver.bpf.h"
#include "lib/icmp.bpf.h"
#include "lib/table.bpf.h"

/* Both addresses, and what an ICMP error quotes, in one pass. */
static __always_inline bool translate_both(const struct ob_config *config,
					   struct __sk_buff *skb,
					   struct ob_packet *p,
					   const struct ob_ip6 *dst)
{
	struct ob_ip6 src = {};

	if (ob_is_icmp_error(skb, p) &&
	    (!ob_icmp_translate(skb, p->l4_off, p->ip_len, p->family, true) ||
	     !ob_icmp_translate(skb, p->l4_off, p->ip_len, p->family, false)))
		return false;
	if (ob_map_out(config, &p->src, p->family, &src) == OB_FOUND_PREFIX &&
	    !ob_rewrite(skb, p, OB_SRC, &src))
		return false;
	return ob_rewrite(skb, p, OB_DST, dst);
}

/*
 * No other cluster has the destination. If it is ours, a pod calls a pod of
 * its own cluster by its global address: both addresses are translated, so
 * that the answer comes back this way, and the stack delivers.
 */
static __noinline int hairpin(struct __sk_buff *skb, __u8 family)
{
	const struct ob_config *config = ob_config_get();
	struct ob_ip6 dst = {};
	struct ob_packet p;

	if (!config || !ob_parse(skb, family, &p))
		return drop(skb, OB_REASON_INTERNAL, OB_HOOK_FROM_POD);
	switch (ob_map_in(config, &p.dst, p.family, &dst)) {
	case OB_FOUND_NONE:
		return drop(skb, OB_REASON_NO_ROUTE, OB_HOOK_FROM_POD);
	case OB_FOUND_STACK:
		return OB_PASS;
	case OB_FOUND_PREFIX:
		break;
	}
	if (!translate_both(config, skb, &p, &dst))
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_FROM_POD);
	return drop(skb, OB_REASON_NO_FAST_PATH, OB_HOOK_FROM_POD);
}

static __always_inline int from_pod_family(struct __sk_buff *skb, __u8 family)
{
	const struct ob_config *config = ob_config_get();
	struct ob_route_hit route;
	struct ob_packet p;
	bool parsed = ob_parse(skb, family, &p);

	/* What is not for the global network is none of our business, in
	 * whatever shape it is. */
	if (!config || !p.family || !ob_is_global(config, &p.dst, family))
		return OB_PASS;
	if (!parsed)
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_FROM_POD);
	if (!ob_route_find(config, &p.dst, family, &route))
		return hairpin(skb, family);
	return ob_into_tunnel(skb, &p, &route, OB_HOOK_FROM_POD);
}

SEC("tcx/ingress")
int from_pod(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return from_pod_family(skb, 4);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return from_pod_family(skb, 6);
	return OB_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
