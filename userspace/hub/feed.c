// SPDX-License-Identifier: Apache-2.0
#include "hub/feed.h"

#include <errno.h>
#include <string.h>

/* What is kept in memory: a power of two of changes, and their bytes. */
#define SLOTS	  8192U
#define MAX_BYTES ((size_t)8 * 1024 * 1024)
/* At a time from the store. */
#define BATCH	  64

struct ob_hub_feed {
	struct ob_hub_store *store;
	struct ob_hub_change *slots[SLOTS]; /* by rv % SLOTS */
	uint64_t first, head;		    /* in memory: [first, head] */
	size_t bytes;
	struct ob_hub_subscriber *subscribers;
};

struct ob_hub_feed *ob_hub_feed_new(struct ob_hub_store *s)
{
	struct ob_hub_feed *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->store = s;
	f->head = ob_hub_store_rv(s);
	f->first = f->head + 1;
	return f;
}

static size_t size_of(const struct ob_hub_change *c)
{
	return sizeof(*c) + c->object->size + (c->old ? c->old->size : 0);
}

static void forget_first(struct ob_hub_feed *f)
{
	struct ob_hub_change **slot = &f->slots[f->first % SLOTS];

	if (*slot) {
		f->bytes -= size_of(*slot);
		ob_hub_change_unref(*slot);
		*slot = NULL;
	}
	f->first++;
}

void ob_hub_feed_free(struct ob_hub_feed *f)
{
	if (!f)
		return;
	while (f->first <= f->head)
		forget_first(f);
	free(f);
}

void ob_hub_feed_subscribe(struct ob_hub_feed *f, struct ob_hub_subscriber *s)
{
	s->prev = NULL;
	s->next = f->subscribers;
	if (s->next)
		s->next->prev = s;
	f->subscribers = s;
}

void ob_hub_feed_unsubscribe(struct ob_hub_feed *f, struct ob_hub_subscriber *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		f->subscribers = s->next;
	if (s->next)
		s->next->prev = s->prev;
}

struct ob_hub_subscriber *ob_hub_feed_subscribers(struct ob_hub_feed *f)
{
	return f->subscribers;
}

void ob_hub_feed_publish(struct ob_hub_feed *f, struct ob_hub_change *c)
{
	struct ob_hub_subscriber *s, *next;

	f->bytes += size_of(c);
	while (f->first <= f->head &&
	       (f->bytes > MAX_BYTES || c->rv - f->first >= SLOTS))
		forget_first(f);
	if (f->first > f->head)
		f->first = c->rv;
	f->slots[c->rv % SLOTS] = c;
	f->head = c->rv;
	for (s = f->subscribers; s; s = next) {
		next = s->next;
		if (strcmp(s->resource, c->key.resource) == 0)
			s->notify(s, c);
	}
}

uint64_t ob_hub_feed_head(const struct ob_hub_feed *f)
{
	return f->head;
}

void ob_hub_cursor_init(struct ob_hub_cursor *c, const char *resource,
			uint64_t rv)
{
	*c = (struct ob_hub_cursor){
		.resource = resource,
		.rv = rv,
		.arena = ob_arena_new(),
	};
}

void ob_hub_cursor_done(struct ob_hub_cursor *c)
{
	while (c->at < c->n)
		ob_hub_change_unref(c->batch[c->at++]);
	ob_arena_free(c->arena);
	c->arena = NULL;
}

static int take(struct ob_hub_cursor *c, struct ob_hub_change *change,
		struct ob_hub_change **ret)
{
	c->rv = change->rv;
	*ret = change;
	return 1;
}

/* 0: all that is not in memory has been read. */
static int next_stored(struct ob_hub_feed *f, struct ob_hub_cursor *c,
		       struct ob_hub_change **ret)
{
	int r;

	if (c->at < c->n)
		return take(c, c->batch[c->at++], ret);
	if (c->rv + 1 >= f->first)
		return 0;
	if (c->rv < ob_hub_store_compacted(f->store))
		return -ESTALE;
	ob_arena_reset(c->arena);
	c->at = c->n = 0;
	r = ob_hub_store_history(f->store, c->resource, c->rv, BATCH, c->arena,
				 &c->batch, &c->n);
	if (r < 0)
		return r;
	if (c->n > 0)
		return take(c, c->batch[c->at++], ret);
	c->rv = f->head;
	return 0;
}

int ob_hub_feed_next(struct ob_hub_feed *f, struct ob_hub_cursor *c,
		     struct ob_hub_change **ret)
{
	int r = next_stored(f, c, ret);

	if (r != 0)
		return r;
	while (c->rv < f->head) {
		struct ob_hub_change *change = f->slots[(c->rv + 1) % SLOTS];

		c->rv++;
		if (change && strcmp(change->key.resource, c->resource) == 0)
			return take(c, ob_hub_change_ref(change), ret);
	}
	return 0;
}
