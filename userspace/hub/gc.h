/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Garbage collection as Kubernetes does it: an object goes when all of its
 * owners are gone, an owner that is deleted in the foreground waits for those
 * that block it, one that orphans lets go of them first, and a namespace goes
 * when it is empty.
 *
 * Decisions only. After every change the caller asks ob_hub_gc_after() what to
 * look at, looks at each with ob_hub_gc_decide(), and carries out what that
 * says through the same code as requests, which makes changes again. It ends
 * because every step deletes, or takes a reference or a finalizer away. When
 * it starts it looks at everything that has owners or is being deleted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

#define OB_HUB_GC_FOREGROUND "foregroundDeletion"
#define OB_HUB_GC_ORPHAN     "orphan"

/* What the decisions are made from. Negative errnos are handed on. */
struct ob_hub_gc_index {
	void *data;
	/* 1: namespaced, 0: not, -ENOENT: no such kind. */
	int (*scope)(void *data, const char *api_version, const char *kind);
	/* The living object with this uid; -ENOENT. */
	int (*find)(void *data, const char *uid, const cJSON **ret);
	/* Calls visit for the objects that name uid as an owner, until it
	 * says false. */
	int (*owned)(void *data, const char *uid,
		     bool (*visit)(void *arg, const cJSON *object), void *arg);
};

enum ob_hub_gc_verdict {
	OB_HUB_GC_KEEP,
	OB_HUB_GC_WRITE,     /* update */
	OB_HUB_GC_DELETE,    /* update first, if there is one; then delete it
			      * with the policy */
	OB_HUB_GC_LET_GO_OF, /* ob_hub_gc_disown() each that it owns, then
			      * update */
};

struct ob_hub_gc_decision {
	enum ob_hub_gc_verdict verdict;
	const char *policy; /* "Background", "Foreground", "Orphan" */
	cJSON *update;	    /* the object as it has to be written, or NULL */
};

/* Strings and trees of ret are in a. */
int ob_hub_gc_decide(struct ob_arena *a, const struct ob_hub_gc_index *index,
		     const cJSON *object, struct ob_hub_gc_decision *ret);

/* uids */
struct ob_hub_gc_uids {
	const char **v;
	size_t n, room;
};
/* before, now: NULL when it was not, is not. Adds to what is in the lists. */
void ob_hub_gc_after(struct ob_arena *a, const cJSON *before, const cJSON *now,
		     struct ob_hub_gc_uids *look,
		     struct ob_hub_gc_uids *look_at_owned);

/* The object without its references to this owner; NULL: it has none. */
cJSON *ob_hub_gc_disown(struct ob_arena *a, const cJSON *object,
			const char *owner_uid);
/*
 * The finalizers that an object has to have before it is deleted with the
 * policy (NULL: none given, then those it has count): adds and removes the two
 * of ours. True: something changed.
 */
bool ob_hub_gc_prepare(struct ob_arena *a, cJSON *object, const char *policy);

/* What is still in a namespace that is being deleted. */
struct ob_hub_gc_left {
	const char *group, *resource;
	size_t n;
};
struct ob_hub_gc_holds {
	const char *finalizer;
	size_t n;
};
/*
 * namespace: with a deletionTimestamp. The namespace as it has to be written,
 * with conditions that say what is left, or NULL: as it is. gone: it may be
 * deleted altogether.
 */
cJSON *ob_hub_gc_namespace(struct ob_arena *a, const cJSON *namespace,
			   const struct ob_hub_gc_left *left, size_t n_left,
			   const struct ob_hub_gc_holds *holds, size_t n_holds,
			   const char *now, bool *ret_gone);
