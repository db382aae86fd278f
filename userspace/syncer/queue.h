/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Services that there is anything to know about, and which of them have to
 * be looked at, first come first served. Pure.
 */
#pragma once

#include "base/cleanup.h"
#include "syncer/reconcile.h"

struct ob_queue;

struct ob_queued {
	const char *key;   /* NAMESPACE/NAME */
	uint64_t since_ms; /* of the first change that is not done; 0: none */
	bool wrote;	   /* something, since then */
	struct ob_reconciled last;
};

/* NULL: out of memory. */
struct ob_queue *ob_queue_new(void);
void ob_queue_free(struct ob_queue *q);
OB_DEFINE_CLEANUP(struct ob_queue *, ob_queue_free)

/* -ENOMEM: it is looked at with the next audit, if it is known. */
int ob_queue_add(struct ob_queue *q, const char *key, uint64_t now_ms);
/* All that are known: of a namespace, or (NULL) of all. */
void ob_queue_add_all(struct ob_queue *q, const char *namespace,
		      uint64_t now_ms);
/* The next; NULL: none. It is known until _forget. */
struct ob_queued *ob_queue_take(struct ob_queue *q);
/* Nothing is left to know about it. */
void ob_queue_forget(struct ob_queue *q, struct ob_queued *s);
size_t ob_queue_known(const struct ob_queue *q);
size_t ob_queue_length(const struct ob_queue *q);
