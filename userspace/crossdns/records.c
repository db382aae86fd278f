// SPDX-License-Identifier: Apache-2.0
#include "crossdns/records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crossdns/endpoints.h"
#include "dns/zone.h"

#define LABELS OB_DNS_LABEL_MAX + 1

/* Records to be, all of one type. */
struct set {
	uint8_t *v;
	uint32_t n, n_first;
	uint16_t len;
};

/* What is being made: its parts are in the arena until they are all known. */
struct draft {
	struct ob_arena *a;
	const struct ob_records_options *options;
	const struct ob_records_input *in;
	struct ob_crossdns_endpoints e;
	OB_LIST(uint8_t) labels;
	OB_LIST(struct ob_records_port) ports, host_ports;
	OB_LIST(struct ob_records_srv) srv, srv_all;
	struct ob_records_cluster *clusters;
	struct ob_records_host *hosts;
	struct set virtual[OB_RECORDS_FAMILIES];
	struct set all[OB_RECORDS_FAMILIES];
	struct set by_host[OB_RECORDS_FAMILIES];
	struct ob_records r; /* without its arrays */
};

static unsigned int family_of(const struct ob_addr *addr)
{
	return addr->family == AF_INET ? OB_RECORDS_V4 : OB_RECORDS_V6;
}

static uint32_t add_label(struct draft *d, const uint8_t *wire)
{
	uint32_t at = (uint32_t)d->labels.n;

	for (size_t i = 0; i <= wire[0]; i++)
		*OB_PUSH(d->a, &d->labels) = wire[i];
	return at;
}

static int add_key_label(struct draft *d, const char *text)
{
	uint8_t wire[LABELS];

	if (strchr(text, '.') || ob_dns_label_put(wire, text) == 0)
		return -EINVAL;
	add_label(d, wire);
	return 0;
}

/* Addresses as records. */

static const uint16_t data_len[OB_RECORDS_FAMILIES] = { 4, 16 };
static const enum ob_dns_type types[OB_RECORDS_FAMILIES] = { OB_DNS_A,
							     OB_DNS_AAAA };

static void set_init(struct draft *d, struct set *set, unsigned int f,
		     size_t room)
{
	set->len = (uint16_t)(OB_DNS_RECORD_HEAD + data_len[f]);
	set->v = ob_arena_array(d->a, room, set->len);
}

static void set_add(struct draft *d, struct set *set,
		    const struct ob_addr *addr)
{
	unsigned int f = family_of(addr);
	uint8_t *at =
		ob_dns_record_head(set->v + (size_t)set->n * set->len, types[f],
				   d->options->ttl_s, data_len[f]);

	memcpy(at, addr->b, data_len[f]);
	set->n++;
}

static void add_virtual(struct draft *d)
{
	const struct ob_service_import *import = d->in->import;

	for (unsigned int f = 0; f < OB_RECORDS_FAMILIES; f++)
		set_init(d, &d->virtual[f], f, OB_SERVICE_MAX_IPS);
	/* Of a headless one they mean nothing. */
	if (import->type == OB_SERVICE_HEADLESS)
		return;
	for (size_t i = 0; i < import->n_ips; i++)
		set_add(d, &d->virtual[family_of(&import->ips[i])],
			&import -> ips[i]);
}

static void add_endpoint(struct draft *d, const struct ob_crossdns_endpoint *e)
{
	unsigned int f = family_of(&e->addr);
	struct ob_records_cluster *cluster = &d->clusters[e->cluster];
	struct ob_records_host *host = &d->hosts[e->host];
	bool is_new = !host->label;

	if (is_new) {
		host->label = add_label(d, e->label);
		host->cluster = e->cluster;
		for (unsigned int i = 0; i < OB_RECORDS_FAMILIES; i++)
			host->first[i] = d->by_host[i].n;
		if (cluster->n_hosts++ == 0)
			cluster->first_host = e->host;
	}
	if (!e->again) {
		set_add(d, &d->by_host[f], &e->addr);
		host->n[f]++;
	}
	if (e->known)
		return;
	if (cluster->n[f]++ == 0)
		cluster->first[f] = d->all[f].n;
	set_add(d, &d->all[f], &e->addr);
	if (d->r.own_first && e->cluster == 0)
		d->all[f].n_first++;
}

static void add_endpoints(struct draft *d)
{
	size_t n[OB_RECORDS_FAMILIES] = { 0 };

	for (size_t i = 0; i < d->e.n; i++)
		n[family_of(&d->e.v[i].addr)]++;
	for (unsigned int f = 0; f < OB_RECORDS_FAMILIES; f++) {
		set_init(d, &d->all[f], f, n[f]);
		set_init(d, &d->by_host[f], f, n[f]);
	}
	d->clusters =
		ob_arena_array(d->a, d->e.n_clusters, sizeof(*d->clusters));
	d->hosts = ob_arena_array(d->a, d->e.n_hosts, sizeof(*d->hosts));
	for (size_t i = 0; i < d->e.n_clusters; i++)
		d->clusters[i].label = add_label(d, d->e.clusters[i].label);
	for (size_t i = 0; i < d->e.n; i++)
		add_endpoint(d, &d->e.v[i]);
}

/* Ports. */

static bool same_label(const uint8_t *a, const uint8_t *b)
{
	return a[0] == b[0] && memcmp(a + 1, b + 1, a[0]) == 0;
}

static struct ob_records_port *find_port(const struct draft *d,
					 struct ob_records_port *v, size_t n,
					 const uint8_t *label, uint8_t protocol)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].protocol == protocol &&
		    same_label(d->labels.v + v[i].label, label))
			return &v[i];
	return NULL;
}

static void add_ports(struct draft *d)
{
	const struct ob_service_import *import = d->in->import;
	uint8_t label[LABELS];

	for (size_t i = 0; i < import->n_ports; i++) {
		const struct ob_service_port *from = &import->ports[i];
		struct ob_records_port *p;

		if (ob_dns_label_put(label, from->name) == 0 ||
		    find_port(d, d->ports.v, d->ports.n, label, from->protocol))
			continue;
		p = OB_PUSH(d->a, &d->ports);
		p->label = add_label(d, label);
		p->protocol = from->protocol;
		p->number = from->port;
		for (size_t j = 0; j + 1 < d->ports.n; j++)
			p->repeated |= d->ports.v[j].number == p->number;
	}
}

static uint16_t host_port(struct draft *d, const uint8_t *label,
			  uint8_t protocol)
{
	struct ob_records_port *p =
		find_port(d, d->host_ports.v, d->host_ports.n, label, protocol);

	if (!p) {
		p = OB_PUSH(d->a, &d->host_ports);
		p->label = add_label(d, label);
		p->protocol = protocol;
	}
	return (uint16_t)(p - d->host_ports.v);
}

static void add_srv_of(struct draft *d, const struct ob_crossdns_endpoint *e)
{
	const struct ob_endpoint_slice *slice = e->slice;
	uint8_t label[LABELS];

	for (size_t i = 0; i < slice->n_ports; i++) {
		const struct ob_slice_port *from = &slice->ports[i];

		if (from->port == 0 || ob_dns_label_put(label, from->name) == 0)
			continue;
		if (d->srv.n == OB_RECORDS_MAX_SRV) {
			d->r.cut = true;
			return;
		}
		*OB_PUSH(d->a, &d->srv) = (struct ob_records_srv){
			.host = e->host,
			.number = from->port,
			.port = host_port(d, label, from->protocol),
		};
	}
}

static int compare_srv_by_host(const void *x, const void *y)
{
	const struct ob_records_srv *a = x, *b = y;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return (int)a->number - (int)b->number;
}

static int compare_srv(const void *x, const void *y)
{
	const struct ob_records_srv *a = x, *b = y;
	int d = (int)a->port - (int)b->port;

	return d ? d : compare_srv_by_host(x, y);
}

static size_t srv_unique(struct ob_records_srv *v, size_t n,
			 int (*compare)(const void *, const void *))
{
	size_t kept = 0;

	if (n > 1)
		qsort(v, n, sizeof(*v), compare);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || compare(&v[kept - 1], &v[i]) != 0)
			v[kept++] = v[i];
	return kept;
}

static void add_srv(struct draft *d)
{
	for (size_t i = 0; i < d->e.n; i++)
		add_srv_of(d, &d->e.v[i]);
	d->srv.n = srv_unique(d->srv.v, d->srv.n, compare_srv);
	for (size_t i = 0; i < d->srv.n; i++) {
		struct ob_records_port *p = &d->host_ports.v[d->srv.v[i].port];

		if (p->n_srv++ == 0)
			p->first_srv = (uint32_t)i;
		*OB_PUSH(d->a, &d->srv_all) = d->srv.v[i];
	}
	d->srv_all.n =
		srv_unique(d->srv_all.v, d->srv_all.n, compare_srv_by_host);
}

/* The whole, in one piece of memory. */

/* Where the parts go; without base they are only counted. */
struct piece {
	uint8_t *base;
	size_t used;
};

static void *put(struct piece *p, const void *from, size_t n, size_t size)
{
	void *to = p->base ? p->base + p->used : NULL;

	if (to && n > 0)
		memcpy(to, from, n * size);
	p->used += (n * size + 7) & ~(size_t)7;
	return to;
}

static struct ob_dns_rrset put_set(struct piece *p, const struct set *set)
{
	return (struct ob_dns_rrset){
		.records = put(p, set->v, set->n, set->len),
		.n = set->n,
		.n_first = set->n_first,
		.record_len = set->len,
	};
}

static struct ob_records put_all(struct piece *p, const struct draft *d)
{
	struct ob_records r = d->r;

	p->used = (sizeof(r) + 7) & ~(size_t)7;
	r.labels = put(p, d->labels.v, d->labels.n, 1);
	for (unsigned int f = 0; f < OB_RECORDS_FAMILIES; f++) {
		r.virtual[f] = put_set(p, &d->virtual[f]);
		r.all[f] = put_set(p, &d->all[f]);
		r.by_host[f] = put_set(p, &d->by_host[f]);
	}
	r.clusters = put(p, d->clusters, r.n_clusters, sizeof(*r.clusters));
	r.hosts = put(p, d->hosts, r.n_hosts, sizeof(*r.hosts));
	r.ports = put(p, d->ports.v, r.n_ports, sizeof(*r.ports));
	r.host_ports =
		put(p, d->host_ports.v, r.n_host_ports, sizeof(*r.host_ports));
	r.srv = put(p, d->srv.v, r.n_srv, sizeof(*r.srv));
	r.srv_all = put(p, d->srv_all.v, r.n_srv_all, sizeof(*r.srv_all));
	return r;
}

static int pack(const struct draft *d, struct ob_records **ret)
{
	struct piece p = { 0 };
	struct ob_records *r;

	(void)put_all(&p, d);
	p.base = calloc(1, p.used);
	if (!p.base)
		return -ENOMEM;
	r = (struct ob_records *)p.base;
	*r = put_all(&p, d);
	*ret = r;
	return 0;
}

int ob_records_new(const struct ob_records_options *options,
		   const struct ob_records_input *in, struct ob_records **ret)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct draft d = { .a = a, .options = options, .in = in };
	int r = add_key_label(&d, in->import->name);

	if (r == 0)
		r = add_key_label(&d, in->import->namespace);
	if (r < 0)
		return r;
	d.r.key_len = (uint8_t)d.labels.n;
	d.r.headless = in->import->type == OB_SERVICE_HEADLESS;
	ob_crossdns_endpoints(a, options, in, &d.e);
	d.r.own_first = d.e.own_first;
	d.r.cut = d.e.cut;
	add_virtual(&d);
	add_endpoints(&d);
	add_ports(&d);
	add_srv(&d);
	d.r.n_clusters = (uint32_t)d.e.n_clusters;
	d.r.n_hosts = d.e.n_hosts;
	d.r.n_ports = (uint32_t)d.ports.n;
	d.r.n_host_ports = (uint32_t)d.host_ports.n;
	d.r.n_srv = (uint32_t)d.srv.n;
	d.r.n_srv_all = (uint32_t)d.srv_all.n;
	return pack(&d, ret);
}

void ob_records_free(struct ob_records *r)
{
	free(r);
}

/* Reading. */

static bool has_virtual(const struct ob_records *r)
{
	return r->virtual[OB_RECORDS_V4].n || r->virtual[OB_RECORDS_V6].n;
}

bool ob_records_is_headless(const struct ob_records *r, enum ob_view view)
{
	switch (view) {
	case OB_VIEW_STANDARD:
		return r->headless;
	case OB_VIEW_VIRTUAL:
		return !has_virtual(r);
	case OB_VIEW_ENDPOINTS:
	case OB_VIEWS:
		break;
	}
	return true;
}

bool ob_records_exists(const struct ob_records *r, enum ob_view view)
{
	return ob_records_is_headless(r, view) ? r->n_hosts > 0
					       : has_virtual(r);
}

const struct ob_records_cluster *
ob_records_cluster_find(const struct ob_records *r, const uint8_t *label)
{
	for (uint32_t i = 0; i < r->n_clusters; i++)
		if (same_label(r->labels + r->clusters[i].label, label))
			return r->clusters[i].n_hosts ? &r->clusters[i] : NULL;
	return NULL;
}

const struct ob_records_host *
ob_records_host_find(const struct ob_records *r,
		     const struct ob_records_cluster *cluster,
		     const uint8_t *label)
{
	uint32_t low = cluster->first_host;
	uint32_t high = low + cluster->n_hosts;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const uint8_t *other = r->labels + r->hosts[middle].label;
		int d = (int)label[0] - (int)other[0];

		if (d == 0)
			d = memcmp(label + 1, other + 1, label[0]);
		if (d == 0)
			return &r->hosts[middle];
		if (d < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static struct ob_dns_rrset part(const struct ob_dns_rrset *set, uint32_t first,
				uint32_t n)
{
	return (struct ob_dns_rrset){
		.records = set->records + (size_t)first * set->record_len,
		.n = n,
		.record_len = set->record_len,
	};
}

struct ob_dns_rrset
ob_records_cluster_addrs(const struct ob_records *r,
			 const struct ob_records_cluster *cluster,
			 unsigned int family)
{
	return part(&r->all[family], cluster->first[family],
		    cluster->n[family]);
}

struct ob_dns_rrset ob_records_host_addrs(const struct ob_records *r,
					  const struct ob_records_host *host,
					  unsigned int family)
{
	return part(&r->by_host[family], host->first[family], host->n[family]);
}

static uint8_t protocol_of(const uint8_t *label)
{
	static const struct {
		const char *label;
		uint8_t protocol;
	} known[] = { { "\4_tcp", IPPROTO_TCP },
		      { "\4_udp", IPPROTO_UDP },
		      { "\5_sctp", IPPROTO_SCTP } };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (same_label((const uint8_t *)known[i].label, label))
			return known[i].protocol;
	return 0;
}

bool ob_records_has_protocol(const struct ob_records_port *ports, size_t n,
			     const uint8_t *protocol)
{
	uint8_t number = protocol_of(protocol);

	for (size_t i = 0; i < n; i++)
		if (ports[i].protocol == number)
			return true;
	return false;
}

const struct ob_records_port *
ob_records_port_find(const struct ob_records *r,
		     const struct ob_records_port *ports, size_t n,
		     const uint8_t *port, const uint8_t *protocol)
{
	uint8_t number = protocol_of(protocol);

	if (number == 0 || port[0] < 2 || port[1] != '_')
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *name = r->labels + ports[i].label;

		if (ports[i].protocol == number && name[0] == port[0] - 1 &&
		    memcmp(name + 1, port + 2, name[0]) == 0)
			return &ports[i];
	}
	return NULL;
}
