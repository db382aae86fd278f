/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees that others made: looking up and changing members of objects without
 * walking all of them each time. An object of 100,000 members is a legal body,
 * and all against all would keep a server busy for half a minute.
 */
#pragma once

#include "base/json.h"

/* The members of an object as it was when the index was made. */
struct ob_api_index {
	const cJSON *object;
	cJSON **slots; /* NULL: few members, which are looked through */
	size_t mask;
};

struct ob_api_index ob_api_index_new(struct ob_arena *a, const cJSON *object);
cJSON *ob_api_index_get(const struct ob_api_index *i, const char *key);

/* Adds one that is known not to be there. */
void ob_api_member_add(struct ob_arena *a, cJSON *object, const char *key,
		       cJSON *value);
/* v gets the value, which must not be used any more, and keeps its place. */
void ob_api_value_replace(cJSON *v, const cJSON *value);
/* Levels below and with v; 1: a scalar. */
size_t ob_api_depth(const cJSON *v);
/* Values below and with v. */
size_t ob_api_count(const cJSON *v);
