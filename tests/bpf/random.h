/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random packets, the same for the same seed: OB_SEED, or a fixed one.
 *
 * Most are what each hook meets in practice; the rest have an address of the
 * wrong kind, a TTL at its end or a size at the limit.
 */
#pragma once

#include "harness.h"

struct rng {
	uint64_t state;
};

/* Prints the seed, so that a failure can be run again. */
struct rng rng_start(const char *test);
uint32_t rng_next(struct rng *rng);
/* 0 .. n - 1 */
uint32_t rng_below(struct rng *rng, uint32_t n);
/* True once in n times. */
bool rng_one_in(struct rng *rng, uint32_t n);

struct random_packet {
	struct packet_spec spec;
	struct packet_spec inner;
	struct context ctx;
	char addr[4][48];
	uint8_t options[40];
};

/*
 * Several blocks of odd lengths besides the standard network, with and
 * without relaying.
 */
void random_network(struct harness *h, bool relay);
/* A packet for a hook of that network; spec points into ret. */
void random_packet(struct rng *rng, const struct harness *h, enum ob_hook hook,
		   struct random_packet *ret);
