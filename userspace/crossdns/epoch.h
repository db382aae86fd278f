/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When memory that readers may still look at can be freed. One thread changes a
 * structure; others read it without locks and never wait. A reader says when it
 * begins and ends to look; what was unlinked is freed once everybody who was
 * looking at that time has ended. (Epochs: K. Fraser, Practical lock-freedom,
 * 2004.)
 */
#pragma once

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#define OB_EPOCH_READERS_MAX 64

/* Part of what is to be freed. */
struct ob_retired {
	struct ob_retired *next;
	uint64_t epoch;
	void (*free_fn)(struct ob_retired *r);
};

struct ob_epoch_reader {
	/* In a cache line of its own. 0: looks at nothing. */
	alignas(64) _Atomic uint64_t since;
};

struct ob_epoch {
	struct ob_epoch_reader readers[OB_EPOCH_READERS_MAX];
	_Atomic uint64_t now;
	/* Of the thread that changes things. */
	struct ob_retired *oldest, *newest;
	uint64_t n_retired;
};

void ob_epoch_init(struct ob_epoch *e);
/* Frees what is left; there are no readers any more. */
void ob_epoch_done(struct ob_epoch *e);

void ob_epoch_enter(struct ob_epoch *e, unsigned int reader);
void ob_epoch_leave(struct ob_epoch *e, unsigned int reader);

/* r cannot be found any more: free it in time. */
void ob_epoch_retire(struct ob_epoch *e, struct ob_retired *r);
/* Frees what nobody can be looking at. Cheap when there is nothing. */
void ob_epoch_collect(struct ob_epoch *e);
