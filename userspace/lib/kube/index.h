/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values by key, and by as many other keys as their owner gives them. Adding
 * and removing take constant time, however many share a key. The keys are those
 * of somebody's table, whose values are the index's; they may be there before
 * and after. Private to this folder.
 */
#pragma once

#include <stddef.h>

#include "base/cleanup.h"
#include "kube/table.h"

struct ob_kube_index;

/* Appends, through add(to, key), the keys of value in index i. */
typedef void (*ob_kube_index_keys)(void *arg, size_t i, const void *value,
				   void (*add)(void *to, const char *key),
				   void *to);

/* n: how many indexes. keys may be NULL when there are none. table outlives it.
 */
int ob_kube_index_new(struct ob_kube_table *table, size_t n,
		      ob_kube_index_keys keys, void *arg,
		      struct ob_kube_index **ret);
/* free_value: for each one that is left. */
void ob_kube_index_free(struct ob_kube_index *x,
			void (*free_value)(void *value));

size_t ob_kube_index_count(const struct ob_kube_index *x);
void *ob_kube_index_get(const struct ob_kube_index *x, const char *key);
/* Puts value there; *ret_before: what was there, or NULL. -ENOMEM: nothing has
 * changed. */
int ob_kube_index_set(struct ob_kube_index *x, const char *key, void *value,
		      void **ret_before);
/* Takes the value out; NULL: there was none. */
void *ob_kube_index_del(struct ob_kube_index *x, const char *key);

typedef void (*ob_kube_index_fn)(void *arg, const char *key, const void *value);
void ob_kube_index_each(const struct ob_kube_index *x, ob_kube_index_fn fn,
			void *arg);
void ob_kube_index_each_by(const struct ob_kube_index *x, size_t i,
			   const char *key, ob_kube_index_fn fn, void *arg);
