/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values along a schema, as structured-merge-diff sees them: which fields there
 * are, which differ, merging and removing. Where the schema is silent, objects
 * are granular and lists atomic.
 */
#pragma once

#include "apimachinery/fieldset.h"
#include "apimachinery/schema.h"

/* The fields of a configuration that was applied. */
const struct ob_api_set *ob_api_typed_fields(struct ob_arena *a,
					     const struct ob_api_schema *s,
					     const cJSON *v);

struct ob_api_difference {
	const struct ob_api_set *added, *changed, *removed;
};

/* old or new may be NULL: not there. */
struct ob_api_difference ob_api_typed_compare(struct ob_arena *a,
					      const struct ob_api_schema *s,
					      const cJSON *before,
					      const cJSON *after);
/* over, on top of v; a new value. */
cJSON *ob_api_typed_merge(struct ob_arena *a, const struct ob_api_schema *s,
			  const cJSON *v, const cJSON *over);
/* The fields of gone go; what is empty then goes with them, unless it is in
 * kept itself. (kube-apiserver makes a null of it, which no schema likes.) */
void ob_api_typed_remove(struct ob_arena *a, const struct ob_api_schema *s,
			 cJSON *v, const struct ob_api_set *gone,
			 const struct ob_api_set *kept);
/* The set with the objects that hold its fields in it, where the schema names
 * them: who owns spec.x keeps spec. */
const struct ob_api_set *ob_api_typed_named(struct ob_arena *a,
					    const struct ob_api_schema *s,
					    const struct ob_api_set *set);
