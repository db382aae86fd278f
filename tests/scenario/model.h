/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel made of lists, for plans to be applied to. It refuses what the real
 * one would refuse, and, at any moment, an order of operations that would
 * mistreat a packet.
 */
#pragma once

#include "octopus/desired.h"
#include "octopus/diff.h"
#include "octopus/told.h"

#define MODEL_DEVICE_INDEX 100 /* the first one our device gets */

struct model_name {
	char host[64];
	struct ob_addr addr;
};

struct model_way {
	char cluster[64];
	struct ob_underlay way;
};

struct model {
	struct ob_arena *arena; /* of the scenario */
	int next_index, next_key;
	int64_t now_s;

	/* The kernel. */
	OB_LIST(struct ob_link) links;
	OB_LIST(struct ob_ifaddr) addrs;
	OB_LIST(struct ob_rtroute) routes;
	OB_LIST(struct ob_sysctl) sysctls;
	OB_LIST(struct ob_wg_peer) peers;
	OB_LIST(struct ob_attachment) attachments;
	OB_LIST(struct ob_route_entry) destinations;
	OB_LIST(struct ob_nat_entry) nats;
	OB_LIST(struct ob_cluster_entry) clusters;
	OB_LIST(struct ob_pin) pins;
	struct ob_config config;
	uint16_t listen_port;
	struct ob_key public_key;
	bool forwarding4, forwarding6;

	/* The world around it. */
	OB_LIST(struct model_name) names;
	OB_LIST(struct model_way) ways;
	bool services_known;
	OB_LIST(struct ob_addr) unserved;

	/* What octopus remembers while it runs. */
	struct ob_told told;
	struct ob_key identity; /* zero: no secret of our own */
	bool has_secret;

	/* During one plan. */
	const char *device;
	char refusal[256]; /* the first; "": none */
};

/* A machine with lo and forwarding on. */
void model_init(struct model *m, struct ob_arena *a);
/* A deterministic key for a name. */
struct ob_key model_key(const char *name);

struct ob_link *model_link(struct model *m, const char *name);
struct ob_link *model_link_by_index(struct model *m, int ifindex);
/* What a new link has below /proc/sys. */
void model_sysctls_add(struct model *m, const char *name);
/* With everything that hangs on it. */
void model_link_del(struct model *m, const char *name);
void model_link_down(struct model *m, struct ob_link *link);
struct ob_wg_peer *model_peer(struct model *m, const struct ob_key *key);

/* The state as octopus would read it, in the arena a. */
void model_observe(struct model *m, struct ob_arena *a,
		   const struct ob_network *net, struct ob_actual *actual,
		   struct ob_facts *facts);
/* The block of virtual addresses, which the programs look at themselves. */
bool model_is_service(const struct model *m, const struct ob_prefix *p);
/* A new octopus process: only the kernel remembers. */
void model_restart(struct model *m);

extern const struct ob_appliers model_appliers; /* context: struct model */
