// SPDX-License-Identifier: Apache-2.0
/* String formats (RFC 3339, 4291, 4632, 4648, 1034, 4122, 3986). */
#include "apimachinery/schema_node.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apimachinery/meta.h"
#include "base/timestamp.h"

static bool is_ipv4(const char *s)
{
	struct in_addr address;

	return inet_pton(AF_INET, s, &address) == 1;
}

static bool is_ipv6(const char *s)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, s, &address) == 1;
}

static bool is_cidr(const char *s)
{
	char address[64];
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : 0;
	char *end;
	long bits;

	if (!n || n >= sizeof(address) || !isdigit((unsigned char)slash[1]))
		return false;
	memcpy(address, s, n);
	address[n] = '\0';
	bits = strtol(slash + 1, &end, 10);
	if (*end)
		return false;
	return (is_ipv4(address) && bits <= 32) ||
	       (is_ipv6(address) && bits <= 128);
}

/* Bytes with : or -, or pairs of them with a dot; 6, 8 or 20 bytes. */
static bool is_mac(const char *s)
{
	size_t n = strlen(s), group = n > 4 && s[4] == '.' ? 4 : 2;
	size_t bytes = (n + 1) / (group + 1) * (group / 2);
	char mark = n > group ? s[group] : '\0';

	if ((n + 1) % (group + 1) != 0 ||
	    (bytes != 6 && bytes != 8 && bytes != 20) || !strchr(":-.", mark))
		return false;
	for (size_t i = 0; i < n; i++)
		if (i % (group + 1) == group ? s[i] != mark
					     : !isxdigit((unsigned char)s[i]))
			return false;
	return true;
}

static bool is_host_label(const char *s, size_t n, bool letters)
{
	if (!n || n > 63 || s[0] == '-' || s[n - 1] == '-' ||
	    (letters && n < 2))
		return false;
	for (; n--; s++)
		if (!isalpha((unsigned char)*s) && !(*s & 0x80) &&
		    (letters || (!isdigit((unsigned char)*s) && *s != '-')))
			return false;
	return true;
}

/* One label, or several of which the last is of letters. */
static bool is_hostname(const char *s)
{
	bool several = strchr(s, '.');

	if (strlen(s) > 255)
		return false;
	for (;;) {
		size_t n = strcspn(s, ".");

		if (!is_host_label(s, n, several && !s[n]))
			return false;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

/* version: '\0' any. Dashes may be left out, as kube-apiserver has it. */
static bool is_uuid_of(const char *s, char version)
{
	static const unsigned char dashes[] = { 8, 12, 16, 20 };
	size_t digits = 0, dash = 0;

	for (; *s; s++) {
		if (*s == '-') {
			while (dash < sizeof(dashes) && dashes[dash] != digits)
				dash++;
			if (dash++ == sizeof(dashes))
				return false;
			continue;
		}
		if (!isxdigit((unsigned char)*s) ||
		    (version && digits == 12 && *s != version))
			return false;
		if (digits == 16 && (version == '4' || version == '5') &&
		    !strchr("89abAB", *s))
			return false;
		digits++;
	}
	return digits == 32;
}

static bool is_uuid(const char *s)
{
	return is_uuid_of(s, '\0');
}

static bool is_uuid3(const char *s)
{
	return is_uuid_of(s, '3');
}

static bool is_uuid4(const char *s)
{
	return is_uuid_of(s, '4');
}

static bool is_uuid5(const char *s)
{
	return is_uuid_of(s, '5');
}

static bool is_base64(const char *s)
{
	size_t n = 0, pad = 0;

	for (; *s; s++) {
		if (*s == '\r' || *s == '\n')
			continue;
		n++;
		if (*s == '=') {
			if (++pad > 2)
				return false;
		} else if (pad ||
			   (!isalnum((unsigned char)*s) && !strchr("+/", *s))) {
			return false;
		}
	}
	return n && n % 4 == 0;
}

static bool is_uri(const char *s)
{
	const char *c = s;

	if (*s == '/' || !isalpha((unsigned char)*s))
		return *s == '/';
	while (isalnum((unsigned char)*c) || (*c && strchr("+-.", *c)))
		c++;
	if (*c != ':')
		return false;
	for (; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return false;
	return true;
}

static bool is_email(const char *s)
{
	const char *at = strrchr(s, '@'), *host;

	if (!at || at == s || !at[1])
		return false;
	for (host = at + 1; *host; host++)
		if (isspace((unsigned char)*host))
			return false;
	return !memchr(s, ' ', (size_t)(at - s));
}

static bool is_date_time(const char *s)
{
	int64_t seconds;

	return ob_timestamp_parse_any(s, &seconds) == 0;
}

static bool is_date(const char *s)
{
	char text[32];
	int64_t seconds;

	if (strlen(s) != 10)
		return false;
	snprintf(text, sizeof(text), "%sT00:00:00Z", s);
	return ob_timestamp_parse_any(text, &seconds) == 0;
}

static const char *skip_unit(const char *s)
{
	static const char *const units[] = { "ns", "us", "\xc2\xb5s", "ms", "s",
					     "m",  "h",	 "day",	      "d" };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strncmp(s, units[i], strlen(units[i])))
			return s + strlen(units[i]);
	return NULL;
}

static bool is_duration(const char *s)
{
	s += *s == '+' || *s == '-';
	if (!strcmp(s, "0"))
		return true;
	if (!*s)
		return false;
	while (*s) {
		size_t n = strspn(s, "0123456789.");

		if (!n)
			return false;
		s = skip_unit(s + n + (s[n] == ' '));
		if (!s)
			return false;
	}
	return true;
}

static bool is_hex_color(const char *s)
{
	size_t n;

	s += *s == '#';
	n = strspn(s, "0123456789abcdefABCDEF");
	return !s[n] && (n == 3 || n == 6);
}

bool ob_api_format_valid(const char *format, const char *value)
{
	static const struct {
		const char *name;
		bool (*valid)(const char *s);
	} formats[] = {
		{ "date-time", is_date_time }, { "datetime", is_date_time },
		{ "date", is_date },	       { "duration", is_duration },
		{ "ipv4", is_ipv4 },	       { "ipv6", is_ipv6 },
		{ "cidr", is_cidr },	       { "mac", is_mac },
		{ "byte", is_base64 },	       { "uri", is_uri },
		{ "hostname", is_hostname },   { "email", is_email },
		{ "uuid", is_uuid },	       { "uuid3", is_uuid3 },
		{ "uuid4", is_uuid4 },	       { "uuid5", is_uuid5 },
		{ "hexcolor", is_hex_color },
	};

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i].name, format))
			return formats[i].valid(value);
	return true;
}
