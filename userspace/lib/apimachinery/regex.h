/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions of schemas: the syntax of RE2, which kube-apiserver
 * takes, without \p and \C, in time linear to the text whatever the pattern.
 * POSIX' regcomp() knows neither \d nor (?:), and keeps memory that no arena
 * can free.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

struct ob_regex;

/* What is wrong with the pattern, a sentence in a; NULL: nothing. */
const char *ob_regex_compile(struct ob_arena *a, const char *pattern,
			     struct ob_regex **ret);
/* Anywhere in the text, unless the pattern is anchored. Needs a bit of a. */
bool ob_regex_matches(struct ob_arena *a, const struct ob_regex *re,
		      const char *text);
