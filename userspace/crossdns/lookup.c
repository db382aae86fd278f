// SPDX-License-Identifier: Apache-2.0
#include "crossdns/lookup.h"

#include <string.h>

static const uint8_t *label_at(const struct ob_dns_query *q, unsigned int i)
{
	return q->name + q->label[i];
}

static bool label_is(const struct ob_dns_query *q, unsigned int i,
		     const char *text)
{
	const uint8_t *label = label_at(q, i);
	size_t len = strlen(text);

	return label[0] == len && memcmp(label + 1, text, len) == 0;
}

static void find_other(struct ob_found *f, const struct ob_dns_rrset *set,
		       enum ob_dns_type type)
{
	f->exists = true;
	f->other = set;
	f->other_type = type;
}

/* Names that are the zone's own. */
static void find_own(const struct ob_dns_zone *z, const struct ob_dns_query *q,
		     unsigned int labels, struct ob_found *f)
{
	if (labels == 0) {
		find_other(f, &z->ns, OB_DNS_NS);
		f->apex = true;
		return;
	}
	if (label_is(q, labels - 1, "dns")) {
		if (labels == 2 && label_is(q, 0, "ns")) {
			f->addrs[OB_RECORDS_V4] = z->server4;
			f->addrs[OB_RECORDS_V6] = z->server6;
		}
		f->exists =
			labels == 1 || (labels == 2 && label_is(q, 0, "ns"));
		return;
	}
	if (labels == 1 && z->has_version && label_is(q, 0, "dns-version"))
		find_other(f, &z->version, OB_DNS_TXT);
}

/* SVC.NS */
static void find_service(const struct ob_records *r, bool headless,
			 struct ob_found *f)
{
	const struct ob_dns_rrset *addrs = headless ? r->all : r->virtual;

	f->exists = true;
	for (unsigned int i = 0; i < OB_RECORDS_FAMILIES; i++)
		f->addrs[i] = addrs[i];
	f->srv = headless ? OB_FOUND_HOSTS : OB_FOUND_PORTS;
	f->ports = r->ports;
	f->n_ports = r->n_ports;
	f->hosts = r->srv_all;
	f->n_hosts = r->n_srv_all;
}

struct ports {
	const struct ob_records_port *v;
	size_t n;
};

static struct ports ports_of(const struct ob_records *r, bool headless)
{
	return headless ? (struct ports){ r->host_ports, r->n_host_ports }
			: (struct ports){ r->ports, r->n_ports };
}

/* CLUSTER.SVC.NS or _PROTO.SVC.NS */
static void find_cluster(const struct ob_records *r, enum ob_view view,
			 const uint8_t *label, struct ob_found *f)
{
	bool headless = ob_records_is_headless(r, view);
	struct ports ports = ports_of(r, headless);
	const struct ob_records_cluster *c;

	if (label[1] == '_') {
		f->exists = ob_records_has_protocol(ports.v, ports.n, label);
		return;
	}
	c = ob_records_cluster_find(r, label);
	if (!c || (view == OB_VIEW_STANDARD && !headless))
		return;
	f->exists = true;
	for (unsigned int i = 0;
	     view != OB_VIEW_STANDARD && i < OB_RECORDS_FAMILIES; i++)
		f->addrs[i] = ob_records_cluster_addrs(r, c, i);
}

static void find_host(const struct ob_records *r, enum ob_view view,
		      const struct ob_dns_query *q, struct ob_found *f)
{
	const struct ob_records_cluster *c =
		ob_records_cluster_find(r, label_at(q, 1));
	const struct ob_records_host *h;

	if (!c || (view == OB_VIEW_STANDARD && !r->headless))
		return;
	h = ob_records_host_find(r, c, label_at(q, 0));
	if (!h)
		return;
	f->exists = true;
	for (unsigned int i = 0; i < OB_RECORDS_FAMILIES; i++)
		f->addrs[i] = ob_records_host_addrs(r, h, i);
}

static void find_port(const struct ob_records *r, bool headless,
		      const struct ob_dns_query *q, struct ob_found *f)
{
	struct ports ports = ports_of(r, headless);
	const struct ob_records_port *p = ob_records_port_find(
		r, ports.v, ports.n, label_at(q, 0), label_at(q, 1));

	if (!p)
		return;
	f->exists = true;
	f->srv = headless ? OB_FOUND_HOSTS : OB_FOUND_PORTS;
	f->ports = p;
	f->n_ports = 1;
	f->hosts = r->srv + p->first_srv;
	f->n_hosts = p->n_srv;
}

/* Below "svc": labels counts those before it. */
static void find_below(const struct ob_names *names, enum ob_view view,
		       const struct ob_dns_query *q, unsigned int labels,
		       struct ob_found *f)
{
	const struct ob_records *r;
	const uint8_t *key;
	bool headless;

	if (labels == 1) {
		key = label_at(q, 0);
		f->exists =
			ob_names_has_namespace(names, key, key[0] + 1u, view);
		return;
	}
	key = label_at(q, labels - 2);
	r = ob_names_service(names, key, (size_t)(label_at(q, labels) - key));
	if (!r || !ob_records_exists(r, view))
		return;
	f->records = r;
	headless = ob_records_is_headless(r, view);
	if (labels == 2)
		find_service(r, headless, f);
	else if (labels == 3)
		find_cluster(r, view, label_at(q, 0), f);
	else if (labels == 4 && label_at(q, 1)[1] == '_')
		find_port(r, headless, q, f);
	else if (labels == 4)
		find_host(r, view, q, f);
}

void ob_lookup(const struct ob_names *names,
	       const struct ob_crossdns_zone *zone,
	       const struct ob_dns_query *q, unsigned int labels,
	       struct ob_found *ret)
{
	struct ob_found f = { .exists = false };

	if (labels == 0 || !label_is(q, labels - 1, "svc"))
		find_own(zone->dns, q, labels, &f);
	else if (labels == 1)
		f.exists = true;
	else
		find_below(names, zone->view, q, labels - 1, &f);
	*ret = f;
}
