// SPDX-License-Identifier: Apache-2.0
#include "kube/seen.h"

#include <errno.h>
#include <stdbool.h>

#include "kube/digest.h"

/* Of each entry. */
struct object {
	uint64_t digest;
	uint32_t generation;
};

int ob_kube_seen_init(struct ob_kube_seen *s)
{
	ob_kube_seed_init(&s->seed);
	s->table = ob_kube_table_new_with(sizeof(struct object));
	return s->table ? 0 : -ENOMEM;
}

void ob_kube_seen_done(struct ob_kube_seen *s)
{
	ob_kube_table_freep(&s->table);
	s->table = NULL;
}

void ob_kube_seen_begin(struct ob_kube_seen *s)
{
	s->generation++;
}

int ob_kube_seen_set(struct ob_kube_seen *s, const char *key,
		     const cJSON *object)
{
	const struct object is = { .digest = ob_kube_digest(&s->seed, object),
				   .generation = s->generation };
	struct ob_kube_entry *e = ob_kube_table_get(s->table, key);
	bool known = e;
	struct object *o;
	int r;

	if (!e && ob_kube_table_count(s->table) >= OB_KUBE_MAX_OBJECTS)
		return -E2BIG;
	r = known ? 0 : ob_kube_table_add(s->table, key, &e);
	if (r < 0)
		return r;
	o = ob_kube_table_extra(s->table, e);
	known = known && o->digest == is.digest;
	*o = is;
	return !known;
}

void ob_kube_seen_del(struct ob_kube_seen *s, const char *key)
{
	struct ob_kube_entry *e = ob_kube_table_get(s->table, key);

	if (e)
		ob_kube_table_del(s->table, e);
}

const char *ob_kube_seen_missing(const struct ob_kube_seen *s, size_t *at)
{
	struct ob_kube_entry *e;

	while ((e = ob_kube_table_next(s->table, at))) {
		const struct object *o = ob_kube_table_extra(s->table, e);

		if (o->generation == s->generation)
			continue;
		(*at)--; /* another will have moved here */
		return e->key;
	}
	return NULL;
}
