// SPDX-License-Identifier: Apache-2.0
#include "octopus/desired_maps.h"

#include <stdio.h>
#include <string.h>

/* Which slots are taken, and for how long. */
enum hold {
	FREE,
	LEAVING, /* by a cluster that goes away at the end of this pass */
	HELD,
};

struct slots {
	enum hold hold[OB_MAX_CLUSTERS];
};

static const struct ob_cluster_entry *
entry_of(const struct ob_cluster_entries *now, const char *id)
{
	for (size_t i = 0; i < now->n; i++)
		if (!strncmp(now->v[i].key.name, id, OB_CLUSTER_LEN))
			return &now->v[i];
	return NULL;
}

static bool in_range(uint32_t slot)
{
	return slot > 0 && slot < OB_MAX_CLUSTERS;
}

static uint32_t lowest(const struct slots *s, enum hold hold)
{
	for (uint32_t i = 1; i < OB_MAX_CLUSTERS; i++)
		if (s->hold[i] == hold)
			return i;
	return 0;
}

/* The slot a cluster has already, unless another one was first; or 0. */
static uint32_t keep_slot(struct slots *s, const struct ob_cluster_entries *now,
			  const char *id)
{
	const struct ob_cluster_entry *e = entry_of(now, id);

	if (!e || !in_range(e->value.slot) || s->hold[e->value.slot] == HELD)
		return 0;
	s->hold[e->value.slot] = HELD;
	return e->value.slot;
}

/* A slot that counts for nobody; else one whose cluster is about to go. */
static uint32_t new_slot(struct slots *s)
{
	uint32_t slot = lowest(s, FREE) ?: lowest(s, LEAVING);

	s->hold[slot] = HELD;
	return slot;
}

static void want_clusters(struct ob_arena *a, const struct ob_network *net,
			  const struct ob_facts *facts, struct ob_desired *d)
{
	const struct ob_cluster_entries *now = &facts->actual->clusters;
	struct slots s = { 0 };

	for (size_t i = 0; i < now->n; i++)
		if (in_range(now->v[i].value.slot))
			s.hold[now->v[i].value.slot] = LEAVING;
	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *c = &net->clusters[i];
		struct ob_cluster_entry *e = OB_PUSH(a, &d->clusters);

		memcpy(e->key.name, c->id, sizeof(e->key.name));
		e->value.hub = c->hub;
		e->value.slot = keep_slot(&s, now, c->id);
	}
	for (size_t i = 0; i < net->n_clusters; i++)
		if (!d->clusters.v[i].value.slot)
			d->clusters.v[i].value.slot = new_slot(&s);
}

/*
 * Every cluster gets the device's MTU, which is the smallest of all ways: a
 * larger one would let from_pod send what the kernel's own route refuses.
 */
static void want_destinations(struct ob_arena *a, const struct ob_network *net,
			      struct ob_desired *d)
{
	for (size_t i = 0; i < net->n_clusters; i++) {
		const struct ob_cluster_spec *c = &net->clusters[i];

		for (size_t j = 0; j < c->n_cidrs; j++) {
			struct ob_route_entry *e;

			e = OB_PUSH(a, &d->destinations);
			e->dst = c->cidrs[j];
			e->value.ifindex = (__u32)d->link.ifindex;
			e->value.mtu = d->link.mtu;
			e->value.slot = d->clusters.v[i].value.slot;
			memcpy(e->value.cluster, c->id, sizeof(c->id));
		}
	}
}

static void want_nat(struct ob_arena *a, struct ob_desired *d,
		     enum ob_nat_dir dir, const struct ob_prefix *from,
		     const struct ob_prefix *to, enum ob_nat_kind kind)
{
	*OB_PUSH(a, &d->nats) = (struct ob_nat_entry){
		.dir = dir,
		.from = *from,
		.to = *to,
		.kind = kind,
	};
}

static void want_stack(struct ob_arena *a, struct ob_desired *d,
		       const struct ob_addr *gateway)
{
	struct ob_prefix host;

	if (!gateway->family)
		return;
	host = ob_prefix_host(gateway);
	want_nat(a, d, OB_NAT_IN, &host, &host, OB_NAT_STACK);
}

static void want_nats(struct ob_arena *a, const struct ob_network *net,
		      struct ob_desired *d)
{
	for (size_t i = 0; i < net->n_mappings; i++) {
		const struct ob_mapping *m = &net->mappings[i];

		want_nat(a, d, OB_NAT_OUT, &m->local, &m->global,
			 OB_NAT_PREFIX);
		want_nat(a, d, OB_NAT_IN, &m->global, &m->local, OB_NAT_PREFIX);
	}
	want_stack(a, d, &net->gateway4);
	want_stack(a, d, &net->gateway6);
}

static void lengthen(__u32 *longest, const struct ob_prefix *p)
{
	if (p->addr.family == AF_INET && p->len > *longest)
		*longest = p->len;
}

static void want_longest(struct ob_desired *d)
{
	struct ob_config *c = &d->config;

	for (size_t i = 0; i < d->destinations.n; i++)
		lengthen(&c->longest_route4, &d->destinations.v[i].dst);
	for (size_t i = 0; i < d->nats.n; i++)
		lengthen(d->nats.v[i].dir == OB_NAT_OUT ? &c->longest_out4
							: &c->longest_in4,
			 &d->nats.v[i].from);
}

static void want_config(const struct ob_network *net,
			const struct ob_facts *facts, struct ob_desired *d)
{
	struct ob_config *c = &d->config;

	memcpy(c->cluster, net->id, sizeof(c->cluster));
	for (size_t i = 0; i < net->n_global; i++) {
		const struct ob_prefix *g = &net->global[i];

		if (g->addr.family == AF_INET) {
			memcpy(c->global4.b, g->addr.b, sizeof(c->global4.b));
			c->global4_len = g->len;
		} else {
			memcpy(c->global6.b, g->addr.b, sizeof(c->global6.b));
			c->global6_len = g->len;
		}
	}
	for (size_t i = 0; i < net->n_blocks; i++) {
		const struct ob_prefix *b = &net->blocks[i];

		if (b->addr.family == AF_INET) {
			memcpy(c->service4.b, b->addr.b, sizeof(c->service4.b));
			c->service4_len = b->len;
		} else {
			memcpy(c->service6.b, b->addr.b, sizeof(c->service6.b));
			c->service6_len = b->len;
		}
	}
	memcpy(c->gateway4.b, net->gateway4.b, sizeof(c->gateway4.b));
	memcpy(c->gateway6.b, net->gateway6.b, sizeof(c->gateway6.b));
	c->flags = net->hub ? OB_CONFIG_RELAY : 0;
	c->generation = facts->actual->config.generation;
	want_longest(d);
}

static void want_pins(struct ob_arena *a, struct ob_desired *d)
{
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++)
		OB_PUSH(a, &d->pins)->map = i;
}

void ob_desired_maps(struct ob_arena *a, const struct ob_network *net,
		     const struct ob_facts *facts, struct ob_desired *d)
{
	want_pins(a, d);
	want_clusters(a, net, facts, d);
	want_destinations(a, net, d);
	want_nats(a, net, d);
	want_config(net, facts, d);
}
