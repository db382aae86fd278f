// SPDX-License-Identifier: Apache-2.0
#include "hub/rules.h"

#include <string.h>

#define BIT(verb) (1U << OB_HUB_##verb)
#define READ	  (BIT(GET) | BIT(LIST) | BIT(WATCH))
#define WRITE	  (BIT(CREATE) | BIT(UPDATE) | BIT(PATCH) | BIT(DELETE))
#define ALL	  (~0U)
#define SHARE	  "syncer-operator"

enum whose {
	ANY,  /* every name */
	SELF, /* the cluster's ID */
	OWN,  /* the ID, ID-cnf..., ID.... */
};

/* "*" is any. A subresource has to be named: "" is the object itself. */
struct rule {
	const char *subject; /* a group of identities */
	unsigned int verbs;
	const char *group, *resource, *subresource, *namespace;
	enum whose whose;
};

static const struct rule rules[] = {
	{ OB_HUB_GROUP_ADMIN, ALL, "*", "*", "*", "*", ANY },

	{ OB_HUB_GROUP_AUTH, BIT(CREATE), "authorization.k8s.io",
	  "selfsubjectaccessreviews", "", "*", ANY },
	{ OB_HUB_GROUP_AUTH, BIT(CREATE), "authentication.k8s.io",
	  "selfsubjectreviews", "", "*", ANY },

	{ OB_HUB_GROUP_MEMBERS, READ, "octopus.io", "peers", "", "*", ANY },
	{ OB_HUB_GROUP_MEMBERS, BIT(GET), "octopus.io", "peers", "status", "*",
	  ANY },
	{ OB_HUB_GROUP_MEMBERS, WRITE, "octopus.io", "peers", "", SHARE, SELF },
	{ OB_HUB_GROUP_MEMBERS, BIT(GET), "", "namespaces", "", SHARE, ANY },
	{ OB_HUB_GROUP_MEMBERS, READ | WRITE, "coordination.k8s.io", "leases",
	  "", SHARE, OWN },
	{ OB_HUB_GROUP_MEMBERS, READ | WRITE, "events.k8s.io", "events", "",
	  SHARE, OWN },
	{ OB_HUB_GROUP_MEMBERS, READ | WRITE, "", "events", "", SHARE, OWN },
	{ OB_HUB_GROUP_MEMBERS, READ | WRITE, "", "configmaps", "", SHARE,
	  OWN },

	{ OB_HUB_GROUP_GATEWAY, BIT(GET) | BIT(UPDATE) | BIT(PATCH),
	  "octopus.io", "peers", "status", SHARE, ANY },
	{ OB_HUB_GROUP_GATEWAY, BIT(CREATE) | BIT(PATCH) | BIT(UPDATE),
	  "events.k8s.io", "events", "", SHARE, ANY },
};

/* Paths that are no resources; a '*' at the end is any rest. */
static const struct {
	const char *subject, *path;
} paths[] = {
	{ OB_HUB_GROUP_ADMIN, "*" },
	{ OB_HUB_GROUP_ANON, "/healthz" },
	{ OB_HUB_GROUP_ANON, "/livez" },
	{ OB_HUB_GROUP_ANON, "/readyz" },
	{ OB_HUB_GROUP_ANON, "/version" },
	{ OB_HUB_GROUP_AUTH, "/healthz" },
	{ OB_HUB_GROUP_AUTH, "/livez" },
	{ OB_HUB_GROUP_AUTH, "/readyz" },
	{ OB_HUB_GROUP_AUTH, "/version" },
	{ OB_HUB_GROUP_AUTH, "/version/" },
	{ OB_HUB_GROUP_AUTH, "/api" },
	{ OB_HUB_GROUP_AUTH, "/api/*" },
	{ OB_HUB_GROUP_AUTH, "/apis" },
	{ OB_HUB_GROUP_AUTH, "/apis/*" },
	{ OB_HUB_GROUP_AUTH, "/openapi" },
	{ OB_HUB_GROUP_AUTH, "/openapi/*" },
};

static bool is(const char *pattern, const char *s)
{
	return strcmp(pattern, "*") == 0 || strcmp(pattern, s) == 0;
}

static bool path_is(const char *pattern, const char *path)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(pattern, path, n - 1) == 0;
	return strcmp(pattern, path) == 0;
}

/* tokens.c sees to it that these sets of names are disjoint. */
static bool name_is(enum whose whose, const char *cluster, const char *name)
{
	size_t n = strlen(cluster);

	if (whose == ANY)
		return true;
	if (n == 0 || strncmp(name, cluster, n) != 0)
		return false;
	if (!name[n])
		return true;
	return whose == OWN &&
	       (name[n] == '.' || strncmp(name + n, "-cnf", 4) == 0);
}

static bool rule_allows(const struct rule *r, const struct ob_hub_identity *id,
			const struct ob_hub_access *x)
{
	return ob_hub_identity_in(id, r->subject) && r->verbs & 1U << x->verb &&
	       is(r->group, x->group) && is(r->resource, x->resource) &&
	       is(r->subresource, x->subresource) &&
	       is(r->namespace, x->namespace) &&
	       name_is(r->whose, id->cluster, x->name);
}

bool ob_hub_rules_allow(const struct ob_hub_identity *id,
			const struct ob_hub_access *x)
{
	if (x->path) {
		for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
			if (ob_hub_identity_in(id, paths[i].subject) &&
			    path_is(paths[i].path, x->path))
				return true;
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rule_allows(&rules[i], id, x))
			return true;
	return false;
}

bool ob_hub_rules_owns(const struct ob_hub_identity *id, const char *label)
{
	if (!label || ob_hub_identity_in(id, OB_HUB_GROUP_ADMIN))
		return true;
	return strcmp(id->cluster, label) == 0;
}

const char *ob_hub_rules_sentence(struct ob_arena *a,
				  const struct ob_hub_identity *id,
				  const struct ob_hub_access *x)
{
	const char *verb = ob_hub_verb_name(x->verb), *slash, *where;

	if (x->path)
		return ob_arena_printf(a,
				       "User \"%s\" cannot %s path \"%s\"",
				       id->user, verb, x->path);
	slash = *x->subresource ? "/" : "";
	where = *x->namespace ? ob_arena_printf(a, "in the namespace \"%s\"",
						x->namespace)
			      : "at the cluster scope";
	return ob_arena_printf(a,
			       "User \"%s\" cannot %s resource \"%s%s%s\" in "
			       "API group \"%s\" %s",
			       id->user, verb, x->resource, slash,
			       x->subresource, x->group, where);
}
