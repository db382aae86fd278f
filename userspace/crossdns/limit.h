/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many answers per second a network of clients gets over UDP: by the
 * generic cell rate algorithm, one word of memory for each network. For all
 * workers at once; takes no locks.
 *
 * Networks share words where their hashes say so, which nobody outside can
 * arrange; then they share a rate, too.
 */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"
#include "base/prefix.h"

#define OB_LIMIT_LEN4 24
#define OB_LIMIT_LEN6 56

struct ob_limit;

enum ob_limit_verdict {
	OB_LIMIT_ANSWER,
	OB_LIMIT_SLIP, /* truncated: who is real asks again over TCP */
	OB_LIMIT_DROP,
};

/* rate: answers per second, at least 1; as many may come at once. */
int ob_limit_new(uint32_t rate, struct ob_limit **ret);
void ob_limit_free(struct ob_limit *l);
OB_DEFINE_CLEANUP(struct ob_limit *, ob_limit_free)

/* count: of the answers above the rate so far; every second slips. */
enum ob_limit_verdict ob_limit_take(struct ob_limit *l,
				    const struct ob_addr *client,
				    uint64_t now_ns, uint32_t count);
