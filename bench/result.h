/* SPDX-License-Identifier: Apache-2.0 */
/* The samples of one mode over all rounds, and what follows from them. */
#pragma once

#include <stdbool.h>

#include "sample.h"
#include "stats.h"

#define OB_MAX_ROUNDS 64

struct ob_result {
	struct ob_mode mode;
	int rounds;
	/* p10 of a round's windows, ns; NAN for a round that was disturbed. */
	double quiet[OB_MAX_ROUNDS];
	double *windows; /* all of them */
	size_t n_windows;
	bool missing;			   /* the machine has no such tool */
	char reason[OB_SAMPLE_REASON_LEN]; /* refused: no ratio from it */
};

struct ob_results {
	struct ob_result *v;
	size_t n;
};

/* The next round: its sample, or that there is none. */
void ob_result_add(struct ob_result *r, const struct ob_sample *s);
void ob_result_skip(struct ob_result *r);
void ob_results_done(struct ob_results *r);

/* NULL when it was not measured or was refused. */
const struct ob_result *ob_results_find(const struct ob_results *r,
					enum ob_mode_kind kind,
					enum ob_flow_kind flows,
					unsigned int n_prefixes);
const struct ob_result *ob_results_baseline(const struct ob_results *r,
					    const struct ob_result *of);

/* p10 of the rounds, ns. */
struct ob_spread ob_result_quiet(const struct ob_result *r);
/* Cost above the baseline, ns: one value a round, median and ends. */
struct ob_spread ob_results_above(const struct ob_results *r,
				  const struct ob_result *of);
/*
 * The ratio of two such costs, each round by itself, so that what disturbs a
 * whole round cancels out.
 */
struct ob_spread ob_results_ratio(const struct ob_results *r,
				  const struct ob_result *a,
				  const struct ob_result *b);
