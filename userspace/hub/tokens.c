// SPDX-License-Identifier: Apache-2.0
#include "hub/tokens.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "hub/sql.h"

#define ID_BYTES     5
#define SECRET_BYTES 32
#define HASH_SIZE    32
#define MAX_LEN	     256
#define MAX_CLUSTER  63

static const char *const kind_names[] = {
	[OB_HUB_TOKEN_ADMIN] = "admin",
	[OB_HUB_TOKEN_MEMBER] = "member",
	[OB_HUB_TOKEN_GATEWAY] = "gateway",
};

const char *ob_hub_token_kind_name(enum ob_hub_token_kind kind)
{
	return kind_names[kind];
}

static enum ob_hub_token_kind kind_parse(const char *s)
{
	if (strcmp(s, "admin") == 0)
		return OB_HUB_TOKEN_ADMIN;
	if (strcmp(s, "gateway") == 0)
		return OB_HUB_TOKEN_GATEWAY;
	return OB_HUB_TOKEN_MEMBER;
}

static bool is_label(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > MAX_CLUSTER || s[0] == '-' || s[n - 1] == '-')
		return false;
	return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

int ob_hub_token_cluster_check(const char *cluster, struct ob_status *status)
{
	if (!is_label(cluster))
		return ob_status_set(status, EINVAL, "InvalidCluster",
				     "cluster %s: not a DNS label (lower-case "
				     "letters, digits and -, at most 63)",
				     cluster);
	return 0;
}

static char *hex(struct ob_arena *a, const unsigned char *bytes, size_t n)
{
	char *s = ob_arena_alloc(a, 2 * n + 1);

	for (size_t i = 0; i < n; i++)
		snprintf(s + 2 * i, 3, "%02x", bytes[i]);
	return s;
}

static int hash_secret(const char *secret, unsigned char ret[HASH_SIZE])
{
	return gnutls_hash_fast(GNUTLS_DIG_SHA256, secret, strlen(secret),
				ret) < 0
		       ? -EIO
		       : 0;
}

static int token_store(struct ob_hub_store *s, const struct ob_hub_token *t,
		       const unsigned char hash[HASH_SIZE])
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *st = NULL;
	int r = ob_hub_sql_prepare(ob_hub_store_db(s),
				   "INSERT INTO token VALUES "
				   "(?1, ?2, ?3, ?4, ?5, ?6)",
				   &st);

	if (r < 0)
		return r;
	ob_hub_sql_text(st, 1, t->id);
	sqlite3_bind_blob(st, 2, hash, HASH_SIZE, SQLITE_STATIC);
	ob_hub_sql_text(st, 3, t->cluster);
	ob_hub_sql_text(st, 4, kind_names[t->kind]);
	ob_hub_sql_u64(st, 5, (uint64_t)t->created_s);
	ob_hub_sql_u64(st, 6, (uint64_t)t->expires_s);
	return ob_hub_sql_run(st);
}

int ob_hub_token_create(struct ob_hub_store *s, struct ob_arena *a,
			enum ob_hub_token_kind kind, const char *cluster,
			int64_t ttl_s, int64_t now_s, char **ret,
			struct ob_status *status)
{
	unsigned char random[ID_BYTES + SECRET_BYTES], hash[HASH_SIZE];
	struct ob_hub_token t = {
		.cluster = cluster,
		.kind = kind,
		.created_s = now_s,
		.expires_s = ttl_s ? now_s + ttl_s : 0,
	};
	char *secret;
	int r;

	if (gnutls_rnd(GNUTLS_RND_KEY, random, sizeof(random)) < 0)
		return -EIO;
	t.id = hex(a, random, ID_BYTES);
	secret = hex(a, random + ID_BYTES, SECRET_BYTES);
	gnutls_memset(random, 0, sizeof(random));
	r = hash_secret(secret, hash);
	if (r == 0)
		r = token_store(s, &t, hash);
	if (r < 0)
		return ob_status_set(status, -r, "StoreFailed",
				     "cannot store the token: %s",
				     strerrordesc_np(-r));
	*ret = ob_arena_printf(a, "%s.%s", t.id, secret);
	gnutls_memset(secret, 0, strlen(secret));
	return 0;
}

static const char *column(struct ob_arena *a, sqlite3_stmt *st, int at)
{
	return ob_arena_strdup(a, (const char *)sqlite3_column_text(st, at));
}

/* id, cluster, kind, created, expires */
static struct ob_hub_token token_read(struct ob_arena *a, sqlite3_stmt *st)
{
	return (struct ob_hub_token){
		.id = column(a, st, 0),
		.cluster = column(a, st, 1),
		.kind = kind_parse((const char *)sqlite3_column_text(st, 2)),
		.created_s = sqlite3_column_int64(st, 3),
		.expires_s = sqlite3_column_int64(st, 4),
	};
}

static bool expired(int64_t expires_s, int64_t now_s)
{
	return expires_s && expires_s <= now_s;
}

static bool secret_fits(sqlite3_stmt *st, const char *secret)
{
	unsigned char hash[HASH_SIZE];

	if (sqlite3_column_bytes(st, 5) != HASH_SIZE ||
	    hash_secret(secret, hash) < 0)
		return false;
	/* In constant time. */
	return gnutls_memcmp(hash, sqlite3_column_blob(st, 5), HASH_SIZE) == 0;
}

int ob_hub_token_check(struct ob_hub_store *s, struct ob_arena *a,
		       const char *token, int64_t now_s,
		       struct ob_hub_token *ret)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *st = NULL;
	const char *dot = strchr(token, '.');
	int r;

	if (!dot || strlen(token) > MAX_LEN)
		return -ENOENT;
	r = ob_hub_sql_prepare(ob_hub_store_db(s),
			       "SELECT id, cluster, kind, created, expires, "
			       "hash FROM token WHERE id = ?1",
			       &st);
	if (r < 0)
		return r;
	ob_hub_sql_bytes(st, 1, token, (size_t)(dot - token));
	r = ob_hub_sql_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	if (!secret_fits(st, dot + 1) ||
	    expired(sqlite3_column_int64(st, 4), now_s))
		return -ENOENT;
	*ret = token_read(a, st);
	return 0;
}

bool ob_hub_token_alive(struct ob_hub_store *s, const char *id, int64_t now_s)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *st = NULL;

	if (ob_hub_sql_prepare(ob_hub_store_db(s),
			       "SELECT expires FROM token WHERE id = ?1",
			       &st) < 0)
		return false;
	ob_hub_sql_text(st, 1, id);
	return ob_hub_sql_step(st) > 0 &&
	       !expired(sqlite3_column_int64(st, 0), now_s);
}

int ob_hub_token_list(struct ob_hub_store *s, struct ob_arena *a,
		      struct ob_hub_tokens *ret)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *st = NULL;
	int r = ob_hub_sql_prepare(ob_hub_store_db(s),
				   "SELECT id, cluster, kind, created, expires "
				   "FROM token ORDER BY cluster, created, id",
				   &st);

	while (r >= 0 && (r = ob_hub_sql_step(st)) > 0)
		*OB_PUSH(a, ret) = token_read(a, st);
	return r;
}

int ob_hub_token_revoke(struct ob_hub_store *s, const char *id_or_cluster)
{
	_cleanup_(sqlite3_finalizep) sqlite3_stmt *st = NULL;
	int r = ob_hub_sql_prepare(ob_hub_store_db(s),
				   "DELETE FROM token WHERE id = ?1 OR "
				   "(cluster = ?1 AND cluster <> '')",
				   &st);

	if (r < 0)
		return r;
	ob_hub_sql_text(st, 1, id_or_cluster);
	r = ob_hub_sql_run(st);
	if (r < 0)
		return r;
	r = sqlite3_changes(ob_hub_store_db(s));
	return r > 0 ? r : -ENOENT;
}
