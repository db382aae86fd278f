// SPDX-License-Identifier: Apache-2.0
#include "network_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "json.h"

/* DESIGN section 10. */
#define TARGET_REDIRECT 1.15
#define TARGET_ROUTE	0.65
#define TARGET_MASQ	0.33
/* "Flat": what remains is the noise of two medians. */
#define TARGET_FLAT	1.10

struct target {
	enum ob_mode_kind kind;
	double most;
};

static const struct target targets[] = {
	{ OB_MODE_REDIRECT, TARGET_REDIRECT },
	{ OB_MODE_REDIRECT_MAC, 0 },
	{ OB_MODE_REDIRECT_EGRESS, 0 },
	{ OB_MODE_ROUTE, TARGET_ROUTE },
	{ OB_MODE_NFT_MASQ, TARGET_MASQ },
	{ OB_MODE_IPT_MASQ, TARGET_MASQ },
	{ OB_MODE_IPTNFT_MASQ, TARGET_MASQ },
	{ OB_MODE_NFT_MAP, 0 },
	{ OB_MODE_IPT_NETMAP, 0 },
};

struct report {
	const struct ob_results *results;
	cJSON *modes, *ratios; /* borrowed */
	int met, missed;
};

static void print_mode(struct report *p, const struct ob_result *r)
{
	struct ob_spread above = ob_results_above(p->results, r);
	double p10 = ob_stats_quantile(r->windows, r->n_windows, 0.1);
	double p50 = ob_stats_quantile(r->windows, r->n_windows, 0.5);
	double p90 = ob_stats_quantile(r->windows, r->n_windows, 0.9);
	char name[OB_MODE_NAMELEN];
	cJSON *o = cJSON_CreateObject();

	ob_mode_name(&r->mode, name);
	printf("%-24s %6.0f %6.0f %6.0f   %5.0f [%.0f-%.0f]\n", name, p10, p50,
	       p90, above.median, above.min, above.max);
	cJSON_AddStringToObject(o, "mode", name);
	cJSON_AddStringToObject(o, "title", ob_mode_title(r->mode.kind));
	cJSON_AddNumberToObject(o, "rounds", r->rounds);
	ob_json_number(o, "p10_ns", p10);
	ob_json_number(o, "median_ns", p50);
	ob_json_number(o, "p90_ns", p90);
	ob_json_spread(o, "round_p10_ns", ob_result_quiet(r));
	ob_json_spread(o, "above_baseline_ns", above);
	cJSON_AddItemToArray(p->modes, o);
}

static void print_modes(struct report *p)
{
	char name[OB_MODE_NAMELEN];

	printf("\nns per 60-byte frame, sender to sink, one CPU\n\n"
	       "%-24s %6s %6s %6s   %s\n",
	       "mode/flows", "p10", "p50", "p90",
	       "above baseline, median [min-max] of rounds");
	for (size_t i = 0; i < p->results->n; i++) {
		const struct ob_result *r = &p->results->v[i];

		if (r->n_windows && !r->reason[0])
			print_mode(p, r);
		else
			printf("%-24s %s: %s\n", ob_mode_name(&r->mode, name),
			       r->missing ? "not here" : "REFUSED",
			       r->reason[0] ? r->reason : "disturbed");
	}
}

static void print_ratio(struct report *p, const struct ob_result *a,
			const struct ob_result *b, double most)
{
	struct ob_spread s = ob_results_ratio(p->results, a, b);
	char one[OB_MODE_NAMELEN], other[OB_MODE_NAMELEN];
	bool met = s.median <= most;
	cJSON *o;

	if (isnan(s.median))
		return;
	ob_mode_name(&a->mode, one);
	ob_mode_name(&b->mode, other);
	printf("%-20s : %-20s %5.2f [%.2f-%.2f]", one, other, s.median, s.min,
	       s.max);
	o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "mode", one);
	cJSON_AddStringToObject(o, "against", other);
	ob_json_spread(o, "ratio", s);
	if (most > 0) {
		printf("  <= %.2f  %s", most, met ? "met" : "MISSED");
		ob_json_number(o, "target", most);
		cJSON_AddBoolToObject(o, "met", met);
		p->met += met;
		p->missed += !met;
	}
	printf("\n");
	cJSON_AddItemToArray(p->ratios, o);
}

static bool is_ours(const struct ob_result *r)
{
	return r->mode.kind == OB_MODE_OURS && r->n_windows && !r->reason[0];
}

/* Nobody sends every packet to another of 100,000 prefixes: this shows what
 * a lookup costs when nothing helps, and is held to no target. */
static double target_for(const struct ob_result *r, double most)
{
	return r->mode.flows == OB_FLOW_SCATTER ? 0 : most;
}

static void print_ratios_of(struct report *p, const struct ob_result *ours)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		const struct ob_result *other = ob_results_find(
			p->results, targets[i].kind, ours->mode.flows, 1);

		if (other)
			print_ratio(p, ours, other,
				    target_for(ours, targets[i].most));
	}
}

/* However many entries and flows: the cost of one entry and one flow. */
static void print_flatness(struct report *p)
{
	const struct ob_result *first =
		ob_results_find(p->results, OB_MODE_OURS, OB_FLOW_ONE, 1);

	for (size_t i = 0; first && i < p->results->n; i++) {
		const struct ob_result *r = &p->results->v[i];

		if (r != first && is_ours(r))
			print_ratio(p, r, first, target_for(r, TARGET_FLAT));
	}
}

static void print_ratios(struct report *p)
{
	printf("\nRatios of the cost above the baseline, median [min-max] of "
	       "rounds\n\n");
	for (size_t i = 0; i < p->results->n; i++) {
		const struct ob_result *r = &p->results->v[i];

		if (is_ours(r))
			print_ratios_of(p, r);
	}
	printf("\n");
	print_flatness(p);
	printf("\n%d of %d targets met\n", p->met, p->met + p->missed);
}

static int count_refused(const struct ob_results *results)
{
	int n = 0;

	for (size_t i = 0; i < results->n; i++)
		n += results->v[i].reason[0] && !results->v[i].missing;
	return n;
}

int ob_network_report(const struct ob_options *o,
		      const struct ob_results *results, int cpu)
{
	_cleanup_(cJSON_Deletep) cJSON *json = ob_json_new("network");
	struct report p = { .results = results };
	int refused = count_refused(results), r;

	cJSON_AddNumberToObject(json, "cpu", cpu);
	p.modes = cJSON_AddArrayToObject(json, "modes");
	p.ratios = cJSON_AddArrayToObject(json, "ratios");
	print_modes(&p);
	if (o->unchecked)
		printf("\nNo ratios: nothing was checked.\n");
	else if (!refused)
		print_ratios(&p);
	else
		printf("\nNo ratios: %d modes failed their self-test.\n",
		       refused);
	cJSON_AddNumberToObject(json, "refused", refused);
	cJSON_AddNumberToObject(json, "targets_met", p.met);
	cJSON_AddNumberToObject(json, "targets_missed", p.missed);
	r = ob_json_write(o, "network", json);
	return r || refused ? EXIT_FAILURE : EXIT_SUCCESS;
}
