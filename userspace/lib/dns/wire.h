/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of DNS messages: RFC 1035, 2782 (SRV), 3596 (AAAA), 6891 (EDNS),
 * 8482 (ANY).
 */
#pragma once

#include <stdint.h>

#define OB_DNS_PORT	  53
#define OB_DNS_HEADER	  12
#define OB_DNS_NAME_MAX	  255
#define OB_DNS_LABEL_MAX  63
#define OB_DNS_LABELS_MAX 127
#define OB_DNS_UDP_MIN	  512	/* what every client takes over UDP */
#define OB_DNS_TCP_MAX	  65535 /* of a message over TCP */
#define OB_DNS_OPT_LEN	  11	/* an OPT record without options */

/* The name of a question that stands where it always does, compressed. */
#define OB_DNS_QNAME_POINTER 0xc00c

enum ob_dns_rcode {
	OB_DNS_NOERROR = 0,
	OB_DNS_FORMERR = 1,
	OB_DNS_SERVFAIL = 2,
	OB_DNS_NXDOMAIN = 3,
	OB_DNS_NOTIMP = 4,
	OB_DNS_REFUSED = 5,
	OB_DNS_BADVERS = 16, /* of EDNS: the upper bits are in its OPT */
};

enum ob_dns_type {
	OB_DNS_A = 1,
	OB_DNS_NS = 2,
	OB_DNS_SOA = 6,
	OB_DNS_HINFO = 13,
	OB_DNS_TXT = 16,
	OB_DNS_AAAA = 28,
	OB_DNS_SRV = 33,
	OB_DNS_OPT = 41,
	OB_DNS_TKEY = 249, /* from here to MAILA: not questions for a zone */
	OB_DNS_IXFR = 251,
	OB_DNS_AXFR = 252,
	OB_DNS_MAILA = 254,
	OB_DNS_ANY = 255,
};

enum ob_dns_class {
	OB_DNS_IN = 1,
	OB_DNS_CH = 3,
};

/* Names are compared without regard to case (RFC 4343). */
static inline uint8_t ob_dns_lower(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26 ? c | 0x20 : c;
}

static inline uint16_t ob_dns_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline void ob_dns_put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void ob_dns_put32(uint8_t *p, uint32_t v)
{
	ob_dns_put16(p, v >> 16);
	ob_dns_put16(p + 2, v & 0xffff);
}
