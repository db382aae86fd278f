/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hub in memory for scenarios in hub mode: Peers as others claim them, judged
 * as the hub's octopus does, joined as ours does.
 *
 *   hub {                     the configuration of the hub's octopus
 *   claim NAME [cidr PREFIX]... [key NAME] [endpoint HOST] [public] [hub]
 *         [id ID] [port N]    somebody writes the spec of a Peer
 *   claim-gone NAME           its Peer is deleted
 *   judgements {              what the hub made of each: NAME REASON PREFIX
 *   waits REASON              no network yet, for this reason
 *   stand-by, lead            somebody else holds the lease; we do
 */
#pragma once

#include "octopus/config.h"
#include "octopus/join.h"
#include "script.h"

#define HUB_MOST_PEERS 32

struct hub {
	struct ob_arena *arena; /* of the scenario */
	struct ob_config_file *config;
	struct ob_peer *peers[HUB_MOST_PEERS];
	size_t n;
	unsigned int version;
	bool stand_by;
	struct ob_joined joined;
	struct ob_status waiting; /* reason NULL: joined holds */
	bool has_joined;
};

void hub_init(struct hub *h, struct ob_arena *a);
void hub_done(struct hub *h);
void hub_configure(const struct script_place *at, struct hub *h,
		   const char *text);
/* One of the events above; false: it is none. */
bool hub_do(const struct script_place *at, struct hub *h, char **words,
	    size_t n);
/* Publishes, judges, joins. The network, or NULL: none yet. */
const struct ob_network *hub_network(struct hub *h,
				     const struct ob_config_file *config,
				     const struct ob_key *public_key);
const char *hub_judgements(struct hub *h);
