// SPDX-License-Identifier: Apache-2.0
/*
 * Thompson's construction: every place that the pattern can be in is advanced
 * with each character at once, so that no pattern takes exponential time.
 */
#include "apimachinery/regex.h"

#include <string.h>

#include "apimachinery/regex_parse.h"

#define MAX_PATTERN 4096
#define MAX_PROGRAM 10000
#define MAX_WORK    100000 /* ((){1000}){1000} has no instructions */

enum op {
	OP_SET,
	OP_SPLIT, /* both to and other */
	OP_JUMP,
	OP_BEGIN,
	OP_END,
	OP_WORD,
	OP_NOT_WORD,
	OP_MATCH,
};

struct instruction {
	enum op op;
	size_t to, other;
	const struct ob_regex_set *set;
};

struct ob_regex {
	OB_LIST(struct instruction) program;
};

struct compiler {
	struct ob_arena *a;
	struct ob_regex *re;
	size_t work;
	bool too_big;
};

static size_t emit(struct compiler *c, enum op op)
{
	struct instruction *i;

	if (c->re->program.n >= MAX_PROGRAM) {
		c->too_big = true;
		return 0;
	}
	i = OB_PUSH(c->a, &c->re->program);
	i->op = op;
	i->to = c->re->program.n;
	return c->re->program.n - 1;
}

static void compile(struct compiler *c, const struct ob_regex_node *n);

static void compile_alternatives(struct compiler *c,
				 const struct ob_regex_node *n)
{
	size_t split = emit(c, OP_SPLIT), jump;

	compile(c, n->left);
	jump = emit(c, OP_JUMP);
	if (c->too_big)
		return;
	c->re->program.v[split].other = c->re->program.n;
	compile(c, n->right);
	c->re->program.v[jump].to = c->re->program.n;
}

static void compile_star(struct compiler *c, const struct ob_regex_node *n)
{
	size_t split = emit(c, OP_SPLIT), jump;

	compile(c, n->left);
	jump = emit(c, OP_JUMP);
	if (c->too_big)
		return;
	c->re->program.v[jump].to = split;
	c->re->program.v[split].other = c->re->program.n;
}

static void compile_repeat(struct compiler *c, const struct ob_regex_node *n)
{
	for (int i = 0; i < n->min && !c->too_big; i++)
		compile(c, n->left);
	if (n->max < 0) {
		compile_star(c, n);
		return;
	}
	for (int i = n->min; i < n->max && !c->too_big; i++) {
		size_t split = emit(c, OP_SPLIT);

		compile(c, n->left);
		if (!c->too_big)
			c->re->program.v[split].other = c->re->program.n;
	}
}

static void compile(struct compiler *c, const struct ob_regex_node *n)
{
	size_t at;

	if (c->work++ > MAX_WORK)
		c->too_big = true;
	if (c->too_big)
		return;
	switch (n->kind) {
	case OB_REGEX_EMPTY:
		return;
	case OB_REGEX_SET:
		at = emit(c, OP_SET);
		if (!c->too_big)
			c->re->program.v[at].set = &n->set;
		return;
	case OB_REGEX_CAT:
		compile(c, n->left);
		compile(c, n->right);
		return;
	case OB_REGEX_ALT:
		compile_alternatives(c, n);
		return;
	case OB_REGEX_REPEAT:
		compile_repeat(c, n);
		return;
	case OB_REGEX_BEGIN:
		emit(c, OP_BEGIN);
		return;
	case OB_REGEX_END:
		emit(c, OP_END);
		return;
	case OB_REGEX_WORD:
		emit(c, OP_WORD);
		return;
	case OB_REGEX_NOT_WORD:
		emit(c, OP_NOT_WORD);
		return;
	}
}

const char *ob_regex_compile(struct ob_arena *a, const char *pattern,
			     struct ob_regex **ret)
{
	struct compiler c = { .a = a };
	struct ob_regex_node *root;
	const char *wrong;

	if (strlen(pattern) > MAX_PATTERN)
		return "expression too long";
	wrong = ob_regex_parse(a, pattern, &root);
	if (wrong)
		return wrong;
	c.re = ob_arena_alloc(a, sizeof(*c.re));
	compile(&c, root);
	emit(&c, OP_MATCH);
	if (c.too_big)
		return "expression too large";
	*ret = c.re;
	return NULL;
}

/* The places that the program is in; mark[i] == step: i is among them. */
struct places {
	size_t *v, n;
};

struct run {
	const struct instruction *program;
	size_t *mark, step;
	size_t *stack;
	bool begin, end, word; /* what surrounds this position */
};

static bool in_set(const struct ob_regex_set *set, uint32_t c)
{
	for (size_t i = 0; i < set->ranges.n; i++)
		if (c >= set->ranges.v[i].from && c <= set->ranges.v[i].to)
			return !set->negated;
	return set->negated;
}

static bool is_word(uint32_t c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static size_t push(struct run *r, size_t n, size_t at)
{
	if (r->mark[at] == r->step)
		return n;
	r->mark[at] = r->step;
	r->stack[n] = at;
	return n + 1;
}

/* at and all places that lead from it without a character; true: a match. */
static bool follow(struct run *r, struct places *to, size_t at)
{
	size_t n = push(r, 0, at);

	while (n > 0) {
		const struct instruction *i = &r->program[r->stack[--n]];
		bool pass = true;

		switch (i->op) {
		case OP_MATCH:
			return true;
		case OP_SET:
			to->v[to->n++] = (size_t)(i - r->program);
			continue;
		case OP_SPLIT:
			n = push(r, n, i->other);
			break;
		case OP_JUMP:
			break;
		case OP_BEGIN:
			pass = r->begin;
			break;
		case OP_END:
			pass = r->end;
			break;
		case OP_WORD:
			pass = r->word;
			break;
		case OP_NOT_WORD:
			pass = !r->word;
			break;
		}
		if (pass)
			n = push(r, n, i->to);
	}
	return false;
}

bool ob_regex_matches(struct ob_arena *a, const struct ob_regex *re,
		      const char *text)
{
	size_t size = re->program.n;
	struct run r = { .program = re->program.v, .begin = true };
	struct places now = { .v = ob_arena_array(a, size, sizeof(size_t)) };
	struct places next = { .v = ob_arena_array(a, size, sizeof(size_t)) };
	uint32_t before = 0, c;

	r.mark = ob_arena_array(a, size, sizeof(size_t));
	r.stack = ob_arena_array(a, size + 1, sizeof(size_t));
	do {
		const char *ahead = text;
		struct places swap;

		c = ob_regex_next(&ahead);
		r.step++;
		r.end = !c;
		r.word = is_word(before) != is_word(c);
		next.n = 0;
		for (size_t i = 0; i < now.n; i++) {
			const struct instruction *in = &r.program[now.v[i]];

			if (in_set(in->set, before) &&
			    follow(&r, &next, in->to))
				return true;
		}
		if (follow(&r, &next, 0))
			return true;
		swap = now;
		now = next;
		next = swap;
		before = c;
		text = ahead;
		r.begin = false;
	} while (c);
	return false;
}
