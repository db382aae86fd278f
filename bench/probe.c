// SPDX-License-Identifier: Apache-2.0
#include "probe.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include <string.h>

#include "flow.h"
#include "ob/abi/maps.h"

#define ETH_LEN	    14
#define L4_LEN	    20 /* the longest header here; payload follows */
#define PAYLOAD	    6  /* to 60 bytes of Ethernet frame with IPv4 TCP */
#define HOST	    0x101u
#define POD	    (OB_LOCAL_BASE + HOST)
#define GLOBAL	    (OB_GLOBAL_BASE + HOST)
#define REMOTE	    (OB_REMOTE_BASE + HOST)
#define ELSEWHERE   0xc6336401u /* 198.51.100.1 */
#define TCX_PASS    (-1)
#define LOCAL_NET6  0xfd00
#define GLOBAL_NET6 0xfd01
#define REMOTE_NET6 0xfd02

const char ob_probe_network[] =
	"route add 172.16.0.0/12 dev g0\n"
	"route add 10.32.0.0/12 dev g0\n"
	"route add 10.64.0.0/10 via 192.0.2.2 dev g1\n"
	"neigh add 172.16.1.1 lladdr 02:00:00:00:00:01 nud permanent dev g0\n"
	"neigh add 10.32.1.1 lladdr 02:00:00:00:00:01 nud permanent dev g0\n"
	"route add fd00::/16 dev g0\n"
	"route add fd01::/16 dev g0\n"
	"neigh add fd00::ac10:101 lladdr 02:00:00:00:00:01 nud permanent "
	"dev g0\n"
	"neigh add fd01::ac10:101 lladdr 02:00:00:00:00:01 nud permanent "
	"dev g0\n";

const char *ob_probe_side_name(enum ob_probe_side side)
{
	static const char *const names[] = { "from_pod", "to_tunnel",
					     "from_tunnel" };

	return names[side];
}

const char *ob_probe_kind_name(enum ob_probe_kind kind)
{
	static const char *const names[] = { "v4 TCP", "v4 UDP", "v6 TCP",
					     "ICMP",   "pass",	 "drop" };

	return names[kind];
}

static void put16(uint8_t *p, uint16_t host_order)
{
	uint16_t v = htons(host_order);

	memcpy(p, &v, sizeof(v));
}

static void put32(uint8_t *p, uint32_t host_order)
{
	uint32_t v = htonl(host_order);

	memcpy(p, &v, sizeof(v));
}

static uint16_t checksum(uint32_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* The sum of the pseudo-header's protocol and length. */
static uint32_t pseudo(uint8_t proto, size_t len)
{
	return proto + (uint32_t)len;
}

/* Writes the L4 header at p; addrs: where the two addresses are. */
static void put_l4(uint8_t *p, uint8_t proto, const uint8_t *addrs,
		   size_t addrs_len)
{
	size_t len = L4_LEN + PAYLOAD;
	uint32_t sum = pseudo(proto, len);

	memcpy(p + L4_LEN, "bench", PAYLOAD);
	if (proto == IPPROTO_ICMP) {
		p[0] = 8; /* echo request */
		put16(p + 2, checksum(0, p, len));
		return;
	}
	put16(p, 40000);
	put16(p + 2, 443);
	if (proto == IPPROTO_UDP)
		put16(p + 4, (uint16_t)len);
	else
		p[12] = 5 << 4, p[13] = 0x10; /* 20 bytes, ACK */
	/* The sum of the addresses, in the form checksum() continues. */
	sum += (uint16_t)~checksum(0, addrs, addrs_len);
	put16(p + (proto == IPPROTO_UDP ? 6 : 16), checksum(sum, p, len));
}

static void build4(struct ob_probe *r, uint8_t proto, uint32_t src,
		   uint32_t dst)
{
	uint8_t *ip = r->bytes + ETH_LEN;
	size_t len = 20 + L4_LEN + PAYLOAD;

	put16(r->bytes + 12, ETH_P_IP);
	ip[0] = 0x45;
	put16(ip + 2, (uint16_t)len);
	put16(ip + 6, 0x4000); /* DF */
	ip[8] = OB_PROBE_TTL;
	ip[9] = proto;
	put32(ip + 12, src);
	put32(ip + 16, dst);
	put16(ip + 10, checksum(0, ip, 20));
	put_l4(ip + 20, proto, ip + 12, 8);
	r->len = ETH_LEN + len;
}

static void put_ip6(uint8_t *p, uint16_t net, uint32_t host)
{
	put16(p, net);
	put32(p + 12, host);
}

/* All of them end in the pod's host part: only the prefix is translated. */
static void build6(struct ob_probe *r, uint16_t src_net, uint16_t dst_net)
{
	uint8_t *ip = r->bytes + ETH_LEN;

	put16(r->bytes + 12, ETH_P_IPV6);
	ip[0] = 0x60;
	put16(ip + 4, L4_LEN + PAYLOAD);
	ip[6] = IPPROTO_TCP;
	ip[7] = OB_PROBE_TTL;
	put_ip6(ip + 8, src_net, POD);
	put_ip6(ip + 24, dst_net, POD);
	put_l4(ip + 40, IPPROTO_TCP, ip + 8, 32);
	r->len = ETH_LEN + 40 + L4_LEN + PAYLOAD;
}

struct ends {
	uint32_t src, dst;
	int verdict;
};

/* "pass" and "drop" of each program. */
static struct ends odd_ends(enum ob_probe_side side, bool drop)
{
	static const struct ends ends[OB_PROBE_SIDES][2] = {
		[OB_PROBE_FROM_POD] = { { POD, ELSEWHERE, TCX_PASS },
					{ POD, OB_NETWORK_BASE, TC_ACT_SHOT } },
		[OB_PROBE_TO_TUNNEL] = { { OB_GLOBAL_BASE, REMOTE, TCX_PASS },
					 { ELSEWHERE, REMOTE, TC_ACT_SHOT } },
		[OB_PROBE_FROM_TUNNEL] = { { REMOTE, OB_GLOBAL_BASE, TCX_PASS },
					   { ELSEWHERE, GLOBAL, TC_ACT_SHOT } },
	};

	return ends[side][drop];
}

void ob_probe_build(enum ob_probe_side side, enum ob_probe_kind kind,
		    struct ob_probe *ret)
{
	bool in = side == OB_PROBE_FROM_TUNNEL;
	struct ends e = { in ? REMOTE : POD, in ? GLOBAL : REMOTE,
			  side == OB_PROBE_TO_TUNNEL ? TCX_PASS
						     : TC_ACT_REDIRECT };
	uint8_t proto = IPPROTO_TCP;

	if (kind == OB_PROBE_UDP4)
		proto = IPPROTO_UDP;
	if (kind == OB_PROBE_ICMP4)
		proto = IPPROTO_ICMP;
	if (kind == OB_PROBE_PASS || kind == OB_PROBE_DROP)
		e = odd_ends(side, kind == OB_PROBE_DROP);
	*ret = (struct ob_probe){ .verdict = e.verdict };
	if (kind != OB_PROBE_TCP6)
		build4(ret, proto, e.src, e.dst);
	else if (in)
		build6(ret, REMOTE_NET6, GLOBAL_NET6);
	else
		build6(ret, LOCAL_NET6, REMOTE_NET6);
}

static int set4(const struct ob_gateway *g, const char *map, uint32_t from,
		uint32_t to, enum ob_nat_kind kind, __u32 len)
{
	struct ob_key4 key = { .prefixlen = len };
	struct ob_nat4 value = { .prefixlen = len, .kind = kind };

	put32(key.addr.b, from);
	put32(value.addr.b, to);
	return bpf_map_update_elem(ob_gateway_map(g, map), &key, &value, 0)
		       ? -errno
		       : 0;
}

static int set6(const struct ob_gateway *g, const char *map, uint16_t from,
		uint16_t to)
{
	struct ob_key6 key = { .prefixlen = 16 };
	struct ob_nat6 value = { .prefixlen = 16 };

	put16(key.addr.b, from);
	put16(value.addr.b, to);
	return bpf_map_update_elem(ob_gateway_map(g, map), &key, &value, 0)
		       ? -errno
		       : 0;
}

static int set_route6(const struct ob_gateway *g, unsigned int ifindex)
{
	struct ob_key6 key = { .prefixlen = 16 };
	struct ob_route value = {
		.ifindex = ifindex, .mtu = 1420, .slot = 1, .cluster = "bench"
	};

	put16(key.addr.b, REMOTE_NET6);
	return bpf_map_update_elem(ob_gateway_map(g, "ob_route6"), &key, &value,
				   0)
		       ? -errno
		       : 0;
}

static int set_config6(const struct ob_gateway *g)
{
	int fd = ob_gateway_map(g, "ob_config");
	struct ob_config config;
	__u32 zero = 0;

	if (bpf_map_lookup_elem(fd, &zero, &config))
		return -errno;
	put16(config.global6.b, GLOBAL_NET6 & 0xfffc);
	config.global6_len = 14;
	config.generation += 2; /* odd: settled */
	return bpf_map_update_elem(fd, &zero, &config, 0) ? -errno : 0;
}

int ob_probe_fill(const struct ob_gateway *g, unsigned int tunnel_ifindex)
{
	int r;

	r = set4(g, "ob_out4", GLOBAL, POD, OB_NAT_PREFIX, 32);
	if (!r)
		r = set4(g, "ob_in4", POD, GLOBAL, OB_NAT_PREFIX, 32);
	if (!r)
		r = set4(g, "ob_in4", OB_GLOBAL_BASE, 0, OB_NAT_STACK, 32);
	if (!r)
		r = set6(g, "ob_out6", LOCAL_NET6, GLOBAL_NET6);
	if (!r)
		r = set6(g, "ob_out6", GLOBAL_NET6, LOCAL_NET6);
	if (!r)
		r = set6(g, "ob_in6", GLOBAL_NET6, LOCAL_NET6);
	if (!r)
		r = set6(g, "ob_in6", LOCAL_NET6, GLOBAL_NET6);
	if (!r)
		r = set_route6(g, tunnel_ifindex);
	return r ? r : set_config6(g);
}
