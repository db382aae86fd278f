/* SPDX-License-Identifier: Apache-2.0 */
/* Who sends a request, from its Authorization header. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "hub/rules.h"
#include "hub/tokens.h"

#define OB_HUB_GROUP_AUTHENTICATED "system:authenticated"

struct ob_hub_who {
	struct ob_hub_identity identity; /* what rules are about */
	const char *cluster;		 /* "" unless it speaks for one */
	const char *token;		 /* its ID; "" for anonymous */
};

/*
 * authorization: the header, may be NULL: anonymous. -EACCES: there is one,
 * and it is no good (401).
 */
int ob_hub_who_find(struct ob_hub_store *s, struct ob_arena *a,
		    const char *authorization, int64_t now_s,
		    struct ob_hub_who *ret);
struct ob_hub_who ob_hub_who_of(struct ob_arena *a,
				const struct ob_hub_token *t);
bool ob_hub_who_is_admin(const struct ob_hub_who *who);
/*
 * An object that a cluster may write by its name may still say in its label
 * octopus.io/cluster-id that it is another's: then it is.
 */
#define OB_HUB_LABEL_CLUSTER "octopus.io/cluster-id"
bool ob_hub_who_owns(const struct ob_hub_who *who, const char *label);
