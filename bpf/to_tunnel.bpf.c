// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Egress of tunnel devices: whatever leaves, redirected or routed, gets a
 * global source here, exactly once, or does not leave.
 */
#define OB_L3_OFFSET 0

#include "lib/account.bpf.h"
#include "lib/fast.bpf.h"
#include "lib/icmp.bpf.h"
#include "lib/mss.bpf.h"
#include "lib/rewrite.bpf.h"
#include "lib/table.bpf.h"

#define TCP_CHECK 16
#define TCP_FLAGS 13
#define UDP_CHECK 6

OB_MEMO_MAP(memo_out4, struct ob_memo_out);

static __always_inline struct ob_memo_out *
memo_find(const struct ob_config *config, __be32 *src, __be32 *dst)
{
	__u32 index;

	*src &= ob_mask4(config->longest_out4);
	*dst &= ob_mask4(config->longest_route4);
	/* A prime apart, so that the sources of a few destinations spread. */
	index = (ob_prefix_number(*src, config->longest_out4) +
		 ob_prefix_number(*dst, config->longest_route4) * 1031) %
		OB_MEMO_SLOTS;
	return bpf_map_lookup_elem(&memo_out4, &index);
}

static __always_inline void remember(const struct ob_config *config,
				     const struct ob_packet *p, __be32 to,
				     const struct ob_route_hit *route)
{
	__be32 src = ob_ip4_get(&p->src), dst = ob_ip4_get(&p->dst);
	__be32 mask = ob_mask4(config->longest_out4);
	struct ob_memo_out *memo = memo_find(config, &src, &dst);

	if (!memo || !route->generation)
		return;
	memo->generation = route->generation;
	memo->src = src;
	memo->dst = dst;
	memo->net = to & mask;
	memo->mask = mask;
	memo->slot = route->slot;
	memo->diff = ob_fold((__u64)(__u32)~src + memo->net);
}

/* Where the checksum of the layer above is; NULL: the packet is not common. */
static __always_inline __u16 *l4_check(struct iphdr *ip)
{
	void *l4 = ip + 1;

	if (ip->protocol == IPPROTO_UDP)
		return l4 + UDP_CHECK;
	if (ip->protocol != IPPROTO_TCP || ((__u8 *)l4)[TCP_FLAGS] & OB_TCP_SYN)
		return NULL;
	return l4 + TCP_CHECK;
}

static __always_inline int common(struct __sk_buff *skb)
{
	const struct ob_config *config = ob_config_get();
	struct iphdr *ip = ob_common_ip(skb);
	struct ob_count n = { .packets = 1 };
	struct ob_memo_out *memo;
	__u16 *check, before;
	__be32 src, dst;

	if (!config || !(config->generation & 1) || !ip ||
	    ip->frag_off & bpf_htons(OB_IPV4_OFFSET | OB_IPV4_MF))
		return OB_NOT_COMMON;
	src = ip->saddr;
	dst = ip->daddr;
	memo = memo_find(config, &src, &dst);
	if (!memo || memo->src != src || memo->dst != dst ||
	    memo->generation != config->generation)
		return OB_NOT_COMMON;
	n.bytes = bpf_ntohs(ip->tot_len);
	check = l4_check(ip);
	if (!check || !ob_common_len(skb, n.bytes))
		return OB_NOT_COMMON;
	before = *check;
	if (!before || ob_maybe_partial(ip, n.bytes, before))
		return OB_NOT_COMMON;
	*check = ob_csum_add(before, memo->diff);
	if (!*check && ip->protocol == IPPROTO_UDP)
		*check = 0xffff;
	ip->check = ob_csum_add(ip->check, memo->diff);
	ip->saddr = memo->net | (ip->saddr & ~memo->mask);
	/* The sum that a device may have made of the packet
	 * (CHECKSUM_COMPLETE): address and IP header cancel out. */
	bpf_csum_update(skb, (__u32)*check + (__u16)~before);
	ob_traffic_tx(memo->slot, &n);
	return OB_PASS;
}

/*
 * Already global: ours (no translation needed, or the gateway itself); or, when
 * we relay, another cluster's, if the packet came out of that cluster's tunnel.
 * A pod of ours does not speak for others.
 */
static __always_inline bool is_global_source(const struct ob_config *config,
					     const struct __sk_buff *skb,
					     const struct ob_packet *p)
{
	struct ob_ip6 unused = {};
	struct ob_route_hit route;

	if (ob_map_in(&p->src, p->family, &unused) != OB_FOUND_NONE)
		return true;
	return config->flags & OB_CONFIG_RELAY &&
	       ob_route_find(&p->src, p->family, &route) &&
	       route.ifindex == skb->ingress_ifindex;
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
					    struct ob_packet *p,
					    const struct ob_route_hit *route)
{
	struct ob_ip6 to = {};

	if (ob_map_out(&p->src, p->family, &to) == OB_FOUND_PREFIX) {
		if (p->family == 4)
			remember(config, p, ob_ip4_get(&to), route);
	} else if (is_global_source(config, skb, p)) {
		return SOURCE_IS_GLOBAL;
	} else if (!speak_for(config, skb, p, &to)) {
		return OB_REASON_NO_GLOBAL;
	}
	return ob_rewrite(skb, p, OB_SRC, &to) ? SOURCE_IS_GLOBAL
					       : OB_REASON_MALFORMED;
}

static __noinline int to_tunnel_family(struct __sk_buff *skb, __u8 family)
{
	const struct ob_config *config = ob_config_get();
	struct ob_route_hit route = { .generation = ob_generation(config) };
	struct ob_packet p;
	int reason;

	if (!config || !ob_parse(skb, family, &p))
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_TO_TUNNEL);
	if (!ob_route_find(&p.dst, family, &route))
		return drop(skb,
			    ob_is_unicast(&p) ? OB_REASON_NO_ROUTE
					      : OB_REASON_NOT_UNICAST,
			    OB_HOOK_TO_TUNNEL);
	if (ob_is_icmp_error(skb, &p) &&
	    !ob_icmp_translate(skb, p.l4_off, p.ip_len, family, true))
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_TO_TUNNEL);
	reason = translate_source(config, skb, &p, &route);
	if (reason != SOURCE_IS_GLOBAL)
		return drop(skb, reason, OB_HOOK_TO_TUNNEL);
	ob_mss_clamp(skb, &p, route.mtu);
	ob_count_tx(skb, &p, route.slot);
	return OB_PASS;
}

SEC("tcx/egress")
int to_tunnel(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		int verdict = common(skb);

		return verdict == OB_NOT_COMMON ? to_tunnel_family(skb, 4)
						: verdict;
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return to_tunnel_family(skb, 6);
	return drop(skb, OB_REASON_MALFORMED, OB_HOOK_TO_TUNNEL);
}

char _license[] SEC("license") = "Dual BSD/GPL";
