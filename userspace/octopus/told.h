/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which endpoint the kernel was last told for each peer. The kernel's own may
 * differ because the peer has roamed; this tells that from a change of the
 * configuration.
 */
#pragma once

#include <stddef.h>

#include "wireguard/device.h"

struct ob_told_entry {
	struct ob_key public_key;
	struct ob_wg_endpoint endpoint;
};

struct ob_told {
	struct ob_told_entry *v;
	size_t n;
};

void ob_told_done(struct ob_told *told);
/* family 0: nothing is known of this peer. */
struct ob_wg_endpoint ob_told_get(const struct ob_told *told,
				  const struct ob_key *key);
/*
 * The same for a peer that may have been there before us, with the endpoint
 * "now", wherever it has roamed to: what we would tell now counts as told, so
 * that it is left alone until that changes.
 */
struct ob_wg_endpoint ob_told_learn(struct ob_told *told,
				    const struct ob_key *key,
				    const struct ob_wg_endpoint *now,
				    const struct ob_wg_endpoint *would_tell);
int ob_told_set(struct ob_told *told, const struct ob_key *key,
		const struct ob_wg_endpoint *endpoint);
void ob_told_del(struct ob_told *told, const struct ob_key *key);
