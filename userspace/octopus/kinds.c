// SPDX-License-Identifier: Apache-2.0
#include "octopus/kinds.h"

#include <linux/rtnetlink.h>
#include <string.h>

#define SHOWN_ALLOWED 4 /* allowed IPs in one line */

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* What identifies each kind, and what makes two of them the same. */

static int compare_pins(const void *a, const void *b)
{
	const struct ob_pin *x = a, *y = b;

	return order(x->map, y->map);
}

/* Only those that lead to our map are in the list. */
static bool equal_pins(const void *a, const void *b)
{
	(void)a;
	(void)b;
	return true;
}

static int compare_clusters(const void *a, const void *b)
{
	const struct ob_cluster_entry *x = a, *y = b;

	return strncmp(x->key.name, y->key.name, sizeof(x->key.name));
}

static bool equal_clusters(const void *a, const void *b)
{
	const struct ob_cluster_entry *x = a, *y = b;

	return x->value.slot == y->value.slot && x->value.hub == y->value.hub;
}

static int compare_destinations(const void *a, const void *b)
{
	const struct ob_route_entry *x = a, *y = b;

	return ob_prefix_compare(&x->dst, &y->dst);
}

static bool equal_destinations(const void *a, const void *b)
{
	const struct ob_route_entry *x = a, *y = b;

	return x->value.ifindex == y->value.ifindex &&
	       x->value.mtu == y->value.mtu && x->value.slot == y->value.slot &&
	       !strncmp(x->value.cluster, y->value.cluster,
			sizeof(x->value.cluster));
}

static int compare_nats(const void *a, const void *b)
{
	const struct ob_nat_entry *x = a, *y = b;

	return order(x->dir, y->dir) ?: ob_prefix_compare(&x->from, &y->from);
}

static bool equal_nats(const void *a, const void *b)
{
	const struct ob_nat_entry *x = a, *y = b;

	return x->kind == y->kind && ob_prefix_equal(&x->to, &y->to);
}

static int compare_attachments(const void *a, const void *b)
{
	const struct ob_attachment *x = a, *y = b;

	return order(x->hook, y->hook)
		       ?: order((uint64_t)x->ifindex, (uint64_t)y->ifindex);
}

static bool equal_attachments(const void *want, const void *have)
{
	const struct ob_attachment *x = want, *y = have;

	return x->current == y->current;
}

static int compare_sysctls(const void *a, const void *b)
{
	const struct ob_sysctl *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static bool equal_sysctls(const void *a, const void *b)
{
	const struct ob_sysctl *x = a, *y = b;

	return x->value == y->value;
}

static int compare_addrs(const void *a, const void *b)
{
	const struct ob_ifaddr *x = a, *y = b;
	struct ob_prefix p = { x->addr, x->len }, q = { y->addr, y->len };

	return ob_prefix_compare(&p, &q);
}

static bool equal_addrs(const void *a, const void *b)
{
	const struct ob_ifaddr *x = a, *y = b;

	return x->ifindex == y->ifindex;
}

static int compare_routes(const void *a, const void *b)
{
	const struct ob_rtroute *x = a, *y = b;

	return ob_prefix_compare(&x->dst, &y->dst) ?:
	       order(x->table, y->table) ?:
	       order(x->metric, y->metric);
}

static bool equal_routes(const void *a, const void *b)
{
	const struct ob_rtroute *x = a, *y = b;

	/* IPv6 hangs an unreachable route on lo. */
	return x->type == y->type && x->mtu == y->mtu &&
	       (x->ifindex == y->ifindex || !x->ifindex) &&
	       ob_addr_equal(&x->via, &y->via) &&
	       ob_addr_equal(&x->prefsrc, &y->prefsrc);
}

/* Family 0: the kernel keeps the endpoint it has. */
static bool same_endpoint(const struct ob_wg_peer *want,
			  const struct ob_wg_peer *have)
{
	return !want->endpoint.addr.family ||
	       (ob_addr_equal(&want->endpoint.addr, &have->endpoint.addr) &&
		want->endpoint.port == have->endpoint.port);
}

/* Both are sorted. */
static bool same_allowed(const struct ob_wg_peer *want,
			 const struct ob_wg_peer *have)
{
	if (want->n_allowed != have->n_allowed)
		return false;
	for (size_t i = 0; i < want->n_allowed; i++)
		if (!ob_prefix_equal(&want->allowed[i], &have->allowed[i]))
			return false;
	return true;
}

static int compare_peers(const void *a, const void *b)
{
	const struct ob_peer_item *x = a, *y = b;

	return memcmp(x->wg.public_key.b, y->wg.public_key.b,
		      sizeof(x->wg.public_key.b));
}

static bool equal_peers(const void *want, const void *have)
{
	const struct ob_peer_item *x = want, *y = have;

	return ob_wg_peer_equal(&x->wg, &y->wg);
}

/* How each is called, for people: plan, log and tests. */

/* The name of an interface; OB_IFINDEX_DEVICE is our own. */
static const char *dev(const struct ob_describer *d, int ifindex)
{
	if (ifindex == OB_IFINDEX_DEVICE)
		return d->device;
	for (size_t i = 0; i < d->links->n; i++)
		if (d->links->v[i].ifindex == ifindex)
			return d->links->v[i].name;
	return ob_arena_printf(d->arena, "ifindex %d", ifindex);
}

static const char *describe_pin(const struct ob_describer *d, const void *want,
				const void *have)
{
	const struct ob_pin *p = want ?: have;

	return ob_arena_strdup(d->arena, ob_map_name(p->map));
}

static const char *describe_cluster(const struct ob_describer *d,
				    const void *want, const void *have)
{
	const struct ob_cluster_entry *e = want ?: have;

	return ob_arena_printf(d->arena, "%.*s slot %u%s", OB_CLUSTER_LEN,
			       e->key.name, e->value.slot,
			       e->value.hub ? " hub" : "");
}

static const char *describe_destination(const struct ob_describer *d,
					const void *want, const void *have)
{
	const struct ob_route_entry *e = want ?: have;
	char p[OB_PREFIX_STRLEN];

	ob_prefix_format(&e->dst, p, sizeof(p));
	if (!want)
		return ob_arena_strdup(d->arena, p);
	return ob_arena_printf(d->arena, "%s cluster %s dev %s mtu %u slot %u",
			       p, e->value.cluster,
			       dev(d, (int)e->value.ifindex), e->value.mtu,
			       e->value.slot);
}

static const char *describe_nat(const struct ob_describer *d, const void *want,
				const void *have)
{
	const struct ob_nat_entry *e = want ?: have;
	char from[OB_PREFIX_STRLEN], to[OB_PREFIX_STRLEN] = "stack";

	ob_prefix_format(&e->from, from, sizeof(from));
	if (e->kind == OB_NAT_PREFIX)
		ob_prefix_format(&e->to, to, sizeof(to));
	return ob_arena_printf(d->arena, "%s %s to %s",
			       e->dir == OB_NAT_OUT ? "out" : "in", from, to);
}

static const char *describe_attachment(const struct ob_describer *d,
				       const void *want, const void *have)
{
	const struct ob_attachment *a = want ?: have;

	return ob_arena_printf(d->arena, "%s dev %s", ob_hook_name(a->hook),
			       dev(d, a->ifindex));
}

static const char *describe_sysctl(const struct ob_describer *d,
				   const void *want, const void *have)
{
	const struct ob_sysctl *s = want ?: have;

	return ob_arena_printf(d->arena, "%s %u", s->name, s->value);
}

static const char *describe_address(const struct ob_describer *d,
				    const void *want, const void *have)
{
	const struct ob_ifaddr *a = want ?: have;
	struct ob_prefix p = { a->addr, a->len };
	char s[OB_PREFIX_STRLEN];

	return ob_arena_printf(d->arena, "%s dev %s",
			       ob_prefix_format(&p, s, sizeof(s)),
			       dev(d, a->ifindex));
}

static const char *describe_route(const struct ob_describer *d,
				  const void *want, const void *have)
{
	const struct ob_rtroute *r = want ?: have;
	char dst[OB_PREFIX_STRLEN], src[OB_ADDR_STRLEN];

	ob_prefix_format(&r->dst, dst, sizeof(dst));
	if (r->type == RTN_UNREACHABLE)
		return ob_arena_printf(d->arena, "unreachable %s metric %u",
				       dst, r->metric);
	if (!r->prefsrc.family)
		return ob_arena_printf(d->arena, "%s dev %s", dst,
				       dev(d, r->ifindex));
	return ob_arena_printf(d->arena, "%s dev %s src %s", dst,
			       dev(d, r->ifindex),
			       ob_addr_format(&r->prefsrc, src, sizeof(src)));
}

static const char *describe_allowed(const struct ob_describer *d,
				    const struct ob_wg_peer *wg)
{
	const char *text = "allowed";
	char p[OB_PREFIX_STRLEN];
	size_t i;

	for (i = 0; i < wg->n_allowed && i < SHOWN_ALLOWED; i++)
		text = ob_arena_printf(
			d->arena, "%s%s%s", text, i ? "," : " ",
			ob_prefix_format(&wg->allowed[i], p, sizeof(p)));
	if (i < wg->n_allowed)
		text = ob_arena_printf(d->arena, "%s and %zu more", text,
				       wg->n_allowed - i);
	return text;
}

static const char *describe_endpoint(const struct ob_describer *d,
				     const struct ob_wg_peer *wg)
{
	char s[OB_ADDR_STRLEN];
	bool v6 = wg->endpoint.addr.family == AF_INET6;

	return ob_arena_printf(d->arena, "endpoint %s%s%s:%u", v6 ? "[" : "",
			       ob_addr_format(&wg->endpoint.addr, s, sizeof(s)),
			       v6 ? "]" : "", wg->endpoint.port);
}

/* Only what changes. A peer nobody wants has no name but its key. */
static const char *describe_peer(const struct ob_describer *d, const void *want,
				 const void *have)
{
	const struct ob_peer_item *w = want, *h = have;
	char key[OB_KEY_STRLEN];
	const char *text;

	if (!w)
		return ob_arena_strdup(
			d->arena,
			ob_key_format(&h->wg.public_key, key, sizeof(key)));
	text = w->cluster;
	if (w->wg.endpoint.addr.family &&
	    (!h || !same_endpoint(&w->wg, &h->wg)))
		text = ob_arena_printf(d->arena, "%s %s", text,
				       describe_endpoint(d, &w->wg));
	if (h ? w->wg.keepalive_s != h->wg.keepalive_s : w->wg.keepalive_s)
		text = ob_arena_printf(d->arena, "%s keepalive %u", text,
				       w->wg.keepalive_s);
	if (!h || !same_allowed(&w->wg, &h->wg))
		text = ob_arena_printf(d->arena, "%s %s", text,
				       describe_allowed(d, &w->wg));
	return text;
}

const struct ob_kind_ops ob_kinds[OB_KIND_COUNT] = {
	[OB_KIND_PIN] = { "pin", sizeof(struct ob_pin), compare_pins,
			  equal_pins, describe_pin },
	[OB_KIND_CLUSTER] = { "cluster", sizeof(struct ob_cluster_entry),
			      compare_clusters, equal_clusters,
			      describe_cluster },
	[OB_KIND_DESTINATION] = { "destination", sizeof(struct ob_route_entry),
				  compare_destinations, equal_destinations,
				  describe_destination },
	[OB_KIND_NAT] = { "nat", sizeof(struct ob_nat_entry), compare_nats,
			  equal_nats, describe_nat },
	[OB_KIND_ATTACHMENT] = { "attachment", sizeof(struct ob_attachment),
				 compare_attachments, equal_attachments,
				 describe_attachment },
	[OB_KIND_SYSCTL] = { "sysctl", sizeof(struct ob_sysctl),
			     compare_sysctls, equal_sysctls, describe_sysctl },
	[OB_KIND_ADDRESS] = { "address", sizeof(struct ob_ifaddr),
			      compare_addrs, equal_addrs, describe_address },
	[OB_KIND_PEER] = { "peer", sizeof(struct ob_peer_item), compare_peers,
			   equal_peers, describe_peer },
	[OB_KIND_ROUTE] = { "route", sizeof(struct ob_rtroute), compare_routes,
			    equal_routes, describe_route },
};
