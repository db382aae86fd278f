// SPDX-License-Identifier: Apache-2.0
#include "octopus/config_check.h"

#include <errno.h>
#include <string.h>

#include "octopus/config_claims.h"
#include "octopus/topology.h"

#define IPV6_MIN_MTU 1280 /* RFC 8200, section 5 */

int ob_config_check_global(const struct ob_config_errors *e,
			   const struct ob_raw_config *raw)
{
	if (raw->global.n == 0)
		return ob_config_fail(e, &raw->global.at,
				      "is empty, expected a prefix");
	for (size_t i = 0; i < raw->global.n; i++) {
		const struct ob_raw_prefix *p = &raw->global.v[i];

		if (ob_raw_global(raw, p->v.addr.family) != p)
			return ob_config_fail(e, &p->at,
					      "a second global CIDR of the "
					      "same family");
		if (p->v.len == 0)
			return ob_config_fail(e, &p->at,
					      "is the whole address space");
	}
	if (raw->mtu.v && raw->mtu.v < IPV6_MIN_MTU &&
	    ob_raw_global(raw, AF_INET6))
		return ob_config_fail(e, &raw->mtu.at, "IPv6 needs at least %d",
				      IPV6_MIN_MTU);
	return 0;
}

/* The cluster CIDRs of one cluster; adds its claims. */
static int check_cidrs(const struct ob_config_errors *e,
		       const struct ob_raw_config *raw,
		       const struct ob_raw_prefixes *list, const char *owner,
		       struct ob_claim *claims, size_t *n)
{
	char p[OB_PREFIX_STRLEN];

	if (list->n == 0)
		return ob_config_fail(e, &list->at,
				      "is empty, expected a prefix");
	if (list->n > OB_MAX_CIDRS)
		return ob_config_fail(e, &list->at, "%zu prefixes, at most %d",
				      list->n, OB_MAX_CIDRS);
	for (size_t i = 0; i < list->n; i++) {
		const struct ob_raw_prefix *c = &list->v[i];
		const struct ob_raw_prefix *g;

		g = ob_raw_global(raw, c->v.addr.family);
		ob_prefix_format(&c->v, p, sizeof(p));
		if (!g || !ob_prefix_covers(&g->v, &c->v))
			return ob_config_fail(
				e, &c->at, "%s is not inside global_cidr", p);
		claims[(*n)++] = (struct ob_claim){ c, owner };
	}
	return 0;
}

static int check_identity(const struct ob_config_errors *e,
			  const struct ob_raw_config *raw, size_t i)
{
	const struct ob_raw_peer *p = &raw->peers.v[i];

	if (!strcmp(p->id.v, raw->id.v))
		return ob_config_fail(e, &p->id.at, "is our own cluster_id");
	for (size_t j = 0; j < i; j++) {
		const struct ob_raw_peer *q = &raw->peers.v[j];

		if (!strcmp(p->id.v, q->id.v))
			return ob_config_fail(e, &p->id.at,
					      "%s is the cluster_id of "
					      "peers[%zu], too",
					      p->id.v, j);
		if (p->public_key.at.path && q->public_key.at.path &&
		    ob_key_equal(&p->public_key.v, &q->public_key.v))
			return ob_config_fail(e, &p->public_key.at,
					      "is the key of peer %s, too",
					      q->id.v);
	}
	return 0;
}

int ob_config_check_addresses(struct ob_arena *scratch,
			      const struct ob_config_errors *e,
			      const struct ob_raw_config *raw)
{
	struct ob_claim *claims;
	size_t n = 0;
	int r = ob_config_check_global(e, raw);

	if (r < 0)
		return r;
	if (raw->peers.n > OB_MAX_CLUSTERS - 1)
		return ob_config_fail(e, &raw->peers.at,
				      "%zu peers, at most %d", raw->peers.n,
				      OB_MAX_CLUSTERS - 1);
	claims = ob_arena_array(scratch, (raw->peers.n + 1) * OB_MAX_CIDRS,
				sizeof(*claims));
	r = check_cidrs(e, raw, &raw->cidrs, "this cluster", claims, &n);
	if (r < 0)
		return r;
	for (size_t i = 0; i < raw->peers.n; i++) {
		const struct ob_raw_peer *p = &raw->peers.v[i];

		r = check_identity(e, raw, i);
		if (r < 0)
			return r;
		r = check_cidrs(e, raw, &p->cidrs, p->id.v, claims, &n);
		if (r < 0)
			return r;
	}
	return ob_claims_check(e, claims, n);
}

static int check_gateway(const struct ob_config_errors *e,
			 const struct ob_raw_addr *raw,
			 const struct ob_network *net)
{
	struct ob_prefix host = ob_prefix_host(&raw->v);

	if (!ob_network_owns(net, &host))
		return ob_config_fail(e, &raw->at,
				      "is not inside our cluster_cidr");
	return 0;
}

/* A mapping of exactly the gateway's address would hide one of the two. */
static int check_not_mapped(const struct ob_config_errors *e,
			    const struct ob_raw_config *raw,
			    const struct ob_network *net,
			    const struct ob_addr *gateway)
{
	struct ob_prefix host = ob_prefix_host(gateway);
	const struct ob_place *at;

	for (size_t i = 0; i < net->n_mappings; i++) {
		if (!ob_prefix_equal(&net->mappings[i].global, &host))
			continue;
		at = raw->pods.n ? &raw->pods.v[i].at : &raw->mappings.v[i].at;
		return ob_config_fail(e, at,
				      "would get the address of the "
				      "gateway itself");
	}
	return 0;
}

int ob_config_check_gateways(const struct ob_config_errors *e,
			     const struct ob_raw_config *raw,
			     struct ob_network *net)
{
	int r;

	for (size_t i = 0; i < raw->gateways.n; i++) {
		const struct ob_raw_addr *a = &raw->gateways.v[i];
		struct ob_addr *to = a->v.family == AF_INET ? &net->gateway4
							    : &net->gateway6;

		if (to->family)
			return ob_config_fail(e, &a->at,
					      "a second gateway of "
					      "the same family");
		r = check_gateway(e, a, net);
		if (r < 0)
			return r;
		*to = a->v;
	}
	if (!net->gateway4.family)
		net->gateway4 = ob_network_default_gateway(net, AF_INET);
	if (!net->gateway6.family)
		net->gateway6 = ob_network_default_gateway(net, AF_INET6);
	r = check_not_mapped(e, raw, net, &net->gateway4);
	return r < 0 ? r : check_not_mapped(e, raw, net, &net->gateway6);
}

static int check_hubs(const struct ob_config_errors *e,
		      const struct ob_raw_config *raw)
{
	const char *hub = raw->hub.v ? "this cluster" : NULL;

	for (size_t i = 0; i < raw->peers.n; i++) {
		const struct ob_raw_peer *p = &raw->peers.v[i];

		if (!p->hub.v)
			continue;
		if (hub)
			return ob_config_fail(e, &p->hub.at,
					      "a second hub: %s is the hub",
					      hub);
		hub = p->id.v;
	}
	return 0;
}

/* The tunnel's own packets must not be routed into the tunnel. */
static int check_endpoint(const struct ob_config_errors *e,
			  const struct ob_raw_config *raw,
			  const struct ob_raw_peer *p)
{
	const struct ob_raw_prefix *g;
	struct ob_addr addr;

	if (!p->endpoint.v || ob_addr_parse(p->endpoint.v, &addr) < 0)
		return 0;
	g = ob_raw_global(raw, addr.family);
	if (g && ob_prefix_contains(&g->v, &addr))
		return ob_config_fail(e, &p->endpoint.at,
				      "is inside global_cidr: the tunnel would "
				      "run through itself");
	return 0;
}

static int check_reach(const struct ob_config_errors *e,
		       const struct ob_raw_peer *p,
		       const struct ob_network *net,
		       const struct ob_cluster_spec *c)
{
	const struct ob_cluster_spec *hub = ob_network_hub(net);

	if (ob_cluster_is_direct(net, c))
		return 0;
	if (c->hub && !c->has_key)
		return ob_config_fail(e, &p->at,
				      "public_key is missing: %s "
				      "is the hub",
				      c->id);
	if (c->hub)
		return ob_config_fail(e, &p->at,
				      "endpoint is missing: neither "
				      "we nor hub %s can dial the "
				      "other",
				      c->id);
	if (c->host[0])
		return ob_config_fail(e, &p->at,
				      "public_key is missing: %s "
				      "has an endpoint",
				      c->id);
	if (net->hub)
		return ob_config_fail(e, &p->at,
				      "public_key is missing: %s "
				      "can only be reached through "
				      "us, the hub",
				      c->id);
	if (!hub)
		return ob_config_fail(e, &p->at,
				      "peer %s cannot be reached: "
				      "%s, and no peer is the hub",
				      c->id,
				      c->has_key ? "it has no endpoint and "
						   "cannot dial us"
						 : "it has no public_key");
	return 0;
}

int ob_config_check_topology(const struct ob_config_errors *e,
			     const struct ob_raw_config *raw,
			     const struct ob_network *net)
{
	int r = check_hubs(e, raw);

	for (size_t i = 0; r == 0 && i < raw->peers.n; i++) {
		const struct ob_raw_peer *p = &raw->peers.v[i];

		r = check_endpoint(e, raw, p);
		if (r == 0)
			r = check_reach(e, p, net, &net->clusters[i]);
	}
	return r;
}
