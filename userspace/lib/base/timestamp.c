// SPDX-License-Identifier: Apache-2.0
#include "base/timestamp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */
#define US_PER_S    1000000

/* count digits, within bounds; -1 when there are none. */
static int take_digits(const char **s, int count, int min, int max)
{
	int n = 0;

	while (count-- > 0) {
		if (**s < '0' || **s > '9')
			return -1;
		n = n * 10 + (*(*s)++ - '0');
	}
	return n < min || n > max ? -1 : n;
}

static bool take(const char **s, const char *any)
{
	if (!**s || !strchr(any, **s))
		return false;
	(*s)++;
	return true;
}

/* "Z", "+01:30": seconds east; false when it is neither. */
static bool take_zone(const char **s, int *ret)
{
	int sign = **s == '-' ? -1 : 1, hours, minutes;

	*ret = 0;
	if (take(s, "Zz"))
		return true;
	if (!take(s, "+-"))
		return false;
	hours = take_digits(s, 2, 0, 23);
	if (hours < 0 || !take(s, ":"))
		return false;
	minutes = take_digits(s, 2, 0, 59);
	if (minutes < 0)
		return false;
	*ret = sign * (hours * 3600 + minutes * 60);
	return true;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(const char **s, struct tm *tm)
{
	int year = take_digits(s, 4, 0, 9999), month;

	if (year < 0 || !take(s, "-"))
		return false;
	month = take_digits(s, 2, 1, 12);
	if (month < 0 || !take(s, "-"))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = take_digits(s, 2, 1, days_in_month(year, month));
	return tm->tm_mday > 0 && take(s, "Tt");
}

static bool take_clock(const char **s, struct tm *tm)
{
	tm->tm_hour = take_digits(s, 2, 0, 23);
	if (tm->tm_hour < 0 || !take(s, ":"))
		return false;
	tm->tm_min = take_digits(s, 2, 0, 59);
	if (tm->tm_min < 0 || !take(s, ":"))
		return false;
	tm->tm_sec = take_digits(s, 2, 0, 60);
	if (tm->tm_sec < 0)
		return false;
	if (take(s, ".") && take_digits(s, 1, 0, 9) < 0)
		return false;
	while (**s >= '0' && **s <= '9')
		(*s)++;
	return true;
}

int ob_timestamp_parse_any(const char *s, int64_t *ret_s)
{
	struct tm tm = { .tm_isdst = 0 };
	int east;

	if (!take_date(&s, &tm) || !take_clock(&s, &tm) ||
	    !take_zone(&s, &east) || *s)
		return -EINVAL;
	*ret_s = (int64_t)timegm(&tm) - east;
	return 0;
}

int ob_timestamp_parse(const char *s, int64_t *ret_s)
{
	int64_t t;

	if (strncmp(s, "1970", 4) < 0 || strpbrk(s, "tz") ||
	    ob_timestamp_parse_any(s, &t) < 0 || t < 0 || t > LAST_SECOND)
		return -EINVAL;
	*ret_s = t;
	return 0;
}

static const char *print(int64_t s, const char *tail, char *buf, size_t size)
{
	time_t t = s < 0 || s > LAST_SECOND ? 0 : (time_t)s;
	char text[32] = "";
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, size, "%s%sZ", text, tail);
	return buf;
}

const char *ob_timestamp_format(int64_t s, char *buf, size_t size)
{
	return print(s, "", buf, size);
}

const char *ob_timestamp_format_micro(int64_t us, char *buf, size_t size)
{
	char tail[16] = "";

	if (us < 0)
		us = 0;
	snprintf(tail, sizeof(tail), ".%06d", (int)(us % US_PER_S));
	return print(us / US_PER_S, tail, buf, size);
}
