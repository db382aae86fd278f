// SPDX-License-Identifier: Apache-2.0
#include "hub/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/files.h"
#include "hub/sql.h"
#include "hub/state.h"

#define REASON "BackupFailed"
/* As etcd's --bump-revision: more than anybody writes between backups. */
#define BUMP   1000000000ULL

OB_DEFINE_CLEANUP(sqlite3 *, sqlite3_close)

/* What makes a hub this hub, besides its objects. */
static const char *const identity_files[] = { "ca.crt", "ca.key",
					      "admin.kubeconfig" };

static int failed(struct ob_status *status, int r, const char *file)
{
	return ob_status_set(status, -r, REASON, "%s: %s", file,
			     strerrordesc_np(-r));
}

static int copy_database(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc;

	if (!b)
		return ob_hub_sql_errno(sqlite3_errcode(to));
	/* All in one step: one state, however long a server goes on. */
	rc = sqlite3_backup_step(b, -1);
	sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? 0 : ob_hub_sql_errno(rc);
}

static int file_put(sqlite3 *db, const char *name, const char *bytes,
		    size_t size)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *st = NULL;
	int r = ob_hub_sql_prepare(
		db, "INSERT OR REPLACE INTO file VALUES (?1, ?2)", &st);

	if (r < 0)
		return r;
	ob_hub_sql_text(st, 1, name);
	ob_hub_sql_bytes(st, 2, bytes, size);
	return ob_hub_sql_run(st);
}

static int files_put(const char *dir, sqlite3 *db, struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	int r = ob_hub_sql_exec(db, "CREATE TABLE IF NOT EXISTS file "
				    "(name TEXT PRIMARY KEY, bytes TEXT)");

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(identity_files); i++) {
		char *bytes;
		size_t size;

		r = ob_hub_files_read(
			a, ob_hub_files_path(a, dir, identity_files[i]), &bytes,
			&size, status);
		if (r == -ENOENT) {
			r = 0;
			continue;
		}
		if (r == 0) {
			r = file_put(db, identity_files[i], bytes, size);
			gnutls_memset(bytes, 0, size);
		}
	}
	return r;
}

static int open_new(const char *file, sqlite3 **ret)
{
	_close_ int fd =
		open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	return ob_hub_sql_errno(
		sqlite3_open_v2(file, ret, SQLITE_OPEN_READWRITE, NULL));
}

int ob_hub_backup(const char *dir, struct ob_hub_store *s, const char *file,
		  struct ob_status *status)
{
	_cleanup_(sqlite3_closep) sqlite3 *db = NULL;
	int r = open_new(file, &db);

	if (r < 0)
		return failed(status, r, file);
	r = copy_database(ob_hub_store_db(s), db);
	/* One file, not three. */
	if (r == 0)
		r = ob_hub_sql_exec(db, "PRAGMA journal_mode=DELETE;"
					"PRAGMA synchronous=FULL;");
	if (r == 0)
		r = files_put(dir, db, status);
	if (r < 0)
		unlink(file);
	return r < 0 && !status->reason ? failed(status, r, file) : r;
}

/* --- restore --- */

static int file_write(const char *dir, sqlite3_stmt *st,
		      struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *name = (const char *)sqlite3_column_text(st, 0);

	for (size_t i = 0; i < ARRAY_SIZE(identity_files); i++)
		if (strcmp(identity_files[i], name) == 0)
			return ob_hub_files_write(
				ob_hub_files_path(a, dir, identity_files[i]),
				i == 0 ? 0644 : 0600,
				sqlite3_column_text(st, 1),
				(size_t)sqlite3_column_bytes(st, 1), status);
	return 0;
}

static int files_write(const char *dir, sqlite3 *db, struct ob_status *status)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *st = NULL;
	int r = ob_hub_sql_prepare(db, "SELECT name, bytes FROM file", &st);

	while (r >= 0 && (r = ob_hub_sql_step(st)) > 0) {
		r = file_write(dir, st, status);
		if (r < 0)
			return r;
	}
	return r;
}

/* The objects stay as they are; what was before them is forgotten. */
static int bump(sqlite3 *db)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	return ob_hub_sql_exec(
		db, ob_arena_printf(
			    a,
			    "BEGIN;"
			    "DELETE FROM revision WHERE rv NOT IN "
			    "(SELECT rv FROM current);"
			    "INSERT OR REPLACE INTO setting SELECT 'compacted',"
			    " max(coalesce((SELECT max(rv) FROM revision), 0),"
			    " coalesce((SELECT CAST(value AS INTEGER) FROM "
			    "setting WHERE key = 'compacted'), 0)) + %llu;"
			    "DROP TABLE IF EXISTS file;"
			    "COMMIT;",
			    BUMP));
}

static int check(const char *file, struct ob_status *status)
{
	_cleanup_(ob_hub_store_freep) struct ob_hub_store *s = NULL;

	return ob_hub_store_open(file, true, &s, status);
}

static int replace_database(struct ob_arena *a, const char *dir,
			    const char *part)
{
	const char *path = ob_hub_files_path(a, dir, "hub.db");

	/* What belongs to the file that goes must not be taken for the new
	 * one's. */
	unlink(ob_arena_printf(a, "%s-wal", path));
	unlink(ob_arena_printf(a, "%s-shm", path));
	return rename(part, path) < 0 ? -errno : 0;
}

static int restore(const char *dir, const char *file, struct ob_arena *a,
		   struct ob_status *status)
{
	const char *part = ob_hub_files_path(a, dir, "hub.db.part");
	_cleanup_(sqlite3_closep) sqlite3 *from = NULL, *to = NULL;
	int r;

	unlink(part);
	r = ob_hub_sql_errno(
		sqlite3_open_v2(file, &from, SQLITE_OPEN_READWRITE, NULL));
	if (r == 0)
		r = open_new(part, &to);
	if (r == 0)
		r = copy_database(from, to);
	if (r == 0)
		r = files_write(dir, to, status);
	if (r == 0)
		r = bump(to);
	if (r == 0)
		r = ob_hub_sql_exec(to, "PRAGMA journal_mode=DELETE;");
	return r == 0 ? replace_database(a, dir, part) : r;
}

int ob_hub_restore(const char *dir, const char *file, struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_close_ int lock = -1;
	int r;

	if (access(file, R_OK) < 0)
		return failed(status, -errno, file);
	r = ob_hub_state_ensure(dir, status);
	if (r == 0)
		r = ob_hub_state_lock(dir, &lock, status);
	if (r == 0)
		r = check(file, status);
	if (r < 0)
		return r;
	r = restore(dir, file, a, status);
	return r < 0 && !status->reason ? failed(status, r, file) : r;
}
