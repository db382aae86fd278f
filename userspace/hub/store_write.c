// SPDX-License-Identifier: Apache-2.0
#include "hub/store_private.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

static int turn_begin(struct ob_hub_store *s)
{
	int r;

	if (s->in_turn)
		return s->failed;
	r = ob_hub_sql_run(s->st[OB_HUB_SQL_BEGIN]);
	if (r == 0)
		s->in_turn = true;
	return r;
}

/* One failure fails the turn: nobody gets to see half of a write. */
static int check(struct ob_hub_store *s, int r)
{
	if (r < 0 && !s->failed)
		s->failed = r;
	return r;
}

static void bind_key(sqlite3_stmt *st, const struct ob_hub_key *key)
{
	ob_hub_sql_text(st, 1, key->resource);
	ob_hub_sql_text(st, 2, key->namespace);
	ob_hub_sql_text(st, 3, key->name);
}

static void remember(struct ob_hub_store *s, struct ob_hub_change *c)
{
	if (s->n_changes == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->changes = reallocarray(s->changes, s->room,
					  sizeof(struct ob_hub_change *));
		if (!s->changes)
			abort();
	}
	s->changes[s->n_changes++] = c;
}

static int revision_add(struct ob_hub_store *s, const struct ob_hub_change *c,
			uint64_t prev)
{
	sqlite3_stmt *st = s->st[OB_HUB_SQL_REVISION_ADD];

	bind_key(st, &c->key);
	ob_hub_sql_u64(st, 4, c->rv);
	ob_hub_sql_u64(st, 5, c->type);
	ob_hub_sql_u64(st, 6, prev);
	ob_hub_sql_u64(st, 7, (uint64_t)ob_clock_realtime_s());
	ob_hub_sql_bytes(st, 8, c->object->bytes, c->object->size);
	return ob_hub_sql_run(st);
}

/* The object as it is now; rv 0 when it is not. */
static int before(struct ob_hub_store *s, const struct ob_hub_key *key,
		  uint64_t *ret_rv, struct ob_hub_blob **ret)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_hub_object old;
	int r = ob_hub_store_get(s, key, a, &old);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	*ret_rv = old.rv;
	*ret = ob_hub_blob_new(old.text, old.size);
	return 0;
}

static int current_set(struct ob_hub_store *s, const struct ob_hub_key *key,
		       const char *uid)
{
	sqlite3_stmt *st = s->st[OB_HUB_SQL_CURRENT_SET];

	bind_key(st, key);
	ob_hub_sql_u64(st, 4, s->rv + 1);
	ob_hub_sql_text(st, 5, uid);
	return ob_hub_sql_run(st);
}

static int current_drop(struct ob_hub_store *s, const struct ob_hub_key *key)
{
	sqlite3_stmt *st = s->st[OB_HUB_SQL_CURRENT_DROP];

	bind_key(st, key);
	return ob_hub_sql_run(st);
}

/* uid NULL: a deletion. */
static int write_revision(struct ob_hub_store *s, const struct ob_hub_key *key,
			  const char *uid, const char *text)
{
	enum ob_hub_change_type type = OB_HUB_ADDED;
	_cleanup_(ob_hub_blob_unrefp) struct ob_hub_blob *old = NULL;
	struct ob_hub_change *c;
	uint64_t prev = 0;
	int r = before(s, key, &prev, &old);

	if (r < 0)
		return r;
	if (!uid && !old)
		return -ENOENT;
	if (old)
		type = uid ? OB_HUB_MODIFIED : OB_HUB_DELETED;
	c = ob_hub_change_new(key, s->rv + 1, type,
			      ob_hub_blob_new(text, strlen(text)),
			      TAKE_PTR(old));
	remember(s, c);
	r = revision_add(s, c, prev);
	if (r == 0)
		r = uid ? current_set(s, key, uid) : current_drop(s, key);
	if (r == 0)
		s->rv++;
	return r;
}

int ob_hub_store_put(struct ob_hub_store *s, const struct ob_hub_key *key,
		     const char *uid, const char *text)
{
	int r = turn_begin(s);

	if (r < 0)
		return r;
	return check(s, write_revision(s, key, uid, text));
}

int ob_hub_store_delete(struct ob_hub_store *s, const struct ob_hub_key *key,
			const char *text)
{
	int r = turn_begin(s);

	if (r < 0)
		return r;
	return check(s, write_revision(s, key, NULL, text));
}

static int owner_run(struct ob_hub_store *s, enum ob_hub_statement which,
		     const char *owner_uid, const struct ob_hub_key *key)
{
	sqlite3_stmt *st = s->st[which];
	int r = turn_begin(s);

	if (r < 0)
		return r;
	bind_key(st, key);
	ob_hub_sql_text(st, 4, owner_uid);
	return check(s, ob_hub_sql_run(st));
}

int ob_hub_store_own(struct ob_hub_store *s, const char *owner_uid,
		     const struct ob_hub_key *key)
{
	return owner_run(s, OB_HUB_SQL_OWNER_ADD, owner_uid, key);
}

int ob_hub_store_disown(struct ob_hub_store *s, const char *owner_uid,
			const struct ob_hub_key *key)
{
	return owner_run(s, OB_HUB_SQL_OWNER_DROP, owner_uid, key);
}

static void undo(struct ob_hub_store *s)
{
	/* SQLite may have rolled back already, when the disk was full. */
	if (!sqlite3_get_autocommit(s->db))
		ob_hub_sql_run(s->st[OB_HUB_SQL_ROLLBACK]);
	for (size_t i = 0; i < s->n_changes; i++)
		ob_hub_change_unref(s->changes[i]);
	s->n_changes = 0;
	s->rv = s->committed_rv;
}

int ob_hub_store_commit(struct ob_hub_store *s,
			struct ob_hub_change *const **ret, size_t *ret_n)
{
	int r = s->failed;

	*ret_n = 0;
	if (!s->in_turn)
		return 0;
	if (r == 0)
		r = ob_hub_sql_run(s->st[OB_HUB_SQL_COMMIT]);
	if (r < 0)
		undo(s);
	s->in_turn = false;
	s->failed = 0;
	if (r < 0)
		return r;
	s->committed_rv = s->rv;
	*ret = s->changes;
	*ret_n = s->n_changes;
	s->n_changes = 0; /* they are the caller's */
	return 0;
}

/* The revision up to which history may go; 0: none. */
static int compact_to(struct ob_hub_store *s, int64_t before_s, uint64_t keep,
		      uint64_t max, uint64_t *ret)
{
	_cleanup_(ob_hub_sql_resetp) sqlite3_stmt *st =
		s->st[OB_HUB_SQL_COMPACT_TO];
	int r;

	*ret = 0;
	if (s->rv <= keep)
		return 0;
	ob_hub_sql_u64(st, 1, s->compacted);
	ob_hub_sql_u64(st, 2, s->rv - keep);
	ob_hub_sql_u64(st, 3, (uint64_t)before_s);
	ob_hub_sql_u64(st, 4, max);
	r = ob_hub_sql_step(st);
	if (r > 0)
		*ret = (uint64_t)sqlite3_column_int64(st, 0);
	return r < 0 ? r : 0;
}

static int forget(struct ob_hub_store *s, uint64_t to)
{
	static const enum ob_hub_statement steps[] = {
		OB_HUB_SQL_COMPACT_OLD,
		OB_HUB_SQL_COMPACT_GONE,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(steps); i++) {
		ob_hub_sql_u64(s->st[steps[i]], 1, s->compacted);
		ob_hub_sql_u64(s->st[steps[i]], 2, to);
		r = ob_hub_sql_run(s->st[steps[i]]);
	}
	if (r < 0)
		return r;
	ob_hub_sql_u64(s->st[OB_HUB_SQL_COMPACTED], 1, to);
	return ob_hub_sql_run(s->st[OB_HUB_SQL_COMPACTED]);
}

int ob_hub_store_compact(struct ob_hub_store *s, int64_t before_s,
			 uint64_t keep, uint64_t max)
{
	struct ob_hub_change *const *none;
	uint64_t to = 0, from = s->compacted;
	size_t n;
	int r = compact_to(s, before_s, keep, max, &to);

	if (r < 0 || to <= from)
		return r;
	r = turn_begin(s);
	if (r < 0)
		return r;
	check(s, forget(s, to));
	r = ob_hub_store_commit(s, &none, &n);
	if (r < 0)
		return r;
	s->compacted = to;
	return to - from > INT32_MAX ? INT32_MAX : (int)(to - from);
}
