// SPDX-License-Identifier: Apache-2.0
#include "octopus/config_claims.h"

#include <stdlib.h>

static int compare_claims(const void *a, const void *b)
{
	const struct ob_claim *x = a, *y = b;
	int r = ob_prefix_compare(&x->raw->v, &y->raw->v);

	/* Of two equal ones the later in the file is the culprit. */
	if (r == 0)
		r = (x->raw->at.line > y->raw->at.line) -
		    (x->raw->at.line < y->raw->at.line);
	if (r == 0)
		r = (x->raw->at.column > y->raw->at.column) -
		    (x->raw->at.column < y->raw->at.column);
	return r;
}

static bool stands_later(const struct ob_place *a, const struct ob_place *b)
{
	return a->line > b->line ||
	       (a->line == b->line && a->column > b->column);
}

static int refuse_overlap(const struct ob_config_errors *e,
			  const struct ob_claim *a, const struct ob_claim *b)
{
	char p[OB_PREFIX_STRLEN], q[OB_PREFIX_STRLEN];
	const struct ob_claim *later = a, *first = b;

	if (!stands_later(&a->raw->at, &b->raw->at)) {
		later = b;
		first = a;
	}
	ob_prefix_format(&later->raw->v, p, sizeof(p));
	ob_prefix_format(&first->raw->v, q, sizeof(q));
	return ob_config_fail(e, &later->raw->at, "%s overlaps %s of %s", p, q,
			      first->owner);
}

/* Prefixes nest or are disjoint: sorted, an overlap shows in neighbours. */
int ob_claims_check(const struct ob_config_errors *e, struct ob_claim *claims,
		    size_t n)
{
	if (n > 0)
		qsort(claims, n, sizeof(*claims), compare_claims);
	for (size_t i = 1; i < n; i++)
		if (ob_prefix_overlaps(&claims[i - 1].raw->v,
				       &claims[i].raw->v))
			return refuse_overlap(e, &claims[i - 1], &claims[i]);
	return 0;
}

const struct ob_raw_prefix *ob_raw_global(const struct ob_raw_config *raw,
					  uint8_t family)
{
	for (size_t i = 0; i < raw->global.n; i++)
		if (raw->global.v[i].v.addr.family == family)
			return &raw->global.v[i];
	return NULL;
}
