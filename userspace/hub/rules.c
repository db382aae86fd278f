// SPDX-License-Identifier: Apache-2.0
#include "hub/rules.h"

#include <string.h>

enum subject {
	MASTERS = 1 << 0,
	MEMBERS = 1 << 1,
	GATEWAYS = 1 << 2,
	UNAUTHENTICATED = 1 << 3,
	CLUSTERS = MEMBERS | GATEWAYS,
};

enum verb {
	GET = 1 << 0,
	LIST = 1 << 1,
	WATCH = 1 << 2,
	CREATE = 1 << 3,
	UPDATE = 1 << 4,
	PATCH = 1 << 5,
	DELETE = 1 << 6,
};

/* Which names a rule is for. */
enum named {
	ANY,	  /* or none */
	SOME,	  /* any, but one */
	OWN,	  /* the cluster's ID */
	OWN_PART, /* begins with the cluster's ID and a dot */
	OWN_CNF,  /* the cluster's ID and "-cnf" */
	OWN_SYNC, /* the cluster's ID and "-syncer" */
	NAMESPACE /* the one namespace that there is for clusters */
};

struct resource_rule {
	unsigned int subjects, verbs;
	const char *group, *resource, *subresource;
	bool in_namespace; /* in OB_HUB_NAMESPACE; otherwise in none */
	enum named named;
};

static const struct resource_rule resource_rules[] = {
	{ CLUSTERS, GET | LIST | WATCH, "octopus.io", "peers", "", true, ANY },
	{ CLUSTERS, CREATE | UPDATE | PATCH | DELETE, "octopus.io", "peers", "",
	  true, OWN },
	{ GATEWAYS, GET | UPDATE | PATCH, "octopus.io", "peers", "status", true,
	  SOME },
	{ CLUSTERS, GET | LIST | WATCH, "coordination.k8s.io", "leases", "",
	  true, ANY },
	{ CLUSTERS, CREATE | UPDATE | PATCH | DELETE, "coordination.k8s.io",
	  "leases", "", true, OWN_CNF },
	{ CLUSTERS, CREATE | UPDATE | PATCH | DELETE, "coordination.k8s.io",
	  "leases", "", true, OWN_SYNC },
	{ CLUSTERS, GET | LIST | WATCH, "octopus.io", "exportedservices", "",
	  true, ANY },
	{ CLUSTERS, CREATE | UPDATE | PATCH | DELETE, "octopus.io",
	  "exportedservices", "", true, OWN_PART },
	{ CLUSTERS, GET | LIST | WATCH, "discovery.k8s.io", "endpointslices",
	  "", true, ANY },
	{ CLUSTERS, CREATE | UPDATE | PATCH | DELETE, "discovery.k8s.io",
	  "endpointslices", "", true, OWN_PART },
	{ CLUSTERS, CREATE | PATCH, "", "events", "", true, OWN_PART },
	{ CLUSTERS, CREATE | PATCH, "events.k8s.io", "events", "", true,
	  OWN_PART },
	{ CLUSTERS, GET, "", "namespaces", "", true, NAMESPACE },
	{ CLUSTERS, CREATE, "authorization.k8s.io", "selfsubjectaccessreviews",
	  "", false, ANY },
	{ CLUSTERS, CREATE, "authorization.k8s.io", "selfsubjectrulesreviews",
	  "", false, ANY },
	{ CLUSTERS, CREATE, "authentication.k8s.io", "selfsubjectreviews", "",
	  false, ANY },
};

/* Paths that are for no resource; one that ends in '/' is for all below. */
struct path_rule {
	unsigned int subjects;
	const char *path;
};

static const struct path_rule path_rules[] = {
	{ CLUSTERS | UNAUTHENTICATED, "/healthz" },
	{ CLUSTERS | UNAUTHENTICATED, "/livez" },
	{ CLUSTERS | UNAUTHENTICATED, "/readyz" },
	{ CLUSTERS | UNAUTHENTICATED, "/version" },
	{ CLUSTERS | UNAUTHENTICATED, "/version/" },
	{ CLUSTERS, "/api" },
	{ CLUSTERS, "/api/" },
	{ CLUSTERS, "/apis" },
	{ CLUSTERS, "/apis/" },
	{ CLUSTERS, "/openapi" },
	{ CLUSTERS, "/openapi/" },
};

static unsigned int subject_of(const char *group)
{
	static const struct {
		const char *group;
		enum subject subject;
	} names[] = {
		{ OB_HUB_GROUP_MASTERS, MASTERS },
		{ OB_HUB_GROUP_MEMBERS, MEMBERS },
		{ OB_HUB_GROUP_GATEWAYS, GATEWAYS },
		{ OB_HUB_GROUP_UNAUTHENTICATED, UNAUTHENTICATED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(group, names[i].group) == 0)
			return names[i].subject;
	return 0;
}

static unsigned int subjects_of(const struct ob_hub_identity *who)
{
	unsigned int subjects = 0;

	for (size_t i = 0; i < who->n_groups; i++)
		subjects |= subject_of(who->groups[i]);
	return subjects;
}

static const struct {
	const char *name;
	enum verb verb;
} verbs[] = {
	{ "get", GET },	      { "list", LIST },	    { "watch", WATCH },
	{ "create", CREATE }, { "update", UPDATE }, { "patch", PATCH },
	{ "delete", DELETE },
};

static unsigned int verb_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(name, verbs[i].name) == 0)
			return verbs[i].verb;
	return 0;
}

/* What follows the prefix; NULL: it is not there. */
static const char *after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

static bool name_matches(enum named named, const char *user, const char *name)
{
	const char *id = after(user, OB_HUB_USER_CLUSTER);
	const char *rest = id && id[0] ? after(name, id) : NULL;

	switch (named) {
	case ANY:
		return true;
	case SOME:
		return name[0];
	case OWN:
		return rest && !rest[0];
	case OWN_PART:
		return rest && rest[0] == '.' && rest[1];
	case OWN_CNF:
		return rest && strcmp(rest, "-cnf") == 0;
	case OWN_SYNC:
		return rest && strcmp(rest, "-syncer") == 0;
	case NAMESPACE:
		return strcmp(name, OB_HUB_NAMESPACE) == 0;
	}
	return false;
}

const char *ob_hub_rules_namespace(const struct ob_hub_action *what)
{
	bool is_namespace = what->name[0] && !what->group[0] &&
			    strcmp(what->resource, "namespaces") == 0;

	return is_namespace ? what->name : what->namespace;
}

static bool rule_matches(const struct resource_rule *rule,
			 const struct ob_hub_identity *who,
			 const struct ob_hub_action *what, bool any_name)
{
	if (!(rule->subjects & subjects_of(who)) ||
	    !(rule->verbs & verb_of(what->verb)) ||
	    strcmp(rule->group, what->group) != 0 ||
	    strcmp(rule->resource, what->resource) != 0 ||
	    strcmp(rule->subresource, what->subresource) != 0)
		return false;
	if (strcmp(ob_hub_rules_namespace(what),
		   rule->in_namespace ? OB_HUB_NAMESPACE : "") != 0)
		return false;
	return any_name || name_matches(rule->named, who->user, what->name);
}

static bool path_matches(const struct path_rule *rule, const char *path)
{
	const char *rest = after(path, rule->path);

	if (!rest)
		return false;
	return !rest[0] || rule->path[strlen(rule->path) - 1] == '/';
}

static bool path_allowed(unsigned int subjects, const char *verb,
			 const char *path)
{
	if (strcmp(verb, "get") != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(path_rules); i++)
		if ((path_rules[i].subjects & subjects) &&
		    path_matches(&path_rules[i], path))
			return true;
	return false;
}

static bool allow(const struct ob_hub_identity *who,
		  const struct ob_hub_action *what, bool any_name)
{
	unsigned int subjects = subjects_of(who);

	if (subjects & MASTERS)
		return true;
	if (what->path)
		return path_allowed(subjects, what->verb, what->path);
	for (size_t i = 0; i < ARRAY_SIZE(resource_rules); i++)
		if (rule_matches(&resource_rules[i], who, what, any_name))
			return true;
	return false;
}

bool ob_hub_rules_allow(const struct ob_hub_identity *who,
			const struct ob_hub_action *what)
{
	return allow(who, what, false);
}

bool ob_hub_rules_may_allow(const struct ob_hub_identity *who,
			    const struct ob_hub_action *what)
{
	return allow(who, what, true);
}

static cJSON *rule_add(struct ob_arena *a, cJSON *list)
{
	cJSON *rule = ob_json_object(a);

	ob_json_set(a, rule, "verbs", ob_json_array(a));
	ob_json_append(a, list, rule);
	return rule;
}

static void say(struct ob_arena *a, cJSON *rule, const char *key,
		const char *value)
{
	if (!ob_json_get(rule, key))
		ob_json_set(a, rule, key, ob_json_array(a));
	ob_json_append(a, ob_json_get(rule, key), ob_json_string_new(a, value));
}

/* For people: RBAC has no patterns. NULL: every name. */
static const char *name_of(struct ob_arena *a, enum named named,
			   const char *user)
{
	const char *id = after(user, OB_HUB_USER_CLUSTER) ?: "";

	switch (named) {
	case ANY:
	case SOME:
		break;
	case OWN:
		return id;
	case OWN_PART:
		return ob_arena_printf(a, "%s.*", id);
	case OWN_CNF:
		return ob_arena_printf(a, "%s-cnf", id);
	case OWN_SYNC:
		return ob_arena_printf(a, "%s-syncer", id);
	case NAMESPACE:
		return OB_HUB_NAMESPACE;
	}
	return NULL;
}

static void resource_list(struct ob_arena *a, const struct resource_rule *r,
			  const char *user, cJSON *list)
{
	cJSON *rule = rule_add(a, list);
	const char *name = name_of(a, r->named, user);
	const char *slash = r->subresource[0] ? "/" : "";

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (r->verbs & verbs[i].verb)
			say(a, rule, "verbs", verbs[i].name);
	say(a, rule, "apiGroups", r->group);
	say(a, rule, "resources",
	    ob_arena_printf(a, "%s%s%s", r->resource, slash, r->subresource));
	if (name)
		say(a, rule, "resourceNames", name);
}

static void everything_list(struct ob_arena *a, cJSON *resources, cJSON *paths)
{
	cJSON *rule = rule_add(a, resources);

	say(a, rule, "verbs", "*");
	say(a, rule, "apiGroups", "*");
	say(a, rule, "resources", "*");
	rule = rule_add(a, paths);
	say(a, rule, "verbs", "*");
	say(a, rule, "nonResourceURLs", "*");
}

static void path_list(struct ob_arena *a, const char *path, cJSON *list)
{
	bool below = path[strlen(path) - 1] == '/';
	cJSON *rule = rule_add(a, list);

	say(a, rule, "verbs", "get");
	say(a, rule, "nonResourceURLs",
	    ob_arena_printf(a, "%s%s", path, below ? "*" : ""));
}

void ob_hub_rules_list(struct ob_arena *a, const struct ob_hub_identity *who,
		       const char *namespace, cJSON *status)
{
	cJSON *resources = ob_json_array(a), *paths = ob_json_array(a);
	bool inside = strcmp(namespace, OB_HUB_NAMESPACE) == 0;
	unsigned int subjects = subjects_of(who);

	ob_json_set(a, status, "resourceRules", resources);
	ob_json_set(a, status, "nonResourceRules", paths);
	ob_json_set_bool(a, status, "incomplete", false);
	if (subjects & MASTERS)
		everything_list(a, resources, paths);
	for (size_t i = 0; i < ARRAY_SIZE(resource_rules); i++)
		if ((resource_rules[i].subjects & subjects) &&
		    (inside || !resource_rules[i].in_namespace))
			resource_list(a, &resource_rules[i], who->user,
				      resources);
	for (size_t i = 0; i < ARRAY_SIZE(path_rules); i++)
		if (path_rules[i].subjects & subjects)
			path_list(a, path_rules[i].path, paths);
}
