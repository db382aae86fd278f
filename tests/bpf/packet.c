// SPDX-License-Identifier: Apache-2.0
#include "packet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct address {
	int family;
	uint8_t b[16];
	size_t size;
};

/* Bytes that grow; a test that asks for more than fits is a bug. */
struct buffer {
	size_t len;
	uint8_t b[PACKET_MAX];
};

static struct address address_parse(const char *text)
{
	struct address a = { .family = AF_INET, .size = 4 };

	if (strchr(text, ':')) {
		a.family = AF_INET6;
		a.size = 16;
	}
	if (inet_pton(a.family, text, a.b) != 1) {
		fprintf(stderr, "not an address: %s\n", text);
		abort();
	}
	return a;
}

int packet_family(const struct packet_spec *spec)
{
	return strchr(spec->src, ':') ? AF_INET6 : AF_INET;
}

static void *put(struct buffer *buf, size_t n)
{
	uint8_t *at = buf->b + buf->len;

	if (buf->len + n > sizeof(buf->b)) {
		fprintf(stderr, "packet of more than %d bytes\n", PACKET_MAX);
		abort();
	}
	memset(at, 0, n);
	buf->len += n;
	return at;
}

static void put8(struct buffer *buf, uint8_t v)
{
	*(uint8_t *)put(buf, 1) = v;
}

static void put16(struct buffer *buf, uint16_t v)
{
	put8(buf, v >> 8);
	put8(buf, v & 0xff);
}

static void put32(struct buffer *buf, uint32_t v)
{
	put16(buf, v >> 16);
	put16(buf, v & 0xffff);
}

static void put_bytes(struct buffer *buf, const void *from, size_t n)
{
	void *at = put(buf, n);

	if (n)
		memcpy(at, from, n);
}

static void put_payload(struct buffer *buf, size_t n, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 12345;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		put8(buf, x >> 24);
	}
}

static void store16(uint8_t *at, uint16_t v)
{
	at[0] = v >> 8;
	at[1] = v & 0xff;
}

static uint16_t load16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t packet_sum(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += load16(p + i);
	if (len & 1)
		sum += (uint32_t)p[len - 1] << 8;
	return sum;
}

uint16_t packet_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint32_t pseudo_sum(const struct address *src, const struct address *dst,
			   uint8_t proto, size_t len)
{
	uint32_t sum = packet_sum(src->b, src->size, 0);

	sum = packet_sum(dst->b, dst->size, sum);
	return sum + proto + (uint32_t)len;
}

static uint16_t or_default(uint16_t v, uint16_t usual)
{
	return v ? v : usual;
}

static uint8_t l4_proto(const struct packet_spec *spec)
{
	bool v6 = packet_family(spec) == AF_INET6;

	switch (spec->l4) {
	case L4_UDP:
		return IPPROTO_UDP;
	case L4_TCP:
		return IPPROTO_TCP;
	case L4_UDPLITE:
		return PACKET_PROTO_UDPLITE;
	case L4_SCTP:
		return IPPROTO_SCTP;
	case L4_ECHO:
	case L4_ECHO_REPLY:
	case L4_ERROR:
		return v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	case L4_ESP:
		return IPPROTO_ESP;
	case L4_GRE:
		return IPPROTO_GRE;
	case L4_COUNT:
		break;
	}
	abort();
}

/* Type and code of an error, by family. */
static const uint8_t error_types[ERROR_COUNT][2][2] = {
	[ERROR_UNREACHABLE] = { { 3, 1 }, { 1, 3 } },
	[ERROR_TIME_EXCEEDED] = { { 11, 0 }, { 3, 0 } },
	[ERROR_TOO_BIG] = { { 3, 4 }, { 2, 0 } },
	[ERROR_PARAMETER] = { { 12, 0 }, { 4, 0 } },
};

static void put_udp(struct buffer *buf, const struct packet_spec *spec)
{
	put16(buf, or_default(spec->sport, 40000));
	put16(buf, or_default(spec->dport, 80));
	/* UDP-Lite has the checksum coverage here: header and 4 bytes. */
	put16(buf, spec->l4 == L4_UDP	? 8 + spec->payload
		   : spec->payload >= 4 ? 12
					: 8);
	put16(buf, 0);
	put_payload(buf, spec->payload, spec->seed);
}

static void put_tcp(struct buffer *buf, const struct packet_spec *spec)
{
	size_t options = (spec->tcp_options_len + 3u) & ~3u;

	put16(buf, or_default(spec->sport, 40000));
	put16(buf, or_default(spec->dport, 80));
	put32(buf, 0x12345678 + spec->seed);
	put32(buf, 0x9abcdef0);
	put8(buf, (uint8_t)((20 + options) / 4 << 4));
	put8(buf, spec->tcp_flags ? spec->tcp_flags : TCP_ACK);
	put16(buf, 65535);
	put32(buf, 0);
	put_bytes(buf, spec->tcp_options, spec->tcp_options_len);
	put(buf, options - spec->tcp_options_len);
	put_payload(buf, spec->payload, spec->seed);
}

/* The checksum, a CRC without pseudo header, is the payload's business. */
static void put_sctp(struct buffer *buf, const struct packet_spec *spec)
{
	put16(buf, or_default(spec->sport, 40000));
	put16(buf, or_default(spec->dport, 80));
	put32(buf, 0x01020304);
	put32(buf, 0xc0ffee00);
	put_payload(buf, spec->payload, spec->seed);
}

static void put_echo(struct buffer *buf, const struct packet_spec *spec)
{
	static const uint8_t types[2][2] = { { 8, 0 }, { 128, 129 } };
	bool v6 = packet_family(spec) == AF_INET6;

	put8(buf, types[v6][spec->l4 == L4_ECHO_REPLY]);
	put8(buf, 0);
	put16(buf, 0);
	put16(buf, spec->sport);
	put16(buf, spec->dport);
	put_payload(buf, spec->payload, spec->seed);
}

static size_t put_ip(struct buffer *buf, const struct packet_spec *spec);

static void put_error(struct buffer *buf, const struct packet_spec *spec)
{
	bool v6 = packet_family(spec) == AF_INET6;
	size_t start, l4;

	put8(buf, error_types[spec->error][v6][0]);
	put8(buf, error_types[spec->error][v6][1]);
	put16(buf, 0);
	put32(buf, spec->error_rest);
	start = buf->len;
	l4 = put_ip(buf, spec->inner);
	if (spec->inner_l4_len)
		buf->len = start + l4 + spec->inner_l4_len;
	put_payload(buf, spec->payload, spec->seed);
}

static void put_l4(struct buffer *buf, const struct packet_spec *spec)
{
	switch (spec->l4) {
	case L4_UDP:
	case L4_UDPLITE:
		put_udp(buf, spec);
		return;
	case L4_TCP:
		put_tcp(buf, spec);
		return;
	case L4_SCTP:
		put_sctp(buf, spec);
		return;
	case L4_ECHO:
	case L4_ECHO_REPLY:
		put_echo(buf, spec);
		return;
	case L4_ERROR:
		put_error(buf, spec);
		return;
	case L4_ESP:
	case L4_GRE:
		put32(buf, 0x00000800);
		put_payload(buf, spec->payload, spec->seed);
		return;
	case L4_COUNT:
		abort();
	}
}

/* Offset of the checksum in the L4 header; 0: none, or none with addresses. */
static size_t checksum_offset(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
	case PACKET_PROTO_UDPLITE:
		return 6;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return 0;
	}
}

/* Bytes of an L4 segment under its checksum: UDP-Lite leaves some out. */
static size_t checksum_coverage(uint8_t proto, const uint8_t *l4, size_t len)
{
	size_t covered = len;

	if (proto == PACKET_PROTO_UDPLITE)
		covered = load16(l4 + 4);
	return covered == 0 || covered > len ? len : covered;
}

static uint32_t l4_sum(const struct address *src, const struct address *dst,
		       uint8_t proto, const uint8_t *l4, size_t len)
{
	uint32_t sum = 0;

	if (proto != IPPROTO_ICMP)
		sum = pseudo_sum(src, dst, proto, len);
	return packet_sum(l4, checksum_coverage(proto, l4, len), sum);
}

static void fill_l4_checksum(const struct packet_spec *spec, uint8_t *l4,
			     size_t len)
{
	struct address src = address_parse(spec->src);
	struct address dst = address_parse(spec->dst);
	uint8_t proto = l4_proto(spec);
	size_t at = checksum_offset(proto);
	uint16_t sum;

	if (!at || (proto == IPPROTO_UDP && spec->no_checksum))
		return;
	sum = (uint16_t)~packet_fold(l4_sum(&src, &dst, proto, l4, len));
	if (sum == 0 && (proto == IPPROTO_UDP || proto == PACKET_PROTO_UDPLITE))
		sum = 0xffff;
	store16(l4 + at, sum);
}

static size_t put_ip4(struct buffer *buf, const struct packet_spec *spec,
		      const struct buffer *l4)
{
	size_t hlen = 20u + spec->options, cut = l4->len - spec->frag_off;
	struct address src = address_parse(spec->src);
	struct address dst = address_parse(spec->dst);
	uint8_t *ip = put(buf, hlen);
	uint16_t frag = spec->frag_off / 8;

	if (spec->frag_len && spec->frag_len < cut) {
		cut = spec->frag_len;
		frag |= 0x2000;
	}
	if (spec->df)
		frag |= 0x4000;
	ip[0] = (uint8_t)(0x40 | hlen / 4);
	ip[1] = spec->tos;
	store16(ip + 2, (uint16_t)(hlen + cut));
	store16(ip + 4, spec->id);
	store16(ip + 6, frag);
	ip[8] = spec->ttl ? spec->ttl : 64;
	ip[9] = l4_proto(spec);
	memcpy(ip + 12, src.b, 4);
	memcpy(ip + 16, dst.b, 4);
	memset(ip + 20, 1, spec->options); /* no operation */
	store16(ip + 10, (uint16_t)~packet_fold(packet_sum(ip, hlen, 0)));
	put_bytes(buf, l4->b + spec->frag_off, cut);
	return hlen;
}

static uint8_t ext_number(enum packet_ext ext)
{
	static const uint8_t numbers[EXT_COUNT] = {
		[EXT_HOP_BY_HOP] = 0,
		[EXT_ROUTING] = 43,
		[EXT_DESTINATION] = 60,
		[EXT_FRAGMENT] = 44,
	};

	return numbers[ext];
}

static void put_ext(struct buffer *buf, enum packet_ext ext, uint8_t next,
		    uint32_t frag)
{
	size_t len = ext == EXT_DESTINATION ? 24 : 8;
	uint8_t *at = put(buf, len);

	at[0] = next;
	if (ext == EXT_FRAGMENT) {
		store16(at + 2, (uint16_t)frag);
		store16(at + 6, 0x7777);
		return;
	}
	at[1] = (uint8_t)(len / 8 - 1);
	if (ext == EXT_ROUTING)
		return; /* type 0, no segments left */
	at[2] = 1;	/* PadN over all of it */
	at[3] = (uint8_t)(len - 4);
}

/* The extension headers, with a fragment header where one is missing. */
static size_t list_exts(const struct packet_spec *spec, enum packet_ext *exts)
{
	bool fragment = spec->frag_len == 0;
	size_t n = 0;

	while (n < PACKET_EXTS && spec->exts[n] != EXT_END) {
		exts[n] = spec->exts[n];
		fragment |= exts[n] == EXT_FRAGMENT;
		n++;
	}
	if (!fragment)
		exts[n++] = EXT_FRAGMENT;
	return n;
}

static size_t put_ip6(struct buffer *buf, const struct packet_spec *spec,
		      const struct buffer *l4)
{
	size_t start = buf->len, cut = l4->len - spec->frag_off, n;
	struct address src = address_parse(spec->src);
	struct address dst = address_parse(spec->dst);
	enum packet_ext exts[PACKET_EXTS + 1];
	uint8_t *ip = put(buf, 40);
	uint32_t frag = spec->frag_off;

	if (spec->frag_len && spec->frag_len < cut) {
		cut = spec->frag_len;
		frag |= 1;
	}
	n = list_exts(spec, exts);
	ip[0] = (uint8_t)(0x60 | spec->tos >> 4);
	ip[1] = (uint8_t)(spec->tos << 4);
	ip[6] = n ? ext_number(exts[0]) : l4_proto(spec);
	ip[7] = spec->ttl ? spec->ttl : 64;
	memcpy(ip + 8, src.b, 16);
	memcpy(ip + 24, dst.b, 16);
	for (size_t i = 0; i < n; i++)
		put_ext(buf, exts[i],
			i + 1 < n ? ext_number(exts[i + 1]) : l4_proto(spec),
			frag);
	put_bytes(buf, l4->b + spec->frag_off, cut);
	store16(ip + 4, (uint16_t)(buf->len - start - 40));
	return buf->len - start - cut;
}

/* Returns the length of the IP headers. */
static size_t put_ip(struct buffer *buf, const struct packet_spec *spec)
{
	struct buffer l4 = { 0 };

	put_l4(&l4, spec);
	fill_l4_checksum(spec, l4.b, l4.len);
	if (packet_family(spec) == AF_INET)
		return put_ip4(buf, spec, &l4);
	return put_ip6(buf, spec, &l4);
}

void packet_build(const struct packet_spec *spec, struct packet *ret)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	bool v6 = packet_family(spec) == AF_INET6;
	struct buffer buf = { 0 };

	put_bytes(&buf, macs, sizeof(macs));
	put16(&buf, v6 ? 0x86dd : 0x0800);
	put_ip(&buf, spec);
	put(&buf, spec->pad);
	ret->len = buf.len;
	memcpy(ret->b, buf.b, buf.len);
}

void packet_fix_ip_checksum(struct packet *p)
{
	uint8_t *ip = packet_ip(p);
	size_t hlen = (ip[0] & 15u) * 4;

	store16(ip + 10, 0);
	store16(ip + 10, (uint16_t)~packet_fold(packet_sum(ip, hlen, 0)));
}

static bool is_ext(uint8_t next)
{
	return next == 0 || next == 43 || next == 60;
}

static const char *bad_l4(const struct address *src, const struct address *dst,
			  uint8_t proto, const uint8_t *l4, size_t len)
{
	size_t at = checksum_offset(proto);

	if (!at || len < at + 2)
		return NULL;
	/* None. Over IPv6 this is for tunnels only, RFC 6935. */
	if (proto == IPPROTO_UDP && load16(l4 + at) == 0)
		return NULL;
	if (packet_fold(l4_sum(src, dst, proto, l4, len)) == 0xffff)
		return NULL;
	return proto == IPPROTO_TCP   ? "TCP checksum"
	       : proto == IPPROTO_UDP ? "UDP checksum"
				      : "ICMP or UDP-Lite checksum";
}

static const char *bad_ip4(const uint8_t *ip, size_t len)
{
	struct address src = { AF_INET, { 0 }, 4 }, dst = src;
	size_t hlen = (ip[0] & 15u) * 4;

	if (hlen < 20 || hlen > len || load16(ip + 2) < hlen ||
	    load16(ip + 2) > len)
		return "IPv4 lengths";
	if (packet_fold(packet_sum(ip, hlen, 0)) != 0xffff)
		return "IPv4 header checksum";
	if (load16(ip + 6) & 0x3fff)
		return NULL;
	memcpy(src.b, ip + 12, 4);
	memcpy(dst.b, ip + 16, 4);
	return bad_l4(&src, &dst, ip[9], ip + hlen, load16(ip + 2) - hlen);
}

static const char *bad_ip6(const uint8_t *ip, size_t len)
{
	struct address src = { AF_INET6, { 0 }, 16 }, dst = src;
	size_t end = 40u + load16(ip + 4), at = 40;
	uint8_t next = ip[6];

	if (end > len)
		return "IPv6 length";
	memcpy(src.b, ip + 8, 16);
	memcpy(dst.b, ip + 24, 16);
	while (is_ext(next) || next == 44) {
		size_t size;

		if (at + 8 > end)
			return "IPv6 extension headers";
		if (next == 44 && load16(ip + at + 2) & 0xfff9)
			return NULL;
		size = next == 44 ? 8 : ip[at + 1] * 8u + 8;
		next = ip[at];
		at += size;
	}
	if (at > end)
		return "IPv6 extension headers";
	return bad_l4(&src, &dst, next, ip + at, end - at);
}

const char *packet_bad_checksum(const uint8_t *ip, size_t len)
{
	if (len >= 20 && ip[0] >> 4 == 4)
		return bad_ip4(ip, len);
	if (len >= 40 && ip[0] >> 4 == 6)
		return bad_ip6(ip, len);
	return "IP header";
}

static void print_row(const char *name, const uint8_t *b, size_t len, size_t at)
{
	fprintf(stderr, "  %s %4zu bytes, at %zu:", name, len, at);
	for (size_t i = at; i < at + 24 && i < len; i++)
		fprintf(stderr, " %02x", b[i]);
	fprintf(stderr, "\n");
}

void packet_print_difference(const uint8_t *got, size_t got_len,
			     const uint8_t *want, size_t want_len)
{
	size_t at = 0;

	while (at < got_len && at < want_len && got[at] == want[at])
		at++;
	fprintf(stderr, "  first difference at byte %zu\n", at);
	at = at > 8 ? at - 8 : 0;
	print_row("got ", got, got_len, at);
	print_row("want", want, want_len, at);
}
