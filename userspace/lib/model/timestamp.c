// SPDX-License-Identifier: Apache-2.0
#include "model/timestamp.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */

/* Two digits, or n of them; -EINVAL for anything else. */
static int digits(const char **s, int n, int min, int max, int *ret)
{
	int v = 0;

	for (int i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return -EINVAL;
		v = v * 10 + (**s - '0');
	}
	if (v < min || v > max)
		return -EINVAL;
	*ret = v;
	return 0;
}

static int letter(const char **s, char c)
{
	if (**s != c)
		return -EINVAL;
	(*s)++;
	return 0;
}

static int parse_date(const char **s, struct tm *tm)
{
	if (digits(s, 4, 1970, 9999, &tm->tm_year) < 0 || letter(s, '-') < 0 ||
	    digits(s, 2, 1, 12, &tm->tm_mon) < 0 || letter(s, '-') < 0 ||
	    digits(s, 2, 1, 31, &tm->tm_mday) < 0)
		return -EINVAL;
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	return 0;
}

static int parse_clock(const char **s, struct tm *tm)
{
	if (digits(s, 2, 0, 23, &tm->tm_hour) < 0 || letter(s, ':') < 0 ||
	    digits(s, 2, 0, 59, &tm->tm_min) < 0 || letter(s, ':') < 0 ||
	    digits(s, 2, 0, 60, &tm->tm_sec) < 0)
		return -EINVAL;
	if (**s != '.')
		return 0;
	(*s)++;
	if (strspn(*s, "0123456789") == 0)
		return -EINVAL;
	*s += strspn(*s, "0123456789");
	return 0;
}

/* "Z", or "+02:00": what the clock is ahead of UTC. */
static int parse_zone(const char **s, int *ret_s)
{
	int sign = **s == '-' ? -1 : 1, hours, minutes;

	if (letter(s, 'Z') == 0) {
		*ret_s = 0;
		return 0;
	}
	if (letter(s, '+') < 0 && letter(s, '-') < 0)
		return -EINVAL;
	if (digits(s, 2, 0, 23, &hours) < 0 || letter(s, ':') < 0 ||
	    digits(s, 2, 0, 59, &minutes) < 0)
		return -EINVAL;
	*ret_s = sign * (hours * 3600 + minutes * 60);
	return 0;
}

int ob_timestamp_parse(const char *s, int64_t *ret_s)
{
	struct tm tm = { 0 };
	int64_t t;
	int zone;

	if (parse_date(&s, &tm) < 0 || letter(&s, 'T') < 0 ||
	    parse_clock(&s, &tm) < 0 || parse_zone(&s, &zone) < 0 || *s)
		return -EINVAL;
	t = (int64_t)timegm(&tm) - zone;
	if (t < 0 || t > LAST_SECOND)
		return -EINVAL;
	*ret_s = t;
	return 0;
}

const char *ob_timestamp_format(int64_t s, char *buf, size_t size)
{
	time_t t = s < 0 || s > LAST_SECOND ? 0 : (time_t)s;
	struct tm tm;

	gmtime_r(&t, &tm);
	if (strftime(buf, size, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0 && size)
		buf[0] = '\0';
	return buf;
}
