// SPDX-License-Identifier: Apache-2.0
/* The model as octopus reads it. */
#include "model.h"

#include <string.h>

/* A copy in the arena: diff sorts what it gets. */
#define COPY(a, from, to)                                                      \
	do {                                                                   \
		size_t _n = (from)->n;                                         \
		(to)->v = ob_arena_array((a), _n, sizeof(*(to)->v));           \
		if (_n > 0)                                                    \
			memcpy((to)->v, (from)->v, _n * sizeof(*(to)->v));     \
		(to)->n = _n;                                                  \
	} while (0)

static void observe_device(struct model *m, struct ob_arena *a,
			   struct ob_actual *actual)
{
	const struct ob_link *link = model_link(m, m->device);

	if (!ob_link_is_ours(link))
		return;
	memcpy(actual->wg.name, link->name, sizeof(actual->wg.name));
	actual->wg.ifindex = link->ifindex;
	actual->wg.listen_port = m->listen_port;
	actual->wg.public_key = m->public_key;
	actual->wg.n_peers = m->peers.n;
	actual->wg.peers = ob_arena_array(a, m->peers.n, sizeof(*m->peers.v));
	for (size_t i = 0; i < m->peers.n; i++)
		actual->wg.peers[i] = m->peers.v[i];
	COPY(a, &m->addrs, &actual->addrs);
}

static struct ob_addr resolve(struct model *m, const char *host)
{
	struct ob_addr addr = { 0 };

	if (ob_addr_parse(host, &addr) == 0)
		return addr;
	for (size_t i = 0; i < m->names.n; i++)
		if (!strcmp(m->names.v[i].host, host))
			addr = m->names.v[i].addr;
	return addr;
}

static void observe_peer(struct model *m, const struct ob_cluster_spec *c,
			 struct ob_peer_fact *fact)
{
	const struct ob_wg_peer *now = model_peer(m, &c->public_key);

	if (c->host[0]) {
		fact->resolved.addr = resolve(m, c->host);
		fact->resolved.port = c->port;
	}
	if (now && c->has_key)
		fact->told = ob_told_learn(&m->told, &c->public_key,
					   &now->endpoint, &fact->resolved);
	for (size_t i = 0; i < m->ways.n; i++)
		if (!strcmp(m->ways.v[i].cluster, c->id))
			fact->underlay = m->ways.v[i].way;
}

void model_observe(struct model *m, struct ob_arena *a,
		   const struct ob_network *net, struct ob_actual *actual,
		   struct ob_facts *facts)
{
	struct ob_peer_fact *peers;

	*actual = (struct ob_actual){
		.config = m->config,
		.forwarding4 = m->forwarding4,
		.forwarding6 = m->forwarding6,
	};
	COPY(a, &m->links, &actual->links);
	COPY(a, &m->routes, &actual->routes);
	COPY(a, &m->sysctls, &actual->sysctls);
	COPY(a, &m->attachments, &actual->attachments);
	COPY(a, &m->destinations, &actual->destinations);
	COPY(a, &m->nats, &actual->nats);
	COPY(a, &m->clusters, &actual->clusters);
	COPY(a, &m->pins, &actual->pins);
	observe_device(m, a, actual);

	peers = ob_arena_array(a, net->n_clusters, sizeof(*peers));
	for (size_t i = 0; i < net->n_clusters; i++)
		observe_peer(m, &net->clusters[i], &peers[i]);
	*facts = (struct ob_facts){
		.actual = actual,
		.peers = peers,
		.fallback = { AF_INET, 1500 },
		.public_key = m->identity,
		.now_s = m->now_s,
		.services_known = m->services_known,
		.unserved = m->unserved.v,
		.n_unserved = m->unserved.n,
	};
}

bool model_is_service(const struct model *m, const struct ob_prefix *p)
{
	const struct ob_config *c = &m->config;
	bool v4 = p->addr.family == AF_INET;

	return p->len == (v4 ? c->service4_len : c->service6_len) &&
	       !memcmp(p->addr.b, v4 ? c->service4.b : c->service6.b,
		       ob_addr_size(&p->addr));
}

void model_restart(struct model *m)
{
	ob_told_done(&m->told);
	m->identity = (struct ob_key){ 0 };
	m->has_secret = false;
}
