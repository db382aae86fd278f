// SPDX-License-Identifier: Apache-2.0
#include "hub/rules.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The longest that one byte becomes: "\x00", "&amp;". */
#define ESCAPED_MAX 5

/* Bytes of the UTF-8 character at s; 0: none. */
static size_t character(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80	     ? 1
		   : s[0] >> 5 == 6  ? 2
		   : s[0] >> 4 == 14 ? 3
		   : s[0] >> 3 == 30 ? 4
				     : 0;
	uint32_t c = n < 2 ? s[0] : s[0] & (0x7fU >> n);

	for (size_t i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (n < 2)
		return n;
	return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0
									   : n;
}

/* As Go's %q, and without what a browser could take for a tag. */
static void escape(char *out, unsigned char c)
{
	static const char letters[] = "abtnvfr"; /* of 7 to 13 */

	if (c == '&')
		snprintf(out, ESCAPED_MAX + 1, "&amp;");
	else if (c == '<' || c == '>')
		snprintf(out, ESCAPED_MAX + 1, "&%ct;", c == '<' ? 'l' : 'g');
	else if (c == '"' || c == '\\')
		snprintf(out, ESCAPED_MAX + 1, "\\%c", c);
	else if (c >= 7 && c <= 13)
		snprintf(out, ESCAPED_MAX + 1, "\\%c", letters[c - 7]);
	else if (c < ' ' || c >= 0x7f)
		snprintf(out, ESCAPED_MAX + 1, "\\x%02x", c);
	else
		snprintf(out, ESCAPED_MAX + 1, "%c", c);
}

static const char *clean(struct ob_arena *a, const char *s)
{
	char *out = ob_arena_array(a, strlen(s) * ESCAPED_MAX + 1, 1), *p = out;
	size_t n;

	for (; *s; s += n) {
		n = character((const unsigned char *)s);
		if (n > 1) {
			memcpy(p, s, n);
			p[n] = '\0';
		} else {
			n = 1;
			escape(p, (unsigned char)*s);
		}
		p += strlen(p);
	}
	return out;
}

/* 'peers.octopus.io "b"' */
static const char *object(struct ob_arena *a, const struct ob_hub_action *what)
{
	const char *dot = what->group[0] ? "." : "";
	const char *type =
		ob_arena_printf(a, "%s%s%s", what->resource, dot, what->group);

	if (!what->name[0])
		return clean(a, type);
	return ob_arena_printf(a, "%s \"%s\"", clean(a, type),
			       clean(a, what->name));
}

static const char *where(struct ob_arena *a, const struct ob_hub_action *what)
{
	const char *namespace = ob_hub_rules_namespace(what);

	if (!namespace[0])
		return "at the cluster scope";
	return ob_arena_printf(a, "in the namespace \"%s\"",
			       clean(a, namespace));
}

static const char *of_path(struct ob_arena *a, const char *user,
			   const struct ob_hub_action *what)
{
	return ob_arena_printf(
		a, "forbidden: User \"%s\" cannot %s path \"%s\"", user,
		clean(a, what->verb), clean(a, what->path));
}

const char *ob_hub_rules_refusal(struct ob_arena *a,
				 const struct ob_hub_identity *who,
				 const struct ob_hub_action *what)
{
	const char *user = clean(a, who->user);
	const char *slash = what->subresource[0] ? "/" : "";
	const char *resource = ob_arena_printf(a, "%s%s%s", what->resource,
					       slash, what->subresource);

	if (what->path)
		return of_path(a, user, what);
	return ob_arena_printf(
		a,
		"%s is forbidden: User \"%s\" cannot %s resource \"%s\" "
		"in API group \"%s\" %s",
		object(a, what), user, clean(a, what->verb), clean(a, resource),
		clean(a, what->group), where(a, what));
}
