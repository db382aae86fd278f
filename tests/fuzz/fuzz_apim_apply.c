// SPDX-License-Identifier: Apache-2.0
/*
 * {"schema": ..., "steps": [{"manager": "a", "apply": true, "object": ...}]}:
 * whatever was there before, applying the same twice changes nothing, and what
 * managedFields say can be read and written again.
 */
#include "apimachinery/apply.h"

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

/* What kubectl's client-side apply notes, and the server keeps up to date for
 * kubectl: who applies it himself applies what is another's already. */
static bool has_last_applied(const cJSON *object)
{
	return ob_json_get(ob_json_at(object, "metadata.annotations"),
			   "kubectl.kubernetes.io/last-applied-configuration");
}

/* The hub applies, then validates, and keeps what is valid: for an item of a
 * map-like list without its key, nothing below is promised. */
static bool is_kept(struct ob_arena *a, const struct ob_api_schema *s,
		    const cJSON *object)
{
	struct ob_api_causes causes = { .n = 0 };

	if (s)
		ob_api_schema_validate(a, s, object, &causes);
	return causes.n == 0;
}

static void step(struct ob_arena *a, const struct ob_api_schema *s,
		 const cJSON *one, cJSON **live)
{
	const char *name = ob_json_string(one, "manager");
	const cJSON *object = ob_json_get(one, "object");
	struct ob_api_manager m = { name ? name : "", "Apply", "v1", "", "T" };
	struct ob_api_causes conflicts = { .n = 0 };
	cJSON *next = NULL, *again = NULL;

	if (!cJSON_IsObject(object))
		return;
	if (!ob_json_bool(one, "apply", false)) {
		m.operation = "Update";
		next = ob_json_copy(a, object);
		ob_api_manage_update(a, s, *live, next, &m);
		if (is_kept(a, s, next))
			*live = next;
		return;
	}
	if (ob_api_apply(a, s, *live, object, &m,
			 ob_json_bool(one, "force", false), &next,
			 &conflicts) < 0) {
		CHECK(conflicts.n && !next);
		CHECK(*ob_api_conflict_message(a, &conflicts));
		return;
	}
	if (!is_kept(a, s, next))
		return;
	*live = next;
	if (has_last_applied(object))
		return;
	CHECK(ob_api_apply(a, s, next, object, &m, false, &again, &conflicts) ==
	      0);
	CHECK(ob_json_equal(next, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_causes causes = { .n = 0 };
	const struct ob_api_schema *s = NULL;
	cJSON *root = NULL, *steps, *live = NULL;

	if (ob_json_parse(a, (const char *)data, size, size, &root, NULL) < 0 ||
	    has_twins(root))
		return 0;
	if (ob_json_get(root, "schema") &&
	    ob_api_schema_compile(a, ob_json_get(root, "schema"), &s, &causes) <
		    0)
		return 0;
	steps = ob_json_get(root, "steps");
	for (const cJSON *o = steps ? steps->child : NULL; o; o = o->next)
		step(a, s, o, &live);
	return 0;
}
