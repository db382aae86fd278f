/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of the server and their history, in one SQLite file.
 *
 * Every write makes a revision, numbered by one counter: the resourceVersion.
 * Writes of one turn of the event loop are one transaction: nothing of it may
 * be told to anybody before ob_hub_store_commit(), which returns once it is on
 * disk (WAL, synchronous=FULL), and nothing of it happened if that fails.
 *
 * Old revisions stay until ob_hub_store_compact(), so that lists of several
 * pages read one state and watches resume where they were cut off.
 *
 * One process serves a file (see lock.h). Others may write tokens (tokens.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "hub/change.h"

struct ob_hub_store;

/*
 * Opens or makes the file (mode 0600). check: reads all of it for damage.
 * -EUCLEAN: damaged, or not ours, with a sentence.
 */
int ob_hub_store_open(const char *path, bool check, struct ob_hub_store **ret,
		      struct ob_status *status);
void ob_hub_store_free(struct ob_hub_store *s);
OB_DEFINE_CLEANUP(struct ob_hub_store *, ob_hub_store_free)
/* For tokens, settings and backups, which have their own tables. */
struct sqlite3 *ob_hub_store_db(struct ob_hub_store *s);

/* The last revision, those under way included. */
uint64_t ob_hub_store_rv(const struct ob_hub_store *s);
/* History up to here is gone. */
uint64_t ob_hub_store_compacted(const struct ob_hub_store *s);

/* An object at some revision; strings live in the arena it was read into. */
struct ob_hub_object {
	uint64_t rv;
	const char *namespace, *name, *uid;
	const char *text;
	size_t size;
};

/* -ENOENT. */
int ob_hub_store_get(struct ob_hub_store *s, const struct ob_hub_key *key,
		     struct ob_arena *a, struct ob_hub_object *ret);
/* The living object with this uid, whatever it is; its key too. */
int ob_hub_store_find(struct ob_hub_store *s, const char *uid,
		      struct ob_arena *a, struct ob_hub_key *ret);

/*
 * Objects in order of (namespace, name), as they were at revision rv, which
 * has not been compacted.
 */
struct ob_hub_range {
	const char *resource;
	const char *namespace;	     /* NULL: all */
	uint64_t rv;		     /* 0: now */
	const char *after_namespace; /* NULL: from the first */
	const char *after_name;
	size_t max;
	size_t max_bytes; /* ends behind the one that reaches it; 0: any */
};
struct ob_hub_objects {
	struct ob_hub_object *v;
	size_t n, room;
	bool cut; /* max_bytes was reached: there may be more */
};
int ob_hub_store_list(struct ob_hub_store *s, const struct ob_hub_range *range,
		      struct ob_arena *a, struct ob_hub_objects *ret);
/* How many there are now behind range's "after"; max does not count. */
int ob_hub_store_count(struct ob_hub_store *s, const struct ob_hub_range *range,
		       uint64_t *ret);

/* The number that the next write will have, for the object's text. */
uint64_t ob_hub_store_next(const struct ob_hub_store *s);
/* Adds or replaces; text has resourceVersion ob_hub_store_next(). */
int ob_hub_store_put(struct ob_hub_store *s, const struct ob_hub_key *key,
		     const char *uid, const char *text);
/* text: the last state, with resourceVersion ob_hub_store_next(). */
int ob_hub_store_delete(struct ob_hub_store *s, const struct ob_hub_key *key,
			const char *text);

/* Who is owned by whom: uid of the owner, and the owned. */
int ob_hub_store_own(struct ob_hub_store *s, const char *owner_uid,
		     const struct ob_hub_key *key);
int ob_hub_store_disown(struct ob_hub_store *s, const char *owner_uid,
			const struct ob_hub_key *key);
struct ob_hub_keys {
	struct ob_hub_key *v;
	size_t n, room;
};
int ob_hub_store_owned(struct ob_hub_store *s, const char *owner_uid,
		       size_t max, struct ob_arena *a, struct ob_hub_keys *ret);

/* Living objects last written before before_s, seconds since 1970. */
int ob_hub_store_older(struct ob_hub_store *s, const char *resource,
		       int64_t before_s, size_t max, struct ob_arena *a,
		       struct ob_hub_keys *ret);

/*
 * Ends the turn. 0 with the changes made, in order, each a reference for the
 * caller; the array is valid until the next write. Negative: nothing of this
 * turn happened.
 */
int ob_hub_store_commit(struct ob_hub_store *s,
			struct ob_hub_change *const **ret, size_t *ret_n);
/* Something was written in this turn. */
bool ob_hub_store_dirty(const struct ob_hub_store *s);

/*
 * Up to max changes of resource after revision rv, which has not been
 * compacted, oldest first; each a reference for the caller. Fewer when they
 * are large, but at least one if there is any.
 */
int ob_hub_store_history(struct ob_hub_store *s, const char *resource,
			 uint64_t rv, size_t max, struct ob_arena *a,
			 struct ob_hub_change ***ret, size_t *ret_n);

/*
 * Forgets revisions that are both older than before_s (seconds since 1970) and
 * not among the newest keep, but at most max of them now. Returns how many, or
 * a negative errno. Not inside of a turn that has written.
 */
int ob_hub_store_compact(struct ob_hub_store *s, int64_t before_s,
			 uint64_t keep, uint64_t max);
