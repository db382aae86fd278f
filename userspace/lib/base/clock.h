/* SPDX-License-Identifier: Apache-2.0 */
/* Time. Pure code never asks: it gets "now" as an argument. */
#pragma once

#include <stdint.h>

uint64_t ob_clock_monotonic_ns(void);
uint64_t ob_clock_monotonic_ms(void);
/* Seconds since 1970, with fraction. */
double ob_clock_realtime_s(void);
