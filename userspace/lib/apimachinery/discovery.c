// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/discovery.h"

#include <string.h>

static cJSON *string(struct ob_arena *a, const char *s)
{
	return ob_json_string_new(a, s);
}

static const char *group_version(struct ob_arena *a, const char *group,
				 const char *version)
{
	return *group ? ob_arena_printf(a, "%s/%s", group, version)
		      : ob_arena_strdup(a, version);
}

cJSON *ob_api_discovery_versions(struct ob_arena *a, const char *server)
{
	cJSON *v = ob_json_object(a), *versions = ob_json_array(a);
	cJSON *by_client = ob_json_array(a), *entry = ob_json_object(a);

	ob_json_set_string(a, v, "kind", "APIVersions");
	ob_json_append(a, versions, string(a, "v1"));
	ob_json_set(a, v, "versions", versions);
	ob_json_set_string(a, entry, "clientCIDR", "0.0.0.0/0");
	ob_json_set_string(a, entry, "serverAddress", server);
	ob_json_append(a, by_client, entry);
	ob_json_set(a, v, "serverAddressByClientCIDRs", by_client);
	return v;
}

/* Versions of a group, newest first, each once. */
struct versions {
	OB_LIST(const char *) list;
};

static void versions_add(struct ob_arena *a, struct versions *all,
			 const char *version)
{
	size_t at = 0;

	for (; at < all->list.n; at++) {
		int order = ob_api_version_compare(version, all->list.v[at]);

		if (order == 0)
			return;
		if (order > 0)
			break;
	}
	OB_PUSH(a, &all->list);
	memmove(&all->list.v[at + 1], &all->list.v[at],
		(all->list.n - 1 - at) * sizeof(all->list.v[0]));
	all->list.v[at] = version;
}

static struct versions versions_of(struct ob_arena *a,
				   const struct ob_api_catalog *c,
				   const char *group)
{
	struct versions all = { .list = { .n = 0 } };

	for (size_t i = 0; i < c->n; i++) {
		const struct ob_api_resource *r = c->v[i];

		if (strcmp(r->group, group) != 0)
			continue;
		for (size_t j = 0; j < r->n_versions; j++)
			if (r->versions[j].served)
				versions_add(a, &all, r->versions[j].name);
	}
	return all;
}

static cJSON *version_entry(struct ob_arena *a, const char *group,
			    const char *version)
{
	cJSON *entry = ob_json_object(a);

	ob_json_set_string(a, entry, "groupVersion",
			   group_version(a, group, version));
	ob_json_set_string(a, entry, "version", version);
	return entry;
}

/* NULL when no version of it is served. */
static cJSON *group_entry(struct ob_arena *a, const struct ob_api_catalog *c,
			  const char *group)
{
	struct versions all = versions_of(a, c, group);
	cJSON *entry = ob_json_object(a), *list = ob_json_array(a);

	if (!all.list.n)
		return NULL;
	ob_json_set_string(a, entry, "name", group);
	for (size_t i = 0; i < all.list.n; i++)
		ob_json_append(a, list, version_entry(a, group, all.list.v[i]));
	ob_json_set(a, entry, "versions", list);
	ob_json_set(a, entry, "preferredVersion",
		    version_entry(a, group, all.list.v[0]));
	return entry;
}

/* Groups are listed where their first resource stands. */
static bool is_first_of_group(const struct ob_api_catalog *c, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (!strcmp(c->v[i]->group, c->v[index]->group))
			return false;
	return true;
}

cJSON *ob_api_discovery_groups(struct ob_arena *a,
			       const struct ob_api_catalog *c)
{
	cJSON *v = ob_json_object(a), *groups = ob_json_array(a), *entry;

	ob_json_set_string(a, v, "kind", "APIGroupList");
	ob_json_set_string(a, v, "apiVersion", "v1");
	for (size_t i = 0; i < c->n; i++) {
		if (!*c->v[i]->group || !is_first_of_group(c, i))
			continue;
		entry = group_entry(a, c, c->v[i]->group);
		if (entry)
			ob_json_append(a, groups, entry);
	}
	ob_json_set(a, v, "groups", groups);
	return v;
}

cJSON *ob_api_discovery_group(struct ob_arena *a,
			      const struct ob_api_catalog *c, const char *group)
{
	cJSON *entry = *group ? group_entry(a, c, group) : NULL;
	cJSON *v;

	if (!entry)
		return NULL;
	v = ob_json_object(a);
	ob_json_set_string(a, v, "kind", "APIGroup");
	ob_json_set_string(a, v, "apiVersion", "v1");
	while (entry->child) {
		cJSON *child = ob_json_detach(entry, entry->child);

		ob_json_set(a, v, child->string, child);
	}
	return v;
}

static cJSON *strings(struct ob_arena *a, const char *const *v, size_t n)
{
	cJSON *list = ob_json_array(a);

	for (size_t i = 0; i < n; i++)
		ob_json_append(a, list, string(a, v[i]));
	return list;
}

static cJSON *verbs(struct ob_arena *a, bool subresource)
{
	static const char *const all[] = {
		"create", "delete", "deletecollection", "get",
		"list",	  "patch",  "update",		"watch"
	};
	static const char *const some[] = { "get", "patch", "update" };

	return subresource ? strings(a, some, ARRAY_SIZE(some))
			   : strings(a, all, ARRAY_SIZE(all));
}

static cJSON *resource_entry(struct ob_arena *a,
			     const struct ob_api_resource *r)
{
	cJSON *e = ob_json_object(a);

	ob_json_set_string(a, e, "name", r->plural);
	ob_json_set_string(a, e, "singularName", r->singular);
	ob_json_set_bool(a, e, "namespaced", r->namespaced);
	ob_json_set_string(a, e, "kind", r->kind);
	ob_json_set(a, e, "verbs", verbs(a, false));
	if (r->n_short_names)
		ob_json_set(a, e, "shortNames",
			    strings(a, r->short_names, r->n_short_names));
	if (r->n_categories)
		ob_json_set(a, e, "categories",
			    strings(a, r->categories, r->n_categories));
	return e;
}

static cJSON *subresource_entry(struct ob_arena *a,
				const struct ob_api_resource *r,
				const char *name)
{
	bool scale = strcmp(name, "scale") == 0;
	cJSON *e = ob_json_object(a);

	ob_json_set_string(a, e, "name",
			   ob_arena_printf(a, "%s/%s", r->plural, name));
	ob_json_set_string(a, e, "singularName", "");
	ob_json_set_bool(a, e, "namespaced", r->namespaced);
	if (scale) {
		ob_json_set_string(a, e, "group", "autoscaling");
		ob_json_set_string(a, e, "version", "v1");
	}
	ob_json_set_string(a, e, "kind", scale ? "Scale" : r->kind);
	ob_json_set(a, e, "verbs", verbs(a, true));
	return e;
}

cJSON *ob_api_discovery_resources(struct ob_arena *a,
				  const struct ob_api_catalog *c,
				  const char *group, const char *version)
{
	cJSON *v = ob_json_object(a), *list = ob_json_array(a);

	for (size_t i = 0; i < c->n; i++) {
		const struct ob_api_version *served;

		if (strcmp(c->v[i]->group, group) != 0)
			continue;
		served = ob_api_resource_version(c->v[i], version);
		if (!served)
			continue;
		ob_json_append(a, list, resource_entry(a, c->v[i]));
		if (served->has_scale)
			ob_json_append(a, list,
				       subresource_entry(a, c->v[i], "scale"));
		if (served->has_status)
			ob_json_append(a, list,
				       subresource_entry(a, c->v[i], "status"));
	}
	if (!list->child)
		return NULL;
	ob_json_set_string(a, v, "kind", "APIResourceList");
	ob_json_set_string(a, v, "apiVersion", "v1");
	ob_json_set_string(a, v, "groupVersion",
			   group_version(a, group, version));
	ob_json_set(a, v, "resources", list);
	return v;
}

static cJSON *response_kind(struct ob_arena *a, const char *group,
			    const char *version, const char *kind)
{
	cJSON *v = ob_json_object(a);

	ob_json_set_string(a, v, "group", group);
	ob_json_set_string(a, v, "version", version);
	ob_json_set_string(a, v, "kind", kind);
	return v;
}

static void aggregated_subresource(struct ob_arena *a, cJSON *list,
				   const char *name, cJSON *kind)
{
	cJSON *e = ob_json_object(a);

	ob_json_set_string(a, e, "subresource", name);
	ob_json_set(a, e, "responseKind", kind);
	ob_json_set(a, e, "verbs", verbs(a, true));
	ob_json_append(a, list, e);
}

static cJSON *aggregated_subresources(struct ob_arena *a,
				      const struct ob_api_resource *r,
				      const struct ob_api_version *v)
{
	cJSON *list = ob_json_array(a);

	if (v->has_scale)
		aggregated_subresource(
			a, list, "scale",
			response_kind(a, "autoscaling", "v1", "Scale"));
	if (v->has_status)
		aggregated_subresource(
			a, list, "status",
			response_kind(a, r->group, v->name, r->kind));
	return list;
}

static cJSON *aggregated_resource(struct ob_arena *a,
				  const struct ob_api_resource *r,
				  const struct ob_api_version *v)
{
	cJSON *e = ob_json_object(a);

	ob_json_set_string(a, e, "resource", r->plural);
	ob_json_set(a, e, "responseKind",
		    response_kind(a, r->group, v->name, r->kind));
	ob_json_set_string(a, e, "scope",
			   r->namespaced ? "Namespaced" : "Cluster");
	ob_json_set_string(a, e, "singularResource", r->singular);
	ob_json_set(a, e, "verbs", verbs(a, false));
	if (r->n_short_names)
		ob_json_set(a, e, "shortNames",
			    strings(a, r->short_names, r->n_short_names));
	if (r->n_categories)
		ob_json_set(a, e, "categories",
			    strings(a, r->categories, r->n_categories));
	if (v->has_status || v->has_scale)
		ob_json_set(a, e, "subresources",
			    aggregated_subresources(a, r, v));
	return e;
}

static cJSON *aggregated_version(struct ob_arena *a,
				 const struct ob_api_catalog *c,
				 const char *group, const char *version)
{
	cJSON *e = ob_json_object(a), *list = ob_json_array(a);

	for (size_t i = 0; i < c->n; i++) {
		const struct ob_api_version *v;

		if (strcmp(c->v[i]->group, group) != 0)
			continue;
		v = ob_api_resource_version(c->v[i], version);
		if (v)
			ob_json_append(a, list,
				       aggregated_resource(a, c->v[i], v));
	}
	ob_json_set_string(a, e, "version", version);
	ob_json_set(a, e, "resources", list);
	ob_json_set_string(a, e, "freshness", "Current");
	return e;
}

static cJSON *aggregated_group(struct ob_arena *a,
			       const struct ob_api_catalog *c,
			       const char *group)
{
	struct versions all = versions_of(a, c, group);
	cJSON *item = ob_json_object(a), *meta = ob_json_object(a);
	cJSON *list = ob_json_array(a);

	if (!all.list.n)
		return NULL;
	if (*group)
		ob_json_set_string(a, meta, "name", group);
	ob_json_set(a, meta, "creationTimestamp", ob_json_null_new(a));
	for (size_t i = 0; i < all.list.n; i++)
		ob_json_append(a, list,
			       aggregated_version(a, c, group, all.list.v[i]));
	ob_json_set(a, item, "metadata", meta);
	ob_json_set(a, item, "versions", list);
	return item;
}

cJSON *ob_api_discovery_aggregated(struct ob_arena *a,
				   const struct ob_api_catalog *c, bool core,
				   const char *version)
{
	cJSON *v = ob_json_object(a), *items = ob_json_array(a), *item;

	ob_json_set_string(a, v, "kind", "APIGroupDiscoveryList");
	ob_json_set_string(
		a, v, "apiVersion",
		ob_arena_printf(a, "apidiscovery.k8s.io/%s", version));
	ob_json_set(a, v, "metadata", ob_json_object(a));
	for (size_t i = 0; i < c->n; i++) {
		if (core != !*c->v[i]->group || !is_first_of_group(c, i))
			continue;
		item = aggregated_group(a, c, c->v[i]->group);
		if (item)
			ob_json_append(a, items, item);
	}
	ob_json_set(a, v, "items", items);
	return v;
}
