/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the datapath should do with a packet, in plain C, from the words of
 * docs/datapath.md: no code is shared with bpf/, tables are lists searched
 * from end to end, checksums are updated by adding up what changed.
 *
 * It expects packets that are well formed; the tests of damaged ones know
 * their answers themselves.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ob/abi/maps.h"
#include "packet.h"

#define NETWORK_MAX 32

/* Verdicts of a tc program. */
enum verdict {
	VERDICT_NEXT = -1, /* goes on to the stack or device */
	VERDICT_DROP = 2,
	VERDICT_REDIRECT = 7,
};

#define NO_REASON (-1)

struct prefix {
	int family;
	unsigned len;
	uint8_t b[16];
};

struct network_route {
	struct prefix dst;
	struct ob_route value;
};

struct network_nat {
	struct prefix from;
	struct prefix to;
	enum ob_nat_kind kind;
};

/* The maps' contents as lists. */
struct network {
	struct ob_config config;
	struct network_route routes[NETWORK_MAX];
	size_t n_routes;
	struct network_nat out[NETWORK_MAX];
	size_t n_out;
	struct network_nat in[NETWORK_MAX];
	size_t n_in;
};

/* What a packet is besides its bytes. */
struct context {
	uint32_t ifindex; /* where it is; 0: the harness's usual device */
	uint32_t gso_size;
	uint32_t gso_segs;
	bool no_delivery; /* the fib has no way to the pod */
};

struct outcome {
	int verdict;
	int reason; /* enum ob_reason or NO_REASON */
	struct packet packet;
};

/* "10.1.0.0/16"; a test that passes anything else is aborted. */
struct prefix prefix_parse(const char *text);
bool prefix_has(const struct prefix *p, int family, const uint8_t *addr);

const struct ob_route *network_route(const struct network *net, int family,
				     const uint8_t *addr);
const struct network_nat *network_out(const struct network *net, int family,
				      const uint8_t *addr);
const struct network_nat *network_in(const struct network *net, int family,
				     const uint8_t *addr);

void reference_run(const struct network *net, enum ob_hook hook,
		   const struct context *ctx, const struct packet *in,
		   struct outcome *ret);

/* IP bytes on the wire, the headers of each segment included. */
size_t reference_wire_bytes(const struct context *ctx, struct packet *p);
