/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table from texts to pointers, for a hundred thousand of them and
 * more: open addressing, one allocation an entry, the key in it.
 */
#pragma once

#include <stddef.h>

#include "base/cleanup.h"

struct ob_kube_table;

struct ob_kube_entry {
	unsigned long long hash;
	void *value; /* the user's */
	char key[];
};

/* NULL: out of memory. */
struct ob_kube_table *ob_kube_table_new(void);
/* Every entry has so many bytes more, zero at first. */
struct ob_kube_table *ob_kube_table_new_with(size_t extra);
void *ob_kube_table_extra(const struct ob_kube_table *t,
			  struct ob_kube_entry *entry);
/* Values are the user's to free, before. */
void ob_kube_table_free(struct ob_kube_table *t);
OB_DEFINE_CLEANUP(struct ob_kube_table *, ob_kube_table_free)

size_t ob_kube_table_count(const struct ob_kube_table *t);
/* NULL when there is none. */
struct ob_kube_entry *ob_kube_table_get(const struct ob_kube_table *t,
					const char *key);
/* The one there is, or a new one whose value is NULL. -ENOMEM. */
int ob_kube_table_add(struct ob_kube_table *t, const char *key,
		      struct ob_kube_entry **ret);
/* Frees the entry, not its value. */
void ob_kube_table_del(struct ob_kube_table *t, struct ob_kube_entry *entry);
/*
 * The next at or behind *at, from 0 on; NULL: no more. An entry that was just
 * returned may be deleted if *at is decremented: another may be there now.
 * Adding ends the walk's promise.
 */
struct ob_kube_entry *ob_kube_table_next(const struct ob_kube_table *t,
					 size_t *at);
