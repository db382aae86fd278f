/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bearer tokens: "ID.SECRET". The secret is 256 random bits that are shown
 * once; stored is its SHA-256. Every request looks its token up, so that one
 * that is revoked, also by another process, is worth nothing from then on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "hub/store.h"

enum ob_hub_token_kind {
	OB_HUB_TOKEN_ADMIN,
	OB_HUB_TOKEN_MEMBER,
	OB_HUB_TOKEN_GATEWAY, /* the hub's own octopus */
};

struct ob_hub_token {
	const char *id;
	const char *cluster; /* "" for the administrator */
	enum ob_hub_token_kind kind;
	int64_t created_s;
	int64_t expires_s; /* 0: never */
};

struct ob_hub_tokens {
	struct ob_hub_token *v;
	size_t n, room;
};

/* A DNS label: it has no dot, which ends it in names of its own objects. */
int ob_hub_token_cluster_check(const char *cluster, struct ob_status *status);
/* ret: the token, in the arena; the caller wipes what it makes of it. */
int ob_hub_token_create(struct ob_hub_store *s, struct ob_arena *a,
			enum ob_hub_token_kind kind, const char *cluster,
			int64_t ttl_s, int64_t now_s, char **ret,
			struct ob_status *status);
/* -ENOENT: no such token, wrong secret, or expired. */
int ob_hub_token_check(struct ob_hub_store *s, struct ob_arena *a,
		       const char *token, int64_t now_s,
		       struct ob_hub_token *ret);
/* It is still there and has not expired. */
bool ob_hub_token_alive(struct ob_hub_store *s, const char *id, int64_t now_s);
int ob_hub_token_list(struct ob_hub_store *s, struct ob_arena *a,
		      struct ob_hub_tokens *ret);
/* An ID, or a cluster: all of its tokens. How many; -ENOENT: none. */
int ob_hub_token_revoke(struct ob_hub_store *s, const char *id_or_cluster);
const char *ob_hub_token_kind_name(enum ob_hub_token_kind kind);
