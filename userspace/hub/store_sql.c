// SPDX-License-Identifier: Apache-2.0
#include "hub/store_private.h"

/*
 * revision: every state of every object that is remembered. prev is the
 * revision that it replaced (0: none), so that a range of revisions names what
 * it made obsolete. type is enum ob_hub_change_type; an object of type 3 is
 * gone since then.
 * current: which revision of each living object is the last.
 */
const char ob_hub_store_schema[] =
	"CREATE TABLE IF NOT EXISTS revision ("
	" rv INTEGER PRIMARY KEY, resource TEXT NOT NULL,"
	" namespace TEXT NOT NULL, name TEXT NOT NULL, type INTEGER NOT NULL,"
	" prev INTEGER NOT NULL, time INTEGER NOT NULL, object TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS revision_key ON revision"
	" (resource, namespace, name, rv, type);"
	"CREATE INDEX IF NOT EXISTS revision_resource ON revision"
	" (resource, rv);"
	"CREATE TABLE IF NOT EXISTS current ("
	" resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,"
	" rv INTEGER NOT NULL, uid TEXT NOT NULL,"
	" PRIMARY KEY (resource, namespace, name)) WITHOUT ROWID;"
	"CREATE UNIQUE INDEX IF NOT EXISTS current_uid ON current (uid);"
	"CREATE TABLE IF NOT EXISTS owner ("
	" uid TEXT NOT NULL, resource TEXT NOT NULL, namespace TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" PRIMARY KEY (uid, resource, namespace, name)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS setting ("
	" key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS token ("
	" id TEXT PRIMARY KEY, hash BLOB NOT NULL, cluster TEXT NOT NULL,"
	" kind TEXT NOT NULL, created INTEGER NOT NULL,"
	" expires INTEGER NOT NULL) WITHOUT ROWID;";

#define OBJECT "c.rv, c.namespace, c.name, c.uid, r.object"
#define NOW    "FROM current c CROSS JOIN revision r ON r.rv = c.rv WHERE "
#define BY_KEY "resource = ?1 AND namespace = ?2 AND name = ?3"
/* The last revision of each key up to ?5: max() picks the row. */
#define THEN                                                                   \
	"FROM (SELECT max(rv) AS rv, namespace, name, type, '' AS uid "        \
	"FROM revision WHERE resource = ?1 AND "
#define THEN_END                                                               \
	"AND rv <= ?5 GROUP BY namespace, name) c "                            \
	"CROSS JOIN revision r ON r.rv = c.rv WHERE c.type <> 3 "              \
	"ORDER BY c.namespace, c.name LIMIT ?4"

static const char *const sql[OB_HUB_STATEMENTS] = {
	[OB_HUB_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[OB_HUB_SQL_COMMIT] = "COMMIT",
	[OB_HUB_SQL_ROLLBACK] = "ROLLBACK",
	[OB_HUB_SQL_GET] = "SELECT " OBJECT " " NOW "c.resource = ?1 AND "
			   "c.namespace = ?2 AND c.name = ?3",
	[OB_HUB_SQL_FIND] =
		"SELECT resource, namespace, name FROM current WHERE uid = ?1",
	[OB_HUB_SQL_LIST_NOW] =
		"SELECT " OBJECT " " NOW "c.resource = ?1 AND "
		"c.namespace = ?2 AND c.name > ?3 ORDER BY c.name LIMIT ?4",
	[OB_HUB_SQL_LIST_ALL_NOW] =
		"SELECT " OBJECT " " NOW "c.resource = ?1 AND "
		"(c.namespace, c.name) > (?2, ?3) "
		"ORDER BY c.namespace, c.name LIMIT ?4",
	[OB_HUB_SQL_LIST_THEN] = "SELECT " OBJECT " " THEN
				 "namespace = ?2 AND name > ?3 " THEN_END,
	[OB_HUB_SQL_LIST_ALL_THEN] = "SELECT " OBJECT " " THEN
				     "(namespace, name) > (?2, ?3) " THEN_END,
	[OB_HUB_SQL_COUNT] = "SELECT count(*) FROM current WHERE resource = ?1 "
			     "AND namespace = ?2 AND name > ?3",
	[OB_HUB_SQL_COUNT_ALL] =
		"SELECT count(*) FROM current WHERE resource = ?1 "
		"AND (namespace, name) > (?2, ?3)",
	[OB_HUB_SQL_REVISION_ADD] =
		"INSERT INTO revision VALUES (?4, ?1, ?2, ?3, ?5, ?6, ?7, ?8)",
	[OB_HUB_SQL_CURRENT_SET] = "INSERT INTO current VALUES "
				   "(?1, ?2, ?3, ?4, ?5) ON CONFLICT "
				   "(resource, namespace, name) DO UPDATE "
				   "SET rv = excluded.rv",
	[OB_HUB_SQL_CURRENT_DROP] = "DELETE FROM current WHERE " BY_KEY,
	[OB_HUB_SQL_OWNER_ADD] =
		"INSERT OR IGNORE INTO owner VALUES (?4, ?1, ?2, ?3)",
	[OB_HUB_SQL_OWNER_DROP] =
		"DELETE FROM owner WHERE uid = ?4 AND " BY_KEY,
	[OB_HUB_SQL_OWNED] = "SELECT resource, namespace, name FROM owner "
			     "WHERE uid = ?1 LIMIT ?2",
	[OB_HUB_SQL_OLDER] =
		"SELECT c.resource, c.namespace, c.name FROM current c "
		"CROSS JOIN revision r ON r.rv = c.rv "
		"WHERE c.resource = ?1 AND r.time < ?2 LIMIT ?3",
	[OB_HUB_SQL_HISTORY] =
		"SELECT r.rv, r.namespace, r.name, r.type, r.object, p.object "
		"FROM revision r LEFT JOIN revision p ON p.rv = r.prev "
		"WHERE r.resource = ?1 AND r.rv > ?2 ORDER BY r.rv LIMIT ?3",
	[OB_HUB_SQL_COMPACT_TO] =
		"SELECT max(rv) FROM (SELECT rv, time FROM revision "
		"WHERE rv > ?1 AND rv <= ?2 ORDER BY rv LIMIT ?4) "
		"WHERE time < ?3",
	[OB_HUB_SQL_COMPACT_OLD] =
		"DELETE FROM revision WHERE rv IN (SELECT prev FROM revision "
		"WHERE rv > ?1 AND rv <= ?2)",
	[OB_HUB_SQL_COMPACT_GONE] = "DELETE FROM revision WHERE rv > ?1 AND "
				    "rv <= ?2 AND type = 3",
	[OB_HUB_SQL_COMPACTED] = "INSERT OR REPLACE INTO setting VALUES "
				 "('compacted', ?1)",
};

int ob_hub_store_prepare(struct ob_hub_store *s)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < OB_HUB_STATEMENTS; i++)
		r = ob_hub_sql_prepare(s->db, sql[i], &s->st[i]);
	return r;
}
