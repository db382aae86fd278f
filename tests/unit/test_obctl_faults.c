// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <glob.h>
#include <string.h>

#include "obctl_fixture.h"

#define MAX_FILE (256 * 1024)

/* A file of the source tree. */
static const char *text_of(struct obctl_fixture *f, const char *path)
{
	char *text = ob_arena_alloc(f->arena, MAX_FILE);
	FILE *in = fopen(path, "re");

	assert_non_null(in);
	assert_true(fread(text, 1, MAX_FILE - 1, in) > 0);
	fclose(in);
	return text;
}

static const char *below(struct obctl_fixture *f, const char *path)
{
	const char *source = getenv("OB_SOURCE_DIR");

	return ob_arena_printf(f->arena, "%s/%s", source ? source : ".", path);
}

/* "RouteMissing", but neither "Accepted" nor "a phrase". */
static bool is_fault(const char *word, size_t len)
{
	size_t humps = 0;

	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)word[i]))
			return false;
		humps += isupper((unsigned char)word[i]) != 0;
	}
	return len > 4 && isupper((unsigned char)word[0]) && humps > 1;
}

/* Of one source file; returns how many there are. */
static size_t expect_documented(struct obctl_fixture *f, const char *source,
				const char *manual)
{
	size_t n = 0;

	for (const char *at = strchr(source, '"'); at;) {
		size_t len = strcspn(at + 1, "\"\n");
		const char *word =
			ob_arena_printf(f->arena, "%.*s", (int)len, at + 1);

		/* A reason of Peers, quoted when there is no other. */
		if (is_fault(word, len) && strcmp(word, "NotAccepted") != 0) {
			if (!strstr(manual, word))
				print_message("%s is not in obctl.8\n", word);
			assert_non_null(strstr(manual, word));
			n++;
		}
		at = strchr(at + len + 2, '"');
	}
	return n;
}

static void every_fault_is_in_the_manual(void **state)
{
	struct obctl_fixture *f = *state;
	const char *manual = text_of(f, below(f, "docs/obctl.8"));
	glob_t files;
	size_t n = 0;

	assert_int_equal(0, glob(below(f, "userspace/obctl/check_*.c"), 0, NULL,
				 &files));
	for (size_t i = 0; i < files.gl_pathc; i++)
		n += expect_documented(f, text_of(f, files.gl_pathv[i]),
				       manual);
	globfree(&files);
	assert_true(n > 50);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(every_fault_is_in_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
