// SPDX-License-Identifier: Apache-2.0
#include "hub/gc_object.h"

#include <string.h>

#include "hub/gc.h"

bool ob_hub_gc_equal(const char *x, const char *y)
{
	return x && y && strcmp(x, y) == 0;
}

const char *ob_hub_gc_uid(const cJSON *object)
{
	return ob_json_string(object, "metadata.uid");
}

const cJSON *ob_hub_gc_references(const cJSON *object)
{
	return ob_json_at(object, "metadata.ownerReferences");
}

bool ob_hub_gc_is_going(const cJSON *object)
{
	return ob_json_at(object, "metadata.deletionTimestamp");
}

bool ob_hub_gc_has_finalizer(const cJSON *object, const char *name)
{
	const cJSON *f;

	cJSON_ArrayForEach(f, ob_json_at(object, "metadata.finalizers"))
	{
		if (cJSON_IsString(f) && strcmp(f->valuestring, name) == 0)
			return true;
	}
	return false;
}

bool ob_hub_gc_is_waiting(const cJSON *object)
{
	return ob_hub_gc_is_going(object) &&
	       ob_hub_gc_has_finalizer(object, OB_HUB_GC_FOREGROUND);
}

bool ob_hub_gc_is_orphaning(const cJSON *object)
{
	return ob_hub_gc_is_going(object) &&
	       ob_hub_gc_has_finalizer(object, OB_HUB_GC_ORPHAN);
}

bool ob_hub_gc_blocks(const cJSON *object, const char *owner_uid)
{
	const cJSON *ref;

	cJSON_ArrayForEach(ref, ob_hub_gc_references(object))
	{
		if (ob_hub_gc_equal(ob_json_string(ref, "uid"), owner_uid) &&
		    ob_json_bool(ref, "blockOwnerDeletion", false))
			return true;
	}
	return false;
}

cJSON *ob_hub_gc_without_finalizer(struct ob_arena *a, const cJSON *object,
				   const char *name)
{
	cJSON *copy = ob_json_copy(a, object);
	cJSON *list = ob_json_at(copy, "metadata.finalizers"), *f, *next;

	for (f = list ? list->child : NULL; f; f = next) {
		next = f->next;
		if (cJSON_IsString(f) && strcmp(f->valuestring, name) == 0)
			ob_json_detach(list, f);
	}
	if (list && !list->child)
		ob_json_set(a, ob_json_get(copy, "metadata"), "finalizers",
			    NULL);
	return copy;
}

void ob_hub_gc_references_set(struct ob_arena *a, cJSON *object, cJSON *list)
{
	ob_json_set(a, ob_json_get(object, "metadata"), "ownerReferences",
		    list->child ? list : NULL);
}
