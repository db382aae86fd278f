/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets for tests, from a description.
 *
 * packet_build() writes the packet a struct packet_spec describes, computing
 * every checksum from scratch over the finished bytes. The packet a program
 * should make of it is the same description with other addresses: an
 * incremental update in the datapath and a full computation here have to meet.
 *
 *   Ethernet | IPv4 + options or IPv6 + extension headers | L4 | payload | pad
 *
 * Fragments are cut out of the whole datagram, so that the checksum in the
 * first one is that of all. Zero means the usual in every field.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_ETH 14	/* Ethernet header */
#define PACKET_MAX 4096 /* Ethernet header included */

/* Numbers that netinet/in.h does not have. */
#define PACKET_PROTO_UDPLITE 136

struct packet {
	size_t len; /* from the Ethernet header on */
	uint8_t b[PACKET_MAX];
};

enum packet_l4 {
	L4_UDP,
	L4_TCP,
	L4_UDPLITE,
	L4_SCTP,
	L4_ECHO,
	L4_ECHO_REPLY,
	L4_ERROR, /* ICMP or ICMPv6 error, see error and inner */
	L4_ESP,
	L4_GRE,
	L4_COUNT
};

enum packet_error {
	ERROR_UNREACHABLE,
	ERROR_TIME_EXCEEDED,
	ERROR_TOO_BIG, /* fragmentation needed, packet too big */
	ERROR_PARAMETER,
	ERROR_COUNT
};

/* IPv6 extension headers. */
enum packet_ext {
	EXT_END,
	EXT_HOP_BY_HOP,
	EXT_ROUTING,	 /* no segments left */
	EXT_DESTINATION, /* 24 bytes long */
	EXT_FRAGMENT,	 /* atomic, unless frag_len makes it a fragment */
	EXT_COUNT
};

#define PACKET_EXTS 6

struct packet_spec {
	const char *src; /* the text says the family */
	const char *dst;
	enum packet_l4 l4;
	uint8_t ttl; /* 64 */
	uint8_t tos;
	bool df;
	uint16_t id;
	uint8_t options; /* IPv4: bytes of options, 4n */
	enum packet_ext exts[PACKET_EXTS];
	uint16_t frag_off;	    /* bytes, 8n */
	uint16_t frag_len;	    /* bytes; 0: not a fragment */
	uint16_t sport, dport;	    /* 40000, 80; echo: ident and sequence */
	uint8_t tcp_flags;	    /* ACK */
	const uint8_t *tcp_options; /* padded with zeros to 4n */
	uint8_t tcp_options_len;
	bool no_checksum; /* UDP: sent without */
	enum packet_error error;
	uint32_t error_rest; /* MTU, pointer: second word of the ICMP header */
	const struct packet_spec *inner;
	uint16_t inner_l4_len; /* L4 bytes quoted; 0: all */
	uint16_t payload;      /* bytes */
	uint32_t seed;	       /* of the payload's bytes */
	uint16_t pad;	       /* Ethernet padding behind the IP packet */
};

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10
#define TCP_ECE 0x40

/* AF_INET or AF_INET6. */
int packet_family(const struct packet_spec *spec);
void packet_build(const struct packet_spec *spec, struct packet *ret);

/* The IP header, and the bytes from there on. */
static inline uint8_t *packet_ip(struct packet *p)
{
	return p->b + PACKET_ETH;
}

static inline size_t packet_ip_len(const struct packet *p)
{
	return p->len - PACKET_ETH;
}

/* Makes the IPv4 header checksum right after a test edited the header. */
void packet_fix_ip_checksum(struct packet *p);

/*
 * Verifies every checksum a receiver could verify: NULL when they are right,
 * otherwise what is wrong first, lengths included. Fragments have their IPv4
 * header checked only.
 */
const char *packet_bad_checksum(const uint8_t *ip, size_t len);

/* Sum of 16-bit big-endian words, to be continued with another call. */
uint32_t packet_sum(const void *data, size_t len, uint32_t sum);
uint16_t packet_fold(uint32_t sum);

/* Prints the bytes around the first difference. */
void packet_print_difference(const uint8_t *got, size_t got_len,
			     const uint8_t *want, size_t want_len);
