/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hub with Peers in memory, as an API server would keep them: what tests of
 * accept.h write to, and read from.
 */
#pragma once

#include "octopus/accept.h"

#define MOST_PEERS 1100
#define NOW	   1000000

struct world {
	struct ob_arena *arena;
	struct ob_accept_hub hub;
	struct ob_peer *peers[MOST_PEERS];
	bool refresh[MOST_PEERS];
	struct ob_peer_tunnel tunnels[MOST_PEERS];
	size_t n;
	unsigned long long version; /* the last resourceVersion */
	int64_t now_s;
	struct ob_accept_totals totals;
	/* of the last run */
	struct ob_accepted *last;
};

/* A hub of 10.112.0.0/12 that has 10.112.0.0/16 itself. */
void world_init(struct world *w);
void world_done(struct world *w);
void world_global(struct world *w, const char *global, const char *own,
		  uint8_t slice_len);
struct ob_prefix world_prefix(const char *s);
/* A key's text that is the same for the same seed. */
const char *world_key(struct world *w, unsigned int seed);

/* A new Peer with a key of its own; cidr NULL: it asks for nothing. */
struct ob_peer *world_add(struct world *w, const char *name, const char *cidr);
/* Somebody has written the spec. */
void world_touch(struct world *w, struct ob_peer *p);
void world_delete(struct world *w, const char *name);
struct ob_peer *world_get(struct world *w, const char *name);
void world_ask(struct world *w, struct ob_peer *p, const char *cidr);

/* One run whose writes all arrive. Returns how many there were. */
size_t world_run(struct world *w);
/* The same, but no write arrives; *last has what was to be written. */
size_t world_run_lost(struct world *w);
/* A write arrives. */
void world_write(struct world *w, size_t i, const struct ob_peer_status *s);
/* Runs until nothing is written. */
void world_settle(struct world *w);

/* "10.113.0.0/16", or "". */
const char *world_cidr(struct world *w, const char *name);
void assert_condition(struct world *w, const char *name, const char *type,
		      const char *status, const char *reason);
void assert_message(struct world *w, const char *name, const char *type,
		    const char *message);
/* No two Peers have the same address, nor the hub's, and none has one outside
 * the global CIDR. */
void assert_sound(struct world *w);
