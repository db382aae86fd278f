// SPDX-License-Identifier: Apache-2.0
#include "hub/gc.h"

#include <errno.h>
#include <string.h>

#include "hub/gc_object.h"

static const char *text(const char *s)
{
	return s ? s : "";
}

/* What an owner reference is worth. */
enum owner {
	THERE,
	WAITING,
	ABSENT,
	UNKNOWN, /* not for us to say, now and later */
};

static size_t group_length(const char *api_version)
{
	const char *slash = strchr(api_version, '/');

	return slash ? (size_t)(slash - api_version) : 0;
}

/* Any version of a group is the same object. */
static bool same_group(const char *x, const char *y)
{
	size_t n = group_length(x);

	return n == group_length(y) && memcmp(x, y, n) == 0;
}

/* The one that the reference means, and not another which has its uid. */
static bool is_meant(const cJSON *ref, const cJSON *dependent,
		     const cJSON *owner)
{
	const char *namespace = ob_json_string(owner, "metadata.namespace");

	if (namespace &&
	    !ob_hub_gc_equal(namespace,
			     ob_json_string(dependent, "metadata.namespace")))
		return false;
	return ob_hub_gc_equal(ob_json_string(ref, "kind"),
			       ob_json_string(owner, "kind")) &&
	       ob_hub_gc_equal(ob_json_string(ref, "name"),
			       ob_json_string(owner, "metadata.name")) &&
	       same_group(text(ob_json_string(ref, "apiVersion")),
			  text(ob_json_string(owner, "apiVersion")));
}

static int owner_look(const struct ob_hub_gc_index *index,
		      const cJSON *dependent, const cJSON *ref, enum owner *ret)
{
	int scope = index->scope(index->data,
				 text(ob_json_string(ref, "apiVersion")),
				 text(ob_json_string(ref, "kind")));
	const cJSON *owner = NULL;
	int r;

	*ret = UNKNOWN;
	if (scope < 0)
		return scope == -ENOENT ? 0 : scope;
	/* What is in no namespace cannot have an owner in one. */
	if (scope && !ob_json_string(dependent, "metadata.namespace"))
		return 0;
	r = index->find(index->data, text(ob_json_string(ref, "uid")), &owner);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r < 0 || !is_meant(ref, dependent, owner))
		*ret = ABSENT;
	else
		*ret = ob_hub_gc_is_waiting(owner) ? WAITING : THERE;
	return 0;
}

struct reference {
	const cJSON *json;
};

/* References to owners that are no reason to stay. */
struct verdicts {
	size_t n[UNKNOWN + 1];
	OB_LIST(struct reference) useless;
};

static int owners_look(struct ob_arena *a, const struct ob_hub_gc_index *index,
		       const cJSON *object, struct verdicts *ret)
{
	const cJSON *ref;

	cJSON_ArrayForEach(ref, ob_hub_gc_references(object))
	{
		enum owner owner;
		int r = owner_look(index, object, ref, &owner);

		if (r < 0)
			return r;
		ret->n[owner]++;
		if (owner == WAITING || owner == ABSENT)
			OB_PUSH(a, &ret->useless)->json = ref;
	}
	return 0;
}

static bool is_useless(const struct verdicts *v, const cJSON *ref)
{
	for (size_t i = 0; i < v->useless.n; i++)
		if (v->useless.v[i].json == ref)
			return true;
	return false;
}

static cJSON *without_useless(struct ob_arena *a, const cJSON *object,
			      const struct verdicts *v)
{
	cJSON *copy = ob_json_copy(a, object), *list = ob_json_array(a);
	const cJSON *ref;

	cJSON_ArrayForEach(ref, ob_hub_gc_references(object))
	{
		if (!is_useless(v, ref))
			ob_json_append(a, list, ob_json_copy(a, ref));
	}
	ob_hub_gc_references_set(a, copy, list);
	return copy;
}

struct search {
	const char *uid;
	bool any, blocking, waiting;
};

static bool note_blocking(void *arg, const cJSON *object)
{
	struct search *s = arg;

	s->blocking = ob_hub_gc_blocks(object, s->uid) &&
		      !ob_hub_gc_equal(ob_hub_gc_uid(object), s->uid);
	return !s->blocking;
}

static bool note_waiting(void *arg, const cJSON *object)
{
	struct search *s = arg;

	s->any = true;
	s->waiting = ob_hub_gc_is_waiting(object);
	return !s->waiting;
}

/* Owners in a circle would wait for each other. */
static cJSON *unblock(struct ob_arena *a, const cJSON *object)
{
	cJSON *copy = ob_json_copy(a, object), *ref;

	cJSON_ArrayForEach(ref, ob_json_at(copy, "metadata.ownerReferences"))
	{
		if (ob_json_bool(ref, "blockOwnerDeletion", false))
			ob_json_set_bool(a, ref, "blockOwnerDeletion", false);
	}
	return copy;
}

/* Its owners wait for it: so does it for its own. */
static int decide_foreground(struct ob_arena *a,
			     const struct ob_hub_gc_index *index,
			     const cJSON *object,
			     struct ob_hub_gc_decision *ret)
{
	struct search s = { .uid = text(ob_hub_gc_uid(object)) };
	int r = index->owned(index->data, s.uid, note_waiting, &s);

	if (r < 0 || !s.any)
		return r;
	ret->policy = "Foreground";
	if (s.waiting)
		ret->update = unblock(a, object);
	return 0;
}

static int decide_ownerless(struct ob_arena *a,
			    const struct ob_hub_gc_index *index,
			    const cJSON *object, bool awaited,
			    struct ob_hub_gc_decision *ret)
{
	ret->verdict = OB_HUB_GC_DELETE;
	ret->policy = "Background";
	if (ob_hub_gc_has_finalizer(object, OB_HUB_GC_ORPHAN))
		ret->policy = "Orphan";
	else if (ob_hub_gc_has_finalizer(object, OB_HUB_GC_FOREGROUND))
		ret->policy = "Foreground";
	return awaited ? decide_foreground(a, index, object, ret) : 0;
}

static int decide_by_owners(struct ob_arena *a,
			    const struct ob_hub_gc_index *index,
			    const cJSON *object, struct ob_hub_gc_decision *ret)
{
	struct verdicts v = { 0 };
	int r = owners_look(a, index, object, &v);

	if (r < 0 || v.n[UNKNOWN] || !v.useless.n)
		return r;
	if (!v.n[THERE])
		return decide_ownerless(a, index, object, v.n[WAITING], ret);
	ret->verdict = OB_HUB_GC_WRITE;
	ret->update = without_useless(a, object, &v);
	return 0;
}

static int decide_waiting(struct ob_arena *a,
			  const struct ob_hub_gc_index *index,
			  const cJSON *object, struct ob_hub_gc_decision *ret)
{
	struct search s = { .uid = text(ob_hub_gc_uid(object)) };
	int r = index->owned(index->data, s.uid, note_blocking, &s);

	if (r < 0 || s.blocking)
		return r;
	ret->verdict = OB_HUB_GC_WRITE;
	ret->update =
		ob_hub_gc_without_finalizer(a, object, OB_HUB_GC_FOREGROUND);
	return 0;
}

int ob_hub_gc_decide(struct ob_arena *a, const struct ob_hub_gc_index *index,
		     const cJSON *object, struct ob_hub_gc_decision *ret)
{
	struct ob_hub_gc_decision d = { .verdict = OB_HUB_GC_KEEP };
	int r = 0;

	if (ob_hub_gc_is_orphaning(object)) {
		d.verdict = OB_HUB_GC_LET_GO_OF;
		d.update = ob_hub_gc_without_finalizer(a, object,
						       OB_HUB_GC_ORPHAN);
	} else if (ob_hub_gc_is_waiting(object)) {
		r = decide_waiting(a, index, object, &d);
	} else if (!ob_hub_gc_is_going(object)) {
		r = decide_by_owners(a, index, object, &d);
	}
	if (r == 0)
		*ret = d;
	return r;
}
