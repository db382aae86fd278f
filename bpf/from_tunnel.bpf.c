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
 * The cluster the packet came from, or NULL. WireGuard has tied the source to
 * a peer; here the source must also be one that is reached through this
 * device, and not one of ours.
 */
static __always_inline const struct ob_route *origin(const struct ob_packet *p)
{
	const struct ob_route *route = ob_route_find(&p->src, p->family);
	struct ob_ip6 unused = {};

	if (!route || route->ifindex != p->skb->ifindex)
		return NULL;
	if (ob_map_in(&p->src, p->family, &unused) != OB_FOUND_NONE)
		return NULL;
	return route;
}

/* From one remote cluster to another: only on a hub, never back to where it
 * came from. Nothing is translated: both addresses are global. */
static __noinline int relay(struct ob_packet *p, __u32 from_slot)
{
	const struct ob_config *config = ob_config_get();
	const struct ob_route *route;

	if (!config || !(config->flags & OB_CONFIG_RELAY))
		return drop(p, OB_REASON_NOT_OURS, OB_HOOK_FROM_TUNNEL);
	route = ob_route_find(&p->dst, p->family);
	if (!route || route->slot == from_slot)
		return drop(p, OB_REASON_NOT_OURS, OB_HOOK_FROM_TUNNEL);
	ob_count_rx(p, from_slot);
	return ob_into_tunnel(p, route, OB_HOOK_FROM_TUNNEL);
}

SEC("tcx/ingress")
int from_tunnel(struct __sk_buff *skb)
{
	const struct ob_route *route;
	struct ob_packet p;
	struct ob_ip6 to = {};

	if (!ob_parse(skb, &p))
		return drop(&p, OB_REASON_MALFORMED, OB_HOOK_FROM_TUNNEL);
	route = origin(&p);
	if (!route)
		return drop(&p, OB_REASON_SPOOFED, OB_HOOK_FROM_TUNNEL);
	switch (ob_map_in(&p.dst, p.family, &to)) {
	case OB_FOUND_NONE:
		return relay(&p, route->slot);
	case OB_FOUND_STACK:
		ob_count_rx(&p, route->slot);
		return OB_PASS;
	case OB_FOUND_PREFIX:
		break;
	}
	if (ob_is_icmp_error(&p) && !ob_icmp_translate(&p, false))
		return drop(&p, OB_REASON_MALFORMED, OB_HOOK_FROM_TUNNEL);
	if (!ob_rewrite(&p, OB_DST, &to))
		return drop(&p, OB_REASON_MALFORMED, OB_HOOK_FROM_TUNNEL);
	ob_mss_clamp(&p, route->mtu);
	ob_count_rx(&p, route->slot);
	return ob_deliver(&p, OB_HOOK_FROM_TUNNEL);
}

char _license[] SEC("license") = "Dual BSD/GPL";
