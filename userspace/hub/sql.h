/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite with our errors: 0 or negative errno. Statements are prepared once
 * and reset after each use; text and blobs that are bound must live until the
 * reset.
 */
#pragma once

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/* -EUCLEAN: damaged; -ENOSPC, -EBUSY, -EIO, -ENOMEM, -EACCES. */
int ob_hub_sql_errno(int rc);
int ob_hub_sql_exec(sqlite3 *db, const char *sql);
int ob_hub_sql_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret);

void ob_hub_sql_text(sqlite3_stmt *st, int at, const char *s);
void ob_hub_sql_bytes(sqlite3_stmt *st, int at, const char *s, size_t size);
void ob_hub_sql_u64(sqlite3_stmt *st, int at, uint64_t v);

/* 1: there is a row, 0: there is none (any more), negative: failed. */
int ob_hub_sql_step(sqlite3_stmt *st);
/* A statement without rows: steps it and resets it. */
int ob_hub_sql_run(sqlite3_stmt *st);

/* For _cleanup_: a statement of somebody else that is reset at the end. */
void ob_hub_sql_resetp(sqlite3_stmt **st);
OB_DEFINE_CLEANUP(sqlite3_stmt *, sqlite3_finalize)
