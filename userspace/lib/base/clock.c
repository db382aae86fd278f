// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <time.h>

#define NS_PER_S  1000000000ULL
#define NS_PER_MS 1000000ULL

/* These two clocks always exist: clock_gettime cannot fail. */
uint64_t ob_clock_monotonic_ns(void)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t ob_clock_monotonic_ms(void)
{
	return ob_clock_monotonic_ns() / NS_PER_MS;
}

double ob_clock_realtime_s(void)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_REALTIME, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / (double)NS_PER_S;
}
