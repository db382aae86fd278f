/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to wait before the next try: from 0.5 s, doubling, up to 30 s, of
 * which a random half, so that those that failed together do not come back
 * together. Pure. Private to this folder.
 */
#pragma once

#include <stdint.h>

#define OB_KUBE_BACKOFF_MIN_MS	   500
#define OB_KUBE_BACKOFF_MAX_MS	   30000
/* Of what a server may ask for with Retry-After. */
#define OB_KUBE_RETRY_AFTER_MAX_MS 120000

struct ob_kube_backoff {
	uint32_t failures; /* in a row; 0: reset */
};

/* Counts a failure; retry_after_ms: what the server asked for, 0: nothing. */
uint32_t ob_kube_backoff_next(struct ob_kube_backoff *b, uint32_t random,
			      uint32_t retry_after_ms);
