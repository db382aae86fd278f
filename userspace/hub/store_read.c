// SPDX-License-Identifier: Apache-2.0
#include "hub/store_private.h"

#include <errno.h>
#include <string.h>

/* At a time, so that who is behind does not cost much. */
#define HISTORY_BYTES ((size_t)1024 * 1024)

static const char *column(struct ob_arena *a, sqlite3_stmt *st, int at)
{
	const char *s = (const char *)sqlite3_column_text(st, at);

	return ob_arena_strdup(a, s ? s : "");
}

/* rv, namespace, name, uid, object */
static struct ob_hub_object object_read(struct ob_arena *a, sqlite3_stmt *st)
{
	size_t size = (size_t)sqlite3_column_bytes(st, 4);
	const void *bytes = sqlite3_column_text(st, 4);
	char *text = ob_arena_alloc(a, size + 1);

	if (bytes)
		memcpy(text, bytes, size);
	return (struct ob_hub_object){
		.rv = (uint64_t)sqlite3_column_int64(st, 0),
		.namespace = column(a, st, 1),
		.name = column(a, st, 2),
		.uid = column(a, st, 3),
		.text = text,
		.size = size,
	};
}

int ob_hub_store_get(struct ob_hub_store *s, const struct ob_hub_key *key,
		     struct ob_arena *a, struct ob_hub_object *ret)
{
	_cleanup_(ob_hub_sql_resetp) sqlite3_stmt *st = s->st[OB_HUB_SQL_GET];
	int r;

	ob_hub_sql_text(st, 1, key->resource);
	ob_hub_sql_text(st, 2, key->namespace);
	ob_hub_sql_text(st, 3, key->name);
	r = ob_hub_sql_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	*ret = object_read(a, st);
	return 0;
}

static struct ob_hub_key key_read(struct ob_arena *a, sqlite3_stmt *st)
{
	return (struct ob_hub_key){
		.resource = column(a, st, 0),
		.namespace = column(a, st, 1),
		.name = column(a, st, 2),
	};
}

int ob_hub_store_find(struct ob_hub_store *s, const char *uid,
		      struct ob_arena *a, struct ob_hub_key *ret)
{
	_cleanup_(ob_hub_sql_resetp) sqlite3_stmt *st = s->st[OB_HUB_SQL_FIND];
	int r;

	ob_hub_sql_text(st, 1, uid);
	r = ob_hub_sql_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	*ret = key_read(a, st);
	return 0;
}

/* ?1 resource, ?2 namespace to be in or to be behind, ?3 name to be behind */
static void bind_range(sqlite3_stmt *st, const struct ob_hub_range *range)
{
	const char *after =
		range->after_namespace ? range->after_namespace : "";

	ob_hub_sql_text(st, 1, range->resource);
	ob_hub_sql_text(st, 2, range->namespace ? range->namespace : after);
	ob_hub_sql_text(st, 3, range->after_name ? range->after_name : "");
}

int ob_hub_store_list(struct ob_hub_store *s, const struct ob_hub_range *range,
		      struct ob_arena *a, struct ob_hub_objects *ret)
{
	static const enum ob_hub_statement which[2][2] = {
		{ OB_HUB_SQL_LIST_ALL_NOW, OB_HUB_SQL_LIST_NOW },
		{ OB_HUB_SQL_LIST_ALL_THEN, OB_HUB_SQL_LIST_THEN },
	};
	bool then = range->rv && range->rv < s->rv;
	_cleanup_(ob_hub_sql_resetp) sqlite3_stmt *st =
		s->st[which[then][range->namespace != NULL]];
	size_t bytes = 0;
	int r = 0;

	bind_range(st, range);
	ob_hub_sql_u64(st, 4, range->max);
	if (then)
		ob_hub_sql_u64(st, 5, range->rv);
	while (!ret->cut && (r = ob_hub_sql_step(st)) > 0) {
		const struct ob_hub_object o = object_read(a, st);

		*OB_PUSH(a, ret) = o;
		bytes += o.size;
		ret->cut = range->max_bytes && bytes >= range->max_bytes;
	}
	return r < 0 ? r : 0;
}

int ob_hub_store_count(struct ob_hub_store *s, const struct ob_hub_range *range,
		       uint64_t *ret)
{
	_cleanup_(ob_hub_sql_resetp) sqlite3_stmt *st =
		s->st[range->namespace ? OB_HUB_SQL_COUNT
				       : OB_HUB_SQL_COUNT_ALL];
	int r;

	bind_range(st, range);
	r = ob_hub_sql_step(st);
	if (r > 0)
		*ret = (uint64_t)sqlite3_column_int64(st, 0);
	return r < 0 ? r : 0;
}

int ob_hub_store_owned(struct ob_hub_store *s, const char *owner_uid,
		       size_t max, struct ob_arena *a, struct ob_hub_keys *ret)
{
	_cleanup_(ob_hub_sql_resetp) sqlite3_stmt *st = s->st[OB_HUB_SQL_OWNED];
	int r;

	ob_hub_sql_text(st, 1, owner_uid);
	ob_hub_sql_u64(st, 2, max);
	while ((r = ob_hub_sql_step(st)) > 0)
		*OB_PUSH(a, ret) = key_read(a, st);
	return r;
}

int ob_hub_store_older(struct ob_hub_store *s, const char *resource,
		       int64_t before_s, size_t max, struct ob_arena *a,
		       struct ob_hub_keys *ret)
{
	_cleanup_(ob_hub_sql_resetp) sqlite3_stmt *st = s->st[OB_HUB_SQL_OLDER];
	int r;

	ob_hub_sql_text(st, 1, resource);
	ob_hub_sql_u64(st, 2, (uint64_t)before_s);
	ob_hub_sql_u64(st, 3, max);
	while ((r = ob_hub_sql_step(st)) > 0)
		*OB_PUSH(a, ret) = key_read(a, st);
	return r;
}

static struct ob_hub_blob *blob_read(sqlite3_stmt *st, int at)
{
	const void *bytes = sqlite3_column_text(st, at);

	if (!bytes)
		return NULL;
	return ob_hub_blob_new(bytes, (size_t)sqlite3_column_bytes(st, at));
}

/* rv, namespace, name, type, object, old object */
static struct ob_hub_change *change_read(sqlite3_stmt *st, const char *resource)
{
	const struct ob_hub_key key = {
		.resource = resource,
		.namespace = (const char *)sqlite3_column_text(st, 1),
		.name = (const char *)sqlite3_column_text(st, 2),
	};

	return ob_hub_change_new(
		&key, (uint64_t)sqlite3_column_int64(st, 0),
		(enum ob_hub_change_type)sqlite3_column_int(st, 3),
		blob_read(st, 4), blob_read(st, 5));
}

int ob_hub_store_history(struct ob_hub_store *s, const char *resource,
			 uint64_t rv, size_t max, struct ob_arena *a,
			 struct ob_hub_change ***ret, size_t *ret_n)
{
	_cleanup_(ob_hub_sql_resetp) sqlite3_stmt *st =
		s->st[OB_HUB_SQL_HISTORY];
	struct ob_hub_change **list = ob_arena_array(a, max, sizeof(*list));
	size_t n = 0, bytes = 0;
	int r = 0;

	ob_hub_sql_text(st, 1, resource);
	ob_hub_sql_u64(st, 2, rv);
	ob_hub_sql_u64(st, 3, max);
	while (bytes < HISTORY_BYTES && (r = ob_hub_sql_step(st)) > 0) {
		list[n] = change_read(st, resource);
		bytes += list[n++]->object->size;
	}
	*ret = list;
	*ret_n = n;
	return r < 0 ? r : 0;
}
