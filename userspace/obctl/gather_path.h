/* SPDX-License-Identifier: Apache-2.0 */
/* The ways to the other clusters: names, routes, and what arrives there. */
#pragma once

#include "obctl/facts.h"
#include "obctl/gather_kernel.h"

/* "host" has these addresses; NULL, or a phrase why it has none. */
const char *ob_ctl_resolve(struct ob_arena *a, const char *host,
			   struct ob_addr *ret, size_t room, size_t *ret_n);
/* Of everything in f->wants. */
void ob_ctl_paths_gather(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
			 struct ob_arena *a);
/* Sends echo requests and fills in what came back. */
void ob_ctl_paths_probe(struct ob_ctl_facts *f, struct ob_arena *a);
/* Packets went to it while we looked, and nothing at all came from it. */
bool ob_ctl_path_is_mute(const struct ob_ctl_facts *f,
			 const struct ob_ctl_path *path);
/* The WireGuard peer with a key, or NULL. */
const struct ob_wg_peer *ob_ctl_wg_peer(const struct ob_wg_device *wg,
					const struct ob_key *key);
