/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packets of "obbench datapath", one for each way through a program.
 *
 * BPF_PROG_TEST_RUN does not restore the packet between repeats: the second
 * run sees what the first one left. So every translation here has an inverse
 * in the same map (local -> global and global -> local, to and fro), and the
 * TTL is large enough for the repeats of one call.
 *
 *   pod      172.16.1.1   fd00::172.16.1.1     local
 *   global   10.32.1.1    fd01::10.32.1.1      the pod, seen from elsewhere
 *   remote   10.64.1.1    fd02::10.64.1.1      behind the tunnel
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway.h"

#define OB_PROBE_LEN	 128
#define OB_PROBE_TTL	 250
#define OB_PROBE_REPEATS 240 /* below the TTL */

enum ob_probe_side {
	OB_PROBE_FROM_POD,
	OB_PROBE_TO_TUNNEL,
	OB_PROBE_FROM_TUNNEL,
	OB_PROBE_SIDES
};

enum ob_probe_kind {
	OB_PROBE_TCP4,
	OB_PROBE_UDP4,
	OB_PROBE_TCP6,
	OB_PROBE_ICMP4,
	OB_PROBE_PASS, /* TCP4 that is none of the program's business */
	OB_PROBE_DROP, /* TCP4 that is refused, counted and told */
	OB_PROBE_KINDS
};

struct ob_probe {
	uint8_t bytes[OB_PROBE_LEN];
	size_t len;
	int verdict; /* what the program must return, every time */
};

const char *ob_probe_side_name(enum ob_probe_side side);
const char *ob_probe_kind_name(enum ob_probe_kind kind);
void ob_probe_build(enum ob_probe_side side, enum ob_probe_kind kind,
		    struct ob_probe *ret);

/* The inverse entries, IPv6, and the neighbours that deliver to. */
int ob_probe_fill(const struct ob_gateway *g, unsigned int tunnel_ifindex);
/* Commands for "ip -batch" in the namespace of the programs. */
extern const char ob_probe_network[];
