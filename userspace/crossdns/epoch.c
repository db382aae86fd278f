// SPDX-License-Identifier: Apache-2.0
#include "crossdns/epoch.h"

#include <stddef.h>

void ob_epoch_init(struct ob_epoch *e)
{
	*e = (struct ob_epoch){ .now = 1 };
}

void ob_epoch_enter(struct ob_epoch *e, unsigned int reader)
{
	uint64_t now = atomic_load_explicit(&e->now, memory_order_acquire);

	/* Sequentially consistent, and so before every load that follows: the
	 * one who unlinks sees us, or we do not see what was unlinked. */
	atomic_store(&e->readers[reader].since, now);
	atomic_thread_fence(memory_order_seq_cst);
}

void ob_epoch_leave(struct ob_epoch *e, unsigned int reader)
{
	atomic_store_explicit(&e->readers[reader].since, 0,
			      memory_order_release);
}

void ob_epoch_retire(struct ob_epoch *e, struct ob_retired *r)
{
	atomic_thread_fence(memory_order_seq_cst);
	r->next = NULL;
	/* Whoever enters from now on has at least this number. */
	r->epoch = atomic_fetch_add(&e->now, 1) + 1;
	if (e->newest)
		e->newest->next = r;
	else
		e->oldest = r;
	e->newest = r;
	e->n_retired++;
}

static uint64_t oldest_reader(struct ob_epoch *e)
{
	uint64_t oldest = UINT64_MAX;

	for (size_t i = 0; i < OB_EPOCH_READERS_MAX; i++) {
		uint64_t since = atomic_load(&e->readers[i].since);

		if (since && since < oldest)
			oldest = since;
	}
	return oldest;
}

static void free_until(struct ob_epoch *e, uint64_t epoch)
{
	while (e->oldest && e->oldest->epoch <= epoch) {
		struct ob_retired *r = e->oldest;

		e->oldest = r->next;
		e->n_retired--;
		r->free_fn(r);
	}
	if (!e->oldest)
		e->newest = NULL;
}

void ob_epoch_collect(struct ob_epoch *e)
{
	if (!e->oldest)
		return;
	free_until(e, oldest_reader(e));
}

void ob_epoch_done(struct ob_epoch *e)
{
	free_until(e, UINT64_MAX);
}
