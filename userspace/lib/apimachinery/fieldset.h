/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of fields, as managedFields[].fieldsV1 has them: a tree of path elements
 * "f:name" (a member), "k:{"type":"x"}" (an element by its keys), "v:"x"" (an
 * element by its value) and "i:0"; what is in the set is marked. Sets are not
 * changed once made: operations share what they can.
 */
#pragma once

#include "base/json.h"

struct ob_api_set {
	bool member;
	struct ob_api_set_child *v; /* sorted by key, each once */
	size_t n, room;
};

struct ob_api_set_child {
	const char *key;
	const struct ob_api_set *set;
};

/* While it is made: children in any order, then once sorted. */
struct ob_api_set *ob_api_set_new(struct ob_arena *a, bool member);
void ob_api_set_add(struct ob_arena *a, struct ob_api_set *s, const char *key,
		    const struct ob_api_set *child);
void ob_api_set_sort(struct ob_arena *a, struct ob_api_set *s);

bool ob_api_set_is_empty(const struct ob_api_set *s); /* or NULL */
bool ob_api_set_equal(const struct ob_api_set *x, const struct ob_api_set *y);
const struct ob_api_set *ob_api_set_get(const struct ob_api_set *s,
					const char *key);
/* Any of them may be NULL, which is empty. */
const struct ob_api_set *ob_api_set_union(struct ob_arena *a,
					  const struct ob_api_set *x,
					  const struct ob_api_set *y);
const struct ob_api_set *ob_api_set_difference(struct ob_arena *a,
					       const struct ob_api_set *x,
					       const struct ob_api_set *y);
const struct ob_api_set *ob_api_set_intersection(struct ob_arena *a,
						 const struct ob_api_set *x,
						 const struct ob_api_set *y);

/* fieldsV1; what makes no sense in it is left out. */
const struct ob_api_set *ob_api_set_decode(struct ob_arena *a, const cJSON *v);
cJSON *ob_api_set_encode(struct ob_arena *a, const struct ob_api_set *s);

/* Each path in it, as people see it: .spec.ports[port=80].name */
void ob_api_set_each(struct ob_arena *a, const struct ob_api_set *s,
		     void (*each)(const char *path, void *data), void *data);
