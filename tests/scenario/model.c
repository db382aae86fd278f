// SPDX-License-Identifier: Apache-2.0
#include "model.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Removes element i of a list; the order does not matter. */
#define REMOVE(list, i) ((list)->v[i] = (list)->v[--(list)->n])

struct ob_key model_key(const char *name)
{
	struct ob_key key;

	memset(key.b, 7, sizeof(key.b));
	memcpy(key.b, name, strnlen(name, sizeof(key.b)));
	return key;
}

void model_init(struct model *m, struct ob_arena *a)
{
	*m = (struct model){
		.arena = a,
		.next_index = MODEL_DEVICE_INDEX,
		.now_s = 1000000,
		.forwarding4 = true,
		.forwarding6 = true,
	};
	*OB_PUSH(a, &m->links) = (struct ob_link){
		.ifindex = 1,
		.name = "lo",
		.mtu = 65536,
		.type = ARPHRD_LOOPBACK,
		.up = true,
	};
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++)
		OB_PUSH(a, &m->pins)->map = i;
}

struct ob_link *model_link(struct model *m, const char *name)
{
	for (size_t i = 0; i < m->links.n; i++)
		if (!strcmp(m->links.v[i].name, name))
			return &m->links.v[i];
	return NULL;
}

struct ob_link *model_link_by_index(struct model *m, int ifindex)
{
	for (size_t i = 0; i < m->links.n; i++)
		if (m->links.v[i].ifindex == ifindex)
			return &m->links.v[i];
	return NULL;
}

struct ob_wg_peer *model_peer(struct model *m, const struct ob_key *key)
{
	for (size_t i = 0; i < m->peers.n; i++)
		if (ob_key_equal(&m->peers.v[i].public_key, key))
			return &m->peers.v[i];
	return NULL;
}

/* Routes of a device go when it goes down, and IPv6 addresses. */
void model_link_down(struct model *m, struct ob_link *link)
{
	link->up = false;
	for (size_t i = m->routes.n; i-- > 0;)
		if (m->routes.v[i].ifindex == link->ifindex)
			REMOVE(&m->routes, i);
	for (size_t i = m->addrs.n; i-- > 0;)
		if (m->addrs.v[i].ifindex == link->ifindex &&
		    m->addrs.v[i].addr.family == AF_INET6)
			REMOVE(&m->addrs, i);
}

void model_link_del(struct model *m, const char *name)
{
	struct ob_link *link = model_link(m, name);
	char prefix[64];

	model_link_down(m, link);
	for (size_t i = m->addrs.n; i-- > 0;)
		if (m->addrs.v[i].ifindex == link->ifindex)
			REMOVE(&m->addrs, i);
	for (size_t i = m->attachments.n; i-- > 0;)
		if (m->attachments.v[i].ifindex == link->ifindex)
			REMOVE(&m->attachments, i);
	snprintf(prefix, sizeof(prefix), "/conf/%s/", name);
	for (size_t i = m->sysctls.n; i-- > 0;)
		if (strstr(m->sysctls.v[i].name, prefix))
			REMOVE(&m->sysctls, i);
	if (!strcmp(link->kind, "wireguard")) {
		m->peers.n = 0;
		m->listen_port = 0;
		m->public_key = (struct ob_key){ 0 };
	}
	REMOVE(&m->links, (size_t)(link - m->links.v));
}

/* Appliers. A refusal is kept for the test to show. */

__attribute__((format(printf, 2, 3))) static int refuse(struct model *m,
							const char *format, ...)
{
	va_list args;

	if (m->refusal[0])
		return -EPERM;
	va_start(args, format);
	vsnprintf(m->refusal, sizeof(m->refusal), format, args);
	va_end(args);
	return -EPERM;
}

static int index_of(struct model *m, int ifindex)
{
	const struct ob_link *link;

	if (ifindex != OB_IFINDEX_DEVICE)
		return ifindex;
	link = model_link(m, m->device);
	return link ? link->ifindex : -1;
}

static struct ob_route_entry *find_destination(struct model *m,
					       const struct ob_prefix *dst)
{
	for (size_t i = 0; i < m->destinations.n; i++)
		if (ob_prefix_equal(&m->destinations.v[i].dst, dst))
			return &m->destinations.v[i];
	return NULL;
}

static struct ob_rtroute *find_route(struct model *m,
				     const struct ob_rtroute *r)
{
	for (size_t i = 0; i < m->routes.n; i++)
		if (ob_prefix_equal(&m->routes.v[i].dst, &r->dst) &&
		    m->routes.v[i].metric == r->metric)
			return &m->routes.v[i];
	return NULL;
}

static int check_verb(struct model *m, const struct ob_op *op, bool exists)
{
	if (exists == (op->verb == OB_VERB_ADD))
		return refuse(m, "%s %s %s: it %s", ob_verb_name(op->verb),
			      op->kind, op->key,
			      exists ? "exists" : "does not exist");
	return 0;
}

static int apply_pin(void *context, const struct ob_op *op,
		     struct ob_status *status)
{
	struct model *m = context;

	(void)status;
	*OB_PUSH(m->arena, &m->pins) = *(const struct ob_pin *)op->args;
	return 0;
}

void model_sysctls_add(struct model *m, const char *name)
{
	static const char *const families[] = { "ipv4", "ipv6" };

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		struct ob_sysctl *s = OB_PUSH(m->arena, &m->sysctls);

		snprintf(s->name, sizeof(s->name), "net/%s/conf/%s/forwarding",
			 families[i], name);
	}
}

static int apply_link(void *context, const struct ob_op *op,
		      struct ob_status *status)
{
	struct model *m = context;
	const struct ob_link *want = op->args;
	struct ob_link *link = model_link(m, want->name);
	int r = check_verb(m, op, link != NULL);

	(void)status;
	if (r < 0)
		return r;
	if (!link) {
		link = OB_PUSH(m->arena, &m->links);
		*link = *want;
		link->type = ARPHRD_NONE;
		link->ifindex = m->next_index++;
		model_sysctls_add(m, want->name);
		return 0;
	}
	if (link->up && !want->up)
		return refuse(m, "%s: taken down", want->name);
	link->mtu = want->mtu;
	link->up = want->up;
	memcpy(link->alias, want->alias, sizeof(link->alias));
	return 0;
}

static int apply_device(void *context, const struct ob_op *op,
			struct ob_status *status)
{
	struct model *m = context;
	const struct ob_device_change *d = op->args;
	char name[32];

	(void)status;
	if (!model_link(m, d->name))
		return refuse(m, "device %s: not there", d->name);
	m->listen_port = d->port;
	if (!d->set_key)
		return 0;
	if (!m->has_secret) {
		snprintf(name, sizeof(name), "fresh %d", m->next_key++);
		m->identity = model_key(name);
		m->has_secret = true;
	}
	m->public_key = m->identity;
	return 0;
}

static int apply_cluster(void *context, const struct ob_op *op,
			 struct ob_status *status)
{
	struct model *m = context;
	const struct ob_cluster_entry *e = op->args;
	size_t i = 0;
	int r;

	(void)status;
	while (i < m->clusters.n &&
	       strcmp(m->clusters.v[i].key.name, e->key.name) != 0)
		i++;
	r = check_verb(m, op, i < m->clusters.n);
	if (r < 0)
		return r;
	if (op->verb == OB_VERB_DEL)
		REMOVE(&m->clusters, i);
	else if (op->verb == OB_VERB_ADD)
		*OB_PUSH(m->arena, &m->clusters) = *e;
	else
		m->clusters.v[i] = *e;
	return 0;
}

/* The programs recall what they looked up: they have to be told before. */
static int check_changing(struct model *m, const struct ob_op *op)
{
	if (m->config.generation & 1)
		return refuse(m, "%s: while the generation is odd", op->key);
	return 0;
}

static int apply_nat(void *context, const struct ob_op *op,
		     struct ob_status *status)
{
	struct model *m = context;
	const struct ob_nat_entry *e = op->args;
	size_t i = 0;
	int r;

	(void)status;
	while (i < m->nats.n &&
	       (m->nats.v[i].dir != e->dir ||
		!ob_prefix_equal(&m->nats.v[i].from, &e->from)))
		i++;
	r = check_verb(m, op, i < m->nats.n);
	if (r == 0)
		r = check_changing(m, op);
	if (r < 0)
		return r;
	if (op->verb == OB_VERB_DEL)
		REMOVE(&m->nats, i);
	else if (op->verb == OB_VERB_ADD)
		*OB_PUSH(m->arena, &m->nats) = *e;
	else
		m->nats.v[i] = *e;
	return 0;
}

static bool is_routed(struct model *m, const struct ob_prefix *dst)
{
	for (size_t i = 0; i < m->routes.n; i++)
		if (ob_prefix_equal(&m->routes.v[i].dst, dst) &&
		    m->routes.v[i].type == RTN_UNICAST)
			return true;
	return false;
}

static bool is_allowed(struct model *m, const struct ob_prefix *p)
{
	for (size_t i = 0; i < m->peers.n; i++)
		for (size_t j = 0; j < m->peers.v[i].n_allowed; j++)
			if (ob_prefix_equal(&m->peers.v[i].allowed[j], p))
				return true;
	return false;
}

static int apply_destination(void *context, const struct ob_op *op,
			     struct ob_status *status)
{
	struct model *m = context;
	struct ob_route_entry e = *(const struct ob_route_entry *)op->args;
	struct ob_route_entry *now = find_destination(m, &e.dst);
	int r = check_verb(m, op, now != NULL);

	(void)status;
	if (r == 0)
		r = check_changing(m, op);
	if (r < 0)
		return r;
	if (op->verb == OB_VERB_DEL) {
		if (is_routed(m, &e.dst) || is_allowed(m, &e.dst))
			return refuse(m, "%s: packets still come and go",
				      op->key);
		REMOVE(&m->destinations, (size_t)(now - m->destinations.v));
		return 0;
	}
	e.value.ifindex = (__u32)index_of(m, (int)e.value.ifindex);
	if (!model_link_by_index(m, (int)e.value.ifindex))
		return refuse(m, "%s: no such device", op->key);
	if (!now)
		now = OB_PUSH(m->arena, &m->destinations);
	*now = e;
	return 0;
}

static uint32_t longer(uint32_t longest, const struct ob_prefix *p)
{
	return p->addr.family == AF_INET && p->len > longest ? p->len : longest;
}

/* What the programs may remember by is at least as long as what is there. */
static bool lengths_hold(const struct model *m, const struct ob_config *c)
{
	uint32_t route4 = 0, out4 = 0, in4 = 0;

	for (size_t i = 0; i < m->destinations.n; i++)
		route4 = longer(route4, &m->destinations.v[i].dst);
	for (size_t i = 0; i < m->nats.n; i++) {
		if (m->nats.v[i].dir == OB_NAT_OUT)
			out4 = longer(out4, &m->nats.v[i].from);
		else
			in4 = longer(in4, &m->nats.v[i].from);
	}
	return c->longest_route4 >= route4 && c->longest_out4 >= out4 &&
	       c->longest_in4 >= in4;
}

static bool is_settled(const struct model *m)
{
	return m->config.generation & 1;
}

static int apply_config(void *context, const struct ob_op *op,
			struct ob_status *status)
{
	struct model *m = context;
	const struct ob_config *c = op->args;

	(void)status;
	if (c->generation < m->config.generation ||
	    (is_settled(m) && c->generation == m->config.generation))
		return refuse(m, "generation %u after %u", c->generation,
			      m->config.generation);
	if (c->generation & 1 && !lengths_hold(m, c))
		return refuse(m, "%s: a prefix is longer than the longest",
			      op->key);
	m->config = *c;
	return 0;
}

/* A program that finds nothing in its maps drops what it sees. */
static int apply_attachment(void *context, const struct ob_op *op,
			    struct ob_status *status)
{
	struct model *m = context;
	struct ob_attachment want = *(const struct ob_attachment *)op->args;
	size_t i = 0;
	int r;

	(void)status;
	want.ifindex = index_of(m, want.ifindex);
	while (i < m->attachments.n &&
	       (m->attachments.v[i].hook != want.hook ||
		m->attachments.v[i].ifindex != want.ifindex))
		i++;
	r = check_verb(m, op, i < m->attachments.n);
	if (r < 0)
		return r;
	if (op->verb == OB_VERB_DEL) {
		REMOVE(&m->attachments, i);
		return 0;
	}
	if (!m->config.cluster[0])
		return refuse(m, "%s: before the maps", op->key);
	if (!model_link_by_index(m, want.ifindex))
		return refuse(m, "%s: no such device", op->key);
	if (i == m->attachments.n)
		OB_PUSH(m->arena, &m->attachments);
	m->attachments.v[i] = want;
	m->attachments.v[i].tcx = true;
	return 0;
}

static int apply_sysctl(void *context, const struct ob_op *op,
			struct ob_status *status)
{
	struct model *m = context;
	const struct ob_sysctl *s = op->args;

	(void)status;
	for (size_t i = 0; i < m->sysctls.n; i++) {
		if (strcmp(m->sysctls.v[i].name, s->name) != 0)
			continue;
		m->sysctls.v[i].value = s->value;
		return 0;
	}
	return refuse(m, "%s: no such file", s->name);
}

static int apply_address(void *context, const struct ob_op *op,
			 struct ob_status *status)
{
	struct model *m = context;
	struct ob_ifaddr addr = *(const struct ob_ifaddr *)op->args;
	size_t i = 0;
	int r;

	(void)status;
	addr.ifindex = index_of(m, addr.ifindex);
	while (i < m->addrs.n && !ob_ifaddr_equal(&m->addrs.v[i], &addr))
		i++;
	r = check_verb(m, op, i < m->addrs.n);
	if (r < 0)
		return r;
	if (op->verb == OB_VERB_DEL)
		REMOVE(&m->addrs, i);
	else
		*OB_PUSH(m->arena, &m->addrs) = addr;
	return 0;
}

/* An allowed IP belongs to one peer: a second one takes it away. */
static void take_allowed(struct model *m, const struct ob_key *key,
			 const struct ob_prefix *p)
{
	for (size_t i = 0; i < m->peers.n; i++) {
		struct ob_wg_peer *peer = &m->peers.v[i];

		if (ob_key_equal(&peer->public_key, key))
			continue;
		for (size_t j = peer->n_allowed; j-- > 0;)
			if (ob_prefix_equal(&peer->allowed[j], p))
				peer->allowed[j] =
					peer->allowed[--peer->n_allowed];
	}
}

static int set_peer(struct model *m, const struct ob_wg_peer *want,
		    struct ob_wg_peer *peer)
{
	size_t size = want->n_allowed * sizeof(*want->allowed);

	for (size_t i = 0; i < want->n_allowed; i++) {
		if (!find_destination(m, &want->allowed[i]))
			return refuse(m, "an allowed IP before the maps");
		take_allowed(m, &want->public_key, &want->allowed[i]);
	}
	peer->public_key = want->public_key;
	if (want->endpoint.addr.family) {
		peer->endpoint = want->endpoint;
		(void)ob_told_set(&m->told, &want->public_key, &want->endpoint);
	}
	peer->keepalive_s = want->keepalive_s;
	peer->allowed = ob_arena_alloc(m->arena, size);
	memcpy(peer->allowed, want->allowed, size);
	peer->n_allowed = want->n_allowed;
	return 0;
}

/* Routes into the tunnel that no peer takes packets of. */
static size_t stranded(struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->routes.n; i++)
		n += m->routes.v[i].type == RTN_UNICAST &&
		     !is_allowed(m, &m->routes.v[i].dst) &&
		     !model_is_service(m, &m->routes.v[i].dst);
	return n;
}

static int apply_peer(void *context, const struct ob_op *op,
		      struct ob_status *status)
{
	struct model *m = context;
	const struct ob_peer_item *item = op->args;
	struct ob_wg_peer *peer = model_peer(m, &item->wg.public_key);
	size_t before = stranded(m);
	int r = check_verb(m, op, peer != NULL);

	(void)status;
	if (r < 0)
		return r;
	if (op->verb == OB_VERB_DEL) {
		ob_told_del(&m->told, &item->wg.public_key);
		REMOVE(&m->peers, (size_t)(peer - m->peers.v));
		return 0;
	}
	if (!peer)
		peer = OB_PUSH(m->arena, &m->peers);
	r = set_peer(m, &item->wg, peer);
	if (r == 0 && stranded(m) > before)
		return refuse(m, "%s: a route leads nowhere", op->key);
	return r;
}

static int check_route(struct model *m, const struct ob_rtroute *r,
		       const char *key)
{
	const struct ob_link *link = model_link_by_index(m, r->ifindex);
	bool has_source = !r->prefsrc.family;

	if (r->type != RTN_UNICAST)
		return 0;
	if (!link || !link->up)
		return refuse(m, "%s: its device is down", key);
	if (!model_is_service(m, &r->dst) &&
	    (!find_destination(m, &r->dst) || !is_allowed(m, &r->dst)))
		return refuse(m, "%s: before the maps and the peers", key);
	for (size_t i = 0; i < m->addrs.n; i++)
		has_source |= ob_addr_equal(&m->addrs.v[i].addr, &r->prefsrc);
	if (!has_source)
		return refuse(m, "%s: no such source address", key);
	return 0;
}

static int apply_route(void *context, const struct ob_op *op,
		       struct ob_status *status)
{
	struct model *m = context;
	struct ob_rtroute want = *(const struct ob_rtroute *)op->args;
	struct ob_rtroute *now = find_route(m, &want);
	int r = check_verb(m, op, now != NULL);

	(void)status;
	if (want.type == RTN_UNICAST)
		want.ifindex = index_of(m, want.ifindex);
	if (r == 0 && op->verb != OB_VERB_DEL)
		r = check_route(m, &want, op->key);
	if (r < 0)
		return r;
	if (op->verb == OB_VERB_DEL) {
		REMOVE(&m->routes, (size_t)(now - m->routes.v));
		return 0;
	}
	if (!now)
		now = OB_PUSH(m->arena, &m->routes);
	*now = want;
	return 0;
}

const struct ob_appliers model_appliers = {
	.pin = apply_pin,
	.link = apply_link,
	.device = apply_device,
	.cluster = apply_cluster,
	.nat = apply_nat,
	.destination = apply_destination,
	.config = apply_config,
	.attachment = apply_attachment,
	.sysctl = apply_sysctl,
	.address = apply_address,
	.peer = apply_peer,
	.route = apply_route,
};
