// SPDX-License-Identifier: Apache-2.0
#include "hub/who.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define BEARER	   "Bearer "
#define MAX_GROUPS 4

static void join(struct ob_arena *a, struct ob_hub_who *who, const char *group)
{
	const char **groups = ob_arena_array(a, MAX_GROUPS, sizeof(*groups));
	size_t n = who->identity.n_groups;

	for (size_t i = 0; i < n; i++)
		groups[i] = who->identity.groups[i];
	groups[n] = group;
	who->identity.groups = groups;
	who->identity.n_groups = n + 1;
}

struct ob_hub_who ob_hub_who_of(struct ob_arena *a,
				const struct ob_hub_token *t)
{
	struct ob_hub_who who = { .token = t->id, .cluster = "" };

	if (t->kind == OB_HUB_TOKEN_ADMIN) {
		who.identity.user = "admin";
		join(a, &who, OB_HUB_GROUP_MASTERS);
	} else {
		who.cluster = t->cluster;
		who.identity.user = ob_arena_printf(a, OB_HUB_USER_CLUSTER "%s",
						    t->cluster);
		join(a, &who, OB_HUB_GROUP_MEMBERS);
	}
	if (t->kind == OB_HUB_TOKEN_GATEWAY)
		join(a, &who, OB_HUB_GROUP_GATEWAYS);
	join(a, &who, OB_HUB_GROUP_AUTHENTICATED);
	return who;
}

int ob_hub_who_find(struct ob_hub_store *s, struct ob_arena *a,
		    const char *authorization, int64_t now_s,
		    struct ob_hub_who *ret)
{
	struct ob_hub_token t;
	int r;

	if (!authorization) {
		*ret = (struct ob_hub_who){ .cluster = "", .token = "" };
		ret->identity.user = OB_HUB_USER_ANONYMOUS;
		join(a, ret, OB_HUB_GROUP_UNAUTHENTICATED);
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
	*ret = ob_hub_who_of(a, &t);
	return 0;
}

static bool is_in(const struct ob_hub_who *who, const char *group)
{
	for (size_t i = 0; i < who->identity.n_groups; i++)
		if (strcmp(who->identity.groups[i], group) == 0)
			return true;
	return false;
}

bool ob_hub_who_is_admin(const struct ob_hub_who *who)
{
	return is_in(who, OB_HUB_GROUP_MASTERS);
}

bool ob_hub_who_owns(const struct ob_hub_who *who, const char *label)
{
	if (!label || ob_hub_who_is_admin(who))
		return true;
	return strcmp(who->cluster, label) == 0;
}
