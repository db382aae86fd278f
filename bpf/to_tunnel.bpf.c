// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Egress of tunnel devices: whatever leaves, redirected or routed, gets a
 * global source here, exactly once, or does not leave.
 */
#define OB_L3_OFFSET 0

#include "lib/account.bpf.h"
#include "lib/icmp.bpf.h"
#include "lib/mss.bpf.h"
#include "lib/rewrite.bpf.h"
#include "lib/table.bpf.h"

/* Already global: ours (no translation needed, or the gateway itself), or,
 * when we relay, another cluster's. */
static __always_inline bool is_global_source(const struct ob_config *config,
					     const struct ob_packet *p)
{
	struct ob_ip6 unused = {};
	struct ob_route_hit route;

	if (ob_map_in(config, &p->src, p->family, &unused) != OB_FOUND_NONE)
		return true;
	return config->flags & OB_CONFIG_RELAY &&
	       ob_route_find(config, &p->src, p->family, &route);
}

/*
 * Routers and nodes without a global address speak in ICMP errors only, in the
 * name of the gateway (RFC 5508 REQ-5): the remote WireGuard would refuse
 * their own.
 */
static __always_inline bool speak_for(const struct ob_config *config,
				      struct __sk_buff *skb,
				      const struct ob_packet *p,
				      struct ob_ip6 *to)
{
	if (!ob_is_icmp_error(skb, p))
		return false;
	if (p->family == 4) {
		__builtin_memcpy(to, &config->gateway4,
				 sizeof(config->gateway4));
		return ob_ip4_get(to) != 0;
	}
	*to = config->gateway6;
	return to->b[0] != 0;
}

#define SOURCE_IS_GLOBAL (-1)

/* SOURCE_IS_GLOBAL, or the reason why the packet cannot leave. */
static __always_inline int translate_source(const struct ob_config *config,
					    struct __sk_buff *skb,
					    struct ob_packet *p)
{
	struct ob_ip6 to = {};

	if (ob_map_out(config, &p->src, p->family, &to) != OB_FOUND_PREFIX) {
		if (is_global_source(config, p))
			return SOURCE_IS_GLOBAL;
		if (!speak_for(config, skb, p, &to))
			return OB_REASON_NO_GLOBAL;
	}
	return ob_rewrite(skb, p, OB_SRC, &to) ? SOURCE_IS_GLOBAL
					       : OB_REASON_MALFORMED;
}

static __always_inline int to_tunnel_family(struct __sk_buff *skb, __u8 family)
{
	const struct ob_config *config = ob_config_get();
	struct ob_route_hit route = {};
	struct ob_packet p;
	int reason;

	if (!config || !ob_parse(skb, family, &p))
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_TO_TUNNEL);
	if (!ob_route_find(config, &p.dst, family, &route))
		return drop(skb,
			    ob_is_unicast(&p) ? OB_REASON_NO_ROUTE
					      : OB_REASON_NOT_UNICAST,
			    OB_HOOK_TO_TUNNEL);
	if (ob_is_icmp_error(skb, &p) &&
	    !ob_icmp_translate(skb, p.l4_off, p.ip_len, family, true))
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_TO_TUNNEL);
	reason = translate_source(config, skb, &p);
	if (reason != SOURCE_IS_GLOBAL)
		return drop(skb, reason, OB_HOOK_TO_TUNNEL);
	ob_mss_clamp(skb, &p, route.mtu);
	ob_count_tx(skb, &p, route.slot);
	return OB_PASS;
}

SEC("tcx/egress")
int to_tunnel(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return to_tunnel_family(skb, 4);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return to_tunnel_family(skb, 6);
	return drop(skb, OB_REASON_MALFORMED, OB_HOOK_TO_TUNNEL);
}

char _license[] SEC("license") = "Dual BSD/GPL";
