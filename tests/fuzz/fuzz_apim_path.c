// SPDX-License-Identifier: Apache-2.0
/* A path, a newline and a document; a pattern of a schema, too. */
#include "apimachinery/regex.h"
#include "apimachinery/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	char *path = ob_arena_alloc(a, size + 1), *rest;
	struct ob_regex *re = NULL;
	cJSON *v = NULL;

	if (size)
		memcpy(path, data, size);
	rest = strchr(path, '\n');
	if (!rest)
		return 0;
	*rest++ = '\0';
	if (!ob_regex_compile(a, path, &re) && strlen(rest) < 4096)
		(void)ob_regex_matches(a, re, rest);
	if (ob_json_parse(a, rest, strlen(rest), size, &v, &status) < 0)
		return 0;
	status = (struct ob_status)OB_STATUS_INIT;
	if (ob_api_path_check(path, &status) < 0)
		CHECK(status.reason && status.message[0]);
	(void)ob_api_path_get(v, path);
	return 0;
}
