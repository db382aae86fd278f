/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one worker counts. It alone writes, without locked instructions; others
 * read, and may see numbers that are a moment old.
 */
#pragma once

#include <stdint.h>

#include "dns/wire.h"

#define OB_CROSSDNS_ZONES_MAX 8
#define OB_LATENCY_BUCKETS    12 /* 1, 2, 4, ... microseconds; the last: more */

enum ob_transport {
	OB_UDP,
	OB_TCP,
	OB_TRANSPORTS
};

enum ob_type_label {
	OB_TYPE_A,
	OB_TYPE_AAAA,
	OB_TYPE_SRV,
	OB_TYPE_SOA,
	OB_TYPE_NS,
	OB_TYPE_TXT,
	OB_TYPE_ANY,
	OB_TYPE_OTHER,
	OB_TYPE_LABELS,
};

enum ob_rcode_label {
	OB_RCODE_NOERROR,
	OB_RCODE_FORMERR,
	OB_RCODE_SERVFAIL,
	OB_RCODE_NXDOMAIN,
	OB_RCODE_NOTIMP,
	OB_RCODE_REFUSED,
	OB_RCODE_BADVERS,
	OB_RCODE_LABELS,
};

struct ob_counters {
	uint64_t queries[OB_TRANSPORTS];
	/* The last row is of no zone. */
	uint64_t types[OB_CROSSDNS_ZONES_MAX + 1][OB_TYPE_LABELS];
	uint64_t rcodes[OB_CROSSDNS_ZONES_MAX + 1][OB_RCODE_LABELS];
	uint64_t truncated;
	uint64_t limited_dropped, limited_slipped;
	uint64_t ignored; /* no queries, or what could not be sent */
	uint64_t tcp_accepted, tcp_refused, tcp_timed_out;
	/* From having a query in hand to having sent its answer. */
	uint64_t latency[OB_LATENCY_BUCKETS];
	uint64_t latency_ns;
};

static inline void ob_count(uint64_t *counter, uint64_t by)
{
	__atomic_store_n(counter, *counter + by, __ATOMIC_RELAXED);
}

static inline uint64_t ob_counted(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static inline enum ob_type_label ob_type_label(uint16_t type)
{
	switch (type) {
	case OB_DNS_A:
		return OB_TYPE_A;
	case OB_DNS_AAAA:
		return OB_TYPE_AAAA;
	case OB_DNS_SRV:
		return OB_TYPE_SRV;
	case OB_DNS_SOA:
		return OB_TYPE_SOA;
	case OB_DNS_NS:
		return OB_TYPE_NS;
	case OB_DNS_TXT:
		return OB_TYPE_TXT;
	case OB_DNS_ANY:
		return OB_TYPE_ANY;
	default: /* a number of the wire */
		return OB_TYPE_OTHER;
	}
}

static inline enum ob_rcode_label ob_rcode_label(enum ob_dns_rcode rcode)
{
	return rcode == OB_DNS_BADVERS ? OB_RCODE_BADVERS
				       : (enum ob_rcode_label)rcode;
}
