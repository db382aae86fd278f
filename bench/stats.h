/* SPDX-License-Identifier: Apache-2.0 */
/* Order statistics. Nothing here modifies its input. */
#pragma once

#include <stddef.h>

/* The q-th quantile (0..1), interpolated; NAN when there is nothing. */
double ob_stats_quantile(const double *v, size_t n, double q);

/* Median and the ends. */
struct ob_spread {
	double median, min, max;
};

struct ob_spread ob_stats_spread(const double *v, size_t n);
