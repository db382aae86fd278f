// SPDX-License-Identifier: Apache-2.0
/* What can happen to a machine: to it by the world, or by somebody's hand. */
#include "script.h"

#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct event {
	const struct script_place *at;
	struct model *m;
	char **w; /* words after the name */
	size_t n;
};

static const char *word(const struct event *e, size_t i)
{
	if (i >= e->n)
		script_fail(e->at, "word %zu is missing", i + 1);
	return e->w[i];
}

static unsigned long number(const struct event *e, size_t i)
{
	const char *s = word(e, i);
	char *end;
	unsigned long v = strtoul(s, &end, 0);

	if (*end || end == s)
		script_fail(e->at, "%s is not a number", s);
	return v;
}

static struct ob_prefix prefix(const struct event *e, size_t i)
{
	struct ob_prefix p;

	if (ob_prefix_parse(word(e, i), &p) < 0)
		script_fail(e->at, "%s is not a prefix", word(e, i));
	return p;
}

static struct ob_addr addr(const struct event *e, size_t i)
{
	struct ob_addr a;

	if (ob_addr_parse(word(e, i), &a) < 0)
		script_fail(e->at, "%s is not an address", word(e, i));
	return a;
}

static struct ob_link *link_of(const struct event *e, size_t i)
{
	struct ob_link *link = model_link(e->m, word(e, i));

	if (!link)
		script_fail(e->at, "there is no link %s", word(e, i));
	return link;
}

static struct ob_wg_peer *peer_of(const struct event *e, size_t i)
{
	struct ob_key key = model_key(word(e, i));
	struct ob_wg_peer *peer = model_peer(e->m, &key);

	if (!peer)
		script_fail(e->at, "there is no peer %s", word(e, i));
	return peer;
}

/* The world. */

/* link NAME INDEX [KIND] */
static void on_link(const struct event *e)
{
	struct ob_link *link = OB_PUSH(e->m->arena, &e->m->links);

	snprintf(link->name, sizeof(link->name), "%s", word(e, 0));
	link->ifindex = (int)number(e, 1);
	link->type = ARPHRD_ETHER;
	link->mtu = 1500;
	link->up = true;
	model_sysctls_add(e->m, link->name);
	if (e->n < 3)
		return;
	snprintf(link->kind, sizeof(link->kind), "%s", word(e, 2));
	if (!strcmp(link->kind, "tun") || !strcmp(link->kind, "wireguard"))
		link->type = ARPHRD_NONE;
}

/* link-gone NAME */
static void on_link_gone(const struct event *e)
{
	model_link_del(e->m, link_of(e, 0)->name);
}

/* link-down NAME */
static void on_link_down(const struct event *e)
{
	model_link_down(e->m, link_of(e, 0));
}

/* link-mtu NAME MTU */
static void on_link_mtu(const struct event *e)
{
	link_of(e, 0)->mtu = (uint32_t)number(e, 1);
}

/* link-alias NAME [ALIAS] */
static void on_link_alias(const struct event *e)
{
	struct ob_link *link = link_of(e, 0);

	snprintf(link->alias, sizeof(link->alias), "%s",
		 e->n > 1 ? word(e, 1) : "");
}

/* name HOST ADDRESS: what the DNS says from now on */
static void on_name(const struct event *e)
{
	struct model_name *name = OB_PUSH(e->m->arena, &e->m->names);

	snprintf(name->host, sizeof(name->host), "%s", word(e, 0));
	name->addr = addr(e, 1);
}

/* way CLUSTER MTU [6]: the underlay towards it */
static void on_way(const struct event *e)
{
	struct model_way *way = OB_PUSH(e->m->arena, &e->m->ways);

	snprintf(way->cluster, sizeof(way->cluster), "%s", word(e, 0));
	way->way.mtu = (uint32_t)number(e, 1);
	way->way.family = e->n > 2 ? AF_INET6 : AF_INET;
}

/* seconds N: time passes */
static void on_seconds(const struct event *e)
{
	e->m->now_s += (int64_t)number(e, 0);
}

/* handshake PEER: with this key, just now */
static void on_handshake(const struct event *e)
{
	peer_of(e, 0)->handshake_s = e->m->now_s;
}

/* roams PEER ADDRESS PORT: the kernel learned a new endpoint */
static void on_roams(const struct event *e)
{
	struct ob_wg_peer *peer = peer_of(e, 0);

	peer->endpoint.addr = addr(e, 1);
	peer->endpoint.port = (uint16_t)number(e, 2);
}

/* key-file NAME: our secret key comes from a file */
static void on_key_file(const struct event *e)
{
	e->m->identity = model_key(word(e, 0));
	e->m->has_secret = true;
}

/* unserved [ADDRESS]...: services are known, and nobody serves these */
static void on_unserved(const struct event *e)
{
	e->m->services_known = true;
	e->m->unserved.n = 0;
	for (size_t i = 0; i < e->n; i++)
		*OB_PUSH(e->m->arena, &e->m->unserved) = addr(e, i);
}

/* no-forwarding */
static void on_no_forwarding(const struct event *e)
{
	e->m->forwarding4 = e->m->forwarding6 = false;
}

/* Damage. */

#define DELETE(e, list, member, value, same)                                   \
	do {                                                                   \
		size_t _i = 0;                                                 \
		while (_i < (list)->n &&                                       \
		       !same(&(list)->v[_i].member, &(value)))                 \
			_i++;                                                  \
		if (_i == (list)->n)                                           \
			script_fail((e)->at, "there is no %s", word((e), 0));  \
		(list)->v[_i] = (list)->v[--(list)->n];                        \
	} while (0)

/* del-route PREFIX */
static void on_del_route(const struct event *e)
{
	struct ob_prefix p = prefix(e, 0);

	DELETE(e, &e->m->routes, dst, p, ob_prefix_equal);
}

/* route PREFIX DEV: with our protocol */
static void on_route(const struct event *e)
{
	struct ob_rtroute *r = OB_PUSH(e->m->arena, &e->m->routes);

	r->dst = prefix(e, 0);
	r->ifindex = link_of(e, 1)->ifindex;
	r->type = RTN_UNICAST;
	r->table = RT_TABLE_MAIN;
	r->protocol = OB_RTPROT;
	r->metric = r->dst.addr.family == AF_INET6 ? 1024 : 0;
}

/* route-source PREFIX ADDRESS */
static void on_route_source(const struct event *e)
{
	struct ob_prefix p = prefix(e, 0);

	for (size_t i = 0; i < e->m->routes.n; i++)
		if (ob_prefix_equal(&e->m->routes.v[i].dst, &p))
			e->m->routes.v[i].prefsrc = addr(e, 1);
}

/* del-address ADDRESS */
static void on_del_address(const struct event *e)
{
	struct ob_addr a = addr(e, 0);

	DELETE(e, &e->m->addrs, addr, a, ob_addr_equal);
}

/* address ADDRESS: one more on our device */
static void on_address(const struct event *e)
{
	struct ob_ifaddr *i = OB_PUSH(e->m->arena, &e->m->addrs);

	i->addr = addr(e, 0);
	i->len = ob_addr_bits(&i->addr);
	i->ifindex = model_link(e->m, e->m->device)->ifindex;
}

/* del-peer PEER */
static void on_del_peer(const struct event *e)
{
	struct ob_key key = model_key(word(e, 0));

	DELETE(e, &e->m->peers, public_key, key, ob_key_equal);
}

/* peer KEY PREFIX: with this allowed IP */
static void on_peer(const struct event *e)
{
	struct ob_wg_peer *peer = OB_PUSH(e->m->arena, &e->m->peers);

	peer->public_key = model_key(word(e, 0));
	peer->allowed = ob_arena_alloc(e->m->arena, sizeof(*peer->allowed));
	peer->allowed[0] = prefix(e, 1);
	peer->n_allowed = 1;
}

/* allowed PEER N: only the first N of its allowed IPs are left */
static void on_allowed(const struct event *e)
{
	peer_of(e, 0)->n_allowed = number(e, 1);
}

/* keepalive PEER SECONDS */
static void on_keepalive(const struct event *e)
{
	peer_of(e, 0)->keepalive_s = (uint16_t)number(e, 1);
}

/* key NAME: the device has another key */
static void on_key(const struct event *e)
{
	e->m->public_key = model_key(word(e, 0));
}

/* port N */
static void on_port(const struct event *e)
{
	e->m->listen_port = (uint16_t)number(e, 0);
}

/* del-destination PREFIX */
static void on_del_destination(const struct event *e)
{
	struct ob_prefix p = prefix(e, 0);

	DELETE(e, &e->m->destinations, dst, p, ob_prefix_equal);
}

/* destination PREFIX SLOT: one more, or another slot */
static void on_destination(const struct event *e)
{
	struct ob_prefix p = prefix(e, 0);

	for (size_t i = 0; i < e->m->destinations.n; i++) {
		if (!ob_prefix_equal(&e->m->destinations.v[i].dst, &p))
			continue;
		e->m->destinations.v[i].value.slot = (__u32)number(e, 1);
		return;
	}
	*OB_PUSH(e->m->arena, &e->m->destinations) = (struct ob_route_entry){
		.dst = p,
		.value = { .ifindex = 1, .slot = (__u32)number(e, 1) },
	};
}

/* nat FROM TO: the entry of FROM leads to TO now */
static void on_nat(const struct event *e)
{
	struct ob_prefix p = prefix(e, 0);

	for (size_t i = 0; i < e->m->nats.n; i++)
		if (ob_prefix_equal(&e->m->nats.v[i].from, &p))
			e->m->nats.v[i].to = prefix(e, 1);
}

/* del-nat FROM */
static void on_del_nat(const struct event *e)
{
	struct ob_prefix p = prefix(e, 0);

	DELETE(e, &e->m->nats, from, p, ob_prefix_equal);
}

/* del-cluster ID */
static void on_del_cluster(const struct event *e)
{
	struct ob_cluster_key key = { 0 };

	snprintf(key.name, sizeof(key.name), "%s", word(e, 0));
#define SAME_CLUSTER(a, b) (!strcmp((a)->name, (b)->name))
	DELETE(e, &e->m->clusters, key, key, SAME_CLUSTER);
#undef SAME_CLUSTER
}

/* slot ID N: the entry of a cluster says so */
static void on_slot(const struct event *e)
{
	for (size_t i = 0; i < e->m->clusters.n; i++)
		if (!strcmp(e->m->clusters.v[i].key.name, word(e, 0)))
			e->m->clusters.v[i].value.slot = (__u32)number(e, 1);
}

/* wipe-config: ob_config is all zeroes, but for its generation */
static void on_wipe_config(const struct event *e)
{
	__u32 generation = e->m->config.generation;

	e->m->config = (struct ob_config){ .generation = generation };
}

/* unsettled: whoever was changing the maps did not come to the end */
static void on_unsettled(const struct event *e)
{
	e->m->config.generation++;
}

static struct ob_attachment *attachment_of(const struct event *e)
{
	const struct ob_link *link = link_of(e, 1);

	for (size_t i = 0; i < e->m->attachments.n; i++) {
		struct ob_attachment *a = &e->m->attachments.v[i];

		if (!strcmp(ob_hook_name(a->hook), word(e, 0)) &&
		    a->ifindex == link->ifindex)
			return a;
	}
	script_fail(e->at, "%s is not attached to %s", word(e, 0), word(e, 1));
}

/* del-attachment HOOK LINK */
static void on_del_attachment(const struct event *e)
{
	*attachment_of(e) = e->m->attachments.v[--e->m->attachments.n];
}

/* old-program HOOK LINK: it runs one that an older octopus attached */
static void on_old_program(const struct event *e)
{
	attachment_of(e)->current = false;
}

/* dead-link HOOK INDEX: the pin of a link whose device is gone */
static void on_dead_link(const struct event *e)
{
	struct ob_attachment *a = OB_PUSH(e->m->arena, &e->m->attachments);

	for (enum ob_hook i = 0; i < OB_HOOK_COUNT; i++)
		if (!strcmp(ob_hook_name(i), word(e, 0)))
			a->hook = i;
	a->ifindex = (int)number(e, 1);
	a->tcx = true;
}

/* sysctl NAME VALUE */
static void on_sysctl(const struct event *e)
{
	for (size_t i = 0; i < e->m->sysctls.n; i++)
		if (!strcmp(e->m->sysctls.v[i].name, word(e, 0)))
			e->m->sysctls.v[i].value = (unsigned int)number(e, 1);
}

/* del-pin MAP */
static void on_del_pin(const struct event *e)
{
	for (size_t i = 0; i < e->m->pins.n; i++) {
		if (strcmp(ob_map_name(e->m->pins.v[i].map), word(e, 0)) != 0)
			continue;
		e->m->pins.v[i] = e->m->pins.v[--e->m->pins.n];
		return;
	}
	script_fail(e->at, "there is no pin %s", word(e, 0));
}

static const struct {
	const char *name;
	void (*happen)(const struct event *e);
} events[] = {
	{ "link", on_link },
	{ "link-gone", on_link_gone },
	{ "link-down", on_link_down },
	{ "link-mtu", on_link_mtu },
	{ "link-alias", on_link_alias },
	{ "name", on_name },
	{ "way", on_way },
	{ "seconds", on_seconds },
	{ "handshake", on_handshake },
	{ "roams", on_roams },
	{ "key-file", on_key_file },
	{ "unserved", on_unserved },
	{ "no-forwarding", on_no_forwarding },
	{ "del-route", on_del_route },
	{ "route", on_route },
	{ "route-source", on_route_source },
	{ "del-address", on_del_address },
	{ "address", on_address },
	{ "del-peer", on_del_peer },
	{ "peer", on_peer },
	{ "allowed", on_allowed },
	{ "keepalive", on_keepalive },
	{ "key", on_key },
	{ "port", on_port },
	{ "del-destination", on_del_destination },
	{ "destination", on_destination },
	{ "nat", on_nat },
	{ "del-nat", on_del_nat },
	{ "del-cluster", on_del_cluster },
	{ "slot", on_slot },
	{ "wipe-config", on_wipe_config },
	{ "unsettled", on_unsettled },
	{ "del-attachment", on_del_attachment },
	{ "old-program", on_old_program },
	{ "dead-link", on_dead_link },
	{ "sysctl", on_sysctl },
	{ "del-pin", on_del_pin },
};

void script_do(const struct script_place *at, struct model *m, char **words,
	       size_t n)
{
	struct event e = { at, m, words + 1, n - 1 };

	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		if (strcmp(events[i].name, words[0]) != 0)
			continue;
		events[i].happen(&e);
		return;
	}
	script_fail(at, "%s: no such event", words[0]);
}
