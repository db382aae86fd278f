// SPDX-License-Identifier: Apache-2.0
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double ob_stats_quantile(const double *v, size_t n, double q)
{
	_free_ double *sorted = NULL;
	double at, low;
	size_t i;

	sorted = n ? malloc(n * sizeof(*v)) : NULL;
	if (!sorted)
		return NAN;
	memcpy(sorted, v, n * sizeof(*v));
	qsort(sorted, n, sizeof(*v), compare);
	at = q * (double)(n - 1);
	i = (size_t)at;
	low = sorted[i];
	return i + 1 < n ? low + (at - (double)i) * (sorted[i + 1] - low) : low;
}

struct ob_spread ob_stats_spread(const double *v, size_t n)
{
	return (struct ob_spread){
		.median = ob_stats_quantile(v, n, 0.5),
		.min = ob_stats_quantile(v, n, 0),
		.max = ob_stats_quantile(v, n, 1),
	};
}
