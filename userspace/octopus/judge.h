/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One spec: may it have what it asks for? For accept.c, which knows in which
 * order to ask. Pure.
 */
#pragma once

#include "model/space.h"
#include "octopus/accept.h"

#define OB_OWNER_HUB SIZE_MAX /* others: the index of the Peer */

/* What a cluster has, or would get. */
struct ob_grant {
	struct ob_prefix *cidrs; /* n 0: nothing */
	size_t n_cidrs;
	struct ob_key public_key;
	bool has_key;
	const char *endpoint; /* "": none */
	uint16_t port;
	enum ob_peer_role role;
};

struct ob_key_holding {
	struct ob_key key;
	size_t owner;
};

/* Everything that has been given away. */
struct ob_given {
	struct ob_arena *arena;
	const struct ob_accept_hub *hub;
	const struct ob_accept_peer *peers;
	struct ob_space space;
	OB_LIST(struct ob_key_holding) keys;
	size_t clusters; /* that have something */
};

/* Why not. reason NULL: it may. */
struct ob_verdict {
	const char *reason;
	const char *message;
	bool conflict; /* with somebody else's */
};

/* True when nobody but owner has this key. */
bool ob_given_key_is_free(const struct ob_given *g, const struct ob_key *key,
			  size_t owner);
/* The whole spec of Peer i, which has "now". Takes nothing. */
struct ob_verdict ob_judge(const struct ob_given *g, size_t i,
			   const struct ob_grant *now, struct ob_grant *ret);
/* Is p inside the global CIDR, and not all of it? */
bool ob_judge_is_inside(const struct ob_accept_hub *hub,
			const struct ob_prefix *p);
