/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hub mode: keeps the connection to the hub, and says which network to have.
 *
 *   Peers, Nodes, Lease ──> join ──> network
 *                      └──> publish, and on the hub: grant
 *
 * Only the holder of the Lease writes anything and talks to others. One that
 * has lost it to somebody else stands aside; one that has lost it because the
 * API server is away goes on: nobody else can have taken it. Whatever cannot be
 * reached, the last network stays; there is none before the first list of
 * Peers is complete and the Lease has been seen.
 */
#pragma once

#include <systemd/sd-event.h>

#include "kube/client.h"
#include "octopus/config.h"
#include "octopus/grant.h"
#include "octopus/imports.h"
#include "octopus/join.h"
#include "octopus/status.h"

struct ob_control;

struct ob_control_ops {
	/* The network is at another place in memory; different: it is another
	 * one. */
	void (*network)(void *arg, bool different);
	/* The device as it is now, in the arena; -ENODEV: there is none. */
	int (*device)(void *arg, struct ob_arena *a, struct ob_wg_device *ret,
		      uint32_t *ret_mtu);
	/* Of the imports: see imports.h. */
	void (*service)(void *arg, const char *key);
	void (*services)(void *arg);
};

#define OB_CONTROL_LEASE_LEN 256

/* The name of the Lease of a cluster's gateways. Returns buf. */
const char *ob_control_lease(const char *cluster_id, char *buf, size_t size);
/* A connection to the hub alone. */
int ob_control_connect(sd_event *event, const struct ob_config_file *config,
		       struct ob_kube **ret, struct ob_status *status);

/* config has to outlive it, or be replaced. -EINVAL, ... with a status when
 * files are missing or make no sense. */
int ob_control_new(sd_event *event, const struct ob_config_file *config,
		   const struct ob_control_ops *ops, void *arg,
		   struct ob_control **ret, struct ob_status *status);
/* Gives the Lease back: turns the loop for a moment. */
void ob_control_release(struct ob_control *c);
void ob_control_free(struct ob_control *c);
OB_DEFINE_CLEANUP(struct ob_control *, ob_control_free)

/* True when a changed configuration goes with these connections. */
bool ob_control_fits(const struct ob_control *c,
		     const struct ob_config_file *config);
void ob_control_set_config(struct ob_control *c,
			   const struct ob_config_file *config);
/* The public key of our device is this one. */
void ob_control_set_key(struct ob_control *c, const struct ob_key *key);
/* What to have; NULL: not known yet, change nothing. */
const struct ob_network *ob_control_network(const struct ob_control *c);
/* NULL: kubernetes is not configured. */
const struct ob_imports *ob_control_imports(const struct ob_control *c);
/* What the hub says of the tunnel to a cluster: its Peer is Ready. */
bool ob_control_is_ready(const struct ob_control *c, const char *cluster);
/* Adds what is not as it should be. */
void ob_control_conditions(const struct ob_control *c, struct ob_arena *a,
			   struct ob_conditions *list);

/* For people and metrics: all of it borrowed until the loop turns. */
struct ob_control_view {
	const char *url, *namespace; /* of the hub */
	bool connected, synced;
	struct ob_status trouble; /* reason NULL: none */
	double heard_s;		  /* 0: never */
	struct ob_kube_stats hub;
	bool leading;
	const char *holder, *lease;
	bool has_kubernetes;
	const char *kubernetes_url;
	bool kubernetes_connected, kubernetes_synced;
	struct ob_status kubernetes_trouble;
	struct ob_kube_stats kubernetes;
	const struct ob_peer *own; /* NULL: the hub has none */
	bool published;
	struct ob_status publish_trouble;
	struct ob_status waiting;	    /* reason NULL: not */
	const struct ob_joined *joined;	    /* NULL: none */
	const struct ob_peer *const *peers; /* in the arena */
	size_t n_peers;
	bool grants; /* we judge Peers */
	struct ob_accept_totals totals;
};
void ob_control_look(const struct ob_control *c, struct ob_arena *a,
		     struct ob_control_view *ret);
