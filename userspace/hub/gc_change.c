// SPDX-License-Identifier: Apache-2.0
#include "hub/gc.h"

#include <string.h>

#include "hub/gc_object.h"

static void add(struct ob_arena *a, struct ob_hub_gc_uids *list,
		const char *uid)
{
	if (!uid)
		return;
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], uid) == 0)
			return;
	*OB_PUSH(a, list) = ob_arena_strdup(a, uid);
}

static bool refers(const cJSON *object, const char *owner_uid)
{
	const cJSON *ref;

	cJSON_ArrayForEach(ref, ob_hub_gc_references(object))
	{
		if (ob_hub_gc_equal(ob_json_string(ref, "uid"), owner_uid))
			return true;
	}
	return false;
}

/* The owners that it does not hold back any more. */
static void add_released(struct ob_arena *a, const cJSON *before,
			 const cJSON *now, struct ob_hub_gc_uids *look)
{
	const cJSON *ref;

	cJSON_ArrayForEach(ref, ob_hub_gc_references(before))
	{
		const char *uid = ob_json_string(ref, "uid");

		if (uid &&
		    (!refers(now, uid) || (ob_hub_gc_blocks(before, uid) &&
					   !ob_hub_gc_blocks(now, uid))))
			add(a, look, uid);
	}
}

static bool has_new_owner(const cJSON *before, const cJSON *now)
{
	const cJSON *ref;

	cJSON_ArrayForEach(ref, ob_hub_gc_references(now))
	{
		if (!refers(before, ob_json_string(ref, "uid")))
			return true;
	}
	return false;
}

void ob_hub_gc_after(struct ob_arena *a, const cJSON *before, const cJSON *now,
		     struct ob_hub_gc_uids *look,
		     struct ob_hub_gc_uids *look_at_owned)
{
	bool waits = ob_hub_gc_is_waiting(now) && !ob_hub_gc_is_waiting(before);
	bool orphans =
		ob_hub_gc_is_orphaning(now) && !ob_hub_gc_is_orphaning(before);

	add_released(a, before, now, look);
	if (!now || waits)
		add(a, look_at_owned, ob_hub_gc_uid(now ? now : before));
	if (waits || orphans || has_new_owner(before, now))
		add(a, look, ob_hub_gc_uid(now));
}

cJSON *ob_hub_gc_disown(struct ob_arena *a, const cJSON *object,
			const char *owner_uid)
{
	cJSON *list = ob_json_array(a), *copy;
	const cJSON *ref;
	bool found = false;

	cJSON_ArrayForEach(ref, ob_hub_gc_references(object))
	{
		if (ob_hub_gc_equal(ob_json_string(ref, "uid"), owner_uid))
			found = true;
		else
			ob_json_append(a, list, ob_json_copy(a, ref));
	}
	if (!found)
		return NULL;
	copy = ob_json_copy(a, object);
	ob_hub_gc_references_set(a, copy, list);
	return copy;
}

/* The finalizer that a policy asks for; NULL: none. */
static const char *finalizer_for(const cJSON *object, const char *policy)
{
	if (policy && strcmp(policy, "Orphan") == 0)
		return OB_HUB_GC_ORPHAN;
	if (policy && strcmp(policy, "Foreground") == 0)
		return OB_HUB_GC_FOREGROUND;
	if (policy)
		return NULL;
	if (ob_hub_gc_has_finalizer(object, OB_HUB_GC_ORPHAN))
		return OB_HUB_GC_ORPHAN;
	return ob_hub_gc_has_finalizer(object, OB_HUB_GC_FOREGROUND)
		       ? OB_HUB_GC_FOREGROUND
		       : NULL;
}

bool ob_hub_gc_prepare(struct ob_arena *a, cJSON *object, const char *policy)
{
	const char *want = finalizer_for(object, policy);
	cJSON *list = ob_json_array(a);
	const cJSON *f;
	bool found = false, changed = false;

	cJSON_ArrayForEach(f, ob_json_at(object, "metadata.finalizers"))
	{
		const char *name = f->valuestring ? f->valuestring : "";
		bool ours = strcmp(name, OB_HUB_GC_ORPHAN) == 0 ||
			    strcmp(name, OB_HUB_GC_FOREGROUND) == 0;

		found = found || ob_hub_gc_equal(name, want);
		changed = changed || (ours && !ob_hub_gc_equal(name, want));
		if (!ours || ob_hub_gc_equal(name, want))
			ob_json_append(a, list, ob_json_copy(a, f));
	}
	if (want && !found)
		ob_json_append(a, list, ob_json_string_new(a, want));
	changed = changed || (want && !found);
	if (changed)
		ob_json_set(a, ob_json_get(object, "metadata"), "finalizers",
			    list->child ? list : NULL);
	return changed;
}
