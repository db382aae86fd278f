// SPDX-License-Identifier: Apache-2.0
#include "hub/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/store_private.h"

#define REASON	       "StoreFailed"
#define APPLICATION_ID 0x6f626875 /* "obhu", so that file(1) can tell */
#define BUSY_MS	       5000

static int damaged(const char *path, const char *what, struct ob_status *status)
{
	return ob_status_set(status, EUCLEAN, "StoreDamaged",
			     "%s is damaged: %s; restore a backup with hub "
			     "restore",
			     path, what);
}

/* Made here, because SQLite would make it with the modes of the umask. */
static int file_make(const char *path, struct ob_status *status)
{
	_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || fchmod(fd, 0600) < 0)
		return ob_status_set(status, errno, REASON,
				     "cannot open %s: %s", path,
				     strerrordesc_np(errno));
	return 0;
}

static int first_text(sqlite3 *db, const char *sql, char *ret, size_t size)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *st = NULL;
	int r = ob_hub_sql_prepare(db, sql, &st);

	if (r == 0)
		r = ob_hub_sql_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	snprintf(ret, size, "%s", (const char *)sqlite3_column_text(st, 0));
	return 0;
}

static int first_u64(sqlite3 *db, const char *sql, uint64_t *ret)
{
	char text[32];
	int r = first_text(db, sql, text, sizeof(text));

	if (r == 0)
		*ret = strtoull(text, NULL, 10);
	return r;
}

static int integrity_check(struct ob_hub_store *s, const char *path,
			   struct ob_status *status)
{
	char text[256] = "";
	int r = first_text(s->db, "PRAGMA integrity_check(1)", text,
			   sizeof(text));

	if (r == 0 && strcmp(text, "ok") != 0)
		return damaged(path, text, status);
	return r;
}

static int database_setup(struct ob_hub_store *s, const char *path,
			  struct ob_status *status)
{
	uint64_t id = 0;
	int r = ob_hub_sql_exec(s->db, "PRAGMA journal_mode=WAL;"
				       "PRAGMA synchronous=FULL;"
				       "PRAGMA cache_size=-8192;"
				       "PRAGMA temp_store=MEMORY;");

	if (r == 0)
		r = first_u64(s->db, "PRAGMA application_id", &id);
	if (r == 0 && id != 0 && id != APPLICATION_ID)
		return ob_status_set(status, EUCLEAN, "StoreDamaged",
				     "%s is no file of hub", path);
	if (r == 0 && id == 0)
		r = ob_hub_sql_exec(s->db, "PRAGMA application_id=1868720245;");
	if (r == 0)
		r = ob_hub_sql_exec(s->db, ob_hub_store_schema);
	return r;
}

static int counters_read(struct ob_hub_store *s)
{
	int r = first_u64(s->db,
			  "SELECT value FROM setting WHERE key = 'compacted'",
			  &s->compacted);

	if (r == -ENOENT)
		r = 0;
	if (r == 0)
		r = first_u64(s->db,
			      "SELECT coalesce(max(rv), 0) FROM revision",
			      &s->rv);
	/* What was compacted may have been the last: a deletion. */
	if (s->rv < s->compacted)
		s->rv = s->compacted;
	/* "0" has a meaning of its own to clients. */
	if (s->rv == 0)
		s->rv = 1;
	s->committed_rv = s->rv;
	return r;
}

static int store_open(struct ob_hub_store *s, const char *path, bool check,
		      struct ob_status *status)
{
	int r = ob_hub_sql_errno(sqlite3_open_v2(
		path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		NULL));

	if (r < 0)
		return r;
	sqlite3_busy_timeout(s->db, BUSY_MS);
	r = database_setup(s, path, status);
	if (r == 0 && check)
		r = integrity_check(s, path, status);
	if (r == 0)
		r = counters_read(s);
	if (r == 0)
		r = ob_hub_store_prepare(s);
	return r;
}

int ob_hub_store_open(const char *path, bool check, struct ob_hub_store **ret,
		      struct ob_status *status)
{
	_cleanup_(ob_hub_store_freep) struct ob_hub_store *s = NULL;
	struct ob_status why = OB_STATUS_INIT;
	int r = file_make(path, status);

	if (r < 0)
		return r;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	r = store_open(s, path, check, &why);
	if (r == -EUCLEAN && !why.reason)
		return damaged(path,
			       "it is no database, or parts of it are "
			       "missing",
			       status);
	if (r < 0 && why.reason)
		return ob_status_set(status, -r, why.reason, "%s", why.message);
	if (r < 0)
		return ob_status_set(status, -r, REASON, "cannot open %s: %s",
				     path, strerrordesc_np(-r));
	*ret = TAKE_PTR(s);
	return 0;
}

void ob_hub_store_free(struct ob_hub_store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_changes; i++)
		ob_hub_change_unref(s->changes[i]);
	free(s->changes);
	for (size_t i = 0; i < OB_HUB_STATEMENTS; i++)
		sqlite3_finalize(s->st[i]);
	sqlite3_close(s->db);
	free(s);
}

struct sqlite3 *ob_hub_store_db(struct ob_hub_store *s)
{
	return s->db;
}

uint64_t ob_hub_store_rv(const struct ob_hub_store *s)
{
	return s->rv;
}

uint64_t ob_hub_store_compacted(const struct ob_hub_store *s)
{
	return s->compacted;
}

uint64_t ob_hub_store_next(const struct ob_hub_store *s)
{
	return s->rv + 1;
}

bool ob_hub_store_dirty(const struct ob_hub_store *s)
{
	return s->in_turn;
}
