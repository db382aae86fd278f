// SPDX-License-Identifier: Apache-2.0
#include "kube/table.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kube/hash.h"

#define FIRST_ROOM 64 /* a power of two */
#define ALIGN	   _Alignof(struct ob_kube_entry)

struct ob_kube_table {
	struct ob_kube_entry **slots;
	size_t n, room;
	size_t extra; /* bytes in front of each entry */
	struct ob_kube_seed seed;
};

struct ob_kube_table *ob_kube_table_new(void)
{
	return ob_kube_table_new_with(0);
}

struct ob_kube_table *ob_kube_table_new_with(size_t extra)
{
	struct ob_kube_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->slots = calloc(FIRST_ROOM, sizeof(struct ob_kube_entry *));
	if (!t->slots) {
		free(t);
		return NULL;
	}
	t->room = FIRST_ROOM;
	t->extra = (extra + ALIGN - 1) & ~(ALIGN - 1);
	ob_kube_seed_init(&t->seed);
	return t;
}

void *ob_kube_table_extra(const struct ob_kube_table *t,
			  struct ob_kube_entry *entry)
{
	return (char *)entry - t->extra;
}

static struct ob_kube_entry *entry_new(const struct ob_kube_table *t,
				       const char *key, size_t size)
{
	struct ob_kube_entry *entry;
	char *base = malloc(t->extra + sizeof(*entry) + size);

	if (!base)
		return NULL;
	memset(base, 0, t->extra);
	entry = (struct ob_kube_entry *)(void *)(base + t->extra);
	entry->value = NULL;
	memcpy(entry->key, key, size);
	return entry;
}

static void entry_free(const struct ob_kube_table *t,
		       struct ob_kube_entry *entry)
{
	if (entry)
		free(ob_kube_table_extra(t, entry));
}

void ob_kube_table_free(struct ob_kube_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->room; i++)
		entry_free(t, t->slots[i]);
	free(t->slots);
	free(t);
}

size_t ob_kube_table_count(const struct ob_kube_table *t)
{
	return t->n;
}

/* Where it is, or the free place where it would be. */
static size_t find(const struct ob_kube_table *t, const char *key,
		   unsigned long long hash)
{
	size_t i = hash & (t->room - 1);

	while (t->slots[i] && (t->slots[i]->hash != hash ||
			       strcmp(t->slots[i]->key, key) != 0))
		i = (i + 1) & (t->room - 1);
	return i;
}

struct ob_kube_entry *ob_kube_table_get(const struct ob_kube_table *t,
					const char *key)
{
	return t->slots[find(t, key, ob_kube_hash(&t->seed, key, strlen(key)))];
}

static void place(struct ob_kube_table *t, struct ob_kube_entry *entry)
{
	size_t i = entry->hash & (t->room - 1);

	while (t->slots[i])
		i = (i + 1) & (t->room - 1);
	t->slots[i] = entry;
}

/* At most three quarters are in use. */
static int make_room(struct ob_kube_table *t)
{
	struct ob_kube_entry **old = t->slots, **bigger;
	size_t n = t->room;

	if (t->n + 1 <= n / 4 * 3)
		return 0;
	bigger = calloc(n * 2, sizeof(struct ob_kube_entry *));
	if (!bigger)
		return -ENOMEM;
	t->slots = bigger;
	t->room = n * 2;
	for (size_t i = 0; i < n; i++)
		if (old[i])
			place(t, old[i]);
	free(old);
	return 0;
}

int ob_kube_table_add(struct ob_kube_table *t, const char *key,
		      struct ob_kube_entry **ret)
{
	size_t size = strlen(key) + 1;
	unsigned long long hash = ob_kube_hash(&t->seed, key, size - 1);
	size_t i = find(t, key, hash);
	struct ob_kube_entry *entry = t->slots[i];
	int r;

	if (!entry) {
		r = make_room(t);
		if (r < 0)
			return r;
		entry = entry_new(t, key, size);
		if (!entry)
			return -ENOMEM;
		entry->hash = hash;
		place(t, entry);
		t->n++;
	}
	*ret = entry;
	return 0;
}

/* May the one at i move to the hole, without being lost to a search? */
static bool may_move(const struct ob_kube_table *t, size_t hole, size_t i)
{
	size_t mask = t->room - 1;
	size_t home = t->slots[i]->hash & mask;

	return ((i - home) & mask) >= ((i - hole) & mask);
}

void ob_kube_table_del(struct ob_kube_table *t, struct ob_kube_entry *entry)
{
	size_t mask = t->room - 1;
	size_t hole = find(t, entry->key, entry->hash);

	for (size_t i = (hole + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
		if (!may_move(t, hole, i))
			continue;
		t->slots[hole] = t->slots[i];
		hole = i;
	}
	t->slots[hole] = NULL;
	t->n--;
	entry_free(t, entry);
}

struct ob_kube_entry *ob_kube_table_next(const struct ob_kube_table *t,
					 size_t *at)
{
	while (*at < t->room)
		if (t->slots[(*at)++])
			return t->slots[*at - 1];
	return NULL;
}
