/* SPDX-License-Identifier: Apache-2.0 */
/* The tree between a pattern and its program; see regex.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct ob_regex_range {
	uint32_t from, to;
};

struct ob_regex_set {
	OB_LIST(struct ob_regex_range) ranges;
	bool negated;
};

enum ob_regex_kind {
	OB_REGEX_EMPTY,
	OB_REGEX_SET,
	OB_REGEX_CAT,
	OB_REGEX_ALT,
	OB_REGEX_REPEAT,
	OB_REGEX_BEGIN,
	OB_REGEX_END,
	OB_REGEX_WORD,
	OB_REGEX_NOT_WORD,
};

struct ob_regex_node {
	enum ob_regex_kind kind;
	struct ob_regex_node *left, *right;
	struct ob_regex_set set;
	int min, max; /* of REPEAT; max -1: any number */
};

/* What is wrong, or NULL and the tree. */
const char *ob_regex_parse(struct ob_arena *a, const char *pattern,
			   struct ob_regex_node **ret);
/* The code point at *s, which moves on; 0 at the end. */
uint32_t ob_regex_next(const char **s);
