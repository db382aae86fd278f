// SPDX-License-Identifier: Apache-2.0
#include "octopus/facts.h"

#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <string.h>

#include "netlink/route.h"
#include "octopus/topology.h"

static const struct ob_link *link_by_index(const struct ob_actual *actual,
					   int ifindex)
{
	for (size_t i = 0; i < actual->links.n; i++)
		if (actual->links.v[i].ifindex == ifindex)
			return &actual->links.v[i];
	return NULL;
}

/* The MTU on the way to an address: the route's own, if it has one (set by
 * hand, or learned by path MTU discovery), or its device's. */
static struct ob_underlay underlay_to(const struct ob_kernel *k,
				      const struct ob_network *net,
				      const struct ob_actual *actual,
				      const struct ob_addr *to)
{
	const struct ob_underlay unknown = { 0 };
	const struct ob_link *link;
	struct ob_rtroute route;
	bool own_mtu;

	if (ob_rtroute_get(k->nl, to, &route) < 0)
		return unknown;
	if (route.type != RTN_UNICAST && route.type != RTN_LOCAL)
		return unknown;
	link = link_by_index(actual, route.ifindex);
	/* A tunnel in itself tells nothing, nor does a way to ourselves. */
	if (!link || link->type == ARPHRD_LOOPBACK ||
	    !strcmp(link->name, net->device))
		return unknown;
	own_mtu = route.mtu && route.mtu < link->mtu;
	return (struct ob_underlay){
		.family = to->family,
		.mtu = own_mtu ? route.mtu : link->mtu,
	};
}

/* Documentation addresses: nobody has a special route to them. */
static struct ob_underlay default_way(const struct ob_kernel *k,
				      const struct ob_network *net,
				      const struct ob_actual *actual)
{
	static const char *const somewhere[] = { "192.0.2.1", "2001:db8::1" };
	struct ob_underlay way = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(somewhere) && !way.mtu; i++) {
		struct ob_addr to;

		if (ob_addr_parse(somewhere[i], &to) == 0)
			way = underlay_to(k, net, actual, &to);
	}
	return way;
}

static const struct ob_wg_peer *peer_of(const struct ob_actual *actual,
					const struct ob_cluster_spec *c)
{
	for (size_t i = 0; i < actual->wg.n_peers; i++)
		if (ob_key_equal(&actual->wg.peers[i].public_key,
				 &c->public_key))
			return &actual->wg.peers[i];
	return NULL;
}

/* A name may mean anything; the tunnel must not run through itself. */
static bool is_global(const struct ob_network *net, const struct ob_addr *addr)
{
	for (size_t i = 0; i < net->n_global; i++)
		if (ob_prefix_contains(&net->global[i], addr))
			return true;
	return false;
}

static void gather_peer(const struct ob_fact_sources *from,
			const struct ob_network *net,
			const struct ob_actual *actual, int64_t now_s,
			const struct ob_cluster_spec *c,
			struct ob_peer_fact *ret)
{
	const struct ob_wg_peer *now = peer_of(actual, c);
	const struct ob_addr *to;

	if (c->host[0]) {
		ret->resolved.addr = ob_resolver_get(from->resolver, c->host);
		ret->resolved.port = c->port;
		if (is_global(net, &ret->resolved.addr))
			ret->resolved = (struct ob_wg_endpoint){ 0 };
	}
	if (!ob_cluster_is_direct(net, c))
		return;
	if (now)
		ret->told = ob_told_learn(from->told, &c->public_key,
					  &now->endpoint, &ret->resolved);
	if (now && c->host[0] &&
	    now_s - now->handshake_s >= OB_HANDSHAKE_FRESH_S)
		ob_resolver_distrust(from->resolver, c->host);
	/* Where its packets go now, or are about to. */
	to = now && now->endpoint.addr.family ? &now->endpoint.addr
					      : &ret->resolved.addr;
	if (to->family)
		ret->underlay = underlay_to(from->kernel, net, actual, to);
}

void ob_facts_gather(const struct ob_fact_sources *from, struct ob_arena *a,
		     const struct ob_network *net,
		     const struct ob_actual *actual, int64_t now_s,
		     struct ob_facts *ret)
{
	struct ob_peer_fact *peers;

	peers = ob_arena_array(a, net->n_clusters, sizeof(*peers));
	for (size_t i = 0; i < net->n_clusters; i++)
		gather_peer(from, net, actual, now_s, &net->clusters[i],
			    &peers[i]);
	*ret = (struct ob_facts){
		.actual = actual,
		.peers = peers,
		.fallback = default_way(from->kernel, net, actual),
		.public_key = from->identity->public_key,
		.now_s = now_s,
	};
}
