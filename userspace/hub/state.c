// SPDX-License-Identifier: Apache-2.0
#include "hub/state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "hub/files.h"
#include "hub/sql.h"

#define REASON "StateFailed"

/* mkdir -p; only the last one is ours. */
static int make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

int ob_hub_state_ensure(const char *dir, struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	int r = make_parents(ob_arena_strdup(a, dir));

	if (r == 0 && mkdir(dir, 0700) < 0 && errno != EEXIST)
		r = -errno;
	if (r < 0)
		return ob_status_set(status, -r, REASON, "cannot make %s: %s",
				     dir, strerrordesc_np(-r));
	return 0;
}

int ob_hub_state_lock(const char *dir, int *ret_fd, struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *path = ob_hub_files_path(a, dir, "hub.lock");
	_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return ob_status_set(status, errno, REASON,
				     "cannot open %s: %s", path,
				     strerrordesc_np(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return ob_status_set(status, EBUSY, REASON,
				     "%s is being served by another hub", dir);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int ob_hub_state_open(const char *dir, bool check, struct ob_hub_store **ret,
		      struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	return ob_hub_store_open(ob_hub_files_path(a, dir, "hub.db"), check,
				 ret, status);
}

int ob_hub_state_require(const char *dir, struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	if (access(ob_hub_files_path(a, dir, "hub.db"), F_OK) == 0)
		return 0;
	if (errno != ENOENT && errno != ENOTDIR)
		return ob_status_set(status, errno, REASON, "%s: %s", dir,
				     strerrordesc_np(errno));
	return ob_status_set(status, ENOENT, REASON,
			     "there is no hub in %s; make one with hub init",
			     dir);
}

const char *ob_hub_state_get(struct ob_hub_store *s, struct ob_arena *a,
			     const char *key)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *st = NULL;

	if (ob_hub_sql_prepare(ob_hub_store_db(s),
			       "SELECT value FROM setting WHERE key = ?1",
			       &st) < 0)
		return NULL;
	ob_hub_sql_text(st, 1, key);
	if (ob_hub_sql_step(st) <= 0)
		return NULL;
	return ob_arena_strdup(a, (const char *)sqlite3_column_text(st, 0));
}

int ob_hub_state_set(struct ob_hub_store *s, const char *key, const char *value)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *st = NULL;
	const char *sql = value ? "INSERT OR REPLACE INTO setting VALUES "
				  "(?1, ?2)"
				: "DELETE FROM setting WHERE key = ?1";
	int r = ob_hub_sql_prepare(ob_hub_store_db(s), sql, &st);

	if (r < 0)
		return r;
	ob_hub_sql_text(st, 1, key);
	if (value)
		ob_hub_sql_text(st, 2, value);
	return ob_hub_sql_run(st);
}
