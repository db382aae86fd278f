// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/meta.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "apimachinery/causes.h"

#define NAME_MAX_GENERATED 63
#define RANDOM_LEN	   5

static void random_bytes(void *p, size_t size)
{
	unsigned char *at = p;

	while (size > 0) {
		ssize_t n = getrandom(at, size, 0);

		if (n < 0 && errno != EINTR)
			abort(); /* no kernel that we run on does this */
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
}

const char *ob_api_name_generate(struct ob_arena *a, const char *prefix)
{
	/* No vowels: no words. No digits that look like letters. */
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
	unsigned char bytes[RANDOM_LEN];
	char tail[RANDOM_LEN + 1] = { 0 };

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < RANDOM_LEN; i++)
		tail[i] = letters[bytes[i] % (sizeof(letters) - 1)];
	return ob_arena_printf(a, "%.*s%s", NAME_MAX_GENERATED - RANDOM_LEN,
			       prefix, tail);
}

const char *ob_api_uid_new(struct ob_arena *a)
{
	unsigned char b[16];

	random_bytes(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	return ob_arena_printf(a,
			       "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
			       "%02x%02x%02x%02x%02x%02x",
			       b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
			       b[8], b[9], b[10], b[11], b[12], b[13], b[14],
			       b[15]);
}

static const char *print_time(struct ob_arena *a, int64_t s, const char *tail)
{
	time_t t = (time_t)s;
	struct tm tm;
	char text[64];

	if (!gmtime_r(&t, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		return "1970-01-01T00:00:00Z";
	return ob_arena_printf(a, "%s%sZ", text, tail);
}

const char *ob_api_time(struct ob_arena *a, int64_t s)
{
	return print_time(a, s, "");
}

const char *ob_api_time_micro(struct ob_arena *a, int64_t us)
{
	int64_t s = us / 1000000, rest = us % 1000000;
	char tail[16];

	if (rest < 0) {
		rest += 1000000;
		s--;
	}
	snprintf(tail, sizeof(tail), ".%06d", (int)rest);
	return print_time(a, s, tail);
}

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

int ob_api_time_parse(const char *s, int64_t *ret_s)
{
	struct tm tm = { .tm_isdst = 0 };
	int east;

	if (!take_date(&s, &tm) || !take_clock(&s, &tm) ||
	    !take_zone(&s, &east) || *s)
		return -EINVAL;
	*ret_s = (int64_t)timegm(&tm) - east;
	return 0;
}

static cJSON *status_causes(struct ob_arena *a,
			    const struct ob_api_causes *causes)
{
	cJSON *list = ob_json_array(a);

	for (size_t i = 0; i < causes->n; i++) {
		const struct ob_api_cause *c = &causes->v[i];
		cJSON *item = ob_json_object(a);

		ob_json_set_string(a, item, "reason", c->type);
		ob_json_set_string(a, item, "message", c->message);
		if (*c->field)
			ob_json_set_string(a, item, "field", c->field);
		ob_json_append(a, list, item);
	}
	return list;
}

static cJSON *status_details(struct ob_arena *a, const char *group,
			     const char *kind, const char *name,
			     const struct ob_api_causes *causes)
{
	cJSON *details = ob_json_object(a);

	if (name && *name)
		ob_json_set_string(a, details, "name", name);
	if (group && *group)
		ob_json_set_string(a, details, "group", group);
	if (kind && *kind)
		ob_json_set_string(a, details, "kind", kind);
	if (causes && causes->n)
		ob_json_set(a, details, "causes", status_causes(a, causes));
	return details;
}

cJSON *ob_api_status(struct ob_arena *a, int code, const char *reason,
		     const char *message, const char *group, const char *kind,
		     const char *name, const struct ob_api_causes *causes)
{
	cJSON *status = ob_json_object(a), *details;

	ob_json_set_string(a, status, "kind", "Status");
	ob_json_set_string(a, status, "apiVersion", "v1");
	ob_json_set(a, status, "metadata", ob_json_object(a));
	ob_json_set_string(a, status, "status",
			   code < 400 ? "Success" : "Failure");
	if (message && *message)
		ob_json_set_string(a, status, "message", message);
	if (reason && *reason)
		ob_json_set_string(a, status, "reason", reason);
	details = status_details(a, group, kind, name, causes);
	if (details->child)
		ob_json_set(a, status, "details", details);
	ob_json_set_number(a, status, "code", code);
	return status;
}

const char *ob_api_invalid_message(struct ob_arena *a, const char *group,
				   const char *kind, const char *name,
				   const struct ob_api_causes *causes)
{
	struct ob_api_buffer text = { .s = NULL };
	const char *dot = group && *group ? "." : "";

	ob_api_buffer_add(a, &text,
			  ob_arena_printf(a, "%s%s%s \"%s\" is invalid: %s",
					  kind, dot, group ? group : "",
					  name ? name : "",
					  causes->n > 1 ? "[" : ""));
	for (size_t i = 0; i < causes->n; i++) {
		const struct ob_api_cause *c = &causes->v[i];

		ob_api_buffer_add(a, &text, i ? ", " : "");
		ob_api_buffer_add(a, &text, c->field);
		ob_api_buffer_add(a, &text, *c->field ? ": " : "");
		ob_api_buffer_add(a, &text, c->message);
	}
	ob_api_buffer_add(a, &text, causes->n > 1 ? "]" : "");
	return text.s;
}
