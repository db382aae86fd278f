/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How octopus is doing: conditions, which come and go with their cause, and
 * counters, which only grow. A condition is logged when it comes and when it
 * goes, in this one place.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

#define OB_HEALTHY_MS 10000 /* a success older than this is none */

struct ob_condition {
	char reason[64];
	char message[OB_STATUS_MESSAGE_LEN];
};

/* A collector: what is the case in this pass. */
struct ob_conditions {
	struct ob_condition *v;
	size_t n, room;
};

struct ob_state {
	struct ob_condition *conditions; /* of the last pass */
	size_t n_conditions;
	uint64_t passes;
	uint64_t operations;
	uint64_t errors; /* operations that failed, and passes that did */
	uint64_t last_duration_ns;
	uint64_t last_compare_ns; /* CPU time of all but applying */
	uint64_t last_success_ms; /* CLOCK_MONOTONIC; 0: never */
	bool config_valid;
	uint64_t reloads_good, reloads_bad;
	uint32_t mtu; /* of the tunnel, last desired */
};

void ob_state_done(struct ob_state *s);
/* Adds to a collector what it has not yet; s->reason NULL adds nothing. */
void ob_conditions_add(struct ob_arena *a, struct ob_conditions *list,
		       const struct ob_status *s);
/* Takes over what is the case now; logs what is new, and what is over. */
void ob_state_set_conditions(struct ob_state *s,
			     const struct ob_conditions *now);
/* The last pass that succeeded is recent, given how long passes take. */
bool ob_state_is_healthy(const struct ob_state *s, uint64_t now_ms);
