/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub's part: judges all Peers (accept.h) and writes their statuses, each
 * at most once at a time, tried again with back-off. What a write under way
 * may have given away counts as given.
 */
#pragma once

#include "kube/client.h"
#include "octopus/accept.h"
#include "octopus/config.h"
#include "wireguard/device.h"

#define OB_GRANT_REFRESH_MS 30000 /* of handshakes and bytes */

struct ob_granter;

/* What the hub's end of the tunnels looks like. */
struct ob_grant_view {
	const struct ob_wg_device *wg;
	bool wg_known;
	uint32_t mtu; /* 0: unknown */
};

/* done: a write has been answered. */
int ob_granter_new(struct ob_kube *hub, const char *namespace,
		   void (*done)(void *arg), void *arg, struct ob_granter **ret);
void ob_granter_free(struct ob_granter *g);
OB_DEFINE_CLEANUP(struct ob_granter *, ob_granter_free)

/* Judges and writes. a: for the duration of the call. */
void ob_granter_run(struct ob_granter *g, struct ob_arena *a,
		    const struct ob_config_file *config,
		    const struct ob_key *public_key,
		    const struct ob_peer *const *peers, size_t n,
		    const struct ob_grant_view *view);
/* Forgets what is under way: somebody else writes statuses now. */
void ob_granter_stop(struct ob_granter *g);
/* Of the last run. */
struct ob_accept_totals ob_granter_totals(const struct ob_granter *g);
/* Why a write failed; reason NULL: none did. */
const struct ob_status *ob_granter_trouble(const struct ob_granter *g);
