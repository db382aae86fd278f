/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has changed, for watches: one history with a cursor for each reader.
 * The newest changes are in memory, all others are read from the store. A
 * reader costs nothing while it is behind.
 */
#pragma once

#include "base/arena.h"
#include "hub/store.h"

struct ob_hub_feed;

struct ob_hub_feed *ob_hub_feed_new(struct ob_hub_store *s);
void ob_hub_feed_free(struct ob_hub_feed *f);
OB_DEFINE_CLEANUP(struct ob_hub_feed *, ob_hub_feed_free)

/* Somebody who is told when a change of resource was published. */
struct ob_hub_subscriber {
	const char *resource;
	void (*notify)(struct ob_hub_subscriber *s,
		       const struct ob_hub_change *c);
	struct ob_hub_subscriber *prev, *next;
};
void ob_hub_feed_subscribe(struct ob_hub_feed *f, struct ob_hub_subscriber *s);
void ob_hub_feed_unsubscribe(struct ob_hub_feed *f,
			     struct ob_hub_subscriber *s);
/* The first; the others by next. */
struct ob_hub_subscriber *ob_hub_feed_subscribers(struct ob_hub_feed *f);

/* c is committed; takes the reference. In order of revisions. */
void ob_hub_feed_publish(struct ob_hub_feed *f, struct ob_hub_change *c);
/* The last one that was published. */
uint64_t ob_hub_feed_head(const struct ob_hub_feed *f);

/* A reader. Everything up to rv has been read. */
struct ob_hub_cursor {
	const char *resource; /* outlives it */
	uint64_t rv;
	struct ob_arena *arena; /* of batch */
	struct ob_hub_change **batch;
	size_t n, at;
};
void ob_hub_cursor_init(struct ob_hub_cursor *c, const char *resource,
			uint64_t rv);
void ob_hub_cursor_done(struct ob_hub_cursor *c);
/* 1 with a change (a reference), 0: there is none yet, -ESTALE: what comes
 * next has been forgotten. */
int ob_hub_feed_next(struct ob_hub_feed *f, struct ob_hub_cursor *c,
		     struct ob_hub_change **ret);
