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

/*
 * A pod calls a pod of its own cluster by its global address: both addresses
 * are translated here, so that the answer comes back this way, and the stack
 * delivers.
 */
static __noinline int hairpin(struct ob_packet *p)
{
	struct ob_ip6 src = {}, dst = {};

	switch (ob_map_in(&p->dst, p->family, &dst)) {
	case OB_FOUND_NONE:
		return drop(p, OB_REASON_NO_ROUTE, OB_HOOK_FROM_POD);
	case OB_FOUND_STACK:
		return OB_PASS;
	case OB_FOUND_PREFIX:
		break;
	}
	if (ob_is_icmp_error(p) &&
	    (!ob_icmp_translate(p, true) || !ob_icmp_translate(p, false)))
		return drop(p, OB_REASON_MALFORMED, OB_HOOK_FROM_POD);
	if (ob_map_out(&p->src, p->family, &src) == OB_FOUND_PREFIX &&
	    !ob_rewrite(p, OB_SRC, &src))
		return drop(p, OB_REASON_MALFORMED, OB_HOOK_FROM_POD);
	if (!ob_rewrite(p, OB_DST, &dst))
		return drop(p, OB_REASON_MALFORMED, OB_HOOK_FROM_POD);
	return drop(p, OB_REASON_NO_FAST_PATH, OB_HOOK_FROM_POD);
}

SEC("tcx/ingress")
int from_pod(struct __sk_buff *skb)
{
	const struct ob_config *config = ob_config_get();
	const struct ob_route *route;
	struct ob_packet p;
	bool parsed = ob_parse(skb, &p);

	/* What is not for the global network is none of our business, in
	 * whatever shape it is. */
	if (!config || !p.family || !ob_is_global(config, &p.dst, p.family))
		return OB_PASS;
	if (!parsed)
		return drop(&p, OB_REASON_MALFORMED, OB_HOOK_FROM_POD);
	route = ob_route_find(&p.dst, p.family);
	if (!route)
		return hairpin(&p);
	return ob_into_tunnel(&p, route, OB_HOOK_FROM_POD);
}

char _license[] SEC("license") = "Dual BSD/GPL";
