// SPDX-License-Identifier: Apache-2.0
#include "octopus/diff.h"

#include <string.h>

#include "octopus/kinds.h"

/*
 * The order. What packets are looked up in comes before what leads packets
 * there, and goes after it. The pods' side is opened last and closed first.
 */
enum stage {
	STAGE_PIN,
	STAGE_LINK,
	STAGE_DEVICE,
	STAGE_CONFIG,
	STAGE_CLUSTER,
	STAGE_NAT_IN,
	STAGE_NAT_OUT, /* who sends as an address can be answered there */
	STAGE_DESTINATION,
	STAGE_TUNNEL_PROGRAM,
	STAGE_UP,
	STAGE_SYSCTL,
	STAGE_ADDRESS,
	STAGE_PEER_MORE,
	STAGE_PEER,
	STAGE_ROUTE,
	STAGE_POD_PROGRAM,
	STAGE_DEL_PROGRAM,
	STAGE_DEL_ROUTE,
	STAGE_PEER_LESS,
	STAGE_DEL_PEER,
	STAGE_DEL_ADDRESS,
	STAGE_DEL_DESTINATION,
	STAGE_DEL_NAT_OUT,
	STAGE_DEL_NAT_IN,
	STAGE_DEL_CLUSTER,
	STAGE_SETTLED,
};

struct list {
	void *v;
	size_t n;
};

/* Both sides of one kind. */
struct pair {
	enum ob_kind kind;
	enum stage set, del;
	ob_op_fn *apply;
	struct list want, have;
};

struct differ {
	struct ob_describer describer;
	struct ob_plan *plan;
	bool lpm_changed;
};

static void add_op(struct differ *d, enum stage stage, enum ob_verb verb,
		   const char *kind, const char *key, ob_op_fn *fn,
		   const void *args)
{
	struct ob_op *op = ob_plan_add(d->plan, stage, verb, kind, key);

	op->apply = fn;
	op->args = args;
}

static enum ob_verb verb_of(const struct pair *p, const void *want,
			    const void *have)
{
	if (!want)
		return OB_VERB_DEL;
	/* A number below /proc/sys is there as soon as its device is. */
	return have || p->kind == OB_KIND_SYSCTL ? OB_VERB_CHANGE : OB_VERB_ADD;
}

/* Has a an allowed IP that b has not? Both are sorted. */
static bool has_more(const struct ob_wg_peer *a, const struct ob_wg_peer *b)
{
	size_t j = 0;

	for (size_t i = 0; i < a->n_allowed; i++) {
		while (j < b->n_allowed &&
		       ob_prefix_compare(&b->allowed[j], &a->allowed[i]) < 0)
			j++;
		if (j == b->n_allowed ||
		    !ob_prefix_equal(&b->allowed[j], &a->allowed[i]))
			return true;
	}
	return false;
}

static enum stage stage_of_attachment(const struct ob_attachment *want,
				      const struct pair *p)
{
	if (!want)
		return p->del;
	return want->hook == OB_HOOK_FROM_POD ? p->set : STAGE_TUNNEL_PROGRAM;
}

static enum stage stage_of_nat(const struct ob_nat_entry *want,
			       const struct ob_nat_entry *have,
			       const struct pair *p)
{
	if ((want ?: have)->dir == OB_NAT_IN)
		return want ? STAGE_NAT_IN : STAGE_DEL_NAT_IN;
	return want ? p->set : p->del;
}

/*
 * An allowed IP that moves is taken away from its old peer by the kernel when
 * the new one gets it: so that it always has one, those who get go first. One
 * that goes stays until no route leads to it.
 */
static enum stage stage_of_peer(const struct ob_peer_item *want,
				const struct ob_peer_item *have,
				const struct pair *p)
{
	if (!want)
		return p->del;
	if (!have || has_more(&want->wg, &have->wg))
		return STAGE_PEER_MORE;
	return has_more(&have->wg, &want->wg) ? STAGE_PEER_LESS : p->set;
}

static enum stage stage_of(const struct pair *p, const void *want,
			   const void *have)
{
	if (p->kind == OB_KIND_ATTACHMENT)
		return stage_of_attachment(want, p);
	if (p->kind == OB_KIND_NAT)
		return stage_of_nat(want, have, p);
	if (p->kind == OB_KIND_PEER)
		return stage_of_peer(want, have, p);
	return want ? p->set : p->del;
}

static bool is_allowed(const struct ob_wg_peer *peer,
		       const struct ob_prefix *prefix)
{
	for (size_t i = 0; i < peer->n_allowed; i++)
		if (ob_prefix_equal(&peer->allowed[i], prefix))
			return true;
	return false;
}

/* Somebody is to have it. */
static bool is_wanted(const struct pair *p, const struct ob_prefix *prefix)
{
	const struct ob_peer_item *v = p->want.v;

	for (size_t i = 0; i < p->want.n; i++)
		if (is_allowed(&v[i].wg, prefix))
			return true;
	return false;
}

/*
 * A peer that gets allowed IPs and loses others does so in two steps, with all
 * of them in between: routes lead to the old ones until they are gone. NULL:
 * one step will do.
 */
static const struct ob_peer_item *between(struct differ *d,
					  const struct pair *p,
					  const struct ob_peer_item *want,
					  const struct ob_peer_item *have)
{
	struct ob_arena *a = d->plan->arena;
	struct ob_peer_item *both;
	size_t n;

	if (!want || !have || !has_more(&want->wg, &have->wg) ||
	    !has_more(&have->wg, &want->wg))
		return NULL;
	both = ob_arena_alloc(a, sizeof(*both));
	*both = *want;
	n = want->wg.n_allowed;
	both->wg.allowed = ob_arena_array(a, n + have->wg.n_allowed,
					  sizeof(*both->wg.allowed));
	memcpy(both->wg.allowed, want->wg.allowed,
	       n * sizeof(*both->wg.allowed));
	for (size_t i = 0; i < have->wg.n_allowed; i++)
		if (!is_wanted(p, &have->wg.allowed[i]))
			both->wg.allowed[n++] = have->wg.allowed[i];
	both->wg.n_allowed = n;
	return n > want->wg.n_allowed ? both : NULL;
}

static void add_peer_steps(struct differ *d, const struct pair *p,
			   const struct ob_peer_item *want,
			   const struct ob_peer_item *have,
			   const struct ob_peer_item *both)
{
	const struct ob_kind_ops *k = &ob_kinds[p->kind];

	add_op(d, STAGE_PEER_MORE, OB_VERB_CHANGE, k->name,
	       k->describe(&d->describer, both, have), p->apply, both);
	add_op(d, STAGE_PEER_LESS, OB_VERB_CHANGE, k->name,
	       k->describe(&d->describer, want, both), p->apply, want);
}

static void add_item(struct differ *d, const struct pair *p, const void *want,
		     const void *have)
{
	const struct ob_kind_ops *k = &ob_kinds[p->kind];

	const struct ob_peer_item *both = NULL;

	/* One that we do not set is its owner's business. */
	if (!want && p->kind == OB_KIND_SYSCTL)
		return;
	if (p->kind == OB_KIND_PEER)
		both = between(d, p, want, have);
	if (both) {
		add_peer_steps(d, p, want, have, both);
		return;
	}
	add_op(d, stage_of(p, want, have), verb_of(p, want, have), k->name,
	       k->describe(&d->describer, want, have), p->apply, want ?: have);
	if (p->kind == OB_KIND_NAT || p->kind == OB_KIND_DESTINATION)
		d->lpm_changed = true;
}

static void sort(const struct ob_kind_ops *k, const struct list *l)
{
	const char *v = l->v;
	size_t i = 1;

	/* Mostly it is sorted already, and it may have 100,000 elements. */
	while (i < l->n &&
	       k->compare(v + (i - 1) * k->size, v + i * k->size) <= 0)
		i++;
	if (i < l->n)
		qsort(l->v, l->n, k->size, k->compare);
}

/* Walks both sorted lists in step. */
static void merge(struct differ *d, const struct pair *p)
{
	const struct ob_kind_ops *k = &ob_kinds[p->kind];
	size_t i = 0, j = 0;

	sort(k, &p->want);
	sort(k, &p->have);
	while (i < p->want.n || j < p->have.n) {
		const char *w = NULL, *h = NULL;
		int order = 0;

		if (i < p->want.n)
			w = (const char *)p->want.v + i * k->size;
		if (j < p->have.n)
			h = (const char *)p->have.v + j * k->size;
		if (w && h)
			order = k->compare(w, h);
		if (order > 0)
			w = NULL;
		if (order < 0)
			h = NULL;
		i += w != NULL;
		j += h != NULL;
		if (!w || !h || !k->equal(w, h))
			add_item(d, p, w, h);
	}
}

/* The device itself. */

static void diff_link(struct differ *d, const struct ob_appliers *ap,
		      const struct ob_desired *want, const struct ob_link *have)
{
	struct ob_link *link = ob_arena_alloc(d->plan->arena, sizeof(*link));
	const char *key;

	*link = want->link;
	key = ob_arena_printf(d->plan->arena, "%s mtu %u", link->name,
			      link->mtu);
	if (!have) {
		link->up = false;
		add_op(d, STAGE_LINK, OB_VERB_ADD, "link", key, ap->link, link);
	} else if (have->mtu != link->mtu) {
		link->up = have->up;
		add_op(d, STAGE_LINK, OB_VERB_CHANGE, "link", key, ap->link,
		       link);
	}
	if (have && have->up)
		return;
	/* Up last: until then no packet can come or go. */
	key = ob_arena_printf(d->plan->arena, "%s up", link->name);
	add_op(d, STAGE_UP, OB_VERB_CHANGE, "link", key, ap->link, &want->link);
}

static void diff_device(struct differ *d, const struct ob_appliers *ap,
			const struct ob_desired *want,
			const struct ob_wg_device *have)
{
	bool no_key = ob_key_is_zero(&have->public_key);
	bool other_key = !ob_key_is_zero(&want->public_key) &&
			 !ob_key_equal(&want->public_key, &have->public_key);
	struct ob_device_change *c;

	if (have->listen_port == want->port && !no_key && !other_key)
		return;
	c = ob_arena_alloc(d->plan->arena, sizeof(*c));
	c->name = want->link.name;
	c->port = want->port;
	c->set_key = no_key || other_key;
	add_op(d, STAGE_DEVICE, OB_VERB_CHANGE, "device",
	       ob_arena_printf(d->plan->arena, "%s port %u%s", c->name, c->port,
			       c->set_key ? " key" : ""),
	       ap->device, c);
}

/*
 * ob_config. Its generation is even while LPM maps change and odd when they
 * are settled: the programs recall what they looked up only then.
 */

static bool same_config(const struct ob_config *a, const struct ob_config *b)
{
	struct ob_config x = *a;

	x.generation = b->generation;
	return !memcmp(&x, b, sizeof(x));
}

static const char *describe_config(struct ob_arena *a,
				   const struct ob_config *c)
{
	return ob_arena_printf(a, "%s generation %u%s", c->cluster,
			       c->generation,
			       c->generation & 1 ? "" : " (changing)");
}

static void diff_config(struct differ *d, const struct ob_appliers *ap,
			const struct ob_desired *want,
			const struct ob_config *have)
{
	struct ob_arena *a = d->plan->arena;
	struct ob_config *c = ob_arena_array(a, 2, sizeof(*c));
	bool settled = have->generation & 1;

	if (settled && !d->lpm_changed && same_config(&want->config, have))
		return;
	c[0] = want->config;
	c[0].generation = have->generation + settled;
	add_op(d, STAGE_CONFIG, OB_VERB_CHANGE, "config",
	       describe_config(a, &c[0]), ap->config, &c[0]);
	c[1] = c[0];
	c[1].generation++;
	add_op(d, STAGE_SETTLED, OB_VERB_CHANGE, "config",
	       describe_config(a, &c[1]), ap->config, &c[1]);
}

/* The kernel's peers as items, so that both sides look the same. */

static int compare_prefixes(const void *a, const void *b)
{
	return ob_prefix_compare(a, b);
}

static struct list items_of(struct ob_arena *a, const struct ob_wg_device *wg)
{
	struct ob_peer_item *v = ob_arena_array(a, wg->n_peers, sizeof(*v));

	for (size_t i = 0; i < wg->n_peers; i++) {
		v[i].wg = wg->peers[i];
		if (v[i].wg.n_allowed > 0)
			qsort(v[i].wg.allowed, v[i].wg.n_allowed,
			      sizeof(*v[i].wg.allowed), compare_prefixes);
	}
	return (struct list){ v, wg->n_peers };
}

#define LIST(l)                                                                \
	{                                                                      \
		(l).v, (l).n                                                   \
	}

static void diff_lists(struct differ *d, const struct ob_appliers *ap,
		       struct ob_desired *want, struct ob_actual *have)
{
	const struct pair pairs[] = {
		{ OB_KIND_PIN, STAGE_PIN, STAGE_PIN, ap->pin, LIST(want->pins),
		  LIST(have->pins) },
		{ OB_KIND_CLUSTER, STAGE_CLUSTER, STAGE_DEL_CLUSTER,
		  ap->cluster, LIST(want->clusters), LIST(have->clusters) },
		{ OB_KIND_NAT, STAGE_NAT_OUT, STAGE_DEL_NAT_OUT, ap->nat,
		  LIST(want->nats), LIST(have->nats) },
		{ OB_KIND_DESTINATION, STAGE_DESTINATION, STAGE_DEL_DESTINATION,
		  ap->destination, LIST(want->destinations),
		  LIST(have->destinations) },
		{ OB_KIND_ATTACHMENT, STAGE_POD_PROGRAM, STAGE_DEL_PROGRAM,
		  ap->attachment, LIST(want->attachments),
		  LIST(have->attachments) },
		{ OB_KIND_SYSCTL, STAGE_SYSCTL, STAGE_SYSCTL, ap->sysctl,
		  LIST(want->sysctls), LIST(have->sysctls) },
		{ OB_KIND_ADDRESS, STAGE_ADDRESS, STAGE_DEL_ADDRESS,
		  ap->address, LIST(want->addrs), LIST(have->addrs) },
		{ OB_KIND_ROUTE, STAGE_ROUTE, STAGE_DEL_ROUTE, ap->route,
		  LIST(want->routes), LIST(have->routes) },
		{ OB_KIND_PEER, STAGE_PEER, STAGE_DEL_PEER, ap->peer,
		  LIST(want->peers), items_of(d->plan->arena, &have->wg) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		merge(d, &pairs[i]);
}

void ob_diff(struct ob_desired *desired, struct ob_actual *actual,
	     const struct ob_appliers *appliers, struct ob_plan *plan)
{
	struct differ d = {
		.describer = { plan->arena, desired->link.name,
			       &actual->links },
		.plan = plan,
	};

	if (desired->blocked)
		return;
	diff_link(&d, appliers, desired,
		  ob_actual_link(actual, desired->link.name));
	diff_device(&d, appliers, desired, &actual->wg);
	diff_lists(&d, appliers, desired, actual);
	diff_config(&d, appliers, desired, &actual->config);
}
