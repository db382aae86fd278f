/* SPDX-License-Identifier: Apache-2.0 */
/* Who sends a request. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "hub/tokens.h"

#define OB_HUB_GROUP_ADMIN   "system:masters"
#define OB_HUB_GROUP_MEMBERS "octopus.io:members"
#define OB_HUB_GROUP_GATEWAY "octopus.io:gateways"
#define OB_HUB_GROUP_AUTH    "system:authenticated"
#define OB_HUB_GROUP_ANON    "system:unauthenticated"
#define OB_HUB_MAX_GROUPS    4

struct ob_hub_identity {
	const char *user;    /* "cluster:a" */
	const char *cluster; /* "" unless it speaks for one */
	const char *token;   /* its ID; "" for anonymous */
	const char *groups[OB_HUB_MAX_GROUPS];
	unsigned int n_groups;
};

/*
 * authorization: the header, may be NULL: anonymous. -EACCES: there is one,
 * and it is no good (401).
 */
int ob_hub_identity_find(struct ob_hub_store *s, struct ob_arena *a,
			 const char *authorization, int64_t now_s,
			 struct ob_hub_identity *ret);
struct ob_hub_identity ob_hub_identity_of(struct ob_arena *a,
					  const struct ob_hub_token *t);
bool ob_hub_identity_in(const struct ob_hub_identity *id, const char *group);
