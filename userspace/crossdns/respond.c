// SPDX-License-Identifier: Apache-2.0
#include "crossdns/respond.h"

#include <string.h>

#define SRV_HEAD	6 /* priority, weight, port */
#define SRV_WEIGHT	1 /* RFC 2782: equal, and not 0 */
#define POINTER_MAX	0x3fff
#define POINTER		0xc000
#define SVC_LABEL	"\3svc"
#define SVC_LABEL_LEN	4
#define SERVICE_LABELS	3  /* SERVICE.NAMESPACE.svc */
#define PRIORITY_OTHERS 10 /* of other clusters, when our own goes first */

/* One query on its way. */
struct reply {
	struct ob_responder *r;
	struct ob_dns_query q;
	struct ob_dns_answer a;
	struct ob_dns_pick pick;
	const struct ob_crossdns_zone *zone; /* NULL: none of ours */
	unsigned int labels;
	struct ob_found found;
};

static uint32_t next_random(struct ob_responder *r)
{
	uint32_t x = r->random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	r->random = x;
	return x;
}

/* SRV. */

struct target {
	const uint8_t *host, *cluster; /* NULL: the service itself */
	uint16_t number, priority;
};

static size_t label_len(const uint8_t *label)
{
	return label ? (size_t)label[0] + 1 : 0;
}

static uint8_t *put(uint8_t *to, const void *from, size_t len)
{
	if (len > 0)
		memcpy(to, from, len);
	return to + len;
}

/* Returns where the target is in the message; 0: no room. */
static size_t put_srv(struct reply *p, const struct target *t)
{
	const struct ob_records *records = p->found.records;
	const struct ob_dns_name *zone = &p->zone->dns->name;
	size_t target = label_len(t->host) + label_len(t->cluster) +
			records->key_len + SVC_LABEL_LEN + zone->len;
	size_t begin = p->a.size;
	uint8_t *at = ob_dns_answer_room(&p->a, OB_DNS_RECORD_HEAD + SRV_HEAD +
							target);

	if (!at) {
		p->a.truncated = true;
		return 0;
	}
	/* Of all records of a service the TTL is the same. */
	at = ob_dns_record_head(at, OB_DNS_SRV, p->zone->dns->ttl_s,
				(uint16_t)(SRV_HEAD + target));
	ob_dns_put16(at, t->priority);
	ob_dns_put16(at + 2, SRV_WEIGHT);
	ob_dns_put16(at + 4, t->number);
	at = put(at + SRV_HEAD, t->host, label_len(t->host));
	at = put(at, t->cluster, label_len(t->cluster));
	at = put(at, records->labels, records->key_len);
	at = put(at, SVC_LABEL, SVC_LABEL_LEN);
	put(at, zone->wire, zone->len);
	p->a.n_answers++;
	return begin + OB_DNS_RECORD_HEAD + SRV_HEAD;
}

/* What a target's addresses are, when there is room; nobody misses them. */
static void put_extra(struct reply *p, const struct ob_dns_rrset *set,
		      size_t target)
{
	uint32_t n = set->n;

	if (n > p->pick.max)
		n = p->pick.max;
	if (n > 0 && target <= POINTER_MAX)
		(void)ob_dns_answer_add_extra(&p->a, set, n,
					      (uint16_t)(POINTER | target));
}

static void answer_ports(struct reply *p)
{
	const struct ob_found *f = &p->found;
	bool bare = p->labels == SERVICE_LABELS;
	size_t target = 0;

	for (uint32_t i = 0; i < f->n_ports && i < p->pick.max; i++) {
		const struct target t = { .number = f->ports[i].number };
		size_t at;

		/* All ports have one target: each number once. */
		if (bare && f->ports[i].repeated)
			continue;
		at = put_srv(p, &t);
		target = target ? target : at;
	}
	if (!target)
		return;
	for (unsigned int i = 0; i < OB_RECORDS_FAMILIES; i++)
		put_extra(p, &f->records->virtual[i], target);
}

struct placed {
	const struct ob_records_host *host;
	uint16_t at;
};

static void put_host_extras(struct reply *p, const struct placed *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && v[i].host == v[i - 1].host)
			continue;
		for (unsigned int f = 0; f < OB_RECORDS_FAMILIES; f++) {
			struct ob_dns_rrset set = ob_records_host_addrs(
				p->found.records, v[i].host, f);

			put_extra(p, &set, v[i].at);
		}
	}
}

static size_t put_host_srv(struct reply *p, const struct ob_records_srv *srv,
			   const struct ob_records_host *host)
{
	const struct ob_records *records = p->found.records;
	bool other = p->pick.first_first && records->own_first && host->cluster;
	const struct target t = {
		.host = records->labels + host->label,
		.cluster = records->labels +
			   records->clusters[host->cluster].label,
		.number = srv->number,
		.priority = other ? PRIORITY_OTHERS : 0,
	};

	return put_srv(p, &t);
}

static void answer_hosts(struct reply *p)
{
	const struct ob_found *f = &p->found;
	uint32_t n = f->n_hosts < p->pick.max ? f->n_hosts : p->pick.max;
	/* Our own are at the beginning; priorities say the same. */
	bool in_order = p->pick.first_first && f->records->own_first;
	uint64_t begin =
		n < f->n_hosts && !in_order ? (uint64_t)p->pick.window * n : 0;
	uint32_t shift = in_order ? 0 : p->pick.turn;
	struct placed placed[OB_RESPOND_MAX_ANSWERS];
	size_t n_placed = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t turn = ((uint64_t)i + shift) % n;
		const struct ob_records_srv *srv =
			&f->hosts[(begin + turn) % f->n_hosts];
		const struct ob_records_host *host =
			&f->records->hosts[srv->host];
		size_t at = put_host_srv(p, srv, host);

		if (!at)
			return;
		placed[n_placed++] = (struct placed){ host, (uint16_t)at };
	}
	put_host_extras(p, placed, n_placed);
}

/* The answer section, by type. */

static void answer_set(struct reply *p, const struct ob_dns_rrset *set)
{
	if (set->n > 0)
		ob_dns_answer_add(&p->a, set, &p->pick);
}

static void answer_type(struct reply *p)
{
	const struct ob_found *f = &p->found;

	if (p->q.type == OB_DNS_A)
		answer_set(p, &f->addrs[OB_RECORDS_V4]);
	else if (p->q.type == OB_DNS_AAAA)
		answer_set(p, &f->addrs[OB_RECORDS_V6]);
	else if (p->q.type == OB_DNS_SRV && f->srv == OB_FOUND_PORTS)
		answer_ports(p);
	else if (p->q.type == OB_DNS_SRV && f->srv == OB_FOUND_HOSTS)
		answer_hosts(p);
	else if (p->q.type == OB_DNS_SOA && f->apex)
		ob_dns_zone_soa(p->zone->dns, ob_names_serial(p->r->names),
				&p->a);
	else if (f->other && p->q.type == f->other_type)
		answer_set(p, f->other);
	else if (p->q.type == OB_DNS_ANY)
		answer_set(p, ob_dns_hinfo());
}

static enum ob_dns_rcode answer_in_zone(struct reply *p)
{
	if (!ob_names_is_complete(p->r->names))
		return OB_DNS_SERVFAIL;
	p->a.authoritative = true;
	ob_lookup(p->r->names, p->zone, &p->q, p->labels, &p->found);
	if (p->found.exists)
		answer_type(p);
	if (p->a.n_answers == 0 && !p->a.truncated)
		ob_dns_zone_deny(p->zone->dns, &p->q, p->labels,
				 ob_names_serial(p->r->names), &p->a);
	return p->found.exists ? OB_DNS_NOERROR : OB_DNS_NXDOMAIN;
}

/* The zone with the longest name that holds it. */
static void find_zone(struct reply *p)
{
	for (size_t i = 0; i < p->r->n_zones; i++) {
		const struct ob_crossdns_zone *z = &p->r->zones[i];
		unsigned int labels;

		if (!ob_dns_zone_holds(z->dns, &p->q, &labels))
			continue;
		if (p->zone && p->labels <= labels)
			continue;
		p->zone = z;
		p->labels = labels;
	}
}

static enum ob_dns_rcode answer(struct reply *p, bool slip)
{
	if (p->q.rcode != OB_DNS_NOERROR)
		return p->q.rcode;
	find_zone(p);
	if (!p->zone)
		return OB_DNS_REFUSED;
	if (slip) {
		ob_dns_answer_truncate(&p->a, &p->q);
		return OB_DNS_NOERROR;
	}
	return answer_in_zone(p);
}

static void count(const struct reply *p, const struct ob_request *request,
		  enum ob_dns_rcode rcode)
{
	size_t zone = p->zone ? (size_t)(p->zone - p->r->zones)
			      : OB_CROSSDNS_ZONES_MAX;
	struct ob_counters *c = p->r->counters;

	ob_count(&c->queries[request->transport], 1);
	ob_count(&c->types[zone][ob_type_label(p->q.type)], 1);
	ob_count(&c->rcodes[zone][ob_rcode_label(rcode)], 1);
	ob_count(&c->truncated, p->a.truncated);
}

static size_t room_for(const struct ob_responder *r,
		       const struct ob_dns_query *q,
		       const struct ob_request *request, size_t size)
{
	size_t limit = OB_DNS_TCP_MAX;

	if (request->transport == OB_UDP)
		limit = q->udp_size < r->udp_size ? q->udp_size : r->udp_size;
	return limit < size ? limit : size;
}

size_t ob_respond(struct ob_responder *r, const struct ob_request *request,
		  uint8_t *out, size_t size)
{
	struct reply p;
	enum ob_dns_rcode rcode;

	if (ob_dns_query_parse(request->bytes, request->size, &p.q) < 0) {
		ob_count(&r->counters->ignored, 1);
		return 0;
	}
	p.r = r;
	p.zone = NULL;
	p.labels = 0;
	p.pick = (struct ob_dns_pick){
		.turn = next_random(r),
		.window = r->window,
		.max = r->max_answers,
		.first_first = r->local_first,
	};
	ob_dns_answer_begin(&p.a, out, room_for(r, &p.q, request, size),
			    request->bytes, &p.q);
	rcode = answer(&p, request->slip);
	size = ob_dns_answer_end(&p.a, &p.q, rcode, r->udp_size);
	count(&p, request, rcode);
	return size;
}
