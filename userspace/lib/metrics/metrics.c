// SPDX-License-Identifier: Apache-2.0
#include "metrics/metrics.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text grows in a memory stream; without memory there is no going on. */
struct ob_metrics {
	FILE *out;
	char *text;
	size_t size;
	char *name; /* of the family being written */
};

struct ob_metrics *ob_metrics_new(void)
{
	struct ob_metrics *m = calloc(1, sizeof(*m));

	if (m)
		m->out = open_memstream(&m->text, &m->size);
	if (!m || !m->out)
		abort();
	return m;
}

void ob_metrics_free(struct ob_metrics *m)
{
	if (!m)
		return;
	fclose(m->out);
	free(m->text);
	free(m->name);
	free(m);
}

/* Bytes of the well-formed UTF-8 character at s (RFC 3629); 0: none. */
static size_t utf8_len(const unsigned char *s)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	if (len == 1)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong, surrogates, above U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

/*
 * One bad byte (an interface name may hold any) makes Prometheus refuse the
 * whole scrape, so it becomes U+FFFD.
 */
static void put_escaped(FILE *out, const char *text, bool quote)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t len = utf8_len(s);

		if (*s == '\\')
			fputs("\\\\", out);
		else if (*s == '\n')
			fputs("\\n", out);
		else if (*s == '"' && quote)
			fputs("\\\"", out);
		else if (len)
			fwrite(s, 1, len, out);
		else
			fputs("\xef\xbf\xbd", out);
		s += len ? len : 1;
	}
}

void ob_metrics_family(struct ob_metrics *m, const char *name,
		       enum ob_metric_type type, const char *help)
{
	static const char *const types[] = {
		[OB_METRIC_COUNTER] = "counter",
		[OB_METRIC_GAUGE] = "gauge",
		[OB_METRIC_HISTOGRAM] = "histogram",
	};

	free(m->name);
	m->name = strdup(name);
	if (!m->name)
		abort();
	fprintf(m->out, "# HELP %s ", name);
	put_escaped(m->out, help, false);
	fprintf(m->out, "\n# TYPE %s %s\n", name, types[type]);
}

static void put_series(struct ob_metrics *m, const struct ob_label *labels,
		       size_t n_labels)
{
	fputs(m->name, m->out);
	for (size_t i = 0; i < n_labels; i++) {
		fprintf(m->out, "%c%s=\"", i ? ',' : '{', labels[i].name);
		put_escaped(m->out, labels[i].value, true);
		fputc('"', m->out);
	}
	fputs(n_labels ? "} " : " ", m->out);
}

/* The fewest digits that read back as the same number. */
static void put_double(FILE *out, double value)
{
	char text[32];

	if (isnan(value)) {
		fputs("NaN\n", out);
		return;
	}
	if (isinf(value)) {
		fputs(value > 0 ? "+Inf\n" : "-Inf\n", out);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	fprintf(out, "%s\n", text);
}

void ob_metrics_sample(struct ob_metrics *m, const struct ob_label *labels,
		       size_t n_labels, double value)
{
	put_series(m, labels, n_labels);
	put_double(m->out, value);
}

void ob_metrics_sample_u64(struct ob_metrics *m, const struct ob_label *labels,
			   size_t n_labels, uint64_t value)
{
	put_series(m, labels, n_labels);
	fprintf(m->out, "%llu\n", (unsigned long long)value);
}

void ob_metrics_histogram(struct ob_metrics *m, const double *bounds,
			  const uint64_t *counts, size_t n, double sum)
{
	uint64_t total = 0;

	for (size_t i = 0; i <= n; i++) {
		total += counts[i];
		if (i < n)
			fprintf(m->out, "%s_bucket{le=\"%.15g\"} ", m->name,
				bounds[i]);
		else
			fprintf(m->out, "%s_bucket{le=\"+Inf\"} ", m->name);
		fprintf(m->out, "%llu\n", (unsigned long long)total);
	}
	fprintf(m->out, "%s_sum ", m->name);
	put_double(m->out, sum);
	fprintf(m->out, "%s_count %llu\n", m->name, (unsigned long long)total);
}

const char *ob_metrics_text(struct ob_metrics *m, size_t *ret_size)
{
	if (fflush(m->out) != 0 || ferror(m->out))
		abort();
	*ret_size = m->size;
	return m->text;
}
