// SPDX-License-Identifier: Apache-2.0
#include "dns/zone.h"

#include <errno.h>
#include <string.h>

/* Not ldns.h: OpenSSL's headers have parameters with names of banned.h. */
#include <ldns/dname.h>
#include <ldns/rbtree.h>
#include <ldns/rr.h>

#include <ldns/host2wire.h>

#define REFRESH_S	7200
#define RETRY_S		1800
#define EXPIRE_S	86400
#define SCHEMA_VERSION	"1.0.0"
#define SERIAL_FROM_END 20 /* the five numbers of a SOA */

static unsigned int count_labels(const uint8_t *wire)
{
	unsigned int n = 0;

	for (; *wire; wire += *wire + 1)
		n++;
	return n;
}

int ob_dns_name_parse(const char *text, struct ob_dns_name *ret)
{
	ldns_rdf *name = ldns_dname_new_frm_str(text);
	size_t len = name ? ldns_rdf_size(name) : 0;

	if (len <= 1 || len > sizeof(ret->wire)) {
		ldns_rdf_deep_free(name);
		return -EINVAL;
	}
	ldns_dname2canonical(name);
	ret->len = (uint8_t)len;
	memcpy(ret->wire, ldns_rdf_data(name), len);
	ret->n_labels = (uint8_t)count_labels(ret->wire);
	ldns_rdf_deep_free(name);
	return 0;
}

size_t ob_dns_label_put(uint8_t *to, const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > OB_DNS_LABEL_MAX)
		return 0;
	to[0] = (uint8_t)len;
	for (size_t i = 0; i < len; i++)
		to[i + 1] = ob_dns_lower((uint8_t)text[i]);
	return len + 1;
}

/* Records. */

/* One record in the words of a zone file; its owner becomes the question. */
static int render(struct ob_arena *a, const char *line,
		  struct ob_dns_rrset *ret)
{
	_free_ uint8_t *wire = NULL;
	ldns_rr *rr = NULL;
	uint8_t *records;
	size_t size, owner;

	if (ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) != LDNS_STATUS_OK)
		return -EINVAL;
	owner = ldns_rdf_size(ldns_rr_owner(rr));
	if (ldns_rr2wire(&wire, rr, LDNS_SECTION_ANSWER, &size) !=
	    LDNS_STATUS_OK) {
		ldns_rr_free(rr);
		return -ENOMEM;
	}
	ldns_rr_free(rr);
	size = size - owner + 2;
	records = ob_arena_alloc(a, size);
	ob_dns_put16(records, OB_DNS_QNAME_POINTER);
	memcpy(records + 2, wire + owner, size - 2);
	*ret = (struct ob_dns_rrset){ records, 1, 0, (uint16_t)size };
	return 0;
}

static struct ob_dns_rrset render_servers(struct ob_arena *a,
					  const struct ob_dns_zone_options *o,
					  uint8_t family)
{
	size_t size = family == AF_INET ? 4 : 16;
	size_t len = OB_DNS_RECORD_HEAD + size;
	uint8_t *records = ob_arena_array(a, o->n_servers, len);
	uint32_t n = 0;

	for (size_t i = 0; i < o->n_servers; i++) {
		uint8_t *at = records + n * len;

		if (o->servers[i].family != family)
			continue;
		at = ob_dns_record_head(
			at, family == AF_INET ? OB_DNS_A : OB_DNS_AAAA,
			o->ttl_s, (uint16_t)size);
		memcpy(at, o->servers[i].b, size);
		n++;
	}
	return (struct ob_dns_rrset){ records, n, 0, (uint16_t)len };
}

static int render_all(const struct ob_dns_zone_options *o, const char *name,
		      struct ob_dns_zone *z)
{
	struct ob_arena *a = z->arena;
	int r;

	r = render(a,
		   ob_arena_printf(a,
				   "%s %u IN SOA ns.dns.%s hostmaster.%s "
				   "1 %d %d %d %u",
				   name, o->ttl_s, name, name, REFRESH_S,
				   RETRY_S, EXPIRE_S, o->ttl_s),
		   &z->soa);
	if (r == 0)
		r = render(a,
			   ob_arena_printf(a, "%s %u IN NS ns.dns.%s", name,
					   o->ttl_s, name),
			   &z->ns);
	if (r == 0)
		r = render(a,
			   ob_arena_printf(
				   a, "%s %u IN TXT \"" SCHEMA_VERSION "\"",
				   name, o->ttl_s),
			   &z->version);
	z->server4 = render_servers(a, o, AF_INET);
	z->server6 = render_servers(a, o, AF_INET6);
	return r;
}

static struct ob_dns_zone *zone_alloc(void)
{
	struct ob_arena *arena = ob_arena_new();
	struct ob_dns_zone *z = ob_arena_alloc(arena, sizeof(*z));

	z->arena = arena;
	return z;
}

int ob_dns_zone_new(const struct ob_dns_zone_options *options,
		    struct ob_dns_zone **ret)
{
	_cleanup_(ob_dns_zone_freep) struct ob_dns_zone *z = zone_alloc();
	size_t len = strlen(options->name);
	int r = ob_dns_name_parse(options->name, &z->name);

	if (r < 0)
		return r;
	z->has_version = options->has_version;
	z->ttl_s = options->ttl_s;
	r = render_all(
		options,
		ob_arena_printf(z->arena, "%s%s", options->name,
				options->name[len - 1] == '.' ? "" : "."),
		z);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(z);
	return 0;
}

void ob_dns_zone_free(struct ob_dns_zone *z)
{
	/* It lives in its own arena. */
	ob_arena_free(z->arena);
}

/* Answers. */

bool ob_dns_zone_holds(const struct ob_dns_zone *z,
		       const struct ob_dns_query *q, unsigned int *ret_labels)
{
	unsigned int n = q->n_labels, own = z->name.n_labels;
	size_t from;

	if (n < own || q->name_len < z->name.len)
		return false;
	from = (size_t)(q->name_len - z->name.len);
	/* The same bytes could begin in the middle of a label. */
	if (q->label[n - own] != from ||
	    memcmp(q->name + from, z->name.wire, z->name.len) != 0)
		return false;
	*ret_labels = n - own;
	return true;
}

static uint8_t *put_soa(const struct ob_dns_zone *z, uint32_t serial,
			struct ob_dns_answer *a)
{
	uint8_t *at = ob_dns_answer_room(a, z->soa.record_len);

	if (!at)
		return NULL;
	memcpy(at, z->soa.records, z->soa.record_len);
	ob_dns_put32(at + z->soa.record_len - SERIAL_FROM_END, serial);
	return at;
}

void ob_dns_zone_deny(const struct ob_dns_zone *z, const struct ob_dns_query *q,
		      unsigned int labels, uint32_t serial,
		      struct ob_dns_answer *a)
{
	uint8_t *at = put_soa(z, serial, a);

	if (!at)
		return;
	a->n_authority++;
	ob_dns_put16(at, OB_DNS_QNAME_POINTER + q->label[labels]);
}

void ob_dns_zone_soa(const struct ob_dns_zone *z, uint32_t serial,
		     struct ob_dns_answer *a)
{
	if (put_soa(z, serial, a))
		a->n_answers++;
}

const struct ob_dns_rrset *ob_dns_hinfo(void)
{
	static const uint8_t record[] = {
		0xc0, 0x0c, 0,	 OB_DNS_HINFO, 0,   1,	 0,   0,   0,	5, 0,
		9,    7,    'R', 'F',	       'C', '8', '4', '8', '2', 0
	};
	static const struct ob_dns_rrset set = { record, 1, 0, sizeof(record) };

	return &set;
}
