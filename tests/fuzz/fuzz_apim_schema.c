// SPDX-License-Identifier: Apache-2.0
/* {"schema": ..., "object": ...}: a schema that compiles can be used on any
 * object; what is pruned once needs no pruning, and so with defaults. */
#include "apimachinery/schema.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of two members with one name others read the first or the last. */
static bool has_twins(const cJSON *v)
{
	for (const cJSON *c = v->child; c; c = c->next) {
		if (has_twins(c))
			return true;
		for (const cJSON *d = c->next; c->string && d; d = d->next)
			if (!strcmp(c->string, d->string))
				return true;
	}
	return false;
}

static void use(struct ob_arena *a, const struct ob_api_schema *s,
		cJSON *object)
{
	struct ob_api_causes unknown = { .n = 0 }, causes = { .n = 0 };
	cJSON *before;

	ob_api_schema_prune(a, s, object, &unknown);
	unknown.n = 0;
	ob_api_schema_prune(a, s, object, &unknown);
	CHECK(!unknown.n);
	ob_api_schema_default(a, s, object);
	before = ob_json_copy(a, object);
	ob_api_schema_default(a, s, object);
	CHECK(ob_json_equal(before, object));
	ob_api_schema_validate(a, s, object, &causes);
	for (size_t i = 0; i < causes.n; i++)
		CHECK(causes.v[i].type && causes.v[i].field &&
		      causes.v[i].message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_causes causes = { .n = 0 };
	const struct ob_api_schema *s = NULL;
	cJSON *root = NULL, *schema, *object;

	if (ob_json_parse(a, (const char *)data, size, size, &root, NULL) < 0 ||
	    has_twins(root))
		return 0;
	schema = ob_json_get(root, "schema");
	object = ob_json_get(root, "object");
	if (!schema || !object)
		return 0;
	if (ob_api_schema_compile(a, schema, &s, &causes) < 0)
		CHECK(!s && causes.n);
	else
		use(a, s, object);
	return 0;
}
