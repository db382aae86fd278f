// SPDX-License-Identifier: Apache-2.0
#include "kube/seen.h"

#include <errno.h>
#include <string.h>

#include "kube/digest.h"

struct object {
	uint64_t digest;
	uint32_t generation;
	char version[];
};

int ob_kube_seen_init(struct ob_kube_seen *s)
{
	ob_kube_seed_init(&s->seed);
	s->table = ob_kube_table_new();
	return s->table ? 0 : -ENOMEM;
}

void ob_kube_seen_done(struct ob_kube_seen *s)
{
	struct ob_kube_entry *e;
	size_t at = 0;

	if (!s->table)
		return;
	while ((e = ob_kube_table_next(s->table, &at)))
		free(e->value);
	ob_kube_table_free(s->table);
	s->table = NULL;
}

void ob_kube_seen_begin(struct ob_kube_seen *s)
{
	s->generation++;
}

static int replace(struct ob_kube_entry *e, const char *version,
		   uint64_t digest, uint32_t generation)
{
	size_t size = strlen(version) + 1;
	struct object *o = e->value;

	if (!o || strlen(o->version) + 1 < size) {
		o = realloc(e->value, sizeof(*o) + size);
		if (!o)
			return -ENOMEM;
		e->value = o;
	}
	memcpy(o->version, version, size);
	o->digest = digest;
	o->generation = generation;
	return 1;
}

int ob_kube_seen_set(struct ob_kube_seen *s, const char *key,
		     const char *version, const cJSON *object)
{
	uint64_t digest = ob_kube_digest(&s->seed, object);
	struct ob_kube_entry *e = ob_kube_table_get(s->table, key);
	const struct object *o = e ? e->value : NULL;
	int r;

	if (o && o->digest == digest && !strcmp(o->version, version)) {
		((struct object *)e->value)->generation = s->generation;
		return 0;
	}
	if (!e && ob_kube_table_count(s->table) >= OB_KUBE_MAX_OBJECTS)
		return -E2BIG;
	r = ob_kube_table_add(s->table, key, &e);
	if (r == 0)
		r = replace(e, version, digest, s->generation);
	if (r < 0 && e && !e->value)
		ob_kube_table_del(s->table, e);
	return r;
}

int ob_kube_seen_del(struct ob_kube_seen *s, const char *key)
{
	struct ob_kube_entry *e = ob_kube_table_get(s->table, key);

	if (!e)
		return 0;
	free(e->value);
	ob_kube_table_del(s->table, e);
	return 1;
}

char *ob_kube_seen_take_missing(struct ob_kube_seen *s, size_t *at)
{
	struct ob_kube_entry *e;
	char *key;

	while ((e = ob_kube_table_next(s->table, at))) {
		const struct object *o = e->value;

		if (o->generation == s->generation)
			continue;
		key = strdup(e->key);
		if (!key)
			return NULL;
		free(e->value);
		ob_kube_table_del(s->table, e);
		(*at)--; /* another may have moved here */
		return key;
	}
	return NULL;
}
