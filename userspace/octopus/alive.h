/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which tunnels carry packets. WireGuard has no connection that could break:
 * a tunnel is judged by what comes out of it. Pure; asked at each pass.
 *
 *   never a handshake, or none for OB_HANDSHAKE_FRESH_S          dead
 *   we have sent something, and nothing has come for
 *   OB_ALIVE_ANSWER_MS: WireGuard acknowledges data after 10 s
 *   (KEEPALIVE_TIMEOUT) and handshakes at once                   dead
 *   the other end sends keepalives, because it dials, and
 *   nothing has come for OB_ALIVE_SILENT_MS, three of them       dead
 *   otherwise                                                    alive
 *
 * So a tunnel with traffic is found dead after 15 s, one without after 75 s at
 * the end that is dialled, and after the next handshake is due, 2 min at most,
 * at the end that dials: until it has something to send it cannot know. What
 * comes makes it alive at once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/key.h"
#include "ob/abi/maps.h"
#include "wireguard/device.h"

/* KEEPALIVE_TIMEOUT + REKEY_TIMEOUT, after which WireGuard itself begins to
 * doubt a tunnel. */
#define OB_ALIVE_ANSWER_MS 15000
#define OB_ALIVE_SILENT_MS 75000 /* 3 * OB_DEFAULT_KEEPALIVE_S */

struct ob_alive_peer {
	struct ob_key key;
	uint64_t rx_bytes, tx_bytes; /* when something came last */
	uint64_t rx_ms;		     /* that was then, CLOCK_MONOTONIC */
	uint64_t owed_ms;	     /* we have waited since; 0: not */
	bool alive;
	bool wanted;
};

struct ob_alive {
	struct ob_alive_peer v[OB_MAX_CLUSTERS];
	size_t n;
};

/*
 * What the kernel says of one peer now. theirs: the other end sends keepalives.
 * now_s: seconds since 1970.
 */
bool ob_alive_update(struct ob_alive *a, const struct ob_wg_peer *peer,
		     bool theirs, uint64_t now_ms, int64_t now_s);
/* Forgets those that were not asked for since the last call. */
void ob_alive_sweep(struct ob_alive *a);
