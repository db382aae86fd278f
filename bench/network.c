// SPDX-License-Identifier: Apache-2.0
#include "network.h"

#include <errno.h>
#include <fnmatch.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network_report.h"
#include "result.h"
#include "sender.h"

#define ROUNDS	      15
#define ROUNDS_QUICK  3
#define WINDOWS	      6
#define WINDOWS_QUICK 4

#define N1    1
#define N1K   1000
#define N100K 100000

/* clang-format off */
static const struct ob_mode modes[] = {
	{ OB_MODE_BASELINE,	OB_FLOW_ONE, N1 },
	{ OB_MODE_REDIRECT,	OB_FLOW_ONE, N1 },
	{ OB_MODE_REDIRECT_MAC,	OB_FLOW_ONE, N1 },
	{ OB_MODE_REDIRECT_EGRESS, OB_FLOW_ONE, N1 },
	{ OB_MODE_OURS,		OB_FLOW_ONE, N1 },
	{ OB_MODE_OURS,		OB_FLOW_ONE, N1K },
	{ OB_MODE_OURS,		OB_FLOW_ONE, N100K },
	{ OB_MODE_ROUTE,	OB_FLOW_ONE, N1 },
	{ OB_MODE_NFT_MASQ,	OB_FLOW_ONE, N1 },
	{ OB_MODE_NFT_MAP,	OB_FLOW_ONE, N1 },
	{ OB_MODE_NFT_MAP,	OB_FLOW_ONE, N1K },
	{ OB_MODE_IPT_MASQ,	OB_FLOW_ONE, N1 },
	{ OB_MODE_IPTNFT_MASQ,	OB_FLOW_ONE, N1 },
	{ OB_MODE_IPT_NETMAP,	OB_FLOW_ONE, N1 },

	{ OB_MODE_BASELINE,	OB_FLOW_MANY, N1 },
	{ OB_MODE_REDIRECT,	OB_FLOW_MANY, N1 },
	{ OB_MODE_OURS,		OB_FLOW_MANY, N1 },
	{ OB_MODE_OURS,		OB_FLOW_MANY, N1K },
	{ OB_MODE_OURS,		OB_FLOW_MANY, N100K },
	{ OB_MODE_ROUTE,	OB_FLOW_MANY, N1 },
	{ OB_MODE_NFT_MASQ,	OB_FLOW_MANY, N1 },
	{ OB_MODE_NFT_MAP,	OB_FLOW_MANY, N1 },
	{ OB_MODE_IPT_MASQ,	OB_FLOW_MANY, N1 },

	{ OB_MODE_BASELINE,	OB_FLOW_NEW, N1 },
	{ OB_MODE_REDIRECT,	OB_FLOW_NEW, N1 },
	{ OB_MODE_OURS,		OB_FLOW_NEW, N1 },
	{ OB_MODE_OURS,		OB_FLOW_NEW, N100K },
	{ OB_MODE_ROUTE,	OB_FLOW_NEW, N1 },
	{ OB_MODE_NFT_MASQ,	OB_FLOW_NEW, N1 },
	{ OB_MODE_NFT_MAP,	OB_FLOW_NEW, N1 },
	{ OB_MODE_IPT_MASQ,	OB_FLOW_NEW, N1 },

	{ OB_MODE_BASELINE,	OB_FLOW_SCATTER, N100K },
	{ OB_MODE_REDIRECT,	OB_FLOW_SCATTER, N100K },
	{ OB_MODE_OURS,		OB_FLOW_SCATTER, N100K },
	{ OB_MODE_ROUTE,	OB_FLOW_SCATTER, N100K },
};
/* clang-format on */

#define MAX_MODES (ARRAY_SIZE(modes) * (1 + OB_MAX_VARIANTS))

/* Baselines are always wanted: nothing means anything without. */
static bool wanted(const struct ob_mode *m, const char *pattern)
{
	char name[OB_MODE_NAMELEN];

	return !pattern || m->kind == OB_MODE_BASELINE ||
	       !fnmatch(pattern, ob_mode_name(m, name), FNM_EXTMATCH);
}

static void add_mode(struct ob_results *results, const struct ob_options *o,
		     struct ob_mode mode)
{
	if (wanted(&mode, o->modes))
		results->v[results->n++].mode = mode;
	for (int i = 0; mode.kind == OB_MODE_OURS && i < o->n_variants; i++) {
		mode.objects = o->variants[i];
		if (wanted(&mode, o->modes))
			results->v[results->n++].mode = mode;
	}
}

static int make_results(const struct ob_options *o, struct ob_results *ret)
{
	ret->v = calloc(MAX_MODES, sizeof(*ret->v));
	if (!ret->v)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		add_mode(ret, o, modes[i]);
	return 0;
}

/* Another order every round: nobody always follows the same neighbour. */
static void shuffle(size_t *order, size_t n, unsigned int round)
{
	uint64_t x = 88172645463325252ull + round;

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i-- > 1;) {
		size_t tmp = order[i], j;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		j = x % (i + 1);
		order[i] = order[j];
		order[j] = tmp;
	}
}

/* Bad luck (a burst of other work) may pass. */
#define ATTEMPTS 3

/* True when there is a number. */
static bool take_sample(struct ob_result *result, struct ob_programs *programs,
			const struct ob_sample_plan *plan)
{
	struct ob_sample sample;
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < ATTEMPTS; i++)
		r = ob_sample_run(&result->mode, programs, plan, &sample);
	if (!r) {
		ob_result_add(result, &sample);
		return true;
	}
	if (r == -EAGAIN) {
		ob_result_skip(result);
		return false;
	}
	result->missing = r == -ENOENT;
	snprintf(result->reason, sizeof(result->reason), "%s", sample.reason);
	return false;
}

static void run_round(struct ob_results *results, struct ob_programs *programs,
		      const struct ob_sample_plan *plan, int round, int rounds)
{
	size_t order[MAX_MODES];
	char name[OB_MODE_NAMELEN];

	shuffle(order, results->n, (unsigned int)round);
	for (size_t i = 0; i < results->n; i++) {
		struct ob_result *r = &results->v[order[i]];

		if (r->reason[0])
			continue;
		ob_mode_name(&r->mode, name);
		fprintf(stderr, "round %d/%d  %-24s ", round + 1, rounds, name);
		if (take_sample(r, programs, plan))
			fprintf(stderr, "%6.0f ns\n", r->quiet[r->rounds - 1]);
		else
			fprintf(stderr, "refused: %s\n",
				r->reason[0] ? r->reason : "disturbed");
	}
}

int ob_network_main(const struct ob_options *o)
{
	_cleanup_(ob_results_done) struct ob_results results = { .n = 0 };
	_cleanup_(ob_programs_done) struct ob_programs programs = {
		.objects = o->objects,
	};
	struct ob_sample_plan plan = {
		.cpu = ob_sender_cpu(o->cpu),
		.unchecked = o->unchecked,
		.windows = o->quick ? WINDOWS_QUICK : WINDOWS,
	};
	int rounds = o->rounds ? o->rounds : o->quick ? ROUNDS_QUICK : ROUNDS;
	int r;

	if (rounds > OB_MAX_ROUNDS)
		rounds = OB_MAX_ROUNDS;
	r = make_results(o, &results);
	if (!r)
		r = ob_sender_pin(plan.cpu);
	if (r) {
		fprintf(stderr, "obbench: cannot start: %s\n", strerror(-r));
		return EXIT_FAILURE;
	}
	for (int i = 0; i < rounds; i++)
		run_round(&results, &programs, &plan, i, rounds);
	return ob_network_report(o, &results, plan.cpu);
}
