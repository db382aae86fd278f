// SPDX-License-Identifier: Apache-2.0
#include "octopus/desired.h"

#include <errno.h>
#include <fnmatch.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

#include "octopus/desired_maps.h"
#include "octopus/topology.h"

static bool uses(const struct ob_network *net, uint8_t family)
{
	for (size_t i = 0; i < net->n_global; i++)
		if (net->global[i].addr.family == family)
			return true;
	return false;
}

static void degraded(struct ob_arena *a, struct ob_desired *d,
		     const char *reason, const char *message)
{
	ob_status_set(OB_PUSH(a, &d->conditions), EINVAL, reason, "%s",
		      message);
}

/* The device. */

static uint32_t smallest_way(const struct ob_network *net,
			     const struct ob_facts *facts)
{
	uint32_t mtu = UINT32_MAX;

	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_underlay *way = &facts->peers[i].underlay;
		uint32_t inner;

		if (!ob_cluster_is_direct(net, &net->clusters[i]))
			continue;
		inner = ob_mtu_inner(way->mtu ? way : &facts->fallback);
		mtu = inner < mtu ? inner : mtu;
	}
	return mtu < UINT32_MAX ? mtu : ob_mtu_inner(&facts->fallback);
}

static uint32_t device_mtu(struct ob_arena *a, const struct ob_network *net,
			   const struct ob_facts *facts, struct ob_desired *d)
{
	uint32_t mtu = net->mtu ?: smallest_way(net, facts);
	uint32_t least = ob_mtu_min(uses(net, AF_INET6));

	if (net->mtu || mtu >= least)
		return mtu;
	degraded(a, d, "UnderlayMTUTooSmall",
		 ob_arena_printf(a,
				 "the network below the tunnel leaves %u "
				 "bytes for a packet, %u are needed: "
				 "large packets travel in fragments",
				 mtu, least));
	return least;
}

static void want_device(struct ob_arena *a, const struct ob_network *net,
			const struct ob_facts *facts, struct ob_desired *d)
{
	const struct ob_link *now = ob_actual_link(facts->actual, net->device);

	d->blocked = now && !ob_link_is_ours(now);
	if (d->blocked)
		degraded(a, d, "DeviceNotOurs",
			 ob_arena_printf(a,
					 "an interface called %s exists and "
					 "is not a WireGuard device with "
					 "alias " OB_ALIAS ": it is left "
					 "alone, and so is everything "
					 "else, until it is renamed or "
					 "deleted",
					 net->device));
	d->link = (struct ob_link){
		.ifindex = now ? now->ifindex : OB_IFINDEX_DEVICE,
		.kind = "wireguard",
		.alias = OB_ALIAS,
		.mtu = device_mtu(a, net, facts, d),
		.up = true,
	};
	memcpy(d->link.name, net->device, sizeof(d->link.name));
	d->port = net->port;
	d->public_key = facts->public_key;
}

static void want_addr(struct ob_arena *a, struct ob_desired *d,
		      const struct ob_addr *addr)
{
	if (!addr->family)
		return;
	*OB_PUSH(a, &d->addrs) = (struct ob_ifaddr){
		.ifindex = d->link.ifindex,
		.addr = *addr,
		.len = ob_addr_bits(addr),
	};
}

/* Packets out of the tunnel are forwarded, whatever the default for new
 * devices was. */
static void want_forwarding(struct ob_arena *a, const struct ob_network *net,
			    struct ob_desired *d, uint8_t family)
{
	struct ob_sysctl *s = OB_PUSH(a, &d->sysctls);

	snprintf(s->name, sizeof(s->name), "net/%s/conf/%s/forwarding",
		 family == AF_INET ? "ipv4" : "ipv6", net->device);
	s->value = 1;
}

static void want_sysctls(struct ob_arena *a, const struct ob_network *net,
			 const struct ob_facts *facts, struct ob_desired *d)
{
	if (uses(net, AF_INET)) {
		want_forwarding(a, net, d, AF_INET);
		if (!facts->actual->forwarding4)
			degraded(a, d, "ForwardingDisabled",
				 "net.ipv4.ip_forward is 0: packets that take "
				 "the kernel's way are not forwarded");
	}
	if (uses(net, AF_INET6)) {
		want_forwarding(a, net, d, AF_INET6);
		if (!facts->actual->forwarding6)
			degraded(a, d, "ForwardingDisabled6",
				 "net.ipv6.conf.all.forwarding is 0: IPv6 "
				 "packets that take the kernel's way are not "
				 "forwarded");
	}
}

/* Routes of the kernel: what our own host sends, and what from_pod leaves. */

static struct ob_rtroute *want_route(struct ob_arena *a, struct ob_desired *d,
				     const struct ob_prefix *dst)
{
	struct ob_rtroute *r = OB_PUSH(a, &d->routes);

	r->dst = *dst;
	r->protocol = OB_RTPROT;
	r->table = RT_TABLE_MAIN;
	return r;
}

static void want_tunnel_route(struct ob_arena *a, const struct ob_network *net,
			      struct ob_desired *d, const struct ob_prefix *dst)
{
	struct ob_rtroute *r = want_route(a, d, dst);
	bool v4 = dst->addr.family == AF_INET;

	r->type = RTN_UNICAST;
	r->ifindex = d->link.ifindex;
	r->prefsrc = v4 ? net->gateway4 : net->gateway6;
	r->metric = v4 ? OB_METRIC_UNICAST4 : OB_METRIC_UNICAST6;
}

static void want_unreachable(struct ob_arena *a, struct ob_desired *d,
			     const struct ob_prefix *dst)
{
	struct ob_rtroute *r = want_route(a, d, dst);

	r->type = RTN_UNREACHABLE;
	r->metric = OB_METRIC_UNREACHABLE;
}

static bool is_virtual(const struct ob_network *net, const struct ob_prefix *p)
{
	for (size_t i = 0; i < net->n_blocks; i++)
		if (p->len == ob_addr_bits(&p->addr) &&
		    ob_prefix_contains(&net->blocks[i], &p->addr))
			return true;
	return false;
}

/*
 * Virtual addresses: the kernel sees packets to them that are too big, and
 * says so because the way into the tunnel is; and those to nobody.
 */
static void want_service_routes(struct ob_arena *a,
				const struct ob_network *net,
				const struct ob_facts *facts,
				struct ob_desired *d)
{
	const struct ob_rtroutes *now = &facts->actual->routes;

	for (size_t i = 0; i < net->n_blocks; i++)
		want_tunnel_route(a, net, d, &net->blocks[i]);
	for (size_t i = 0; facts->services_known && i < facts->n_unserved;
	     i++) {
		struct ob_prefix host = ob_prefix_host(&facts->unserved[i]);

		if (is_virtual(net, &host))
			want_unreachable(a, d, &host);
	}
	for (size_t i = 0; !facts->services_known && i < now->n; i++)
		if (now->v[i].type == RTN_UNREACHABLE &&
		    is_virtual(net, &now->v[i].dst))
			want_unreachable(a, d, &now->v[i].dst);
}

static void want_routes(struct ob_arena *a, const struct ob_network *net,
			const struct ob_facts *facts, struct ob_desired *d)
{
	for (size_t i = 0; i < net->n_clusters; i++)
		for (size_t j = 0; j < net->clusters[i].n_cidrs; j++)
			want_tunnel_route(a, net, d,
					  &net->clusters[i].cidrs[j]);
	/* A global address nobody has must not leave by the default route. */
	for (size_t i = 0; i < net->n_global; i++)
		want_unreachable(a, d, &net->global[i]);
	want_service_routes(a, net, facts, d);
}

/* WireGuard peers. */

static const struct ob_wg_peer *kernel_peer(const struct ob_facts *facts,
					    const struct ob_key *key)
{
	const struct ob_wg_device *wg = &facts->actual->wg;

	for (size_t i = 0; i < wg->n_peers; i++)
		if (ob_key_equal(&wg->peers[i].public_key, key))
			return &wg->peers[i];
	return NULL;
}

static bool same_endpoint(const struct ob_wg_endpoint *a,
			  const struct ob_wg_endpoint *b)
{
	return ob_addr_equal(&a->addr, &b->addr) && a->port == b->port;
}

/* A name may mean anything; the tunnel must not run through itself. */
static struct ob_wg_endpoint sane_endpoint(const struct ob_network *net,
					   const struct ob_peer_fact *fact)
{
	for (size_t i = 0; i < net->n_global; i++)
		if (ob_prefix_contains(&net->global[i], &fact->resolved.addr))
			return (struct ob_wg_endpoint){ 0 };
	return fact->resolved;
}

/*
 * The endpoint to give the kernel; family 0: leave the one it has. WireGuard
 * learns where a peer roams to from its packets, and knows better than the
 * file as long as handshakes succeed; unless what the file or the DNS says
 * has changed since we last told it.
 */
static struct ob_wg_endpoint want_endpoint(const struct ob_network *net,
					   const struct ob_facts *facts,
					   const struct ob_peer_fact *fact,
					   const struct ob_wg_peer *now)
{
	struct ob_wg_endpoint to = sane_endpoint(net, fact);
	const struct ob_wg_endpoint none = { 0 };
	bool moved, fresh;

	if (!to.addr.family)
		return none;
	if (!now || same_endpoint(&now->endpoint, &to))
		return to;
	moved = fact->told.addr.family && !same_endpoint(&fact->told, &to);
	fresh = now->handshake_s > 0 &&
		facts->now_s - now->handshake_s < OB_HANDSHAKE_FRESH_S;
	return fresh && !moved ? none : to;
}

static int compare_prefixes(const void *a, const void *b)
{
	return ob_prefix_compare(a, b);
}

/* Its own CIDRs; and, at the hub, those of everybody we meet there. */
static void want_allowed(struct ob_arena *a, const struct ob_network *net,
			 const struct ob_cluster_spec *c, struct ob_wg_peer *wg)
{
	OB_LIST(struct ob_prefix) allowed = { 0 };

	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *o = &net->clusters[i];

		if (o != c && !(c->hub && !ob_cluster_is_direct(net, o)))
			continue;
		for (size_t j = 0; j < o->n_cidrs; j++)
			*OB_PUSH(a, &allowed) = o->cidrs[j];
	}
	if (allowed.n > 0)
		qsort(allowed.v, allowed.n, sizeof(*allowed.v),
		      compare_prefixes);
	wg->allowed = allowed.v;
	wg->n_allowed = allowed.n;
}

static void want_peers(struct ob_arena *a, const struct ob_network *net,
		       const struct ob_facts *facts, struct ob_desired *d)
{
	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *c = &net->clusters[i];
		struct ob_peer_item *p;

		if (!ob_cluster_is_direct(net, c))
			continue;
		p = OB_PUSH(a, &d->peers);
		p->cluster = c->id;
		p->wg.public_key = c->public_key;
		p->wg.keepalive_s = c->keepalive_s;
		p->wg.endpoint =
			want_endpoint(net, facts, &facts->peers[i],
				      kernel_peer(facts, &c->public_key));
		want_allowed(a, net, c, &p->wg);
	}
}

/* Programs. */

static void want_program(struct ob_arena *a, struct ob_desired *d,
			 enum ob_hook hook, int ifindex)
{
	*OB_PUSH(a, &d->attachments) = (struct ob_attachment){
		.hook = hook,
		.ifindex = ifindex,
		.current = true,
	};
}

static bool is_pod_facing(const struct ob_network *net,
			  const struct ob_link *link)
{
	/* from_pod reads Ethernet headers. */
	if (link->type != ARPHRD_ETHER || !strcmp(link->name, net->device))
		return false;
	for (size_t i = 0; i < net->n_interfaces; i++)
		if (fnmatch(net->interfaces[i], link->name, 0) == 0)
			return true;
	return false;
}

static void want_programs(struct ob_arena *a, const struct ob_network *net,
			  const struct ob_facts *facts, struct ob_desired *d)
{
	const struct ob_links *links = &facts->actual->links;

	want_program(a, d, OB_HOOK_TO_TUNNEL, d->link.ifindex);
	want_program(a, d, OB_HOOK_FROM_TUNNEL, d->link.ifindex);
	for (size_t i = 0; i < links->n; i++)
		if (is_pod_facing(net, &links->v[i]))
			want_program(a, d, OB_HOOK_FROM_POD,
				     links->v[i].ifindex);
}

static void note_unresolved(struct ob_arena *a, const struct ob_network *net,
			    const struct ob_facts *facts, struct ob_desired *d)
{
	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *c = &net->clusters[i];

		if (!c->host[0] ||
		    sane_endpoint(net, &facts->peers[i]).addr.family)
			continue;
		degraded(a, d, "EndpointUnresolved",
			 ob_arena_printf(a,
					 "peer %s: endpoint %s has no known "
					 "address outside of the global CIDR",
					 c->id, c->host));
	}
}

void ob_desired_compute(struct ob_arena *a, const struct ob_network *net,
			const struct ob_facts *facts, struct ob_desired *ret)
{
	struct ob_desired d = { 0 };

	want_device(a, net, facts, &d);
	want_addr(a, &d, &net->gateway4);
	want_addr(a, &d, &net->gateway6);
	want_sysctls(a, net, facts, &d);
	want_routes(a, net, facts, &d);
	want_peers(a, net, facts, &d);
	want_programs(a, net, facts, &d);
	ob_desired_maps(a, net, facts, &d);
	note_unresolved(a, net, facts, &d);
	*ret = d;
}
