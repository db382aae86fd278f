/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the three programs on packets (BPF_PROG_TEST_RUN), in a network
 * namespace of its own, with maps shared between them and pinned nowhere.
 *
 * The kernel's test packets always have an Ethernet header, so the programs
 * are told (ob_l3_off) that IP starts behind it, also where a tunnel device
 * would deliver bare IP packets; test_live_*.c have those.
 *
 * The standard network, what harness_fresh() leaves in the maps:
 *
 *   cluster1, we   10.113.0.0/16  fd70:0:113::/48
 *     pods         10.244.0.0/16  fd00:244::/48       behind veth "pod0"
 *     gateway      10.113.255.1   fd70:0:113:ffff::1
 *   hub            10.112.0.0/16  fd70:0:112::/48  ob0  MTU 1420  slot 1
 *   cluster2       10.114.0.0/16  fd70:0:114::/48  ob0  MTU 1420  slot 2
 *   cluster3       10.115.0.0/16  fd70:0:115::/48  ob1  MTU 1380  slot 3
 *   global network 10.112.0.0/12  fd70::/32
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packet.h"
#include "reference.h"

/* Addresses of the standard network, one set for each family. */
struct party {
	const char *name;
	const char *local;	/* a pod of ours */
	const char *global;	/* the same pod, seen from other clusters */
	const char *local_b;	/* another pod */
	const char *global_b;	/* and its global address */
	const char *remote;	/* a pod of cluster2 */
	const char *remote_hub; /* of the hub, also behind ob0 */
	const char *remote3;	/* of cluster3, behind ob1 */
	const char *nowhere;	/* global, but no cluster's */
	const char *gateway;	/* our own global address */
	const char *node;	/* ours, without a global address */
	const char *outside;	/* on the internet */
	const char *unroutable; /* a pod's global address, its route missing */
	const char *unroutable_local;
	const char *silent; /* a pod whose MAC address is not known */
	const char *silent_local;
	const char *narrow; /* a pod behind a path of 1300 bytes */
	const char *narrow_local;
};

extern const struct party parties[2];

#define for_each_family(p)                                                     \
	for (const struct party *p = parties; p < parties + 2; p++)

/* Shorthands for descriptions: what most packets of the tests are. */
static inline struct packet_spec udp(const char *src, const char *dst)
{
	return (struct packet_spec){ .src = src, .dst = dst, .payload = 64 };
}

static inline struct packet_spec tcp(const char *src, const char *dst)
{
	return (struct packet_spec){
		.src = src, .dst = dst, .l4 = L4_TCP, .payload = 64
	};
}

/* The same packet with another address, and as a router passes it on. */
static inline struct packet_spec with_src(struct packet_spec spec,
					  const char *src)
{
	spec.src = src;
	return spec;
}

static inline struct packet_spec with_dst(struct packet_spec spec,
					  const char *dst)
{
	spec.dst = dst;
	return spec;
}

static inline struct packet_spec hop(struct packet_spec spec)
{
	spec.ttl = (uint8_t)((spec.ttl ? spec.ttl : 64) - 1);
	return spec;
}

struct harness {
	struct from_pod_bpf *from_pod;
	struct to_tunnel_bpf *to_tunnel;
	struct from_tunnel_bpf *from_tunnel;
	int prog[OB_HOOK_COUNT];
	uint32_t ob0, ob1, pod0; /* interface indexes */
	bool has_complete;	 /* BPF_F_TEST_SKB_CHECKSUM_COMPLETE works */
	uint32_t generation;	 /* the last one used */
	struct network net;	 /* what is in the maps */
};

/* Group and test fixtures of cmocka; *state is the struct harness. */
int harness_setup(void **state);
int harness_teardown(void **state);
int harness_fresh(void **state);

/* The fd of a map by its name. */
int harness_map(const struct harness *h, const char *name);

/* Maps and h->net alike. */
void harness_empty(struct harness *h);
void harness_set_config(struct harness *h);
void harness_add_route(struct harness *h, const char *dst, uint32_t ifindex,
		       uint32_t mtu, uint32_t slot);
void harness_add_out(struct harness *h, const char *local, const char *global);
void harness_add_in(struct harness *h, const char *global, const char *local,
		    enum ob_nat_kind kind);
/* Both directions. */
void harness_add_block(struct harness *h, const char *local,
		       const char *global);
void harness_set_flags(struct harness *h, uint32_t flags);
/* Whether the programs may recall what they looked up; at first they may. */
void harness_recall(struct harness *h, bool on);

/* Sums over CPUs, and zeroing them. */
struct ob_traffic harness_traffic(const struct harness *h, uint32_t slot);
struct ob_count harness_drops(const struct harness *h, enum ob_reason reason,
			      enum ob_hook hook);
struct ob_count harness_all_drops(const struct harness *h);
void harness_zero_counters(const struct harness *h);

/* One run of a program: 0, or what the kernel said. */
struct run {
	int verdict;
	struct packet packet;
};

#define RUN_PLAIN    0u
#define RUN_COMPLETE (1u << 2) /* CHECKSUM_COMPLETE, verified afterwards */

int harness_run(const struct harness *h, enum ob_hook hook,
		const struct context *ctx, unsigned flags,
		const struct packet *in, struct run *ret);

/*
 * The packet of "in" goes in; verdict and reason come out, and unless it is
 * dropped the packet of "out", byte for byte. Run at first and again, when
 * lookups are recalled; with the sum over the packet to be kept right; and as a
 * GSO packet where there is such a thing. Drop and traffic counters have to
 * show exactly this packet each time.
 */
#define expect(h, hook, ctx, in, out, verdict, reason)                         \
	expect_at(__FILE__, __LINE__, h, hook, ctx, in, out, verdict, reason)
#define expect_next(h, hook, in, out)                                          \
	expect(h, hook, NULL, in, out, VERDICT_NEXT, NO_REASON)
#define expect_redirect(h, hook, in, out)                                      \
	expect(h, hook, NULL, in, out, VERDICT_REDIRECT, NO_REASON)
#define expect_untouched(h, hook, in)                                          \
	expect(h, hook, NULL, in, in, VERDICT_NEXT, NO_REASON)
#define expect_drop(h, hook, in, reason)                                       \
	expect(h, hook, NULL, in, in, VERDICT_DROP, reason)
void expect_at(const char *file, int line, struct harness *h, enum ob_hook hook,
	       const struct context *ctx, const struct packet_spec *in,
	       const struct packet_spec *out, int verdict, int reason);

/* The same for bytes that no description makes; out NULL: as it went in. */
#define expect_bytes(h, hook, ctx, in, out, verdict, reason)                   \
	expect_bytes_at(__FILE__, __LINE__, h, hook, ctx, in, out, verdict,    \
			reason)
void expect_bytes_at(const char *file, int line, struct harness *h,
		     enum ob_hook hook, const struct context *ctx,
		     const struct packet *in, const struct packet *out,
		     int verdict, int reason);

/* Runs cmocka tests with these fixtures. */
#define harness_test(f) cmocka_unit_test_setup(f, harness_fresh)
#define harness_main(tests)                                                    \
	cmocka_run_group_tests(tests, harness_setup, harness_teardown)
