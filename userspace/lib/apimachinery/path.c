// SPDX-License-Identifier: Apache-2.0
/* JSONPath as printer columns use it; see table.h. */
#include "apimachinery/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REASON	     "InvalidPath"
#define PATH_MAX_LEN 1024

/* A part of the path's text. */
struct slice {
	const char *s;
	size_t n;
};

enum step_kind {
	STEP_KEY,
	STEP_INDEX,
	STEP_ANY,
	STEP_FILTER,
};

enum compare {
	COMPARE_EXISTS,
	COMPARE_EQUAL,
	COMPARE_NOT_EQUAL,
	COMPARE_LESS,
	COMPARE_LESS_EQUAL,
	COMPARE_GREATER,
	COMPARE_GREATER_EQUAL,
};

struct step {
	enum step_kind kind;
	struct slice key; /* may have \. in it */
	long index;
	struct slice path; /* of a filter, behind its @ */
	enum compare compare;
	struct slice literal; /* quotes and all */
};

/* What is wrong with the path, for check. */
static const char *const bad_end = "ends too early";

static bool starts(struct slice p, const char *with)
{
	size_t n = strlen(with);

	return p.n >= n && !memcmp(p.s, with, n);
}

static void advance(struct slice *p, size_t n)
{
	p->s += n;
	p->n -= n;
}

static void skip_space(struct slice *p)
{
	while (p->n && *p->s == ' ')
		advance(p, 1);
}

/* 'x' or "x" at p, with \ escapes; 0: not closed. Length with the quotes. */
static size_t quoted_length(struct slice p)
{
	for (size_t i = 1; i < p.n; i++) {
		if (p.s[i] == '\\')
			i++;
		else if (p.s[i] == p.s[0])
			return i + 1;
	}
	return 0;
}

static bool is_quote(struct slice p)
{
	return p.n && (*p.s == '"' || *p.s == '\'');
}

/* The path of a filter ends at an operator, a space or the parenthesis. */
static size_t filter_path_length(struct slice p)
{
	size_t i = 0;

	while (i < p.n && !strchr(" )=!<>", p.s[i])) {
		if (p.s[i] == '[') {
			const char *end = memchr(p.s + i, ']', p.n - i);

			if (!end)
				return i;
			i = (size_t)(end - p.s);
		}
		i++;
	}
	return i;
}

static enum compare take_compare(struct slice *p)
{
	static const struct {
		const char *text;
		enum compare compare;
	} all[] = {
		{ "==", COMPARE_EQUAL },	 { "!=", COMPARE_NOT_EQUAL },
		{ "<=", COMPARE_LESS_EQUAL },	 { "<", COMPARE_LESS },
		{ ">=", COMPARE_GREATER_EQUAL }, { ">", COMPARE_GREATER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (!starts(*p, all[i].text))
			continue;
		advance(p, strlen(all[i].text));
		return all[i].compare;
	}
	return COMPARE_EXISTS;
}

/* Behind "[?(". */
static const char *take_filter(struct slice *p, struct step *step)
{
	size_t n;

	step->kind = STEP_FILTER;
	skip_space(p);
	if (!starts(*p, "@"))
		return "a filter begins with @";
	advance(p, 1);
	n = filter_path_length(*p);
	step->path = (struct slice){ p->s, n };
	advance(p, n);
	skip_space(p);
	step->compare = take_compare(p);
	skip_space(p);
	if (step->compare != COMPARE_EXISTS) {
		n = is_quote(*p) ? quoted_length(*p) : 0;
		if (!is_quote(*p))
			while (n < p->n && !strchr(" )", p->s[n]))
				n++;
		if (!n)
			return "a filter compares with a value";
		step->literal = (struct slice){ p->s, n };
		advance(p, n);
		skip_space(p);
	}
	if (!starts(*p, ")]"))
		return "a filter ends with )]";
	advance(p, 2);
	return NULL;
}

static const char *take_bracket_key(struct slice *p, struct step *step)
{
	size_t n = quoted_length(*p);

	if (n < 2)
		return "a quote is not closed";
	step->kind = STEP_KEY;
	step->key = (struct slice){ p->s + 1, n - 2 };
	advance(p, n);
	if (!starts(*p, "]"))
		return "a bracket is not closed";
	advance(p, 1);
	return NULL;
}

static const char *take_index(struct slice *p, struct step *step)
{
	const char *end = memchr(p->s, ']', p->n);
	size_t n = end ? (size_t)(end - p->s) : 0;
	char text[16] = { 0 }, *rest;

	if (!n || n >= sizeof(text))
		return "a bracket has an index, a quoted name, * or a filter";
	memcpy(text, p->s, n);
	step->kind = STEP_INDEX;
	step->index = strtol(text, &rest, 10);
	if (*rest)
		return "a bracket has an index, a quoted name, * or a filter";
	advance(p, n + 1);
	return NULL;
}

static const char *take_bracket(struct slice *p, struct step *step)
{
	if (starts(*p, "?(")) {
		advance(p, 2);
		return take_filter(p, step);
	}
	if (starts(*p, "*]")) {
		step->kind = STEP_ANY;
		advance(p, 2);
		return NULL;
	}
	if (is_quote(*p))
		return take_bracket_key(p, step);
	return take_index(p, step);
}

static const char *take_name(struct slice *p, struct step *step)
{
	size_t n = 0;

	while (n < p->n && p->s[n] != '.' && p->s[n] != '[') {
		if (strchr("{}()?@'\" ", p->s[n]))
			return "a name has a character that it can not have";
		n += p->s[n] == '\\' && n + 1 < p->n ? 2 : 1;
	}
	if (!n)
		return p->n && *p->s == '.' ? ".. is not supported" : bad_end;
	step->kind = n == 1 && *p->s == '*' ? STEP_ANY : STEP_KEY;
	step->key = (struct slice){ p->s, n };
	advance(p, n);
	return NULL;
}

/* The next step of a path that is not at its end; NULL or what is wrong. */
static const char *take_step(struct slice *p, struct step *step, bool first)
{
	*step = (struct step){ .kind = STEP_KEY };
	if (*p->s == '[') {
		advance(p, 1);
		return take_bracket(p, step);
	}
	if (*p->s == '.') {
		advance(p, 1);
		if (p->n && *p->s == '[')
			return take_step(p, step, false);
		return take_name(p, step);
	}
	return first ? take_name(p, step) : "a step begins with . or [";
}

static bool same_text(struct slice key, const char *s)
{
	size_t i = 0;

	while (i < key.n) {
		if (key.s[i] == '\\' && i + 1 < key.n)
			i++;
		if (!*s || key.s[i++] != *s++)
			return false;
	}
	return !*s;
}

static const cJSON *member(const cJSON *object, struct slice key)
{
	if (!cJSON_IsObject(object))
		return NULL;
	for (const cJSON *c = object->child; c; c = c->next)
		if (same_text(key, c->string))
			return c;
	return NULL;
}

static const cJSON *element(const cJSON *array, long index)
{
	if (!cJSON_IsArray(array))
		return NULL;
	if (index < 0)
		index += cJSON_GetArraySize(array);
	for (const cJSON *c = array->child; c; c = c->next)
		if (index-- == 0)
			return c;
	return NULL;
}

static bool ordered(enum compare compare, double order)
{
	switch (compare) {
	case COMPARE_EXISTS:
		return true;
	case COMPARE_EQUAL:
		return order == 0;
	case COMPARE_NOT_EQUAL:
		return order != 0;
	case COMPARE_LESS:
		return order < 0;
	case COMPARE_LESS_EQUAL:
		return order <= 0;
	case COMPARE_GREATER:
		return order > 0;
	case COMPARE_GREATER_EQUAL:
		return order >= 0;
	}
	return false;
}

static bool compare_number(const cJSON *v, const struct step *step)
{
	char text[32] = { 0 }, *end;
	double n;

	if (step->literal.n >= sizeof(text))
		return false;
	memcpy(text, step->literal.s, step->literal.n);
	n = strtod(text, &end);
	return end != text && !*end &&
	       ordered(step->compare, v->valuedouble - n);
}

static bool compare_value(const cJSON *v, const struct step *step)
{
	struct slice literal = step->literal;
	bool equal;

	if (step->compare == COMPARE_EXISTS)
		return true;
	if (cJSON_IsNumber(v))
		return compare_number(v, step);
	if (cJSON_IsBool(v)) {
		equal = same_text(literal, cJSON_IsTrue(v) ? "true" : "false");
	} else if (cJSON_IsString(v) && is_quote(literal)) {
		literal = (struct slice){ literal.s + 1, literal.n - 2 };
		equal = same_text(literal, v->valuestring);
	} else {
		return false;
	}
	return step->compare == COMPARE_EQUAL	    ? equal
	       : step->compare == COMPARE_NOT_EQUAL ? !equal
						    : false;
}

static const cJSON *walk(const cJSON *v, struct slice path, bool first);

static bool passes(const cJSON *v, const struct step *step)
{
	v = walk(v, step->path, false);
	return v && compare_value(v, step);
}

/* The first child from which the rest of the path leads somewhere. */
static const cJSON *walk_children(const cJSON *v, const struct step *step,
				  struct slice rest)
{
	for (const cJSON *c = v->child; c; c = c->next) {
		const cJSON *found;

		if (step->kind == STEP_FILTER && !passes(c, step))
			continue;
		found = walk(c, rest, false);
		if (found)
			return found;
	}
	return NULL;
}

static const cJSON *walk(const cJSON *v, struct slice path, bool first)
{
	struct step step;

	while (v && path.n) {
		if (take_step(&path, &step, first))
			return NULL;
		first = false;
		switch (step.kind) {
		case STEP_KEY:
			v = member(v, step.key);
			break;
		case STEP_INDEX:
			v = element(v, step.index);
			break;
		case STEP_ANY:
		case STEP_FILTER:
			return walk_children(v, &step, path);
		}
	}
	return v;
}

const cJSON *ob_api_path_get(const cJSON *object, const char *json_path)
{
	struct slice path = { json_path, strlen(json_path) };

	if (path.n > PATH_MAX_LEN)
		return NULL;
	return walk(object, path, true);
}

static const char *problem(struct slice path, bool first)
{
	struct step step;

	while (path.n) {
		const char *wrong = take_step(&path, &step, first);

		first = false;
		if (!wrong && step.kind == STEP_FILTER)
			wrong = problem(step.path, false);
		if (wrong)
			return wrong;
	}
	return NULL;
}

int ob_api_path_check(const char *json_path, struct ob_status *status)
{
	struct slice path = { json_path, strlen(json_path) };
	const char *wrong = path.n > PATH_MAX_LEN ? "too long"
			    : !path.n		  ? bad_end
						  : problem(path, true);

	if (wrong)
		return ob_status_set(status, EINVAL, REASON, "%.200s: %s",
				     json_path, wrong);
	return 0;
}
