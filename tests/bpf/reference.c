// SPDX-License-Identifier: Apache-2.0
#include "reference.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where things are in an IP packet. */
struct view {
	uint8_t *ip;
	size_t len; /* of the IP packet, without Ethernet padding */
	int family;
	size_t addr_size;
	uint8_t *src;
	uint8_t *dst;
	uint8_t proto;
	uint8_t *l4; /* NULL in fragments other than the first */
	size_t l4_len;
	bool fragment;
};

struct prefix prefix_parse(const char *text)
{
	struct prefix p = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	char addr[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : 0;

	if (n && n < sizeof(addr)) {
		memcpy(addr, text, n);
		addr[n] = '\0';
		p.len = (unsigned)strtoul(slash + 1, NULL, 10);
		if (inet_pton(p.family, addr, p.b) == 1)
			return p;
	}
	fprintf(stderr, "not a prefix: %s\n", text);
	abort();
}

bool prefix_has(const struct prefix *p, int family, const uint8_t *addr)
{
	if (p->family != family)
		return false;
	for (unsigned bit = 0; bit < p->len; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		if ((p->b[bit / 8] ^ addr[bit / 8]) & mask)
			return false;
	}
	return true;
}

const struct ob_route *network_route(const struct network *net, int family,
				     const uint8_t *addr)
{
	const struct network_route *best = NULL;

	for (size_t i = 0; i < net->n_routes; i++) {
		const struct network_route *r = &net->routes[i];

		if (!prefix_has(&r->dst, family, addr))
			continue;
		if (!best || r->dst.len > best->dst.len)
			best = r;
	}
	return best ? &best->value : NULL;
}

static const struct network_nat *nat_lookup(const struct network_nat *list,
					    size_t n, int family,
					    const uint8_t *addr)
{
	const struct network_nat *best = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!prefix_has(&list[i].from, family, addr))
			continue;
		if (!best || list[i].from.len > best->from.len)
			best = &list[i];
	}
	return best;
}

const struct network_nat *network_out(const struct network *net, int family,
				      const uint8_t *addr)
{
	return nat_lookup(net->out, net->n_out, family, addr);
}

const struct network_nat *network_in(const struct network *net, int family,
				     const uint8_t *addr)
{
	return nat_lookup(net->in, net->n_in, family, addr);
}

static uint16_t load16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void store16(uint8_t *at, uint16_t v)
{
	at[0] = v >> 8;
	at[1] = v & 0xff;
}

/* RFC 1624, equation 3, over the sums of what was and what is. */
static uint16_t adjust(uint16_t checksum, uint32_t was, uint32_t is)
{
	uint32_t sum = (uint16_t)~checksum;

	sum += (uint16_t)~packet_fold(was);
	sum += packet_fold(is);
	return (uint16_t)~packet_fold(sum);
}

static void view4(uint8_t *ip, size_t len, struct view *v)
{
	size_t hlen = (ip[0] & 15u) * 4;
	size_t end = load16(ip + 2);
	uint16_t frag = load16(ip + 6);

	v->family = AF_INET;
	v->addr_size = 4;
	v->len = end < len ? end : len;
	v->src = ip + 12;
	v->dst = ip + 16;
	v->proto = ip[9];
	v->fragment = frag & 0x3fff;
	if (frag & 0x1fff || hlen > v->len)
		return;
	v->l4 = ip + hlen;
	v->l4_len = v->len - hlen;
}

static void view6(uint8_t *ip, size_t len, struct view *v)
{
	size_t end = 40u + load16(ip + 4), at = 40;
	bool later = false;
	uint8_t next = ip[6];

	v->family = AF_INET6;
	v->addr_size = 16;
	v->len = end < len ? end : len;
	v->src = ip + 8;
	v->dst = ip + 24;
	while ((next == 0 || next == 43 || next == 44 || next == 60) &&
	       at + 8 <= v->len && !later) {
		size_t size = next == 44 ? 8 : ip[at + 1] * 8u + 8;

		if (next == 44) {
			v->fragment = load16(ip + at + 2) & 0xfff9;
			later = load16(ip + at + 2) & 0xfff8;
		}
		next = ip[at];
		at += size;
	}
	v->proto = next;
	if (later || at > v->len)
		return;
	v->l4 = ip + at;
	v->l4_len = v->len - at;
}

static struct view view_of(uint8_t *ip, size_t len)
{
	struct view v = { .ip = ip };

	if (ip[0] >> 4 == 4)
		view4(ip, len, &v);
	else
		view6(ip, len, &v);
	return v;
}

/* The checksum that covers the addresses, or NULL. */
static uint8_t *address_checksum(const struct view *v)
{
	size_t at;

	if (!v->l4)
		return NULL;
	switch (v->proto) {
	case IPPROTO_TCP:
		at = 16;
		break;
	case IPPROTO_UDP:
	case PACKET_PROTO_UDPLITE:
		at = 6;
		break;
	case IPPROTO_ICMPV6:
		at = 2;
		break;
	default:
		return NULL;
	}
	return at + 2 <= v->l4_len ? v->l4 + at : NULL;
}

/* Writes an address and mends the two checksums that cover it. */
static void set_address(const struct view *v, uint8_t *at, const uint8_t *addr)
{
	uint32_t was = packet_sum(at, v->addr_size, 0);
	uint32_t is = packet_sum(addr, v->addr_size, 0);
	uint8_t *sum = address_checksum(v);

	memcpy(at, addr, v->addr_size);
	if (v->family == AF_INET)
		store16(v->ip + 10, adjust(load16(v->ip + 10), was, is));
	if (!sum || (v->proto == IPPROTO_UDP && load16(sum) == 0))
		return;
	store16(sum, adjust(load16(sum), was, is));
	if (v->proto != IPPROTO_TCP && v->proto != IPPROTO_ICMPV6 &&
	    load16(sum) == 0)
		store16(sum, 0xffff);
}

/* The prefix of to, the other bits of addr. */
static void translate(const struct view *v, uint8_t *at,
		      const struct prefix *to)
{
	uint8_t addr[16];

	memcpy(addr, at, v->addr_size);
	for (unsigned bit = 0; bit < to->len; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		addr[bit / 8] &= (uint8_t)~mask;
		addr[bit / 8] |= to->b[bit / 8] & mask;
	}
	set_address(v, at, addr);
}

static bool is_icmp_error(const struct view *v)
{
	if (!v->l4 || v->l4_len < 8)
		return false;
	if (v->family == AF_INET6) /* RFC 4443: below 128 are errors */
		return v->proto == IPPROTO_ICMPV6 && v->l4[0] < 128;
	return v->proto == IPPROTO_ICMP &&
	       (v->l4[0] == 3 || v->l4[0] == 4 || v->l4[0] == 5 ||
		v->l4[0] == 11 || v->l4[0] == 12);
}

/* The packet an ICMP error quotes. */
static bool inner_view(const struct view *outer, struct view *ret)
{
	size_t need = outer->family == AF_INET ? 28 : 48;

	if (!is_icmp_error(outer) || outer->l4_len < need)
		return false;
	*ret = view_of(outer->l4 + 8, outer->l4_len - 8);
	return true;
}

/* An error's inner address, and the outer checksum for all that moved. */
static void translate_inner(const struct view *outer, struct view *inner,
			    uint8_t *at, const struct prefix *to)
{
	uint32_t was = packet_sum(outer->l4 + 8, outer->l4_len - 8, 0), is;

	translate(inner, at, to);
	is = packet_sum(outer->l4 + 8, outer->l4_len - 8, 0);
	store16(outer->l4 + 2, adjust(load16(outer->l4 + 2), was, is));
}

static void inner_to_global(const struct network *net, const struct view *outer,
			    struct view *inner)
{
	const struct network_nat *nat =
		network_out(net, inner->family, inner->dst);

	if (nat)
		translate_inner(outer, inner, inner->dst, &nat->to);
}

static void inner_to_local(const struct network *net, const struct view *outer,
			   struct view *inner)
{
	const struct network_nat *nat =
		network_in(net, inner->family, inner->src);

	if (nat && nat->kind == OB_NAT_PREFIX)
		translate_inner(outer, inner, inner->src, &nat->to);
}

/* Finds the MSS option's value; NULL when there is none before the end. */
static uint8_t *find_mss(uint8_t *tcp, size_t len)
{
	size_t end = (tcp[12] >> 4) * 4u, at = 20;

	if (end > len)
		end = len;
	while (at < end && tcp[at] != 0) {
		if (tcp[at] == 1) {
			at++;
			continue;
		}
		if (at + 1 >= end || tcp[at + 1] < 2 || at + tcp[at + 1] > end)
			return NULL;
		if (tcp[at] == 2 && tcp[at + 1] == 4)
			return tcp + at + 2;
		at += tcp[at + 1];
	}
	return NULL;
}

static void clamp_mss(const struct view *v, const struct ob_route *route)
{
	size_t headers = v->family == AF_INET ? 40 : 60;
	uint32_t was, is;
	uint8_t *mss;

	if (!route || v->proto != IPPROTO_TCP || !v->l4 || v->l4_len < 20)
		return;
	if (!(v->l4[13] & TCP_SYN) || v->l4_len < (v->l4[12] >> 4) * 4u)
		return;
	mss = find_mss(v->l4, v->l4_len);
	if (!mss || load16(mss) <= route->mtu - headers)
		return;
	was = packet_sum(v->l4, v->l4_len, 0);
	store16(mss, (uint16_t)(route->mtu - headers));
	is = packet_sum(v->l4, v->l4_len, 0);
	store16(v->l4 + 16, adjust(load16(v->l4 + 16), was, is));
}

static uint8_t *ttl_of(const struct view *v)
{
	return v->ip + (v->family == AF_INET ? 8 : 7);
}

static void decrement_ttl(const struct view *v)
{
	uint8_t *ttl = ttl_of(v);

	(*ttl)--;
	if (v->family == AF_INET)
		store16(v->ip + 10, adjust(load16(v->ip + 10), 0x0100, 0x0000));
}

/* Bytes of header in front of each segment. */
static size_t headers_len(const struct view *v)
{
	size_t l3 = (size_t)(v->l4 - v->ip);

	return l3 + (v->proto == IPPROTO_TCP ? (v->l4[12] >> 4) * 4u : 8);
}

/* Bytes of the largest IP packet that leaves, after segmentation. */
static size_t wire_len(const struct view *v, const struct context *ctx)
{
	if (!ctx->gso_size || !v->l4)
		return v->len;
	return headers_len(v) + ctx->gso_size;
}

size_t reference_wire_bytes(const struct context *ctx, struct packet *p)
{
	struct view v = view_of(packet_ip(p), packet_ip_len(p));

	if (ctx->gso_segs < 2 || !v.l4)
		return v.len;
	return v.len + (ctx->gso_segs - 1) * headers_len(&v);
}

static int too_big_reason(const struct view *v)
{
	bool df = v->family == AF_INET6 || (v->ip[6] & 0x40);

	return df ? OB_REASON_TOO_BIG : OB_REASON_FRAGMENTED;
}

static void finish(struct outcome *o, int verdict, int reason)
{
	o->verdict = verdict;
	o->reason = reason;
}

static bool is_global(const struct network *net, const struct view *v)
{
	struct prefix p = { .family = v->family };

	if (v->family == AF_INET) {
		p.len = net->config.global4_len;
		memcpy(p.b, net->config.global4.b, 4);
	} else {
		p.len = net->config.global6_len;
		memcpy(p.b, net->config.global6.b, 16);
	}
	return p.len && prefix_has(&p, v->family, v->dst);
}

/* TTL and size: true when the packet may go out by redirect. */
static bool may_redirect(const struct view *v, const struct context *ctx,
			 const struct ob_route *route, struct outcome *o)
{
	if (*ttl_of(v) <= 1) {
		finish(o, VERDICT_NEXT, OB_REASON_TTL_EXPIRED);
		return false;
	}
	if (wire_len(v, ctx) > route->mtu) {
		finish(o, VERDICT_NEXT, too_big_reason(v));
		return false;
	}
	return true;
}

static void deliver(const struct context *ctx, const struct view *v,
		    struct outcome *o)
{
	if (*ttl_of(v) <= 1) {
		finish(o, VERDICT_NEXT, OB_REASON_TTL_EXPIRED);
	} else if (ctx->no_delivery) {
		finish(o, VERDICT_NEXT, OB_REASON_NO_FAST_PATH);
	} else {
		decrement_ttl(v);
		finish(o, VERDICT_REDIRECT, NO_REASON);
	}
}

/* A packet between two of our own pods by global address. */
static void hairpin(const struct network *net, const struct context *ctx,
		    const struct view *v, const struct network_nat *in,
		    struct outcome *o)
{
	const struct network_nat *out = network_out(net, v->family, v->src);
	struct view inner;

	if (in->kind == OB_NAT_STACK) {
		finish(o, VERDICT_NEXT, NO_REASON);
		return;
	}
	if (inner_view(v, &inner)) {
		inner_to_global(net, v, &inner);
		inner_to_local(net, v, &inner);
	}
	if (out)
		translate(v, v->src, &out->to);
	translate(v, v->dst, &in->to);
	/* From a multicast address the kernel finds no way in IPv6. */
	if (v->family == AF_INET6 && v->src[0] == 0xff)
		finish(o, VERDICT_NEXT,
		       *ttl_of(v) <= 1 ? OB_REASON_TTL_EXPIRED
				       : OB_REASON_NO_FAST_PATH);
	else
		deliver(ctx, v, o);
}

static void from_pod(const struct network *net, const struct context *ctx,
		     const struct view *v, struct outcome *o)
{
	const struct ob_route *route = network_route(net, v->family, v->dst);
	const struct network_nat *in = network_in(net, v->family, v->dst);

	if (!is_global(net, v)) {
		finish(o, VERDICT_NEXT, NO_REASON);
	} else if (!route && in) {
		hairpin(net, ctx, v, in, o);
	} else if (!route) {
		finish(o, VERDICT_DROP, OB_REASON_NO_ROUTE);
	} else if (may_redirect(v, ctx, route, o)) {
		decrement_ttl(v);
		finish(o, VERDICT_REDIRECT, NO_REASON);
	}
}

static bool set_source(const struct network *net, const struct context *ctx,
		       const struct view *v)
{
	const struct ob_route *route = network_route(net, v->family, v->src);
	const struct network_nat *out = network_out(net, v->family, v->src);
	const uint8_t *gateway = v->family == AF_INET ? net->config.gateway4.b
						      : net->config.gateway6.b;

	if (out) {
		translate(v, v->src, &out->to);
		return true;
	}
	if (network_in(net, v->family, v->src))
		return true;
	if (net->config.flags & OB_CONFIG_RELAY && route &&
	    route->ifindex == ctx->ifindex)
		return true;
	if (!is_icmp_error(v))
		return false;
	set_address(v, v->src, gateway);
	return true;
}

static int no_route_reason(const struct view *v)
{
	bool not_unicast;

	if (v->family == AF_INET)
		not_unicast = v->dst[0] >= 224 || v->dst[0] == 0;
	else
		not_unicast = v->dst[0] == 0xff ||
			      (v->dst[0] == 0xfe && v->dst[1] >> 6 == 2);
	return not_unicast ? OB_REASON_NOT_UNICAST : OB_REASON_NO_ROUTE;
}

static void to_tunnel(const struct network *net, const struct context *ctx,
		      const struct view *v, struct outcome *o)
{
	const struct ob_route *route = network_route(net, v->family, v->dst);
	struct view inner;

	if (!route) {
		finish(o, VERDICT_DROP, no_route_reason(v));
		return;
	}
	if (!set_source(net, ctx, v)) {
		finish(o, VERDICT_DROP, OB_REASON_NO_GLOBAL);
		return;
	}
	clamp_mss(v, route);
	if (inner_view(v, &inner))
		inner_to_global(net, v, &inner);
	finish(o, VERDICT_NEXT, NO_REASON);
}

/* Out of one tunnel, into another. */
static void relay(const struct context *ctx, const struct view *v,
		  const struct ob_route *route, struct outcome *o)
{
	if (!may_redirect(v, ctx, route, o))
		return;
	decrement_ttl(v);
	finish(o, VERDICT_REDIRECT, NO_REASON);
}

static void admit(const struct network *net, const struct context *ctx,
		  const struct view *v, const struct network_nat *in,
		  struct outcome *o)
{
	struct view inner;

	if (in->kind == OB_NAT_STACK) {
		finish(o, VERDICT_NEXT, NO_REASON);
		return;
	}
	translate(v, v->dst, &in->to);
	clamp_mss(v, network_route(net, v->family, v->src));
	if (inner_view(v, &inner))
		inner_to_local(net, v, &inner);
	deliver(ctx, v, o);
}

static void from_tunnel(const struct network *net, const struct context *ctx,
			const struct view *v, struct outcome *o)
{
	const struct ob_route *src = network_route(net, v->family, v->src);
	const struct ob_route *dst = network_route(net, v->family, v->dst);
	const struct network_nat *in = network_in(net, v->family, v->dst);

	if (!src || src->ifindex != ctx->ifindex ||
	    network_in(net, v->family, v->src))
		finish(o, VERDICT_DROP, OB_REASON_SPOOFED);
	else if (in)
		admit(net, ctx, v, in, o);
	else if (net->config.flags & OB_CONFIG_RELAY && dst &&
		 dst->slot != src->slot)
		relay(ctx, v, dst, o);
	else
		finish(o, VERDICT_DROP, OB_REASON_NOT_OURS);
}

void reference_run(const struct network *net, enum ob_hook hook,
		   const struct context *ctx, const struct packet *in,
		   struct outcome *ret)
{
	struct view v;

	ret->packet.len = in->len;
	memcpy(ret->packet.b, in->b, in->len);
	v = view_of(packet_ip(&ret->packet), packet_ip_len(in));
	switch (hook) {
	case OB_HOOK_FROM_POD:
		from_pod(net, ctx, &v, ret);
		return;
	case OB_HOOK_TO_TUNNEL:
		to_tunnel(net, ctx, &v, ret);
		return;
	case OB_HOOK_FROM_TUNNEL:
		from_tunnel(net, ctx, &v, ret);
		return;
	case OB_HOOK_COUNT:
		abort();
	}
}
