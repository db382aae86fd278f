// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/tree.h"

#include <string.h>

#define FEW 16

/* FNV-1a; hostile keys can make it slow, but not slower than no index. */
static size_t hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

struct ob_api_index ob_api_index_new(struct ob_arena *a, const cJSON *object)
{
	struct ob_api_index i = { .object = object };
	size_t n = 0, room = 4 * FEW;

	if (!cJSON_IsObject(object))
		return i;
	for (const cJSON *m = object->child; m; m = m->next)
		n++;
	if (n <= FEW)
		return i;
	while (room < 2 * n)
		room *= 2;
	i.slots = ob_arena_array(a, room, sizeof(cJSON *));
	i.mask = room - 1;
	for (cJSON *m = object->child; m; m = m->next) {
		size_t at = hash(m->string) & i.mask;

		/* Of two with one name the first counts, as elsewhere. */
		while (i.slots[at] &&
		       strcmp(i.slots[at]->string, m->string) != 0)
			at = (at + 1) & i.mask;
		if (!i.slots[at])
			i.slots[at] = m;
	}
	return i;
}

cJSON *ob_api_index_get(const struct ob_api_index *i, const char *key)
{
	if (!i->slots)
		return ob_json_get(i->object, key);
	for (size_t at = hash(key) & i->mask; i->slots[at];
	     at = (at + 1) & i->mask)
		if (!strcmp(i->slots[at]->string, key))
			return i->slots[at];
	return NULL;
}

void ob_api_member_add(struct ob_arena *a, cJSON *object, const char *key,
		       cJSON *value)
{
	value->string = ob_arena_strdup(a, key);
	ob_json_append(a, object, value);
}

void ob_api_value_replace(cJSON *v, const cJSON *value)
{
	v->type = value->type;
	v->child = value->child;
	v->valuestring = value->valuestring;
	v->valueint = value->valueint;
	v->valuedouble = value->valuedouble;
}

size_t ob_api_depth(const cJSON *v)
{
	size_t most = 0;

	for (const cJSON *c = v->child; c; c = c->next) {
		size_t depth = ob_api_depth(c);

		most = depth > most ? depth : most;
	}
	return most + 1;
}

size_t ob_api_count(const cJSON *v)
{
	size_t n = 1;

	for (const cJSON *c = v->child; c; c = c->next)
		n += ob_api_count(c);
	return n;
}
