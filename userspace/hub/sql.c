// SPDX-License-Identifier: Apache-2.0
#include "hub/sql.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

int ob_hub_sql_errno(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return -EACCES;
	case SQLITE_CONSTRAINT:
		return -EEXIST;
	}
	return -EIO;
}

int ob_hub_sql_exec(sqlite3 *db, const char *sql)
{
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	if (rc != SQLITE_OK)
		ob_debug("SQLite failed", "code=%d text=\"%s\"", rc,
			 sqlite3_errmsg(db));
	return ob_hub_sql_errno(rc);
}

int ob_hub_sql_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret)
{
	int rc = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret,
				    NULL);

	if (rc != SQLITE_OK)
		ob_debug("SQLite failed", "code=%d text=\"%s\"", rc,
			 sqlite3_errmsg(db));
	return ob_hub_sql_errno(rc);
}

void ob_hub_sql_text(sqlite3_stmt *st, int at, const char *s)
{
	sqlite3_bind_text(st, at, s, -1, SQLITE_STATIC);
}

void ob_hub_sql_bytes(sqlite3_stmt *st, int at, const char *s, size_t size)
{
	sqlite3_bind_text64(st, at, s, size, SQLITE_STATIC, SQLITE_UTF8);
}

void ob_hub_sql_u64(sqlite3_stmt *st, int at, uint64_t v)
{
	sqlite3_bind_int64(st, at, (sqlite3_int64)v);
}

int ob_hub_sql_step(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	ob_debug("SQLite failed", "code=%d", rc);
	return ob_hub_sql_errno(rc);
}

int ob_hub_sql_run(sqlite3_stmt *st)
{
	int r = ob_hub_sql_step(st);

	sqlite3_reset(st);
	return r < 0 ? r : 0;
}

void ob_hub_sql_resetp(sqlite3_stmt **st)
{
	if (*st) {
		sqlite3_reset(*st);
		sqlite3_clear_bindings(*st);
	}
}
