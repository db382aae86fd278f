/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations that failed are tried again, but not twice a second for ever:
 * after 1 s, 2 s, 4 s, at most OB_HOLD_MOST_MS. Everything else goes on as
 * usual meanwhile. When one that was held succeeds, what failed because of it
 * is no longer held either.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "reconcile/plan.h"

#define OB_HOLD_FIRST_MS 1000
#define OB_HOLD_MOST_MS	 16000
#define OB_HOLDS_MAX	 64 /* what fails beyond that is not held */

struct ob_hold {
	uint64_t id; /* hash of verb, kind and key */
	unsigned int failures;
	uint64_t until_ms; /* CLOCK_MONOTONIC */
	struct ob_status status;
	bool wanted; /* by the plan being looked at */
};

struct ob_holds {
	struct ob_hold v[OB_HOLDS_MAX];
	size_t n;
};

/*
 * Takes the operations that are held out of the plan, forgets those that are
 * no longer wanted, and wraps the rest so that their results are noted when
 * the plan is applied. Returns the number taken out.
 */
size_t ob_holds_filter(struct ob_holds *h, struct ob_plan *plan,
		       uint64_t now_ms);
/* The world is another one: try everything again. */
void ob_holds_clear(struct ob_holds *h);
