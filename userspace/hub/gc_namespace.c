// SPDX-License-Identifier: Apache-2.0
#include "hub/gc.h"

#include <string.h>

#include "hub/gc_object.h"

/* Of a namespace's spec; gone when it is empty. */
#define NAMESPACE_FINALIZER "kubernetes"

struct condition {
	const char *type, *ok_reason, *ok_message;
	const char *bad_reason, *bad_message;
};

enum {
	CONTENT = 3,
	FINALIZERS = 4
};

/* In the order, and with the words, of Kubernetes' namespace controller. */
static const struct condition conditions[] = {
	{ "NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered",
	  "All resources successfully discovered", NULL, NULL },
	{ "NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions",
	  "All legacy kube types successfully parsed", NULL, NULL },
	{ "NamespaceDeletionContentFailure", "ContentDeleted",
	  "All content successfully deleted, may be waiting on finalization",
	  NULL, NULL },
	[CONTENT] = { "NamespaceContentRemaining", "ContentRemoved",
		      "All content successfully removed", "SomeResourcesRemain",
		      "Some resources are remaining: " },
	[FINALIZERS] = { "NamespaceFinalizersRemaining",
			 "ContentHasNoFinalizers",
			 "All content-preserving finalizers finished",
			 "SomeFinalizersRemain",
			 "Some content in the namespace has finalizers "
			 "remaining: " },
};

/* "pods. has 2 resource instances, peers.octopus.io has ..." */
static const char *left_text(struct ob_arena *a,
			     const struct ob_hub_gc_left *left, size_t n)
{
	const char *all = NULL;

	for (size_t i = 0; i < n; i++)
		if (left[i].n)
			all = ob_arena_printf(
				a, "%s%s%s.%s has %zu resource instances",
				all ? all : "", all ? ", " : "",
				left[i].resource, left[i].group, left[i].n);
	return all;
}

static const char *holds_text(struct ob_arena *a,
			      const struct ob_hub_gc_holds *holds, size_t n)
{
	const char *all = NULL;

	for (size_t i = 0; i < n; i++)
		if (holds[i].n)
			all = ob_arena_printf(
				a, "%s%s%s in %zu resource instances",
				all ? all : "", all ? ", " : "",
				holds[i].finalizer, holds[i].n);
	return all;
}

static cJSON *find(const cJSON *list, const char *type)
{
	cJSON *c;

	cJSON_ArrayForEach(c, list)
	{
		if (ob_hub_gc_equal(ob_json_string(c, "type"), type))
			return c;
	}
	return NULL;
}

/* detail NULL: all is well. True: it was not so before. */
static bool condition_set(struct ob_arena *a, cJSON *list,
			  const struct condition *c, const char *detail,
			  const char *now)
{
	const char *status = detail ? "True" : "False";
	const char *reason = detail ? c->bad_reason : c->ok_reason;
	const char *message =
		detail ? ob_arena_printf(a, "%s%s", c->bad_message, detail)
		       : c->ok_message;
	cJSON *was = find(list, c->type);
	bool same =
		was && ob_hub_gc_equal(ob_json_string(was, "status"), status);

	if (same && ob_hub_gc_equal(ob_json_string(was, "reason"), reason) &&
	    ob_hub_gc_equal(ob_json_string(was, "message"), message))
		return false;
	if (!was) {
		was = ob_json_object(a);
		ob_json_set_string(a, was, "type", c->type);
		ob_json_append(a, list, was);
	}
	ob_json_set_string(a, was, "status", status);
	if (!same)
		ob_json_set_string(a, was, "lastTransitionTime", now);
	ob_json_set_string(a, was, "reason", reason);
	ob_json_set_string(a, was, "message", message);
	return true;
}

static cJSON *child(struct ob_arena *a, cJSON *object, const char *key,
		    cJSON *otherwise)
{
	if (!ob_json_get(object, key))
		ob_json_set(a, object, key, otherwise);
	return ob_json_get(object, key);
}

/* NULL: as it was. */
static cJSON *with_conditions(struct ob_arena *a, const cJSON *namespace,
			      const char *left, const char *holds,
			      const char *now)
{
	cJSON *copy = ob_json_copy(a, namespace);
	cJSON *status = child(a, copy, "status", ob_json_object(a));
	cJSON *list = child(a, status, "conditions", ob_json_array(a));
	bool changed = false;

	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		const char *detail = NULL;

		if (i == CONTENT)
			detail = left;
		else if (i == FINALIZERS)
			detail = holds;
		if (condition_set(a, list, &conditions[i], detail, now))
			changed = true;
	}
	return changed ? copy : NULL;
}

/* NULL: Kubernetes' own is not among them. */
static cJSON *without_own(struct ob_arena *a, const cJSON *namespace)
{
	cJSON *copy = ob_json_copy(a, namespace), *f;
	cJSON *list = ob_json_at(copy, "spec.finalizers");

	cJSON_ArrayForEach(f, list)
	{
		if (cJSON_IsString(f) &&
		    strcmp(f->valuestring, NAMESPACE_FINALIZER) == 0)
			break;
	}
	if (!f)
		return NULL;
	ob_json_detach(list, f);
	if (!list->child)
		ob_json_set(a, ob_json_get(copy, "spec"), "finalizers", NULL);
	return copy;
}

static bool is_free(const cJSON *namespace)
{
	const cJSON *own = ob_json_at(namespace, "spec.finalizers");
	const cJSON *others = ob_json_at(namespace, "metadata.finalizers");

	return !(own && own->child) && !(others && others->child);
}

cJSON *ob_hub_gc_namespace(struct ob_arena *a, const cJSON *namespace,
			   const struct ob_hub_gc_left *left, size_t n_left,
			   const struct ob_hub_gc_holds *holds, size_t n_holds,
			   const char *now, bool *ret_gone)
{
	const char *remaining = left_text(a, left, n_left);
	cJSON *update = NULL;

	if (remaining)
		update = with_conditions(a, namespace, remaining,
					 holds_text(a, holds, n_holds), now);
	else
		update = without_own(a, namespace);
	*ret_gone = !remaining && is_free(update ? update : namespace);
	return update;
}
