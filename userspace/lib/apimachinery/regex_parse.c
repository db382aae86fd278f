// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/regex_parse.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH  100
#define MAX_REPEAT 1000
#define LAST_POINT 0x10ffff

struct parser {
	struct ob_arena *a;
	const char *pattern, *at;
	const char *wrong;
	unsigned int depth;
	bool fold;    /* (?i) */
	bool any_all; /* (?s): . is newline too */
};

static struct ob_regex_node *parse_alternatives(struct parser *p);

uint32_t ob_regex_next(const char **s)
{
	const unsigned char *c = (const unsigned char *)*s;
	size_t n = *c < 0x80 ? 1 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : 4;
	uint32_t point = n == 1 ? *c : *c & (0x7fU >> n);

	if (!*c)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((c[i] & 0xc0) != 0x80) {
			n = i; /* not UTF-8: one odd character */
			break;
		}
		point = point << 6 | (c[i] & 0x3f);
	}
	*s += n;
	return point ? point : 0xfffd;
}

static struct ob_regex_node *node(struct parser *p, enum ob_regex_kind kind)
{
	struct ob_regex_node *n = ob_arena_alloc(p->a, sizeof(*n));

	n->kind = kind;
	return n;
}

/* from: where what is wrong begins; it ends where the parser is. */
static struct ob_regex_node *fail(struct parser *p, const char *wrong,
				  const char *from)
{
	if (!p->wrong)
		p->wrong = ob_arena_printf(p->a, "%s: `%.*s`", wrong,
					   (int)(p->at - from), from);
	return node(p, OB_REGEX_EMPTY);
}

static void add_range(struct parser *p, struct ob_regex_set *set, uint32_t from,
		      uint32_t to)
{
	struct ob_regex_range *r = OB_PUSH(p->a, &set->ranges);

	r->from = from;
	r->to = to;
}

static bool overlap(uint32_t *from, uint32_t *to, uint32_t low, uint32_t high)
{
	if (*from < low)
		*from = low;
	if (*to > high)
		*to = high;
	return *from <= *to;
}

/* With (?i) the other case as well; ASCII only. */
static void add_folded(struct parser *p, struct ob_regex_set *set,
		       uint32_t from, uint32_t to)
{
	uint32_t f = from, t = to;

	add_range(p, set, from, to);
	if (!p->fold)
		return;
	if (overlap(&f, &t, 'a', 'z'))
		add_range(p, set, f - 32, t - 32);
	f = from;
	t = to;
	if (overlap(&f, &t, 'A', 'Z'))
		add_range(p, set, f + 32, t + 32);
}

/* Pairs, in order, ended by zeros. */
struct char_class {
	const char *name;
	unsigned char pairs[12];
};

static const struct char_class perl[] = {
	{ "d", { '0', '9' } },
	{ "w", { '0', '9', 'A', 'Z', '_', '_', 'a', 'z' } },
	{ "s", { '\t', '\n', '\f', '\r', ' ', ' ' } },
};

static const struct char_class posix[] = {
	{ "alnum", { '0', '9', 'A', 'Z', 'a', 'z' } },
	{ "alpha", { 'A', 'Z', 'a', 'z' } },
	{ "ascii", { 1, 0x7f } },
	{ "blank", { '\t', '\t', ' ', ' ' } },
	{ "cntrl", { 1, 0x1f, 0x7f, 0x7f } },
	{ "digit", { '0', '9' } },
	{ "graph", { '!', '~' } },
	{ "lower", { 'a', 'z' } },
	{ "print", { ' ', '~' } },
	{ "punct", { '!', '/', ':', '@', '[', '`', '{', '~' } },
	{ "space", { '\t', '\r', ' ', ' ' } },
	{ "upper", { 'A', 'Z' } },
	{ "word", { '0', '9', 'A', 'Z', '_', '_', 'a', 'z' } },
	{ "xdigit", { '0', '9', 'A', 'F', 'a', 'f' } },
};

static void add_class(struct parser *p, struct ob_regex_set *set,
		      const struct char_class *c, bool negated)
{
	uint32_t next = 1;

	for (const unsigned char *r = c->pairs; *r; r += 2) {
		if (!negated)
			add_folded(p, set, r[0], r[1]);
		else if (r[0] > next)
			add_range(p, set, next, r[0] - 1U);
		next = r[1] + 1U;
	}
	if (negated)
		add_range(p, set, next, LAST_POINT);
}

/* \d, \W ...: behind the backslash; false when it is none of these. */
static bool take_perl(struct parser *p, struct ob_regex_set *set)
{
	char c = *p->at, lower = (char)(c | 0x20);

	for (size_t i = 0; i < ARRAY_SIZE(perl); i++) {
		if (perl[i].name[0] != lower)
			continue;
		add_class(p, set, &perl[i], c != lower);
		p->at++;
		return true;
	}
	return false;
}

/* \x41, \x{1F600}: behind the x. */
static uint32_t take_hex(struct parser *p)
{
	bool braces = *p->at == '{';
	char digits[9] = { 0 }, *end;
	const char *from = p->at - 2;
	uint32_t point;
	size_t n = 0, most = braces ? 6 : 2;

	p->at += braces;
	while (n < most && *p->at && strchr("0123456789abcdefABCDEF", *p->at))
		digits[n++] = *p->at++;
	if (!n || (braces && *p->at != '}') || (!braces && n != 2))
		fail(p, "invalid escape sequence", from);
	else
		p->at += braces;
	point = (uint32_t)strtoul(digits, &end, 16);
	if (point > LAST_POINT)
		fail(p, "invalid escape sequence", from);
	return point;
}

/* One character behind a backslash. */
static uint32_t take_escape(struct parser *p)
{
	static const char letters[] = "aftnrv", means[] = "\a\f\t\n\r\v";
	char c = *p->at;
	const char *found = c ? strchr(letters, c) : NULL;

	if (!c) {
		fail(p, "trailing backslash at end of expression", p->at);
		return 1;
	}
	if (found) {
		p->at++;
		return (unsigned char)means[found - letters];
	}
	if (c == 'x') {
		p->at++;
		return take_hex(p);
	}
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || (c & 0x80)) {
		p->at++;
		fail(p, "invalid escape sequence", p->at - 2);
		return 1;
	}
	return ob_regex_next(&p->at);
}

/* [:alpha:] at p; false when it is none. */
static bool take_posix(struct parser *p, struct ob_regex_set *set)
{
	const char *name = p->at + 2, *end;
	bool negated = p->at[0] == '[' && p->at[1] == ':' && *name == '^';

	if (strncmp(p->at, "[:", 2) != 0 || !(end = strstr(name, ":]")))
		return false;
	name += negated;
	for (size_t i = 0; i < ARRAY_SIZE(posix); i++) {
		size_t n = strlen(posix[i].name);

		if ((size_t)(end - name) != n ||
		    strncmp(posix[i].name, name, n) != 0)
			continue;
		add_class(p, set, &posix[i], negated);
		p->at = end + 2;
		return true;
	}
	p->at = end + 2;
	fail(p, "invalid character class range", name - 2 - negated);
	return false;
}

static uint32_t take_set_char(struct parser *p)
{
	if (*p->at != '\\')
		return ob_regex_next(&p->at);
	p->at++;
	return take_escape(p);
}

static void take_set_item(struct parser *p, struct ob_regex_set *set)
{
	const char *start = p->at;
	uint32_t from, to;

	if (take_posix(p, set))
		return;
	if (*p->at == '\\') {
		p->at++;
		if (take_perl(p, set))
			return;
		p->at--;
	}
	from = take_set_char(p);
	to = from;
	if (p->at[0] == '-' && p->at[1] && p->at[1] != ']') {
		p->at++;
		to = take_set_char(p);
	}
	if (to < from)
		fail(p, "invalid character class range", start);
	else
		add_folded(p, set, from, to);
}

/* Behind the [. */
static struct ob_regex_node *take_set(struct parser *p)
{
	struct ob_regex_node *n = node(p, OB_REGEX_SET);
	const char *start = p->at - 1;
	bool first = true;

	if (*p->at == '^') {
		n->set.negated = true;
		p->at++;
	}
	for (; *p->at && (*p->at != ']' || first) && !p->wrong; first = false)
		take_set_item(p, &n->set);
	if (*p->at != ']')
		return fail(p, "missing closing ]", start);
	p->at++;
	return n;
}

static struct ob_regex_node *take_backslash(struct parser *p)
{
	struct ob_regex_node *n;
	static const struct {
		char letter;
		enum ob_regex_kind kind;
	} all[] = {
		{ 'A', OB_REGEX_BEGIN },
		{ 'z', OB_REGEX_END },
		{ 'b', OB_REGEX_WORD },
		{ 'B', OB_REGEX_NOT_WORD },
	};
	uint32_t c;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (*p->at != all[i].letter)
			continue;
		p->at++;
		return node(p, all[i].kind);
	}
	n = node(p, OB_REGEX_SET);
	if (take_perl(p, &n->set))
		return n;
	c = take_escape(p);
	add_folded(p, &n->set, c, c);
	return n;
}

/* (?i), (?s-i: ... behind the ?; true: a group follows. */
static bool take_flags(struct parser *p)
{
	const char *start = p->at - 2;
	bool on = true;

	for (; *p->at && !strchr(":)", *p->at); p->at++) {
		if (*p->at == '-')
			on = false;
		else if (*p->at == 'i')
			p->fold = on;
		else if (*p->at == 's')
			p->any_all = on;
		else if (!strchr("mU", *p->at))
			fail(p, "invalid or unsupported Perl syntax", start);
	}
	if (!*p->at) {
		fail(p, "missing closing )", p->pattern);
		return true;
	}
	return *p->at++ == ':';
}

static void skip_name(struct parser *p)
{
	p->at += *p->at == 'P';
	p->at += strcspn(p->at, ">");
	p->at += *p->at == '>';
}

/* Behind the (. */
static struct ob_regex_node *take_group(struct parser *p)
{
	bool fold = p->fold, any_all = p->any_all;
	struct ob_regex_node *n;

	if (*p->at == '?') {
		p->at++;
		if (!strncmp(p->at, "P<", 2) ||
		    (*p->at == '<' && p->at[1] != '=' && p->at[1] != '!'))
			skip_name(p);
		else if (!take_flags(p))
			return node(p, OB_REGEX_EMPTY);
	}
	if (++p->depth > MAX_DEPTH)
		return fail(p, "expression nests too deeply", p->pattern);
	n = parse_alternatives(p);
	p->depth--;
	p->fold = fold;
	p->any_all = any_all;
	if (*p->at != ')') {
		p->at += strlen(p->at);
		return fail(p, "missing closing )", p->pattern);
	}
	p->at++;
	return n;
}

static struct ob_regex_node *take_any(struct parser *p)
{
	struct ob_regex_node *n = node(p, OB_REGEX_SET);

	n->set.negated = true;
	if (!p->any_all)
		add_range(p, &n->set, '\n', '\n');
	return n;
}

static struct ob_regex_node *take_atom(struct parser *p)
{
	struct ob_regex_node *n;
	uint32_t c;

	switch (*p->at) {
	case '(':
		p->at++;
		return take_group(p);
	case '[':
		p->at++;
		return take_set(p);
	case '.':
		p->at++;
		return take_any(p);
	case '^':
		p->at++;
		return node(p, OB_REGEX_BEGIN);
	case '$':
		p->at++;
		return node(p, OB_REGEX_END);
	case '\\':
		p->at++;
		return take_backslash(p);
	case '*':
	case '+':
	case '?':
		p->at++;
		return fail(p, "missing argument to repetition operator",
			    p->at - 1);
	}
	n = node(p, OB_REGEX_SET);
	c = ob_regex_next(&p->at);
	add_folded(p, &n->set, c, c);
	return n;
}

static int take_count(struct parser *p, int otherwise)
{
	int n = 0;

	if (*p->at < '0' || *p->at > '9')
		return otherwise;
	while (*p->at >= '0' && *p->at <= '9' && n <= MAX_REPEAT)
		n = n * 10 + (*p->at++ - '0');
	return n;
}

/* {2}, {2,}, {2,3}: false leaves p where it was; it is text then. */
static bool take_braces(struct parser *p, int *min, int *max)
{
	const char *start = p->at++;

	*min = take_count(p, -1);
	*max = *min;
	if (*p->at == ',') {
		p->at++;
		*max = take_count(p, -1);
	}
	if (*min < 0 || *p->at != '}') {
		p->at = start;
		return false;
	}
	p->at++;
	if (*min > MAX_REPEAT || *max > MAX_REPEAT ||
	    (*max >= 0 && *max < *min))
		fail(p, "invalid repeat count", start);
	return true;
}

static bool take_repeat(struct parser *p, int *min, int *max)
{
	char c = *p->at;

	if (c == '{')
		return take_braces(p, min, max);
	if (c != '*' && c != '+' && c != '?')
		return false;
	p->at++;
	*min = c == '+';
	*max = c == '?' ? 1 : -1;
	return true;
}

static struct ob_regex_node *take_repeated(struct parser *p)
{
	struct ob_regex_node *n, *repeat;
	const char *first = NULL;
	int min, max;
	bool brace = *p->at == '{';

	n = brace ? node(p, OB_REGEX_SET) : take_atom(p);
	if (brace) {
		p->at++;
		add_range(p, &n->set, '{', '{');
	}
	for (;;) {
		const char *start = p->at;

		if (p->wrong || !take_repeat(p, &min, &max))
			return n;
		if (first)
			return fail(p, "invalid nested repetition operator",
				    first);
		first = start;
		repeat = node(p, OB_REGEX_REPEAT);
		repeat->left = n;
		repeat->min = min;
		repeat->max = max;
		n = repeat;
		p->at += *p->at == '?'; /* lazy matches the same texts */
	}
}

static struct ob_regex_node *parse_sequence(struct parser *p)
{
	struct ob_regex_node *all = NULL, *n, *cat;

	while (*p->at && *p->at != '|' && *p->at != ')' && !p->wrong) {
		n = take_repeated(p);
		if (!all) {
			all = n;
			continue;
		}
		cat = node(p, OB_REGEX_CAT);
		cat->left = all;
		cat->right = n;
		all = cat;
	}
	return all ? all : node(p, OB_REGEX_EMPTY);
}

static struct ob_regex_node *parse_alternatives(struct parser *p)
{
	struct ob_regex_node *all = parse_sequence(p), *alt;

	while (*p->at == '|' && !p->wrong) {
		p->at++;
		alt = node(p, OB_REGEX_ALT);
		alt->left = all;
		alt->right = parse_sequence(p);
		all = alt;
	}
	return all;
}

const char *ob_regex_parse(struct ob_arena *a, const char *pattern,
			   struct ob_regex_node **ret)
{
	struct parser p = { .a = a, .pattern = pattern, .at = pattern };
	struct ob_regex_node *n = parse_alternatives(&p);

	if (!p.wrong && *p.at)
		p.wrong = ob_arena_printf(a, "unexpected ): `%s`", pattern);
	if (!p.wrong)
		*ret = n;
	return p.wrong;
}
