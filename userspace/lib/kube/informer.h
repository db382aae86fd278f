/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reflector's objects, decoded, in a table with indexes: what a reconciler
 * computes from. What an entry holds is its owner's type. Any function but
 * decode and index may free the informer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "kube/reflector.h"

struct ob_kube_informer;

struct ob_kube_informer_ops {
	/* A new heap value, or an error with a status: the object is then kept
	 * as it was known before, and refused objects are counted. */
	int (*decode)(void *arg, const cJSON *object, void **ret,
		      struct ob_status *status);
	void (*free_value)(void *value);
	/* Its keys in index i, appended by calling add; NULL: no indexes. */
	void (*index)(void *arg, size_t i, const void *value,
		      void (*add)(void *to, const char *key), void *to);
	/* One call for each change, after it; old or new is NULL. May be NULL.
	 */
	void (*changed)(void *arg, const char *key, const void *before,
			const void *after);
	void (*synced)(void *arg); /* may be NULL */
	void (*state)(void *arg, const struct ob_status *status); /* too */
};

int ob_kube_informer_new(struct ob_kube *k,
			 const struct ob_kube_reflector_options *options,
			 size_t n_indexes,
			 const struct ob_kube_informer_ops *ops, void *arg,
			 struct ob_kube_informer **ret);
void ob_kube_informer_free(struct ob_kube_informer *i);
OB_DEFINE_CLEANUP(struct ob_kube_informer *, ob_kube_informer_free)

bool ob_kube_informer_synced(const struct ob_kube_informer *i);
size_t ob_kube_informer_count(const struct ob_kube_informer *i);
/* NULL when there is none. */
const void *ob_kube_informer_get(const struct ob_kube_informer *i,
				 const char *key);
/* In no order; the table must not change meanwhile. */
void ob_kube_informer_each(const struct ob_kube_informer *i,
			   void (*fn)(void *arg, const char *key,
				      const void *value),
			   void *arg);
void ob_kube_informer_each_by(
	const struct ob_kube_informer *i, size_t index, const char *index_key,
	void (*fn)(void *arg, const char *key, const void *value), void *arg);
struct ob_kube_reflector_stats
ob_kube_informer_stats_get(const struct ob_kube_informer *i);
