/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a name means in a zone. Pure reading: allocates nothing, writes nothing
 * that is shared.
 *
 *                         standard view        the other views
 *   ZONE                  SOA, NS
 *   ns.dns.ZONE           A, AAAA
 *   dns-version.ZONE      TXT                  not there
 *   SVC.NS.svc.ZONE       A, AAAA, SRV: virtual addresses, or ready endpoints
 *   CLUSTER.SVC.NS...     empty, see below     its ready endpoints
 *   HOST.CLUSTER.SVC...   of headless ones     of all
 *   _PORT._PROTO.SVC...   SRV
 *
 * A name below which there is another one exists, empty (RFC 8020): dns.ZONE,
 * svc.ZONE, a namespace with services, _PROTO, and of a headless service also
 * CLUSTER.SVC in the standard view, which must have no records there but whose
 * NXDOMAIN would deny its hosts, too.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "crossdns/names.h"
#include "dns/zone.h"

struct ob_crossdns_zone {
	const struct ob_dns_zone *dns;
	enum ob_view view;
};

enum ob_found_srv {
	OB_FOUND_NO_SRV,
	OB_FOUND_PORTS, /* of the import: all lead to the service's name */
	OB_FOUND_HOSTS,
};

struct ob_found {
	bool exists;
	bool apex;
	const struct ob_records *records; /* NULL: of no service */
	struct ob_dns_rrset addrs[OB_RECORDS_FAMILIES];
	const struct ob_dns_rrset *other; /* NS or TXT; NULL: none */
	enum ob_dns_type other_type;
	enum ob_found_srv srv;
	const struct ob_records_port *ports;
	const struct ob_records_srv *hosts;
	uint32_t n_ports, n_hosts;
};

/* labels: of the name, before the zone's. */
void ob_lookup(const struct ob_names *names,
	       const struct ob_crossdns_zone *zone,
	       const struct ob_dns_query *q, unsigned int labels,
	       struct ob_found *ret);
