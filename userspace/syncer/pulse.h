/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which clusters' syncers are alive. Pure.
 *
 * Time passes here only while we can be sure to see: from one renewal of our
 * own cluster's Lease, as the hub shows it to us, to the next. So nobody
 * expires while the hub is away, or while its watch is silent.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct ob_pulse;

/* own: our cluster; step_ms: the most that may pass between two renewals. NULL:
 * out of memory. */
struct ob_pulse *ob_pulse_new(const char *own, uint64_t step_ms,
			      uint64_t expiry_ms);
void ob_pulse_free(struct ob_pulse *p);
OB_DEFINE_CLEANUP(struct ob_pulse *, ob_pulse_free)
/* A renewal was seen. */
void ob_pulse_beat(struct ob_pulse *p, const char *cluster, uint64_t now_ms);
/* Our own always is; of one that was never heard of it counts from now. */
bool ob_pulse_alive(struct ob_pulse *p, const char *cluster);
/* True when somebody died or came back since the last call. */
bool ob_pulse_changed(struct ob_pulse *p);
/* How many are dead. */
size_t ob_pulse_dead(const struct ob_pulse *p);
