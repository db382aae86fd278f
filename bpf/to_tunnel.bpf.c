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
static __always_inline bool is_global_source(const struct ob_packet *p)
{
	const struct ob_config *config = ob_config_get();
	struct ob_ip6 unused = {};

	if (ob_map_in(&p->src, p->family, &unused) != OB_FOUND_NONE)
		return true;
	return config && config->flags & OB_CONFIG_RELAY &&
	       ob_route_find(&p->src, p->family);
}

/*
 * Routers and nodes without a global address speak in ICMP errors only, in the
 * name of the gateway (RFC 5508 REQ-5): the remote WireGuard would refuse
 * their own.
 */
static __always_inline bool speak_for(const struct ob_packet *p,
				      struct ob_ip6 *to)
{
	const struct ob_config *config = ob_config_get();

	if (!config || !ob_is_icmp_error(p))
		return false;
	if (p->family == 4) {
		__builtin_memcpy(to, &config->gateway4,
				 sizeof(config->gateway4));
		return ob_ip4_get(to) != 0;
	}
	*to = config->gateway6;
	return to->b[0] != 0;
}

/* -1, or the reason why the source cannot leave. */
static __always_inline int translate_source(struct ob_packet *p)
{
	struct ob_ip6 to = {};

	if (ob_map_out(&p->src, p->family, &to) != OB_FOUND_PREFIX) {
		if (is_global_source(p))
			return -1;
		if (!speak_for(p, &to))
			return OB_REASON_NO_GLOBAL;
	}
	return ob_rewrite(p, OB_SRC, &to) ? -1 : OB_REASON_MALFORMED;
}

SEC("tcx/egress")
int to_tunnel(struct __sk_buff *skb)
{
	const struct ob_route *route;
	struct ob_packet p;
	int reason;

	if (!ob_parse(skb, &p))
		return drop(&p, OB_REASON_MALFORMED, OB_HOOK_TO_TUNNEL);
	route = ob_route_find(&p.dst, p.family);
	if (!route)
		return drop(&p,
			    ob_is_unicast(&p) ? OB_REASON_NO_ROUTE
					      : OB_REASON_NOT_UNICAST,
			    OB_HOOK_TO_TUNNEL);
	if (ob_is_icmp_error(&p) && !ob_icmp_translate(&p, true))
		return drop(&p, OB_REASON_MALFORMED, OB_HOOK_TO_TUNNEL);
	reason = translate_source(&p);
	if (reason >= 0)
		return drop(&p, reason, OB_HOOK_TO_TUNNEL);
	ob_mss_clamp(&p, route->mtu);
	ob_count_tx(&p, route->slot);
	return OB_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
