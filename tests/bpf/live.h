/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs attached to real devices: TUN devices carry bare IP packets as
 * WireGuard does, and what is read from one has its checksums finished and its
 * super-packets cut up, as it would leave on a wire. A test run cannot show
 * that: neither where a redirect goes, nor what a checksum left to the device
 * (CHECKSUM_PARTIAL) becomes.
 *
 *   test  -- pod0p = pod0 [from_pod] ... [to_tunnel, from_tunnel] ob0 -- test
 *                                                                 ob1 -- test
 */
#pragma once

#include "harness.h"

struct live {
	struct harness *h;
	struct to_tunnel_bpf *to_tunnel;
	struct from_tunnel_bpf *from_tunnel;
	int pod;    /* packet socket on pod0p */
	int tun[2]; /* ob0, ob1 */
};

/* Offloads of a packet: what its sender left to be done. */
struct offload {
	bool partial;	   /* the L4 checksum is the pseudo header's only */
	uint16_t gso_size; /* TCP segments of so many bytes */
};

/* cmocka group fixtures; *state becomes a struct live. */
int live_setup(void **state);
int live_teardown(void **state);
int live_fresh(void **state);

/* Puts the packet in: from a pod, or out of the tunnel ob0 or ob1. */
void live_send_from_pod(struct live *l, const struct packet_spec *spec,
			const struct offload *offload);
void live_send_from_tunnel(struct live *l, int tunnel,
			   const struct packet_spec *spec,
			   const struct offload *offload);
/* Bytes of an IP packet as they are. */
void live_write_tunnel(struct live *l, int tunnel, const void *ip, size_t len);

/*
 * The next IP packet that reaches the pod, or goes into the tunnel, with its
 * Ethernet header (zeros for a tunnel). Neighbour discovery and multicast of
 * the kernel are left out. False when none comes within two seconds.
 */
bool live_receive_pod(struct live *l, struct packet *ret);
bool live_receive_tunnel(struct live *l, int tunnel, struct packet *ret);

/* The next one is this packet, byte for byte. */
#define live_expect_pod(l, spec) live_expect_at(__FILE__, __LINE__, l, -1, spec)
#define live_expect_tunnel(l, tunnel, spec)                                    \
	live_expect_at(__FILE__, __LINE__, l, tunnel, spec)
void live_expect_at(const char *file, int line, struct live *l, int tunnel,
		    const struct packet_spec *spec);

#define live_test(f) cmocka_unit_test_setup(f, live_fresh)
#define live_main(tests)                                                       \
	cmocka_run_group_tests(tests, live_setup, live_teardown)
