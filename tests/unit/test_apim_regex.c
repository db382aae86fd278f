// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool matches(const char *pattern, const char *text)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_regex *re = NULL;
	const char *wrong = ob_regex_compile(a, pattern, &re);

	if (wrong)
		fail_msg("%s: %s", pattern, wrong);
	return ob_regex_matches(a, re, text);
}

static const struct {
	const char *pattern, *text;
	bool matches;
} texts[] = {
	{ "", "", true },
	{ "b", "abc", true },
	{ "^b", "abc", false },
	{ "c$", "abc", true },
	{ "^a.c$", "abc", true },
	{ "^a.c$", "a\nc", false },
	{ "(?s)^a.c$", "a\nc", true },
	{ "^[a-c]+$", "abcabc", true },
	{ "^[^a-c]+$", "xyz", true },
	{ "^[^a-c]+$", "xaz", false },
	{ "^a{2,3}$", "a", false },
	{ "^a{2,3}$", "aaa", true },
	{ "^a{2}$", "aaa", false },
	{ "^a{2,}$", "aaaa", true },
	{ "^a{,2}$", "a{,2}", true },
	{ "^(ab|c)*$", "abcab", true },
	{ "^(?:a|b)?c$", "c", true },
	{ "^\\d+\\.\\w\\s$", "12.a ", true },
	{ "^\\D$", "1", false },
	{ "^[\\d-]+$", "1-2", true },
	{ "^[[:alpha:]_]+$", "a_B", true },
	{ "(?i)^ABC$", "abc", true },
	{ "^(?i:a)b$", "AB", false },
	{ "\\bfoo\\b", "a foo b", true },
	{ "\\bfoo\\b", "afoo", false },
	{ "^\\x41\\x{42}$", "AB", true },
	{ "^.$", "\xc3\xa9", true },
	{ "^[\xc3\xa0-\xc3\xbf]$", "\xc3\xa9", true },
	{ "^a+?$", "aaa", true },
	{ "^[]a]+$", "]a", true },
	{ "^(?P<n>a)$", "a", true },
	{ "a|^$", "", true },
};

static void matches_as_re2_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (matches(texts[i].pattern, texts[i].text) !=
		    texts[i].matches)
			fail_msg("%s on %s", texts[i].pattern, texts[i].text);
}

static void refuses_patterns_that_make_no_sense(void **state)
{
	static const char *const patterns[] = {
		"(",
		")",
		"[a",
		"[z-a]",
		"a**",
		"*",
		"a{2,1}",
		"a{1001}",
		"\\",
		"\\y",
		"(?x)",
		"(?=a)",
		"[[:no:]]",
		"\\x{110000}",
		"(?<=a)",
		"((((((a{99}){99}){99}){99}){99}){99})",
		"((((((){999}){999}){999}){999}){999}){999}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
		struct ob_regex *re = NULL;

		if (!ob_regex_compile(a, patterns[i], &re))
			fail_msg("%s", patterns[i]);
		assert_null(re);
	}
}

/* Engines that try one way after the other need 2^60 steps for it. */
static void takes_no_exponential_time(void **state)
{
	char text[61] = { 0 };

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	assert_false(matches("^(a+)+(a|aa)*b$", text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_as_re2_does),
		cmocka_unit_test(refuses_patterns_that_make_no_sense),
		cmocka_unit_test(takes_no_exponential_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
