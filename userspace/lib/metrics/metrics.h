/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Prometheus text exposition format 0.0.4, written family by family.
 * Label values are escaped; a family's samples must follow its header, and
 * each (name, labels) pair may appear once. Aborts when out of memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct ob_metrics;

enum ob_metric_type {
	OB_METRIC_COUNTER,
	OB_METRIC_GAUGE,
	OB_METRIC_HISTOGRAM,
};

struct ob_label {
	const char *name;
	const char *value;
};

struct ob_metrics *ob_metrics_new(void);
void ob_metrics_free(struct ob_metrics *m);
OB_DEFINE_CLEANUP(struct ob_metrics *, ob_metrics_free)

/* "# HELP" and "# TYPE". */
void ob_metrics_family(struct ob_metrics *m, const char *name,
		       enum ob_metric_type type, const char *help);
/* One sample of the last family. */
void ob_metrics_sample(struct ob_metrics *m, const struct ob_label *labels,
		       size_t n_labels, double value);
/* Integers above 2^53 keep their digits. */
void ob_metrics_sample_u64(struct ob_metrics *m, const struct ob_label *labels,
			   size_t n_labels, uint64_t value);
/* All of the last family, a histogram: counts[i] of n + 1 were above bounds[i -
 * 1] and at most bounds[i]; sum is that of everything counted. */
void ob_metrics_histogram(struct ob_metrics *m, const double *bounds,
			  const uint64_t *counts, size_t n, double sum);
#define OB_LABELS(...)                                                         \
	(const struct ob_label[]){ __VA_ARGS__ },                              \
		sizeof((const struct ob_label[]){ __VA_ARGS__ }) /             \
			sizeof(struct ob_label)
/* The text so far, NUL-terminated, valid until the next call. */
const char *ob_metrics_text(struct ob_metrics *m, size_t *ret_size);
