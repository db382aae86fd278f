// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Ingress of the interfaces that pods are behind (Ethernet): packets to the
 * global network go to the tunnel of the cluster that has the destination.
 * Their source is not translated here; to_tunnel does that, for these packets
 * and for those the kernel routes. Service addresses become those of a backend
 * here, before the tunnel is chosen.
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

	/* Whether an address is global, or of a service, is part of the
	 * answer. */
	*ret_key = dst & (ob_mask4(config->longest_route4) |
			  ob_mask4(config->global4_len) |
			  ob_mask4(config->service4_len));
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

/*
 * The checksum of a packet that belongs to an established connection and that
 * can be edited in place; NULL: something else, or about to change its state.
 */
static __always_inline __u16 *service_check(const struct iphdr *ip, __u32 len)
{
	const __u32 leaves = OB_TCP_CLOSES | OB_TCP_SYN_ACK;
	__u8 *l4 = (__u8 *)(ip + 1);
	__u16 *check = (__u16 *)(l4 + (ip->protocol == IPPROTO_UDP ? 6 : 16));

	if (ip->protocol == IPPROTO_TCP) {
		if ((l4[OB_TCP_FLAGS_OFF] & leaves) != OB_TCP_ACK)
			return NULL;
	} else if (ip->protocol != IPPROTO_UDP) {
		return NULL;
	}
	return *check && !ob_maybe_partial(ip, len, *check) ? check : NULL;
}

/* The backend of an established connection that was looked after lately. */
static __always_inline const struct ob_flow *
service_flow(const struct iphdr *ip)
{
	const __be16 *ports = (const __be16 *)(ip + 1);
	struct ob_flow_key key = { .client_port = bpf_ntohs(ports[0]),
				   .port = bpf_ntohs(ports[1]),
				   .proto = (enum ob_proto)ip->protocol };
	const struct ob_flow *flow;

	ob_mapped_put4(&key.client, ip->saddr);
	ob_mapped_put4(&key.addr, ip->daddr);
	flow = bpf_map_lookup_elem(&ob_flow, &key);
	if (!flow || flow->state != OB_FLOW_ESTABLISHED ||
	    (__u32)bpf_jiffies64() - flow->tick > OB_FLOW_TICKS)
		return NULL;
	return ob_flow_is_valid(flow, 0) ? flow : NULL;
}

/* Destination and port, as the ordinary path would make them. */
static __always_inline void service_edit(struct __sk_buff *skb,
					 struct iphdr *ip, __u16 *check,
					 __be32 to, __be16 to_port)
{
	__be16 *port = (__be16 *)(ip + 1) + 1;
	__u32 addr_diff = ob_fold((__u64)(__u32)~ip->daddr + to);
	__u32 port_diff = (__u16) ~*port + to_port;
	__u16 before = *check;

	*check = ob_csum_add(before, ob_fold((__u64)addr_diff + port_diff));
	if (!*check && ip->protocol == IPPROTO_UDP)
		*check = 0xffff;
	ip->check = ob_csum_add(ip->check, addr_diff);
	ip->daddr = to;
	*port = to_port;
	/* As in to_tunnel; the port is changed, too. */
	bpf_csum_update(skb, (__u32)*check + (__u16)~before + port_diff);
}

static __always_inline bool ip_decrement_ttl(struct iphdr *ip)
{
	__u32 check = ip->check;

	if (ip->ttl <= 1)
		return false;
	check += bpf_htons(0x0100);
	ip->check = check + (check >= 0xffff);
	ip->ttl--;
	return true;
}

/* A packet to a service address, of a connection under way. A function, for
 * the stack that its key needs. */
static __noinline int common_service(struct __sk_buff *skb)
{
	const struct ob_config *config = ob_config_get();
	struct iphdr *ip = ob_common_ip(skb);
	const struct ob_flow *flow;
	struct ob_memo_route *memo;
	__u16 *check = NULL;
	__be32 to, key;

	if (!config || !ip ||
	    ip->frag_off & bpf_htons(OB_IPV4_OFFSET | OB_IPV4_MF))
		return OB_NOT_COMMON;
	if (ob_common_len(skb, bpf_ntohs(ip->tot_len)))
		check = service_check(ip, bpf_ntohs(ip->tot_len));
	flow = check ? service_flow(ip) : NULL;
	if (!flow)
		return OB_NOT_COMMON;
	__builtin_memcpy(&to, &flow->addr.b[12], sizeof(to));
	memo = memo_find(config, to, &key);
	if (!memo || memo->dst != key ||
	    memo->generation != config->generation ||
	    bpf_ntohs(ip->tot_len) > memo->mtu || !ip_decrement_ttl(ip))
		return OB_NOT_COMMON;
	service_edit(skb, ip, check, to, bpf_htons(flow->port));
	return bpf_redirect(memo->ifindex, 0);
}

static __always_inline int common(struct __sk_buff *skb)
{
	const struct ob_config *config = ob_config_get();
	struct iphdr *ip = ob_common_ip(skb);
	struct ob_memo_route *memo;
	__be32 key, dst;
	__u32 len;

	if (!config || !(config->generation & 1) || !ip)
		return OB_NOT_COMMON;
	memo = memo_find(config, ip->daddr, &key);
	if (!memo || memo->dst != key ||
	    memo->generation != config->generation) {
		dst = ip->daddr;
		if (!ob_is_within4((void *)&dst, &config->service4,
				   config->service4_len))
			return OB_NOT_COMMON;
		return common_service(skb);
	}
	len = bpf_ntohs(ip->tot_len);
	if (!ob_common_len(skb, len) || len > memo->mtu ||
	    !ip_decrement_ttl(ip))
		return OB_NOT_COMMON;
	return bpf_redirect(memo->ifindex, 0);
}

/* What the function says that was called, instead of a verdict. Each takes the
 * stack of the one before, not of all of them. */
#define OB_TO_SERVICE (-3)
#define OB_TO_HAIRPIN (-4)

/* What an ICMP error quotes: both addresses, and if the packet was to a service
 * address, that one again. */
static __always_inline bool translate_quote(struct __sk_buff *skb,
					    const struct ob_packet *p)
{
	return ob_icmp_translate(skb, p->l4_off, p->ip_len, p->family, true) &&
	       ob_icmp_translate(skb, p->l4_off, p->ip_len, p->family, false) &&
	       (!ob_has_services(ob_config_get()) ||
		ob_answer_error(skb, p->l4_off, p->ip_len, p->family));
}

/* Both addresses, and what an ICMP error quotes, in one pass. */
static __always_inline bool translate_both(struct __sk_buff *skb,
					   struct ob_packet *p,
					   const struct ob_ip6 *dst)
{
	struct ob_ip6 src = {};

	if (ob_is_icmp_error(skb, p) && !translate_quote(skb, p))
		return false;
	if (ob_map_out(&p->src, p->family, &src) == OB_FOUND_PREFIX &&
	    !ob_rewrite(skb, p, OB_SRC, &src))
		return false;
	return ob_rewrite(skb, p, OB_DST, dst);
}

/* Why there is nobody at the destination. */
static __always_inline int nobody(const struct ob_config *config,
				  const struct ob_packet *p)
{
	return config && ob_is_service(config, &p->dst, p->family)
		       ? OB_REASON_NO_SERVICE
		       : OB_REASON_NO_ROUTE;
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
	const struct ob_config *config = ob_config_get();
	struct ob_answer answer = {};
	struct ob_ip6 dst = {};
	struct ob_packet p;

	if (!ob_parse(skb, family, &p))
		return drop(skb, OB_REASON_INTERNAL, OB_HOOK_FROM_POD);
	switch (ob_map_in(&p.dst, p.family, &dst)) {
	case OB_FOUND_NONE:
		return drop(skb, nobody(config, &p), OB_HOOK_FROM_POD);
	case OB_FOUND_STACK:
		return OB_PASS;
	case OB_FOUND_PREFIX:
		break;
	}
	if (!translate_both(skb, &p, &dst))
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_FROM_POD);
	if (ob_has_services(config))
		answer.found = ob_answer_find(skb, &p, &answer);
	return ob_deliver(skb, &p, &answer, OB_HOOK_FROM_POD);
}

/* What a packet to a service address is to become. */
struct target {
	struct ob_ip6 addr; /* mapped */
	__u16 from, port;   /* 0: no ports, later fragment or ICMP error */
};

/* Does it fit? OB_FLOW_FOUND or a reason. */
static __always_inline int check_size(struct __sk_buff *skb,
				      const struct ob_packet *p,
				      const struct ob_route_hit *route)
{
	if (ob_wire_len(skb, p) <= route->mtu)
		return OB_FLOW_FOUND;
	return p->df ? OB_REASON_TOO_BIG : OB_REASON_FRAGMENTED;
}

static __always_inline bool retarget(struct __sk_buff *skb, struct ob_packet *p,
				     const struct target *t,
				     const struct ob_ip6 *dst)
{
	ob_fragment_note(skb, p, &t->addr);
	return ob_rewrite(skb, p, OB_DST, dst) &&
	       (!t->from || ob_port_rewrite(skb, p, OB_DST, t->from, t->port));
}

/*
 * The packet gets its new destination: OB_FLOW_FOUND, or a reason to stop. What
 * is too big and must not be fragmented stays as it is: the kernel answers in
 * the name of the service address. What may be fragmented is so by the kernel,
 * translated. route->ifindex stays 0 where a backend is of this cluster.
 */
static __always_inline int forward(struct __sk_buff *skb, struct ob_packet *p,
				   const struct target *t,
				   struct ob_route_hit *route)
{
	const struct ob_config *config = ob_config_get();
	int size = OB_FLOW_FOUND;
	struct ob_ip6 dst;

	ob_mapped_get(&dst, &t->addr, p->family);
	if (ob_route_find(&dst, p->family, route))
		size = (int)ob_opaque(skb, check_size(skb, p, route));
	if (size == OB_REASON_TOO_BIG)
		return size;
	if (!retarget(skb, p, t, &dst))
		return OB_REASON_MALFORMED;
	if (p->family == 4 && route->ifindex && config)
		remember(config, p, route);
	if (route->ifindex && size == OB_FLOW_FOUND &&
	    !ob_decrement_ttl(skb, p))
		return OB_REASON_INTERNAL;
	return size;
}

/* Has any service the destination? What else is in the block may be a pod. */
static __noinline bool is_virtual(const struct ob_packet *p)
{
	struct ob_ip6 key;

	ob_mapped_put(&key, &p->dst, p->family);
	return bpf_map_lookup_elem(&ob_virtual, &key);
}

/* The backend of the packet's connection: OB_FLOW_FOUND or a reason. */
static __always_inline int
target_of(struct __sk_buff *skb, const struct ob_packet *p, struct target *ret)
{
	struct ob_conn c = {};
	__u16 ports[2];
	int found;

	if (!ob_l4_read(skb, p, ports, &c.signs))
		return OB_REASON_NO_SERVICE;
	ob_mapped_put(&c.key.client, &p->src, p->family);
	ob_mapped_put(&c.key.addr, &p->dst, p->family);
	c.key.client_port = ports[0];
	c.key.port = ports[1];
	c.key.proto = (enum ob_proto)p->proto;
	found = ob_flow_find(skb, &c);
	ret->addr = c.addr;
	ret->from = ports[1];
	ret->port = c.port;
	return found;
}

/* Of a later fragment: the one that the first had. */
static __always_inline int target_of_later(struct __sk_buff *skb,
					   const struct ob_packet *p,
					   struct target *ret)
{
	return ob_fragment_recall(skb, p, &ret->addr)
		       ? OB_FLOW_FOUND
		       : OB_REASON_SERVICE_FRAGMENT;
}

/*
 * A client's ICMP error about an answer that it got: the quoted source is the
 * service address, as is the destination. OB_FLOW_FOUND or a reason.
 */
static __noinline int target_of_error(struct __sk_buff *skb,
				      const struct ob_packet *p,
				      struct target *ret)
{
	struct ob_flow_key key = {};
	const struct ob_flow *flow;
	struct ob_quote q = {};

	if (!ob_quote_read(skb, p->l4_off, p->ip_len, p->family, &q))
		return OB_REASON_NO_SERVICE;
	ob_mapped_put(&key.client, &q.dst, p->family);
	ob_mapped_put(&key.addr, &q.src, p->family);
	key.client_port = q.ports[1];
	key.port = q.ports[0];
	key.proto = (enum ob_proto)q.in.proto;
	flow = bpf_map_lookup_elem(&ob_flow, &key);
	if (!flow)
		return OB_REASON_NO_SERVICE;
	ret->addr = flow->addr;
	return ob_quote_rewrite(skb, &q, OB_SRC, &flow->addr, flow->port)
		       ? OB_FLOW_FOUND
		       : OB_REASON_MALFORMED;
}

/*
 * First half: what the packet is to become; OB_FLOW_FOUND, OB_TO_HAIRPIN or a
 * reason. What nothing is known of is looked at once more: a connection spares
 * the question. A note of a fragment does not, since some are of answers.
 */
static __noinline int service_target(struct __sk_buff *skb, __u8 family,
				     struct target *ret)
{
	int found = OB_REASON_NO_SERVICE;
	struct ob_packet p;

	if (!ob_parse(skb, family, &p))
		return OB_REASON_MALFORMED;
	if (p.ttl > 1 && p.l4_off)
		found = ob_is_icmp_error(skb, &p)
				? target_of_error(skb, &p, ret)
				: target_of(skb, &p, ret);
	if (found != OB_REASON_NO_SERVICE)
		return found;
	if (!is_virtual(&p))
		return OB_TO_HAIRPIN;
	if (p.ttl <= 1)
		return OB_REASON_TTL_EXPIRED;
	return p.l4_off ? found : target_of_later(skb, &p, ret);
}

/* Second half: it does. */
static __noinline int service_forward(struct __sk_buff *skb, __u8 family,
				      const struct target *t)
{
	struct ob_route_hit route = {
		.generation = ob_generation(ob_config_get()),
	};
	int reason = OB_REASON_MALFORMED;
	struct ob_packet p;

	if (ob_parse(skb, family, &p))
		reason = (int)ob_opaque(skb, forward(skb, &p, t, &route));
	if (reason != OB_FLOW_FOUND)
		return drop(skb, reason, OB_HOOK_FROM_POD);
	return route.ifindex ? bpf_redirect(route.ifindex, 0) : OB_TO_HAIRPIN;
}

static __always_inline int to_service(struct __sk_buff *skb, __u8 family)
{
	struct target t = {};
	int reason = (int)ob_opaque(skb, service_target(skb, family, &t));

	if (reason == OB_TO_HAIRPIN)
		return reason;
	if (reason != OB_FLOW_FOUND)
		return drop(skb, reason, OB_HOOK_FROM_POD);
	return service_forward(skb, family, &t);
}

static __noinline int from_pod_family(struct __sk_buff *skb, __u8 family)
{
	const struct ob_config *config = ob_config_get();
	struct ob_route_hit route = { .generation = ob_generation(config) };
	struct ob_packet p;
	bool parsed = ob_parse(skb, family, &p);

	/* What is not for the global network is none of our business, in
	 * whatever shape it is. */
	if (!config || !p.family)
		return OB_PASS;
	if (ob_is_service(config, &p.dst, family))
		return OB_TO_SERVICE;
	if (!ob_is_global(config, &p.dst, family))
		return OB_PASS;
	if (!parsed)
		return drop(skb, OB_REASON_MALFORMED, OB_HOOK_FROM_POD);
	if (!ob_route_find(&p.dst, family, &route))
		return OB_TO_HAIRPIN;
	if (family == 4)
		remember(config, &p, &route);
	return ob_into_tunnel(skb, &p, &route, OB_HOOK_FROM_POD);
}

static __always_inline int ordinary(struct __sk_buff *skb, __u8 family)
{
	int verdict = from_pod_family(skb, family);

	if (verdict == OB_TO_SERVICE)
		verdict = to_service(skb, family);
	if (verdict == OB_TO_HAIRPIN)
		verdict = hairpin(skb, family);
	return verdict;
}

SEC("tcx/ingress")
int from_pod(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		int verdict = common(skb);

		return verdict == OB_NOT_COMMON ? ordinary(skb, 4) : verdict;
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return ordinary(skb, 6);
	return OB_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
