// SPDX-License-Identifier: Apache-2.0
#include "metrics/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	*state = ob_metrics_new();
	return 0;
}

static int teardown(void **state)
{
	ob_metrics_free(*state);
	return 0;
}

static void assert_text(struct ob_metrics *m, const char *expected)
{
	const char *text;
	size_t size;

	text = ob_metrics_text(m, &size);
	assert_string_equal(text, expected);
	assert_int_equal(size, strlen(expected));
}

/* The sample line of a gauge "g" that has this value. */
static void assert_value(struct ob_metrics *m, double value,
			 const char *expected)
{
	const char *text;
	size_t before, size;

	ob_metrics_text(m, &before);
	ob_metrics_sample(m, NULL, 0, value);
	text = ob_metrics_text(m, &size);
	assert_string_equal(text + before, expected);
}

static void nothing_is_the_empty_text(void **state)
{
	assert_text(*state, "");
}

static void writes_families_and_samples(void **state)
{
	struct ob_metrics *m = *state;

	ob_metrics_family(m, "up", OB_METRIC_GAUGE, "Is it up.");
	ob_metrics_sample(m, NULL, 0, 1);
	ob_metrics_family(m, "drops_total", OB_METRIC_COUNTER, "Dropped.");
	ob_metrics_sample_u64(
		m, OB_LABELS({ "reason", "no_route" }, { "hook", "from_pod" }),
		7);
	ob_metrics_sample_u64(m, OB_LABELS({ "reason", "not_ours" }), 0);
	assert_text(m, "# HELP up Is it up.\n"
		       "# TYPE up gauge\n"
		       "up 1\n"
		       "# HELP drops_total Dropped.\n"
		       "# TYPE drops_total counter\n"
		       "drops_total{reason=\"no_route\",hook=\"from_pod\"} 7\n"
		       "drops_total{reason=\"not_ours\"} 0\n");
}

static void histograms_are_cumulative(void **state)
{
	const double bounds[] = { 0.001, 0.01 };
	const uint64_t counts[] = { 3, 0, 2 };

	ob_metrics_family(*state, "h", OB_METRIC_HISTOGRAM, "Help.");
	ob_metrics_histogram(*state, bounds, counts, 2, 1.5);
	assert_text(*state, "# HELP h Help.\n"
			    "# TYPE h histogram\n"
			    "h_bucket{le=\"0.001\"} 3\n"
			    "h_bucket{le=\"0.01\"} 3\n"
			    "h_bucket{le=\"+Inf\"} 5\n"
			    "h_sum 1.5\n"
			    "h_count 5\n");
}

static void escapes_label_values(void **state)
{
	struct ob_metrics *m = *state;

	ob_metrics_family(m, "g", OB_METRIC_GAUGE, "h");
	ob_metrics_sample_u64(m, OB_LABELS({ "l", "a\"b\\c\nd" }), 1);
	assert_text(m, "# HELP g h\n# TYPE g gauge\n"
		       "g{l=\"a\\\"b\\\\c\\nd\"} 1\n");
}

static void escapes_help(void **state)
{
	struct ob_metrics *m = *state;

	ob_metrics_family(m, "g", OB_METRIC_GAUGE, "a \"b\" \\ c\nd");
	assert_text(m, "# HELP g a \"b\" \\\\ c\\nd\n# TYPE g gauge\n");
}

static void keeps_utf8_and_replaces_other_bytes(void **state)
{
	static const char *const cases[][2] = {
		{ "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
		  "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "a\xff", "a\xef\xbf\xbd" },		    /* never */
		{ "\xc3", "\xef\xbf\xbd" },		    /* cut short */
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" }, /* cut short */
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" }, /* overlong */
		{ "\xc3(", "\xef\xbf\xbd(" },		    /* no tail */
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	};
	char expected[80];
	const char *text;
	size_t size;

	ob_metrics_family(*state, "g", OB_METRIC_GAUGE, "h");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ob_metrics_text(*state, &size);
		const size_t before = size;

		ob_metrics_sample_u64(*state, OB_LABELS({ "l", cases[i][0] }),
				      1);
		text = ob_metrics_text(*state, &size);
		snprintf(expected, sizeof(expected), "g{l=\"%s\"} 1\n",
			 cases[i][1]);
		assert_string_equal(text + before, expected);
	}
}

/* As doubles the first two would both be 9007199254740992. */
static void integers_keep_their_digits(void **state)
{
	struct ob_metrics *m = *state;

	ob_metrics_family(m, "c", OB_METRIC_COUNTER, "h");
	ob_metrics_sample_u64(m, NULL, 0, 9007199254740992ULL);
	ob_metrics_sample_u64(m, NULL, 0, 9007199254740993ULL);
	ob_metrics_sample_u64(m, NULL, 0, UINT64_MAX);
	assert_text(m, "# HELP c h\n# TYPE c counter\n"
		       "c 9007199254740992\n"
		       "c 9007199254740993\n"
		       "c 18446744073709551615\n");
}

static void doubles_are_short_and_exact(void **state)
{
	ob_metrics_family(*state, "g", OB_METRIC_GAUGE, "h");
	assert_value(*state, 0, "g 0\n");
	assert_value(*state, 0.1, "g 0.1\n");
	assert_value(*state, -1.5, "g -1.5\n");
	assert_value(*state, 1763656732.731, "g 1763656732.731\n");
	assert_value(*state, 0.1 + 0.2, "g 0.30000000000000004\n");
	assert_value(*state, 1e300, "g 1e+300\n");
}

static void special_values_are_spelled_as_prometheus_does(void **state)
{
	ob_metrics_family(*state, "g", OB_METRIC_GAUGE, "h");
	assert_value(*state, (double)NAN, "g NaN\n");
	assert_value(*state, -(double)NAN, "g NaN\n");
	assert_value(*state, (double)INFINITY, "g +Inf\n");
	assert_value(*state, -(double)INFINITY, "g -Inf\n");
}

static void a_family_name_may_be_temporary(void **state)
{
	char name[] = "first";

	ob_metrics_family(*state, name, OB_METRIC_GAUGE, "h");
	name[0] = 'F';
	assert_value(*state, 1, "first 1\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(nothing_is_the_empty_text),
		T(writes_families_and_samples),
		T(histograms_are_cumulative),
		T(escapes_label_values),
		T(escapes_help),
		T(keeps_utf8_and_replaces_other_bytes),
		T(integers_keep_their_digits),
		T(doubles_are_short_and_exact),
		T(special_values_are_spelled_as_prometheus_does),
		T(a_family_name_may_be_temporary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
