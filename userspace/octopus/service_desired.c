// SPDX-License-Identifier: Apache-2.0
#include "octopus/service_desired.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An endpoint of one port, while it is being decided about. */
struct candidate {
	struct ob_backend_entry backend;
	bool ready, alive, ours;
};

struct candidates {
	struct candidate *v;
	size_t n, room;
};

struct run {
	struct ob_arena *arena;
	const struct ob_service_view *view;
	const struct ob_service_input *in;
	struct ob_service_desired *out;
	OB_LIST(struct ob_service_entry) entries;
};

/* Clusters. */

static int compare_cluster(const void *key, const void *element)
{
	const struct ob_service_cluster *c = element;

	return strcmp(key, c->id);
}

const struct ob_service_cluster *
ob_service_cluster_get(const struct ob_service_view *view, const char *id)
{
	if (view->n_clusters == 0)
		return NULL;
	return bsearch(id, view->clusters, view->n_clusters,
		       sizeof(*view->clusters), compare_cluster);
}

static bool cluster_owns(const struct ob_service_cluster *c,
			 const struct ob_addr *addr)
{
	for (size_t i = 0; i < c->n_cidrs; i++)
		if (ob_prefix_contains(&c->cidrs[i], addr))
			return true;
	return false;
}

static bool same_cluster(const struct ob_service_cluster *a,
			 const struct ob_service_cluster *b)
{
	return !strcmp(a->id, b->id) && a->slot == b->slot &&
	       a->alive == b->alive &&
	       ob_prefixes_equal(a->cidrs, a->n_cidrs, b->cidrs, b->n_cidrs);
}

bool ob_service_view_equal(const struct ob_service_view *a,
			   const struct ob_service_view *b)
{
	if (a->policy != b->policy || a->n_clusters != b->n_clusters ||
	    !ob_prefixes_equal(a->blocks, a->n_blocks, b->blocks, b->n_blocks))
		return false;
	for (size_t i = 0; i < a->n_clusters; i++)
		if (!same_cluster(&a->clusters[i], &b->clusters[i]))
			return false;
	return true;
}

struct ob_service_view ob_service_view_copy(struct ob_arena *a,
					    const struct ob_service_view *v)
{
	struct ob_service_view copy = *v;
	struct ob_service_cluster *clusters =
		ob_arena_array(a, v->n_clusters, sizeof(*clusters));

	for (size_t i = 0; i < v->n_clusters; i++) {
		const struct ob_service_cluster *from = &v->clusters[i];
		struct ob_prefix *cidrs =
			ob_arena_array(a, from->n_cidrs, sizeof(*cidrs));

		for (size_t j = 0; j < from->n_cidrs; j++)
			cidrs[j] = from->cidrs[j];
		clusters[i] = *from;
		clusters[i].id = ob_arena_strdup(a, from->id);
		clusters[i].cidrs = cidrs;
	}
	copy.clusters = clusters;
	return copy;
}

/* Endpoints of one port. */

static void add_candidate(struct run *r, struct candidates *list,
			  const struct ob_service_cluster *c,
			  const struct ob_endpoint *e, uint16_t port)
{
	bool drains = !e->ready && e->serving && e->terminating;

	if (!e->ready && !drains)
		return;
	*OB_PUSH(r->arena, list) = (struct candidate){
		.backend = { .addr = e->addr,
			     .port = port,
			     .cluster = c->slot,
			     .draining = drains },
		.ready = e->ready,
		.alive = c->alive,
		.ours = c->slot == 0,
	};
}

static void take_slice(struct run *r, struct candidates *list,
		       const struct ob_endpoint_slice *s,
		       const struct ob_service_entry *entry)
{
	const struct ob_service_cluster *c =
		ob_service_cluster_get(r->view, s->source_cluster);
	uint16_t port =
		ob_endpoint_slice_target(s, entry->id.protocol, entry->id.port);

	if (!c || !port || s->family != entry->id.addr.family)
		return;
	for (size_t i = 0; i < s->n_endpoints; i++)
		if (cluster_owns(c, &s->endpoints[i].addr))
			add_candidate(r, list, c, &s->endpoints[i], port);
}

static int compare_candidates(const void *x, const void *y)
{
	const struct candidate *a = x, *b = y;
	int r = memcmp(&a->backend.addr, &b->backend.addr,
		       sizeof(a->backend.addr));

	if (r == 0)
		r = (a->backend.port > b->backend.port) -
		    (a->backend.port < b->backend.port);
	/* Of two words about the same endpoint the better one counts. */
	return r ?: b->ready - a->ready;
}

static bool same_place(const struct candidate *a, const struct candidate *b)
{
	return ob_addr_equal(&a->backend.addr, &b->backend.addr) &&
	       a->backend.port == b->backend.port;
}

/* Sorted, each once, and no more than a service may have. */
static void tidy(struct run *r, struct candidates *list)
{
	size_t n = 0;

	if (list->n > 0)
		qsort(list->v, list->n, sizeof(*list->v), compare_candidates);
	for (size_t i = 0; i < list->n; i++)
		if (n == 0 || !same_place(&list->v[n - 1], &list->v[i]))
			list->v[n++] = list->v[i];
	list->n = n;
	if (n <= OB_SERVICE_MAX_BACKENDS)
		return;
	list->n = OB_SERVICE_MAX_BACKENDS;
	r->out->refused.excess += n - list->n;
}

/* Which of the ready ones get new connections: the strictest rule that leaves
 * any. */
static bool preferred(const struct candidate *c, bool alive, bool ours)
{
	return c->ready && (c->alive || !alive) && (c->ours || !ours);
}

static bool any_preferred(const struct candidates *list, bool alive, bool ours)
{
	for (size_t i = 0; i < list->n; i++)
		if (preferred(&list->v[i], alive, ours))
			return true;
	return false;
}

static void prefer(const struct run *r, const struct candidates *list)
{
	bool alive = any_preferred(list, true, false);
	bool ours = r->view->policy == OB_SERVICE_LOCAL_FIRST &&
		    any_preferred(list, alive, true);

	for (size_t i = 0; i < list->n; i++)
		list->v[i].backend.draining =
			!preferred(&list->v[i], alive, ours);
}

static void take_backends(struct run *r, struct ob_service_entry *entry)
{
	struct candidates list = { 0 };

	for (size_t i = 0; i < r->in->n_slices; i++)
		take_slice(r, &list, r->in->slices[i], entry);
	tidy(r, &list);
	prefer(r, &list);
	entry->backends =
		ob_arena_array(r->arena, list.n, sizeof(*entry->backends));
	entry->n_backends = list.n;
	for (size_t i = 0; i < list.n; i++)
		entry->backends[i] = list.v[i].backend;
}

static bool is_served(const struct ob_service_entry *entry)
{
	for (size_t i = 0; i < entry->n_backends; i++)
		if (!entry->backends[i].draining)
			return true;
	return false;
}

/* Addresses. */

static void complain(struct run *r, const char *reason, const char *message)
{
	const struct ob_service_import *s = r->in->import;

	if (!r->out->status.reason)
		ob_status_set(&r->out->status, EINVAL, reason,
			      "ServiceImport %s/%s: %s", s->namespace, s->name,
			      message);
}

static bool in_block(const struct ob_service_view *view,
		     const struct ob_addr *addr)
{
	for (size_t i = 0; i < view->n_blocks; i++)
		if (ob_prefix_contains(&view->blocks[i], addr))
			return true;
	return false;
}

static bool is_usable(struct run *r, size_t ip)
{
	const struct ob_addr *addr = &r->in->import->ips[ip];
	char text[OB_ADDR_STRLEN];

	ob_addr_format(addr, text, sizeof(text));
	if (!in_block(r->view, addr)) {
		complain(r, "ServiceAddressNotOurs",
			 ob_arena_printf(r->arena,
					 "spec.ips[%zu]: %s is not inside our "
					 "service block",
					 ip, text));
		return false;
	}
	if (!r->in->rivals[ip])
		return true;
	complain(r, "ServiceAddressTaken",
		 ob_arena_printf(r->arena,
				 "spec.ips[%zu]: %s is the address of %s, too",
				 ip, text, r->in->rivals[ip]));
	return false;
}

static void put_labels(const struct ob_service_import *s,
		       struct ob_service_entry *entry)
{
	snprintf(entry->namespace, sizeof(entry->namespace), "%s",
		 s->namespace);
	snprintf(entry->name, sizeof(entry->name), "%s", s->name);
}

static void take_address(struct run *r, size_t ip)
{
	const struct ob_service_import *s = r->in->import;
	bool served = false;

	if (!is_usable(r, ip))
		return;
	for (size_t i = 0; i < s->n_ports; i++) {
		struct ob_service_entry *entry = OB_PUSH(r->arena, &r->entries);

		entry->id.addr = s->ips[ip];
		entry->id.port = s->ports[i].port;
		entry->id.protocol = s->ports[i].protocol;
		entry->affinity_s = s->affinity_s;
		put_labels(s, entry);
		take_backends(r, entry);
		served |= is_served(entry);
	}
	if (!served)
		r->out->unserved[r->out->n_unserved++] = s->ips[ip];
}

static void note_excess(struct run *r)
{
	if (r->out->refused.excess > 0)
		complain(r, "TooManyEndpoints",
			 ob_arena_printf(r->arena,
					 "%zu endpoints are left out, a port "
					 "has at most %d",
					 r->out->refused.excess,
					 OB_SERVICE_MAX_BACKENDS));
}

/* What its slices say of addresses that are not their cluster's. */
static void judge_slices(struct run *r)
{
	struct ob_service_refused *refused = &r->out->refused;

	for (size_t i = 0; i < r->in->n_slices; i++) {
		const struct ob_endpoint_slice *s = r->in->slices[i];
		const struct ob_service_cluster *c =
			ob_service_cluster_get(r->view, s->source_cluster);

		if (!c) {
			refused->unknown += s->n_endpoints;
			continue;
		}
		for (size_t j = 0; j < s->n_endpoints; j++)
			if (!cluster_owns(c, &s->endpoints[j].addr))
				refused->foreign++;
	}
}

/* Two ports of the same number and protocol are one to a packet. */
static int compare_entries(const void *x, const void *y)
{
	const struct ob_service_id
		*a = &((const struct ob_service_entry *)x)->id,
		*b = &((const struct ob_service_entry *)y)->id;

	if (a->protocol != b->protocol)
		return a->protocol - b->protocol;
	if (a->port != b->port)
		return a->port - b->port;
	return memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

static void put_entries(struct run *r)
{
	size_t n = 0;

	if (r->entries.n > 0)
		qsort(r->entries.v, r->entries.n, sizeof(*r->entries.v),
		      compare_entries);
	for (size_t i = 0; i < r->entries.n; i++)
		if (n == 0 || compare_entries(&r->entries.v[n - 1],
					      &r->entries.v[i]) != 0)
			r->entries.v[n++] = r->entries.v[i];
	r->out->entries = (struct ob_service_entries){ r->entries.v, n };
}

void ob_service_desired(struct ob_arena *a, const struct ob_service_view *view,
			const struct ob_service_input *in,
			struct ob_service_desired *ret)
{
	struct ob_service_desired out = { 0 };
	struct run r = { .arena = a, .view = view, .in = in, .out = &out };

	if (view->n_blocks > 0 && !in->import->deleting) {
		judge_slices(&r);
		for (size_t i = 0;
		     in->import->type == OB_SERVICE_CLUSTERSET_IP &&
		     i < in->import->n_ips;
		     i++)
			take_address(&r, i);
		note_excess(&r);
		put_entries(&r);
	}
	*ret = out;
}
