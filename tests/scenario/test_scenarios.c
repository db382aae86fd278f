// SPDX-License-Identifier: Apache-2.0
/* Every *.scn of this folder is a test of its own. */
#include "script.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"

static void scenario(void **state)
{
	script_run(*state);
}

int main(void)
{
	const char *source = getenv("OB_SOURCE_DIR");
	struct CMUnitTest *tests;
	char pattern[4096];
	glob_t files = { 0 };
	int r;

	/* The log of applied operations is not what is looked at. */
	ob_log_set_level(OB_LOG_ERROR);
	snprintf(pattern, sizeof(pattern), "%s/tests/scenario/*.scn",
		 source ? source : ".");
	if (glob(pattern, 0, NULL, &files) != 0) {
		fprintf(stderr, "no scenarios: %s\n", pattern);
		return 1;
	}
	tests = calloc(files.gl_pathc, sizeof(*tests));
	for (size_t i = 0; tests && i < files.gl_pathc; i++) {
		tests[i].name = strrchr(files.gl_pathv[i], '/') + 1;
		tests[i].test_func = scenario;
		tests[i].initial_state = files.gl_pathv[i];
	}
	r = _cmocka_run_group_tests("scenarios", tests, files.gl_pathc, NULL,
				    NULL);
	free(tests);
	globfree(&files);
	return r;
}
