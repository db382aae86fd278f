// SPDX-License-Identifier: Apache-2.0
#include "frame.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <string.h>

#define IP_OFF	    14
#define UDP_OFF	    34
#define UDP_LEN	    (OB_FRAME_LEN - UDP_OFF)
#define IP_TOT_LEN  (OB_FRAME_LEN - IP_OFF)
#define IP_SUM_OFF  (IP_OFF + 10)
#define UDP_SUM_OFF (UDP_OFF + 6)

static void put16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static uint16_t get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* RFC 1071, in native order: the sum does not care as long as all agree. */
static uint32_t sum_bytes(uint32_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += get16(p + i);
	return sum;
}

static uint32_t sum_addr(uint32_t addr)
{
	return (addr & 0xffff) + (addr >> 16);
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void ob_frame_init(struct ob_frame *f, const uint8_t src_mac[6],
		   const uint8_t dst_mac[6])
{
	uint8_t *b = f->bytes;

	memset(f, 0, sizeof(*f));
	memcpy(b, dst_mac, 6);
	memcpy(b + 6, src_mac, 6);
	put16(b + 12, htons(ETH_P_IP));
	b[IP_OFF] = 0x45;
	put16(b + IP_OFF + 2, htons(IP_TOT_LEN));
	put16(b + IP_OFF + 6, htons(0x4000)); /* DF */
	b[IP_OFF + 8] = OB_FRAME_TTL;
	b[IP_OFF + 9] = IPPROTO_UDP;
	put16(b + UDP_OFF + 4, htons(UDP_LEN));
	memcpy(b + UDP_OFF + 8, "ovn-builder bench", 18);
	f->ip_sum = sum_bytes(0, b + IP_OFF, 20);
	f->udp_sum = sum_bytes(htons(IPPROTO_UDP) + htons(UDP_LEN), b + UDP_OFF,
			       UDP_LEN);
}

void ob_frame_set(struct ob_frame *f, const struct ob_bench_flow *flow)
{
	uint32_t addrs = sum_addr(flow->src) + sum_addr(flow->dst);
	uint16_t sport = htons(flow->sport);
	uint16_t dport = htons(flow->dport);
	uint8_t *b = f->bytes;
	uint16_t udp = fold(f->udp_sum + addrs + sport + dport);

	put32(b + IP_OFF + 12, flow->src);
	put32(b + IP_OFF + 16, flow->dst);
	put16(b + UDP_OFF, sport);
	put16(b + UDP_OFF + 2, dport);
	put16(b + IP_SUM_OFF, fold(f->ip_sum + addrs));
	put16(b + UDP_SUM_OFF, udp ? udp : 0xffff);
}

static const char *check_sums(const uint8_t *b)
{
	uint32_t pseudo = sum_bytes(0, b + IP_OFF + 12, 8) +
			  htons(IPPROTO_UDP) + htons(UDP_LEN);

	if (fold(sum_bytes(0, b + IP_OFF, 20)))
		return "IP checksum wrong";
	if (!get16(b + UDP_SUM_OFF))
		return "UDP checksum missing";
	if (fold(sum_bytes(pseudo, b + UDP_OFF, UDP_LEN)))
		return "UDP checksum wrong";
	return NULL;
}

const char *ob_frame_check(const struct ob_capture *c,
			   const struct ob_frame_expect *e)
{
	const uint8_t *b = c->bytes;

	if (c->len != OB_FRAME_LEN)
		return "frame length changed";
	if (get16(b + 12) != htons(ETH_P_IP) || b[IP_OFF] != 0x45)
		return "not the packet that was sent";
	if (get32(b + IP_OFF + 12) != e->flow.src)
		return "source address not translated as it should be";
	if (get32(b + IP_OFF + 16) != e->flow.dst)
		return "destination address changed";
	if (get16(b + UDP_OFF + 2) != htons(e->flow.dport))
		return "destination port changed";
	if (!e->any_sport && get16(b + UDP_OFF) != htons(e->flow.sport))
		return "source port changed";
	if (b[IP_OFF + 8] != e->ttl)
		return "TTL not as expected";
	return check_sums(b);
}
