/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the store share, and nobody else sees. */
#pragma once

#include "hub/sql.h"
#include "hub/store.h"

/* One prepared statement each; store_sql.c has the text. */
enum ob_hub_statement {
	OB_HUB_SQL_BEGIN,
	OB_HUB_SQL_COMMIT,
	OB_HUB_SQL_ROLLBACK,
	OB_HUB_SQL_GET,
	OB_HUB_SQL_FIND,
	OB_HUB_SQL_LIST_NOW,
	OB_HUB_SQL_LIST_ALL_NOW,
	OB_HUB_SQL_LIST_THEN,
	OB_HUB_SQL_LIST_ALL_THEN,
	OB_HUB_SQL_COUNT,
	OB_HUB_SQL_COUNT_ALL,
	OB_HUB_SQL_REVISION_ADD,
	OB_HUB_SQL_CURRENT_SET,
	OB_HUB_SQL_CURRENT_DROP,
	OB_HUB_SQL_OWNER_ADD,
	OB_HUB_SQL_OWNER_DROP,
	OB_HUB_SQL_OWNED,
	OB_HUB_SQL_OLDER,
	OB_HUB_SQL_HISTORY,
	OB_HUB_SQL_COMPACT_TO,
	OB_HUB_SQL_COMPACT_OLD,
	OB_HUB_SQL_COMPACT_GONE,
	OB_HUB_SQL_COMPACTED,
	OB_HUB_STATEMENTS,
};

struct ob_hub_store {
	sqlite3 *db;
	sqlite3_stmt *st[OB_HUB_STATEMENTS];
	uint64_t rv;	       /* of the last write, committed or not */
	uint64_t committed_rv; /* of the last commit */
	uint64_t compacted;
	bool in_turn; /* a transaction is open */
	int failed;   /* a write of this turn went wrong */
	struct ob_hub_change **changes;
	size_t n_changes, room;
};

extern const char ob_hub_store_schema[];
/* Prepares all statements. */
int ob_hub_store_prepare(struct ob_hub_store *s);
