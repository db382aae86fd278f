// SPDX-License-Identifier: Apache-2.0
#include "result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ob_result_add(struct ob_result *r, const struct ob_sample *s)
{
	size_t n = (size_t)s->n;
	double *windows;

	if (r->rounds == OB_MAX_ROUNDS || !n)
		return;
	windows = realloc(r->windows, (r->n_windows + n) * sizeof(*windows));
	if (!windows)
		abort();
	memcpy(windows + r->n_windows, s->ns, n * sizeof(*windows));
	r->windows = windows;
	r->n_windows += n;
	r->quiet[r->rounds] = ob_stats_quantile(s->ns, n, 0.1);
	r->rounds++;
}

void ob_result_skip(struct ob_result *r)
{
	if (r->rounds < OB_MAX_ROUNDS)
		r->quiet[r->rounds++] = NAN;
}

void ob_results_done(struct ob_results *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->v[i].windows);
	free(r->v);
}

static bool names_entries(enum ob_mode_kind kind)
{
	return kind == OB_MODE_OURS || kind == OB_MODE_NFT_MAP;
}

const struct ob_result *ob_results_find(const struct ob_results *r,
					enum ob_mode_kind kind,
					enum ob_flow_kind flows,
					unsigned int n_prefixes)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct ob_result *v = &r->v[i];

		if (v->mode.kind == kind && v->mode.flows == flows &&
		    !v->mode.objects &&
		    (!names_entries(kind) || v->mode.n_prefixes == n_prefixes))
			return v->n_windows && !v->reason[0] ? v : NULL;
	}
	return NULL;
}

const struct ob_result *ob_results_baseline(const struct ob_results *r,
					    const struct ob_result *of)
{
	return ob_results_find(r, OB_MODE_BASELINE, of->mode.flows, 0);
}

static int rounds_of(const struct ob_result *a, const struct ob_result *b)
{
	return a->rounds < b->rounds ? a->rounds : b->rounds;
}

/* Of the rounds in which all of it was measured. */
static struct ob_spread spread(const double *v, int n)
{
	double known[OB_MAX_ROUNDS];
	size_t k = 0;

	for (int i = 0; i < n; i++)
		if (!isnan(v[i]))
			known[k++] = v[i];
	return ob_stats_spread(known, k);
}

struct ob_spread ob_result_quiet(const struct ob_result *r)
{
	return spread(r->quiet, r->rounds);
}

struct ob_spread ob_results_above(const struct ob_results *r,
				  const struct ob_result *of)
{
	const struct ob_result *base = ob_results_baseline(r, of);
	double v[OB_MAX_ROUNDS];
	int n = base ? rounds_of(of, base) : 0;

	for (int i = 0; i < n; i++)
		v[i] = of->quiet[i] - base->quiet[i];
	return spread(v, n);
}

struct ob_spread ob_results_ratio(const struct ob_results *r,
				  const struct ob_result *a,
				  const struct ob_result *b)
{
	const struct ob_result *base_a = ob_results_baseline(r, a);
	const struct ob_result *base_b = ob_results_baseline(r, b);
	double v[OB_MAX_ROUNDS];
	int n = 0;

	if (base_a && base_b)
		n = rounds_of(a, b);
	for (int i = 0; i < n; i++)
		v[i] = (a->quiet[i] - base_a->quiet[i]) /
		       (b->quiet[i] - base_b->quiet[i]);
	return spread(v, n);
}
