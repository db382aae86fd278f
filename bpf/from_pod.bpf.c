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
#include "lib/fast.bpf.h"
#include "lib/icmp.bpf.h"
#include "lib/table.bpf.h"

OB_MEMO_MAP(memo_route4, struct ob_memo_route);

static __always_inline struct ob_memo_route *
memo_find(const struct ob_config *config, __be32 dst, __be32 *ret_key)
{
	__u32 index;

	/* Whether an address is global is part of the answer. */
	*ret_key = dst & (ob_mask4(config->longest_route4) |
			  ob_mask4(config->global4_len));
	index = ob_prefix_number(*ret_key, config->longest_route4) %
		OB_MEMO_SLOTS;
	return bpf_map_lookup_elem(&memo_route4, &index);
}

static __always_inline void remember(const struct ob_config *config,
				     const struct ob_packet *p,
				     const struct ob_route_hit *route)
{
	struct ob_memo_route *memo;
	__be32 key;

	memo = memo_find(config, ob_ip4_get(&p->dst), &key);
	if (!memo || !route->generation)
		return;
	memo->generation = route->generation;
	memo->dst = key;
	memo->ifindex = route->ifindex;
	memo->mtu = route->mtu;
}

static __always_inline int common(struct __sk_buff *skb)
{
	const struct ob_config *config = ob_config_get();
	struct iphdr *ip = ob_common_ip(skb);
	struct ob_memo_route *memo;
	__u32 len, check;
	__be32 key;

	if (!config || !(config->generation & 1) || !ip)
		return OB_NOT_COMMON;
	memo = memo_find(config, ip->daddr, &key);
	if (!memo || memo->dst != key || memo->generation != config->generation)
		return OB_NOT_COMMON;
	len = bpf_ntohs(ip->tot_len);
	if (!ob_common_len(skb, len) || len > memo->mtu || ip->ttl <= 1)
		return OB_NOT_COMMON;
	check = ip->check;
	check += bpf_htons(0x0100);
	ip->check = check + (check >= 0xffff);
	ip->ttl--;
	return bpf_redirect(memo->ifindex, 0);
}

/* Both addresses, and what an ICMP error quotes, in one pass. */
static __always_inline bool translate_both(struct __sk_buff *skb,
					   struct ob_packet *p,
					   const struct ob_ip6 *dst)
{
	struct ob_ip6 src = {};

	if (ob_is_icmp_error(skb, p) &&
	    (!ob_icmp_translate(skb, p->l4_off, p->ip_len, p->family, true) ||
	     !ob_icmp_translate(skb, p->l4_off, p->ip_len, p->family, false)))
		return false;
	if (ob_map_out(&p->src, p->family, &src) == OB_FOUND_PREFIX &&
	    !ob_rewrite(skb, p, OB_SRC, &src))
		return false;
	return ob_rewrite(skb, p, OB_DST, dst);
}

/*
 * No other cluster has the destination. If it is ours, a pod calls a pod of
 * its own cluster by its global address: both addresses are translated, so
 * that the answer comes back this way. The stack must not deliver it: to its
 * reverse path filter the source is on the wrong device, and to connection
 * tracking the answer belongs to nothing.
 */
static __noinline int hairpin(struct __sk_buff *skb, __u8 family)
{
	struct ob_ip6 dst = {};
	struct ob_packet p;

	if (!ob_parse(skb, family, &p))
		return drop(skb, OB_REASON_INTERNAL, OB_HOOK_FROM_POD);
	switch (ob_map_in(&p.dst, p.family, &dst)) {
	case OB_FOUND_NONE:
		return drop(skb, OB_REASON_NO_ROUTE, OB_HOOK_FROM_POD);
	case OB_FOUND_STACK:
		return OB_PASS;
	case OB_FOUND_PREFIX:
		break;
	}
	if (!translate_both(skb, &p, &dst))
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_FROM_POD);
	return ob_deliver(skb, &p, OB_HOOK_FROM_POD);
}

static __noinline int from_pod_family(struct __sk_buff *skb, __u8 family)
{
	const struct ob_config *config = ob_config_get();
	struct ob_route_hit route = { .generation = ob_generation(config) };
	struct ob_packet p;
	bool parsed = ob_parse(skb, family, &p);

	/* What is not for the global network is none of our business, in
	 * whatever shape it is. */
	if (!config || !p.family || !ob_is_global(config, &p.dst, family))
		return OB_PASS;
	if (!parsed)
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_FROM_POD);
	if (!ob_route_find(&p.dst, family, &route))
		return hairpin(skb, family);
	if (family == 4)
		remember(config, &p, &route);
	return ob_into_tunnel(skb, &p, &route, OB_HOOK_FROM_POD);
}

SEC("tcx/ingress")
int from_pod(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		int verdict = common(skb);

		return verdict == OB_NOT_COMMON ? from_pod_family(skb, 4)
						: verdict;
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return from_pod_family(skb, 6);
	return OB_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
