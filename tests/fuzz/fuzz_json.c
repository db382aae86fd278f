// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes: a tree whose text is read as the same tree, or a status with a
 * sentence. base/json.h says what is promised.
 */
#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)
#define MAX (64UL * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_depth(const cJSON *v, int depth)
{
	const cJSON *child;

	CHECK(depth <= OB_JSON_MAX_DEPTH);
	cJSON_ArrayForEach(child, v) check_depth(child, depth + 1);
}

/* "ab": twice a key; what is read last time is another order of members. */
static bool has_twins(const cJSON *v)
{
	const cJSON *child, *other;

	cJSON_ArrayForEach(child, v)
	{
		if (has_twins(child))
			return true;
		for (other = child->next; cJSON_IsObject(v) && other;
		     other = other->next)
			if (!strcmp(child->string, other->string))
				return true;
	}
	return false;
}

/* Infinity and the like print as null. */
static bool has_odd_number(const cJSON *v)
{
	const cJSON *child;

	if (cJSON_IsNumber(v) && v->valuedouble - v->valuedouble != 0)
		return true;
	cJSON_ArrayForEach(child, v) if (has_odd_number(child)) return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *root = NULL, *again = NULL;
	const char *text;
	int r;

	r = ob_json_parse(a, (const char *)data, size, MAX, &root, &status);
	if (r < 0) {
		CHECK(!root && status.reason && status.message[0]);
		return 0;
	}
	check_depth(root, 0);
	text = ob_json_print(a, root);
	CHECK(text);
	CHECK(!ob_json_parse(a, text, strlen(text), 16 * MAX, &again, NULL));
	if (!has_twins(root) && !has_odd_number(root))
		CHECK(ob_json_equal(root, again));
	CHECK(has_odd_number(root) ||
	      ob_json_equal(root, ob_json_copy(a, root)) || has_twins(root));
	return 0;
}
