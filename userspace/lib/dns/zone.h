/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A zone's own records: SOA, NS, the name server's addresses, dns-version.
 * Rendered once, with ldns; what its services are called is somebody else's
 * affair. Immutable but for the serial.
 *
 *   ZONE              SOA, NS ns.dns.ZONE
 *   ns.dns.ZONE       A, AAAA of the name server, if given
 *   dns-version.ZONE  TXT "1.0.0" (KEP-1645), if wanted
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/prefix.h"
#include "dns/answer.h"

/* A name in wire form, lower case. */
struct ob_dns_name {
	uint8_t len; /* with the root's label */
	uint8_t n_labels;
	uint8_t wire[OB_DNS_NAME_MAX];
};

/* "clusterset.local", with or without the last dot. -EINVAL when it is no
 * name, or the root. */
int ob_dns_name_parse(const char *text, struct ob_dns_name *ret);
/* A label in wire form and lower case: at most 64 bytes. Returns how many; 0
 * when text is empty or too long for one. */
size_t ob_dns_label_put(uint8_t *to, const char *text);

struct ob_dns_zone_options {
	const char *name;
	uint32_t ttl_s;
	bool has_version;
	const struct ob_addr *servers; /* addresses of ns.dns.ZONE */
	size_t n_servers;
};

struct ob_dns_zone {
	struct ob_arena *arena; /* where all of it is */
	struct ob_dns_name name;
	struct ob_dns_rrset soa, ns, version, server4, server6;
	uint32_t ttl_s;
	bool has_version;
};

int ob_dns_zone_new(const struct ob_dns_zone_options *options,
		    struct ob_dns_zone **ret);
void ob_dns_zone_free(struct ob_dns_zone *z);
OB_DEFINE_CLEANUP(struct ob_dns_zone *, ob_dns_zone_free)

/* True when the query's name is the zone's or below it; *ret_labels: by how
 * many labels. */
bool ob_dns_zone_holds(const struct ob_dns_zone *z,
		       const struct ob_dns_query *q, unsigned int *ret_labels);
/* The SOA in the authority section: nothing is there (RFC 2308). labels: how
 * many of the name come before the zone's. */
void ob_dns_zone_deny(const struct ob_dns_zone *z, const struct ob_dns_query *q,
		      unsigned int labels, uint32_t serial,
		      struct ob_dns_answer *a);
/* The SOA as an answer. */
void ob_dns_zone_soa(const struct ob_dns_zone *z, uint32_t serial,
		     struct ob_dns_answer *a);
/* What every name that exists has of type ANY (RFC 8482, 4.2). */
const struct ob_dns_rrset *ob_dns_hinfo(void);
