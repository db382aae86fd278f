// SPDX-License-Identifier: Apache-2.0
#include "hub/identity.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define BEARER "Bearer "

bool ob_hub_identity_in(const struct ob_hub_identity *id, const char *group)
{
	for (unsigned int i = 0; i < id->n_groups; i++)
		if (strcmp(id->groups[i], group) == 0)
			return true;
	return false;
}

static void join(struct ob_hub_identity *id, const char *group)
{
	id->groups[id->n_groups++] = group;
}

struct ob_hub_identity ob_hub_identity_of(struct ob_arena *a,
					  const struct ob_hub_token *t)
{
	struct ob_hub_identity id = { .token = t->id, .cluster = "" };

	if (t->kind == OB_HUB_TOKEN_ADMIN) {
		id.user = "admin";
		join(&id, OB_HUB_GROUP_ADMIN);
	} else {
		id.cluster = t->cluster;
		id.user = ob_arena_printf(a, "cluster:%s", t->cluster);
		join(&id, OB_HUB_GROUP_MEMBERS);
	}
	if (t->kind == OB_HUB_TOKEN_GATEWAY)
		join(&id, OB_HUB_GROUP_GATEWAY);
	join(&id, OB_HUB_GROUP_AUTH);
	return id;
}

int ob_hub_identity_find(struct ob_hub_store *s, struct ob_arena *a,
			 const char *authorization, int64_t now_s,
			 struct ob_hub_identity *ret)
{
	struct ob_hub_token t;
	int r;

	if (!authorization) {
		*ret = (struct ob_hub_identity){
			.user = "system:anonymous",
			.cluster = "",
			.token = "",
		};
		join(ret, OB_HUB_GROUP_ANON);
		return 0;
	}
	if (strncasecmp(authorization, BEARER, strlen(BEARER)) != 0)
		return -EACCES;
	authorization += strlen(BEARER);
	r = ob_hub_token_check(s, a, authorization + strspn(authorization, " "),
			       now_s, &t);
	if (r == -ENOENT)
		return -EACCES;
	if (r < 0)
		return r;
	*ret = ob_hub_identity_of(a, &t);
	return 0;
}
