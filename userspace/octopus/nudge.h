/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both ends of a new tunnel learn of each other at about the same time. The one
 * that dials may be the sooner by a few milliseconds; then its first packet
 * comes from somebody unknown, and WireGuard waits REKEY_TIMEOUT, 5 s, before
 * it sends another. A peer that is deleted and made again sends at once: for
 * one that has never had a handshake nothing is lost by that. Tried a few times
 * in the first seconds; after that WireGuard's own retries have to do.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ob/abi/maps.h"
#include "wireguard/device.h"

struct ob_nudged {
	struct ob_key key;
	uint64_t since_ms; /* CLOCK_MONOTONIC: when it was first wanted */
	unsigned int count;
	bool wanted;
};

struct ob_nudge {
	struct ob_nudged v[OB_MAX_CLUSTERS];
	size_t n;
};

/*
 * Call for each peer that is dialled: now is what the kernel has of it, or
 * NULL. True when it should be deleted and made again. Pure.
 */
bool ob_nudge_is_due(struct ob_nudge *n, const struct ob_key *key,
		     const struct ob_wg_peer *now, uint64_t now_ms);
/* Forgets those that were not asked for since the last call. */
void ob_nudge_sweep(struct ob_nudge *n);
/* Deletes the peer and makes it again. */
int ob_nudge_peer(struct ob_wg *wg, const char *device,
		  const struct ob_wg_peer *peer);
