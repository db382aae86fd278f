// SPDX-License-Identifier: Apache-2.0
#include "syncer/object.h"

#include <string.h>

#include "ob/api/services.h"

const struct ob_kube_resource ob_exported_services = {
	.group = OB_EXPORTED_GROUP,
	.version = OB_EXPORTED_VERSION,
	.plural = OB_EXPORTED_PLURAL,
	.kind = OB_EXPORTED_KIND,
	.namespaced = true,
};

const struct ob_object *ob_objects_find(const struct ob_objects *list,
					const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i].name, name) == 0)
			return &list->v[i];
	return NULL;
}

static const char *api_version(struct ob_arena *a,
			       const struct ob_kube_resource *r)
{
	if (!r->group[0])
		return r->version;
	return ob_arena_printf(a, "%s/%s", r->group, r->version);
}

cJSON *ob_object_new(struct ob_arena *a, const struct ob_kube_resource *r,
		     const char *namespace, const char *name)
{
	cJSON *o = ob_json_object(a), *meta = ob_json_object(a);

	ob_json_set_string(a, o, "apiVersion", api_version(a, r));
	ob_json_set_string(a, o, "kind", r->kind);
	ob_json_set_string(a, meta, "namespace", namespace);
	ob_json_set_string(a, meta, "name", name);
	ob_json_set(a, o, "metadata", meta);
	return o;
}

void ob_object_own(struct ob_arena *a, cJSON *object,
		   const struct ob_kube_resource *r, const char *name,
		   const char *uid)
{
	cJSON *list = ob_json_array(a), *owner = ob_json_object(a);

	ob_json_set_string(a, owner, "apiVersion", api_version(a, r));
	ob_json_set_string(a, owner, "kind", r->kind);
	ob_json_set_string(a, owner, "name", name);
	ob_json_set_string(a, owner, "uid", uid);
	ob_json_append(a, list, owner);
	ob_json_set(a, ob_json_get(object, "metadata"), "ownerReferences",
		    list);
}

static void set_pair(struct ob_arena *a, cJSON *object, const char *map,
		     const char *key, const char *value)
{
	cJSON *meta = ob_json_get(object, "metadata");

	if (!ob_json_get(meta, map))
		ob_json_set(a, meta, map, ob_json_object(a));
	ob_json_set_string(a, ob_json_get(meta, map), key, value);
}

void ob_object_label(struct ob_arena *a, cJSON *object, const char *key,
		     const char *value)
{
	set_pair(a, object, "labels", key, value);
}

void ob_object_annotate(struct ob_arena *a, cJSON *object, const char *key,
			const char *value)
{
	set_pair(a, object, "annotations", key, value);
}
