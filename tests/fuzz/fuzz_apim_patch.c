// SPDX-License-Identifier: Apache-2.0
/* {"object": ..., "patch": ...}: what comes out can be stored. */
#include "apimachinery/patch.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Patches of one document may be as deep as it and the patch together. */
static void check_readable(struct ob_arena *a, const cJSON *v)
{
	const char *text = ob_json_print(a, v);
	cJSON *again = NULL;

	CHECK(text);
	CHECK(ob_json_parse(a, text, strlen(text), SIZE_MAX, &again, NULL) ==
	      0);
}

static void check_strategic(struct ob_arena *a, const cJSON *object,
			    const cJSON *patch, const char *kind)
{
	struct ob_status status = OB_STATUS_INIT;
	cJSON *v = ob_json_copy(a, object);

	if (ob_api_patch_strategic(a, &v, patch, "", kind, &status) == 0)
		check_readable(a, v);
	else
		CHECK(status.reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *root = NULL, *object, *patch, *v;

	if (ob_json_parse(a, (const char *)data, size, size, &root, NULL) < 0)
		return 0;
	object = ob_json_get(root, "object");
	patch = ob_json_get(root, "patch");
	if (!object || !patch)
		return 0;
	v = ob_json_copy(a, object);
	if (ob_api_patch_json(a, &v, patch, &status) == 0)
		check_readable(a, v);
	else
		CHECK(status.reason);
	v = ob_json_copy(a, object);
	CHECK(ob_api_patch_merge(a, &v, patch, NULL) == 0);
	check_readable(a, v);
	check_strategic(a, object, patch, "Pod");
	check_strategic(a, object, patch, "Service");
	return 0;
}
