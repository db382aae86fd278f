// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Ingress of tunnel devices: a packet proves where it comes from, its global
 * destination becomes local, and it goes to the pod; or, on a hub, back into
 * the tunnel of the cluster it is for.
 */
#define OB_L3_OFFSET 0

#include "lib/account.bpf.h"
#include "lib/deliver.bpf.h"
#include "lib/icmp.bpf.h"
#include "lib/mss.bpf.h"
#include "lib/rewrite.bpf.h"
#include "lib/table.bpf.h"

/*
 * The cluster the packet came from; false: spoofed. WireGuard has tied the
 * source to a peer; here the source must also be one that is reached through
 * this device, and not one of ours.
 */
static __always_inline bool origin(struct __sk_buff *skb,
				   const struct ob_packet *p,
				   struct ob_route_hit *route)
{
	struct ob_ip6 unused = {};

	return ob_route_find(&p->src, p->family, route) &&
	       route->ifindex == skb->ifindex &&
	       ob_map_in(&p->src, p->family, &unused) == OB_FOUND_NONE;
}

/*
 * From one remote cluster to another: only on a hub, never back to where it
 * came from. Nothing is translated: both addresses are global.
 */
static __noinline int relay(struct __sk_buff *skb, __u8 family, __u32 from_slot)
{
	const struct ob_config *config = ob_config_get();
	struct ob_route_hit route = {};
	struct ob_packet p;

	if (!config || !ob_parse(skb, family, &p))
		return drop(skb, OB_REASON_INTERNAL, OB_HOOK_FROM_TUNNEL);
	if (!(config->flags & OB_CONFIG_RELAY) ||
	    !ob_route_find(&p.dst, p.family, &route) || route.slot == from_slot)
		return drop(skb, OB_REASON_NOT_OURS, OB_HOOK_FROM_TUNNEL);
	ob_count_rx(skb, &p, from_slot);
	return ob_into_tunnel(skb, &p, &route, OB_HOOK_FROM_TUNNEL);
}

static __always_inline int from_tunnel_family(struct __sk_buff *skb,
					      __u8 family)
{
	const struct ob_config *config = ob_config_get();
	struct ob_route_hit route = {};
	/* Its address is the new destination at first: below are functions
	 * that need all of the stack that there is. */
	struct ob_answer answer = {};
	struct ob_packet p;

	if (!ob_parse(skb, family, &p))
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_FROM_TUNNEL);
	if (!origin(skb, &p, &route))
		return drop(skb, OB_REASON_SPOOFED, OB_HOOK_FROM_TUNNEL);
	switch (ob_map_in(&p.dst, family, &answer.addr)) {
	case OB_FOUND_NONE:
		return relay(skb, family, route.slot);
	case OB_FOUND_STACK:
		ob_count_rx(skb, &p, route.slot);
		return OB_PASS;
	case OB_FOUND_PREFIX:
		break;
	}
	if (ob_is_icmp_error(skb, &p) &&
	    (!ob_icmp_translate(skb, p.l4_off, p.ip_len, family, false) ||
	     (ob_has_services(config) &&
	      !ob_answer_error(skb, p.l4_off, p.ip_len, family))))
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_FROM_TUNNEL);
	if (!ob_rewrite(skb, &p, OB_DST, &answer.addr))
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_FROM_TUNNEL);
	ob_mss_clamp(skb, &p, route.mtu);
	ob_count_rx(skb, &p, route.slot);
	if (ob_has_services(config))
		answer.found = ob_answer_find(skb, &p, &answer);
	return ob_deliver(skb, &p, &answer, OB_HOOK_FROM_TUNNEL);
}

SEC("tcx/ingress")
int from_tunnel(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return from_tunnel_family(skb, 4);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return from_tunnel_family(skb, 6);
	return drop(skb, OB_REASON_MALFORMED, OB_HOOK_FROM_TUNNEL);
}

char _license[] SEC("license") = "Dual BSD/GPL";
