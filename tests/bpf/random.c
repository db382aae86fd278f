// SPDX-License-Identifier: Apache-2.0
#include "random.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where an address is from, by family. */
enum place {
	PLACE_LOCAL,
	PLACE_BLOCK,
	PLACE_SMALL_BLOCK,
	PLACE_OURS,
	PLACE_OUR_BLOCK,
	PLACE_OUR_SMALL_BLOCK,
	PLACE_REMOTE,
	PLACE_HUB,
	PLACE_REMOTE3,
	PLACE_NOWHERE,
	PLACE_OUTSIDE,
	PLACE_GATEWAY,
	PLACE_MULTICAST,
	PLACE_COUNT
};

static const char *const places[PLACE_COUNT][2] = {
	[PLACE_LOCAL] = { "10.244.0.0/16", "fd00:244::/48" },
	[PLACE_BLOCK] = { "172.20.16.0/20", "fd00:999:0:8::/61" },
	[PLACE_SMALL_BLOCK] = { "192.168.40.64/26", "fd00:888::40/122" },
	[PLACE_OURS] = { "10.113.0.0/16", "fd70:0:113::/48" },
	[PLACE_OUR_BLOCK] = { "10.113.224.0/20", "fd70:0:113:fff8::/61" },
	[PLACE_OUR_SMALL_BLOCK] = { "10.113.200.192/26",
				    "fd70:0:113:aaaa::c0/122" },
	[PLACE_REMOTE] = { "10.114.0.0/16", "fd70:0:114::/48" },
	[PLACE_HUB] = { "10.112.0.0/16", "fd70:0:112::/48" },
	[PLACE_REMOTE3] = { "10.115.0.0/16", "fd70:0:115::/48" },
	[PLACE_NOWHERE] = { "10.127.0.0/16", "fd70:0:127::/48" },
	[PLACE_OUTSIDE] = { "198.51.100.0/24", "2001:db8::/32" },
	[PLACE_GATEWAY] = { "10.113.255.1/32", "fd70:0:113:ffff::1/128" },
	[PLACE_MULTICAST] = { "224.0.0.0/4", "ff02::/16" },
};

struct rng rng_start(const char *test)
{
	const char *text = getenv("OB_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : 20240601;

	printf("%s: OB_SEED=%llu\n", test, (unsigned long long)seed);
	return (struct rng){ .state = seed * 0x9e3779b97f4a7c15u + 1 };
}

/* xorshift64*, S. Vigna, An experimental exploration of Marsaglia's
 * generators (2016). */
uint32_t rng_next(struct rng *rng)
{
	rng->state ^= rng->state >> 12;
	rng->state ^= rng->state << 25;
	rng->state ^= rng->state >> 27;
	return (uint32_t)(rng->state * 0x2545f4914f6cdd1du >> 32);
}

uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return (uint32_t)((uint64_t)rng_next(rng) * n >> 32);
}

bool rng_one_in(struct rng *rng, uint32_t n)
{
	return rng_below(rng, n) == 0;
}

void random_network(struct harness *h, bool relay)
{
	for (int f = 0; f < 2; f++) {
		harness_add_block(h, places[PLACE_BLOCK][f],
				  places[PLACE_OUR_BLOCK][f]);
		harness_add_block(h, places[PLACE_SMALL_BLOCK][f],
				  places[PLACE_OUR_SMALL_BLOCK][f]);
	}
	harness_add_route(h, "10.114.64.0/19", h->ob1, 1280, 3);
	harness_add_route(h, "10.114.65.0/25", h->ob0, 1300, 2);
	harness_add_route(h, "10.112.7.7/32", h->ob1, 1420, 1);
	harness_add_route(h, "fd70:0:114:8000::/49", h->ob1, 1280, 3);
	harness_add_route(h, "fd70:0:114:8800::/53", h->ob0, 1300, 2);
	harness_set_flags(h, relay ? OB_CONFIG_RELAY : 0);
}

/* Subnets of pods the namespace has no plain way to, see harness.c. */
static bool is_special(const uint8_t *b, int family)
{
	if (family == AF_INET)
		return b[2] >= 97 && b[2] <= 99;
	return b[6] == 0 && b[7] >= 0x97 && b[7] <= 0x99;
}

static const char *random_address(struct rng *rng, enum place place, int f,
				  char *buf)
{
	struct prefix p = prefix_parse(places[place][f]);
	unsigned bits = p.family == AF_INET ? 32 : 128;

	do {
		for (unsigned bit = p.len; bit < bits; bit++) {
			uint8_t mask = (uint8_t)(0x80 >> bit % 8);

			p.b[bit / 8] &= (uint8_t)~mask;
			if (rng_next(rng) & 1)
				p.b[bit / 8] |= mask;
		}
	} while (is_special(p.b, p.family));
	inet_ntop(p.family, p.b, buf, 48);
	return buf;
}

/* An address of one of the usual places, seldom of another one. */
static enum place pick(struct rng *rng, const enum place *usual, uint32_t n)
{
	if (rng_one_in(rng, 16))
		return (enum place)rng_below(rng, PLACE_COUNT);
	return usual[rng_below(rng, n)];
}

static const enum place pods[] = { PLACE_LOCAL, PLACE_LOCAL, PLACE_BLOCK,
				   PLACE_SMALL_BLOCK };
static const enum place ours[] = { PLACE_OURS, PLACE_OURS, PLACE_OUR_BLOCK,
				   PLACE_OUR_SMALL_BLOCK };
static const enum place behind_ob0[] = { PLACE_REMOTE, PLACE_HUB };
static const enum place clusters[] = { PLACE_REMOTE, PLACE_HUB, PLACE_REMOTE3,
				       PLACE_OURS };

static void put_addresses(struct rng *rng, enum ob_hook hook, int f,
			  struct random_packet *r)
{
	bool in = hook == OB_HOOK_FROM_TUNNEL;
	enum place src = in ? pick(rng, behind_ob0, 2) : pick(rng, pods, 4);
	enum place dst = in ? pick(rng, ours, 4) : pick(rng, clusters, 4);
	/* What an ICMP error quotes went the other way. */
	enum place inner_src =
		in ? pick(rng, ours, 4) : pick(rng, behind_ob0, 2);
	enum place inner_dst =
		in ? pick(rng, behind_ob0, 2) : pick(rng, pods, 4);

	r->spec.src = random_address(rng, src, f, r->addr[0]);
	r->spec.dst = random_address(rng, dst, f, r->addr[1]);
	r->inner.src = random_address(rng, inner_src, f, r->addr[2]);
	r->inner.dst = random_address(rng, inner_dst, f, r->addr[3]);
}

/* Options of a TCP header, in any order, often with an MSS. */
static uint8_t random_options(struct rng *rng, uint8_t *b)
{
	static const uint8_t sizes[] = { 1, 4, 3, 2, 10, 6 };
	static const uint8_t kinds[] = { 1, 2, 3, 4, 8, 254 };
	uint8_t len = 0;

	memset(b, 0, 40);
	while (!rng_one_in(rng, 5)) {
		uint32_t i = rng_below(rng, sizeof(sizes));

		if (len + sizes[i] > 40)
			break;
		b[len] = kinds[i];
		if (sizes[i] > 1)
			b[len + 1] = sizes[i];
		for (int at = 2; at < sizes[i]; at++)
			b[len + at] = (uint8_t)(at == 2 ? rng_below(rng, 8)
							: rng_next(rng));
		len += sizes[i];
	}
	return len;
}

static void put_l4(struct rng *rng, struct packet_spec *spec, uint8_t *options)
{
	static const uint8_t flags[] = { TCP_SYN,	    TCP_SYN | TCP_ACK,
					 TCP_ACK,	    TCP_RST,
					 TCP_FIN | TCP_ACK, TCP_PSH | TCP_ACK };

	spec->l4 = (enum packet_l4)rng_below(rng, L4_COUNT);
	spec->sport = (uint16_t)rng_next(rng);
	spec->dport = (uint16_t)rng_next(rng);
	spec->no_checksum = rng_one_in(rng, 8);
	spec->tcp_flags = flags[rng_below(rng, sizeof(flags))];
	spec->tcp_options = options;
	spec->tcp_options_len = random_options(rng, options);
	spec->payload = (uint16_t)rng_below(rng, 200);
	if (rng_one_in(rng, 8))
		spec->payload = (uint16_t)(1300 + rng_below(rng, 200));
	spec->seed = rng_next(rng);
}

static void put_ip(struct rng *rng, struct packet_spec *spec)
{
	spec->ttl = (uint8_t)(rng_one_in(rng, 16) ? 1 + rng_below(rng, 2)
						  : 2 + rng_below(rng, 254));
	spec->tos = (uint8_t)rng_next(rng);
	spec->df = rng_next(rng) & 1;
	spec->id = (uint16_t)rng_next(rng);
	if (rng_one_in(rng, 6))
		spec->options = (uint8_t)(4 + rng_below(rng, 9) * 4);
	if (rng_one_in(rng, 4))
		for (int i = 0; i < PACKET_EXTS - 2 && !rng_one_in(rng, 3); i++)
			spec->exts[i] =
				(enum packet_ext)(1 + rng_below(rng, 3));
	if (rng_one_in(rng, 10))
		spec->pad = (uint16_t)rng_below(rng, 30);
}

/* Later ones too; the first is never cut within its L4 header. */
static void put_fragment(struct rng *rng, struct packet_spec *spec)
{
	uint32_t units = spec->payload / 8u;

	if (spec->l4 == L4_ERROR || units < 12 || !rng_one_in(rng, 3))
		return;
	spec->df = false;
	if (rng_next(rng) & 1)
		spec->frag_off = (uint16_t)(8 * rng_below(rng, units));
	spec->frag_len = (uint16_t)(64 + 8 * rng_below(rng, units));
}

/* The packet an error quotes: all of it, or cut short. */
static void put_inner(struct rng *rng, struct random_packet *r)
{
	struct packet_spec *inner = &r->inner;

	put_l4(rng, inner, r->options);
	put_ip(rng, inner);
	inner->tcp_options_len = 0;
	if (inner->l4 == L4_ERROR)
		inner->l4 = L4_ECHO;
	put_fragment(rng, inner);
	if (!inner->frag_len && rng_next(rng) & 1)
		r->spec.inner_l4_len = (uint16_t)(8 + rng_below(rng, 12));
	r->spec.inner = inner;
	r->spec.error = (enum packet_error)rng_below(rng, ERROR_COUNT);
	r->spec.error_rest = rng_next(rng);
	r->spec.payload = 0;
}

/* A super-packet of GRO or of a sender's large write. */
static void put_gso(struct rng *rng, struct random_packet *r)
{
	if (r->spec.l4 != L4_TCP || r->spec.frag_len || r->spec.payload < 300 ||
	    rng_one_in(rng, 3))
		return;
	r->ctx.gso_segs = 2 + rng_below(rng, 3);
	r->ctx.gso_size = r->spec.payload / r->ctx.gso_segs + 1u;
}

void random_packet(struct rng *rng, const struct harness *h, enum ob_hook hook,
		   struct random_packet *ret)
{
	int f = (int)(rng_next(rng) & 1);

	memset(ret, 0, sizeof(*ret));
	ret->ctx.ifindex = hook == OB_HOOK_FROM_POD ? h->pod0 : h->ob0;
	put_addresses(rng, hook, f, ret);
	put_l4(rng, &ret->spec, ret->options);
	put_ip(rng, &ret->spec);
	put_fragment(rng, &ret->spec);
	if (ret->spec.l4 == L4_ERROR)
		put_inner(rng, ret);
	put_gso(rng, ret);
}
