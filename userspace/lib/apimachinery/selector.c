// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/selector.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apimachinery/causes.h"
#include "apimachinery/meta.h"

#define REASON	 "BadRequest"
#define MOST	 1000 /* requirements, and values of one */
#define MOST_LEN 65536

enum op {
	OP_EQUALS,
	OP_NOT_EQUALS,
	OP_IN,
	OP_NOT_IN,
	OP_EXISTS,
	OP_NOT_EXISTS,
	OP_GREATER,
	OP_LESS,
};

struct requirement {
	const char *key;
	enum op op;
	OB_LIST(const char *) values;
	int64_t number; /* of GREATER and LESS */
};

struct ob_api_selector {
	OB_LIST(struct requirement) all;
	bool is_field;
};

/* Where we are in the text. */
struct reader {
	struct ob_arena *a;
	const char *text, *at;
	struct ob_status *status;
};

static int complain(const struct reader *r, const char *expected)
{
	return ob_status_set(
		r->status, EINVAL, REASON,
		"unable to parse requirement: found '%.*s', expected: %s",
		(int)strcspn(r->at, ","), r->at, expected);
}

static void skip_space(struct reader *r)
{
	while (*r->at && strchr(" \t\r\n", *r->at))
		r->at++;
}

static bool take(struct reader *r, const char *token)
{
	size_t n = strlen(token);

	skip_space(r);
	if (strncmp(r->at, token, n) != 0)
		return false;
	r->at += n;
	return true;
}

/* Up to the next character that means something; "" when there is none. */
static const char *take_word(struct reader *r)
{
	size_t n;
	char *word;

	skip_space(r);
	n = strcspn(r->at, "=!(),<> \t\r\n");
	word = ob_arena_printf(r->a, "%.*s", (int)n, r->at);
	r->at += n;
	return word;
}

static bool take_keyword(struct reader *r, const char *word)
{
	struct reader ahead = *r;

	if (strcmp(take_word(&ahead), word) != 0)
		return false;
	r->at = ahead.at;
	return true;
}

static int bad_key(const struct reader *r, const char *key, const char *why)
{
	return ob_status_set(r->status, EINVAL, REASON,
			     "unable to parse requirement: key: Invalid value: "
			     "\"%s\": %s",
			     key, why);
}

static int take_key(struct reader *r, struct requirement *q)
{
	const char *problem;

	q->key = take_word(r);
	if (!*q->key)
		return complain(r, "identifier");
	problem = ob_api_key_problem(r->a, q->key);
	return problem ? bad_key(r, q->key, problem) : 0;
}

static int add_value(struct reader *r, struct requirement *q, const char *value)
{
	const char *problem = ob_api_label_value_problem(value);

	if (problem)
		return ob_status_set(r->status, EINVAL, REASON,
				     "unable to parse requirement: values[%zu]"
				     "[%s]: Invalid value: \"%s\": %s",
				     q->values.n, q->key, value, problem);
	if (q->values.n >= MOST)
		return complain(r, "fewer values");
	*OB_PUSH(r->a, &q->values) = value;
	return 0;
}

static int take_set(struct reader *r, struct requirement *q)
{
	int err;

	if (!take(r, "("))
		return complain(r, "'('");
	do {
		err = add_value(r, q, take_word(r));
		if (err < 0)
			return err;
	} while (take(r, ","));
	return take(r, ")") ? 0 : complain(r, "',' or ')'");
}

static int take_integer(struct reader *r, struct requirement *q)
{
	const char *word = take_word(r);
	char *end;

	errno = 0;
	q->number = strtoll(word, &end, 10);
	if (end == word || *end || errno)
		return complain(r, "an integer");
	*OB_PUSH(r->a, &q->values) = word;
	return 0;
}

static int take_operator(struct reader *r, struct requirement *q)
{
	skip_space(r);
	if (!*r->at || *r->at == ',') {
		q->op = OP_EXISTS;
		return 0;
	}
	if (take(r, ">") || take(r, "<")) {
		q->op = r->at[-1] == '>' ? OP_GREATER : OP_LESS;
		return take_integer(r, q);
	}
	if (take_keyword(r, "in") || take_keyword(r, "notin")) {
		q->op = r->at[-3] == 't' ? OP_NOT_IN : OP_IN;
		return take_set(r, q);
	}
	if (take(r, "!="))
		q->op = OP_NOT_EQUALS;
	else if (take(r, "==") || take(r, "="))
		q->op = OP_EQUALS;
	else
		return complain(r, "in, notin, =, ==, !=, gt, lt");
	return add_value(r, q, take_word(r));
}

static int take_requirement(struct reader *r, struct requirement *q)
{
	bool not = take(r, "!");
	int err = take_key(r, q);

	if (err < 0)
		return err;
	if (not ) {
		q->op = OP_NOT_EXISTS;
		return 0;
	}
	return take_operator(r, q);
}

static int check_length(const char *text, struct ob_status *status)
{
	if (text && strlen(text) > MOST_LEN)
		return ob_status_set(status, EINVAL, REASON,
				     "selector: longer than %d bytes",
				     MOST_LEN);
	return 0;
}

int ob_api_label_selector_parse(struct ob_arena *a, const char *text,
				struct ob_api_selector **ret,
				struct ob_status *status)
{
	struct reader r = { .a = a, .text = text, .at = text ? text : "" };
	struct ob_api_selector *s = ob_arena_alloc(a, sizeof(*s));
	int err = check_length(text, status);

	if (err < 0)
		return err;
	r.status = status;
	skip_space(&r);
	while (*r.at) {
		if (s->all.n >= MOST)
			return complain(&r, "fewer requirements");
		err = take_requirement(&r, OB_PUSH(a, &s->all));
		if (err < 0)
			return err;
		skip_space(&r);
		if (!*r.at)
			break;
		if (!take(&r, ","))
			return complain(&r, "',' or 'end of string'");
		skip_space(&r);
		if (!*r.at)
			return complain(&r, "identifier after ','");
	}
	*ret = s;
	return 0;
}

/* A term of a field selector with its escapes: \\ \, and \= */
static int take_field_value(struct reader *r, const char **ret)
{
	char *value = ob_arena_alloc(r->a, strlen(r->at) + 1);
	size_t n = 0;

	for (; *r->at && *r->at != ','; r->at++) {
		if (*r->at == '=')
			return complain(r, "no '=' in a value");
		if (*r->at == '\\') {
			r->at++;
			if (!*r->at || !strchr("\\,=", *r->at))
				return complain(r, "\\\\, \\, or \\=");
		}
		value[n++] = *r->at;
	}
	*ret = value;
	return 0;
}

static int take_field(struct reader *r, struct requirement *q)
{
	size_t n = strcspn(r->at, "=!,");
	const char *term = r->at, *value = "";
	int err;

	q->key = ob_arena_printf(r->a, "%.*s", (int)n, r->at);
	r->at += n;
	q->op = *r->at == '!' ? OP_NOT_EQUALS : OP_EQUALS;
	if (!n || (!take(r, "!=") && !take(r, "==") && !take(r, "=")))
		return ob_status_set(
			r->status, EINVAL, REASON,
			"invalid selector: '%s'; can't understand '%.*s'",
			r->text, (int)strcspn(term, ","), term);
	err = take_field_value(r, &value);
	if (err < 0)
		return err;
	*OB_PUSH(r->a, &q->values) = value;
	return 0;
}

int ob_api_field_selector_parse(struct ob_arena *a, const char *text,
				struct ob_api_selector **ret,
				struct ob_status *status)
{
	struct reader r = { .a = a, .text = text, .at = text ? text : "" };
	struct ob_api_selector *s = ob_arena_alloc(a, sizeof(*s));
	int err = check_length(text, status);

	if (err < 0)
		return err;
	r.status = status;
	s->is_field = true;
	while (*r.at) {
		if (take(&r, ","))
			continue;
		if (s->all.n >= MOST)
			return complain(&r, "fewer requirements");
		err = take_field(&r, OB_PUSH(a, &s->all));
		if (err < 0)
			return err;
	}
	*ret = s;
	return 0;
}

static bool is_one_of(const struct requirement *q, const char *value)
{
	for (size_t i = 0; i < q->values.n; i++)
		if (!strcmp(q->values.v[i], value))
			return true;
	return false;
}

static bool compares(const struct requirement *q, const char *value)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(value, &end, 10);
	if (end == value || *end || errno)
		return false;
	return q->op == OP_GREATER ? n > q->number : n < q->number;
}

/* value: NULL when there is none. */
static bool meets(const struct requirement *q, const char *value)
{
	switch (q->op) {
	case OP_EQUALS:
	case OP_IN:
		return value && is_one_of(q, value);
	case OP_NOT_EQUALS:
	case OP_NOT_IN:
		return !value || !is_one_of(q, value);
	case OP_EXISTS:
		return value;
	case OP_NOT_EXISTS:
		return !value;
	case OP_GREATER:
	case OP_LESS:
		return value && compares(q, value);
	}
	return false;
}

bool ob_api_label_selector_matches(const struct ob_api_selector *s,
				   const cJSON *labels)
{
	for (size_t i = 0; s && i < s->all.n; i++) {
		const struct requirement *q = &s->all.v[i];
		const cJSON *label = ob_json_get(labels, q->key);

		if (!meets(q,
			   cJSON_IsString(label) ? label->valuestring : NULL))
			return false;
	}
	return true;
}

static bool field_meets(const struct requirement *q, const cJSON *object)
{
	const cJSON *v = ob_json_at(object, q->key);
	char number[32];

	if (cJSON_IsString(v))
		return meets(q, v->valuestring);
	if (cJSON_IsBool(v))
		return meets(q, cJSON_IsTrue(v) ? "true" : "false");
	if (!cJSON_IsNumber(v))
		return meets(q, "");
	snprintf(number, sizeof(number), "%.15g", v->valuedouble);
	return meets(q, number);
}

bool ob_api_field_selector_matches(const struct ob_api_selector *s,
				   const cJSON *object)
{
	for (size_t i = 0; s && i < s->all.n; i++)
		if (!field_meets(&s->all.v[i], object))
			return false;
	return true;
}

bool ob_api_selector_is_empty(const struct ob_api_selector *s)
{
	return !s || !s->all.n;
}

const char *ob_api_field_selector_equals(const struct ob_api_selector *s,
					 const char *field)
{
	for (size_t i = 0; s && i < s->all.n; i++) {
		const struct requirement *q = &s->all.v[i];

		if (q->op == OP_EQUALS && !strcmp(q->key, field))
			return q->values.v[0];
	}
	return NULL;
}

size_t ob_api_field_selector_fields(const struct ob_api_selector *s)
{
	return s ? s->all.n : 0;
}

const char *ob_api_field_selector_field(const struct ob_api_selector *s,
					size_t i)
{
	return s->all.v[i].key;
}

/* "a,b" with what a field selector has to escape. */
static const char *join_values(struct ob_arena *a, const struct requirement *q,
			       bool is_field)
{
	size_t len = 1, n = 0;
	char *out;

	for (size_t i = 0; i < q->values.n; i++)
		len += 2 * strlen(q->values.v[i]) + 1;
	out = ob_arena_alloc(a, len);
	for (size_t i = 0; i < q->values.n; i++) {
		if (i)
			out[n++] = ',';
		for (const char *c = q->values.v[i]; *c; c++) {
			if (is_field && strchr("\\,=", *c))
				out[n++] = '\\';
			out[n++] = *c;
		}
	}
	return out;
}

static const char *format_one(struct ob_arena *a, const struct requirement *q,
			      bool is_field)
{
	const char *values = join_values(a, q, is_field);

	switch (q->op) {
	case OP_EQUALS:
		return ob_arena_printf(a, "%s=%s", q->key, values);
	case OP_NOT_EQUALS:
		return ob_arena_printf(a, "%s!=%s", q->key, values);
	case OP_IN:
		return ob_arena_printf(a, "%s in (%s)", q->key, values);
	case OP_NOT_IN:
		return ob_arena_printf(a, "%s notin (%s)", q->key, values);
	case OP_EXISTS:
		return q->key;
	case OP_NOT_EXISTS:
		return ob_arena_printf(a, "!%s", q->key);
	case OP_GREATER:
		return ob_arena_printf(a, "%s>%s", q->key, values);
	case OP_LESS:
		return ob_arena_printf(a, "%s<%s", q->key, values);
	}
	return "";
}

const char *ob_api_selector_format(struct ob_arena *a,
				   const struct ob_api_selector *s)
{
	struct ob_api_buffer out = { .s = NULL };

	for (size_t i = 0; s && i < s->all.n; i++) {
		ob_api_buffer_add(a, &out, i ? "," : "");
		ob_api_buffer_add(a, &out,
				  format_one(a, &s->all.v[i], s->is_field));
	}
	return out.s ? out.s : "";
}

/* By key, of which "!key" is one, too. */
static int compare_texts(const void *x, const void *y)
{
	const char *s = *(const char *const *)x, *t = *(const char *const *)y;

	return strcmp(s + (*s == '!'), t + (*t == '!'));
}

static const char *join_texts(struct ob_arena *a, const cJSON *list)
{
	OB_LIST(const char *) texts = { 0 };
	const char *all = "";
	const cJSON *v;

	cJSON_ArrayForEach(v, list)
	{
		if (cJSON_IsString(v))
			*OB_PUSH(a, &texts) = v->valuestring;
	}
	if (texts.n > 1)
		qsort(texts.v, texts.n, sizeof(*texts.v), compare_texts);
	for (size_t i = 0; i < texts.n; i++)
		all = ob_arena_printf(a, "%s%s%s", all, i ? "," : "",
				      texts.v[i]);
	return all;
}

/* NULL: no such operator. */
static const char *expression_text(struct ob_arena *a, const cJSON *e)
{
	static const struct {
		const char *operator, * before, *between;
	} all[] = {
		{ "In", "", " in (" },
		{ "NotIn", "", " notin (" },
		{ "Exists", "", NULL },
		{ "DoesNotExist", "!", NULL },
	};
	const char *key = ob_json_string(e, "key");
	const char *operator= ob_json_string(e, "operator");

	for (size_t i = 0; key && operator&& i<ARRAY_SIZE(all); i++) {
		if (strcmp(operator, all[i].operator) != 0)
			continue;
		if (!all[i].between)
			return ob_arena_printf(a, "%s%s", all[i].before, key);
		return ob_arena_printf(a, "%s%s%s)", key, all[i].between,
				       join_texts(a, ob_json_get(e, "values")));
	}
	return NULL;
}

const char *ob_api_label_selector_text(struct ob_arena *a,
				       const cJSON *selector)
{
	cJSON *parts = ob_json_array(a);
	const cJSON *v;

	cJSON_ArrayForEach(v, ob_json_get(selector, "matchLabels"))
	{
		if (cJSON_IsString(v))
			ob_json_append(a, parts,
				       ob_json_string_new(
					       a, ob_arena_printf(
							  a, "%s=%s", v->string,
							  v->valuestring)));
	}
	cJSON_ArrayForEach(v, ob_json_get(selector, "matchExpressions"))
	{
		const char *text = expression_text(a, v);

		if (!text)
			return NULL;
		ob_json_append(a, parts, ob_json_string_new(a, text));
	}
	return join_texts(a, parts);
}
