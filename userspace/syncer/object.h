/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as syncer writes them, and what they have in common. */
#pragma once

#include "base/json.h"
#include "kube/client.h"

extern const struct ob_kube_resource ob_exported_services;

/* One that should be there. */
struct ob_object {
	const char *name;
	cJSON *tree;
};

struct ob_objects {
	struct ob_object *v;
	size_t n, room;
};

const struct ob_object *ob_objects_find(const struct ob_objects *list,
					const char *name);

/* apiVersion, kind and metadata with namespace and name. */
cJSON *ob_object_new(struct ob_arena *a, const struct ob_kube_resource *r,
		     const char *namespace, const char *name);
/* What owns it: it goes when the owner does. */
void ob_object_own(struct ob_arena *a, cJSON *object,
		   const struct ob_kube_resource *r, const char *name,
		   const char *uid);
/* metadata.labels, metadata.annotations. */
void ob_object_label(struct ob_arena *a, cJSON *object, const char *key,
		     const char *value);
void ob_object_annotate(struct ob_arena *a, cJSON *object, const char *key,
			const char *value);
