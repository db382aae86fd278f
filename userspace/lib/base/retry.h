/* SPDX-License-Identifier: Apache-2.0 */
/* When to try a write again: after 0.5 s, then twice as long, at most 30 s.
 * Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct ob_retry {
	unsigned int failures; /* in a row */
	uint64_t until_ms;     /* CLOCK_MONOTONIC */
};

bool ob_retry_is_due(const struct ob_retry *r, uint64_t now_ms);
void ob_retry_failed(struct ob_retry *r, uint64_t now_ms);
