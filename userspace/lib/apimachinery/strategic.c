// SPDX-License-Identifier: Apache-2.0
/*
 * The strategic merge patch: a merge patch that knows by which key the elements
 * of a list are told apart, with directives for what it cannot say otherwise.
 */
#include "apimachinery/patch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apimachinery/model.h"
#include "apimachinery/tree.h"

#define REASON	  "BadRequest"
#define DIRECTIVE "$patch"
#define RETAIN	  "$retainKeys"
#define ORDER	  "$setElementOrder/"
#define DROP	  "$deleteFromPrimitiveList/"

struct patcher {
	struct ob_arena *a;
	struct ob_status *status;
};

/* How a value is merged. */
struct kind {
	const struct ob_api_model *model; /* of the object, or of elements */
	struct ob_api_text
		merge; /* of a list: by key, "." itself; no: atomic */
};

static int merge_object(struct patcher *p, cJSON *object, const cJSON *patch,
			const struct ob_api_model *model);

static int refuse(struct patcher *p, const char *field, const char *what)
{
	return ob_status_set(p->status, EINVAL, REASON, "%.200s: %s", field,
			     what);
}

static struct kind kind_of(const struct ob_api_model *model, const char *field)
{
	struct kind kind = { .model = NULL };
	struct ob_api_field f;

	if (!model || !ob_api_field_find(model, field, &f))
		return kind;
	if (f.type.n > 2 &&
	    (!memcmp(f.type.s, "[]", 2) || !memcmp(f.type.s, "{}", 2))) {
		f.type.s += 2;
		f.type.n -= 2;
	}
	kind.model = ob_api_model_find(f.type);
	kind.merge = f.merge;
	return kind;
}

static bool is_directive(const char *key)
{
	return key[0] == '$' &&
	       (!strcmp(key, DIRECTIVE) || !strcmp(key, RETAIN) ||
		!strncmp(key, ORDER, strlen(ORDER)) ||
		!strncmp(key, DROP, strlen(DROP)));
}

static const char *directive_of(const cJSON *patch)
{
	const cJSON *v = ob_json_get(patch, DIRECTIVE);

	return cJSON_IsString(v) ? v->valuestring : "";
}

/* What makes an element what it is; NULL: it does not say. */
static const char *key_of(struct patcher *p, const cJSON *element,
			  struct ob_api_text merge)
{
	const cJSON *key = element;

	if (cJSON_IsObject(element))
		key = ob_json_get(element, ob_api_text_copy(p->a, merge));
	return key && !cJSON_IsObject(key) ? ob_json_print(p->a, key) : NULL;
}

/* Keys of a list with where they stand, for looking up. */
static cJSON *keys_of(struct patcher *p, const cJSON *list,
		      struct ob_api_text merge)
{
	cJSON *keys = ob_json_object(p->a);
	double at = 0;

	for (const cJSON *e = list ? list->child : NULL; e; e = e->next) {
		const char *key = key_of(p, e, merge);

		if (key)
			ob_api_member_add(p->a, keys, key,
					  ob_json_number_new(p->a, at));
		at++;
	}
	return keys;
}

struct placed {
	cJSON *element;
	double patch, server; /* where the lists have it; below 0: nowhere */
	size_t at;
};

static int by_patch(const void *x, const void *y)
{
	const struct placed *p = x, *q = y;

	if (p->patch != q->patch)
		return p->patch < q->patch ? -1 : 1;
	return p->at < q->at ? -1 : 1;
}

static double place_in(const struct ob_api_index *index, const char *key)
{
	const cJSON *at = key ? ob_api_index_get(index, key) : NULL;

	return at ? at->valuedouble : -1;
}

/* Two lists into one: theirs comes first where the server had it so. */
static void interleave(struct patcher *p, cJSON *list,
		       const struct placed *theirs, size_t n_theirs,
		       const struct placed *ours, size_t n_ours)
{
	size_t i = 0, j = 0;

	while (i < n_theirs || j < n_ours) {
		bool left = j >= n_ours;

		if (i < n_theirs && j < n_ours)
			left = theirs[i].server >= 0 && ours[j].server >= 0 &&
			       theirs[i].server < ours[j].server;
		ob_json_append(p->a, list,
			       left ? theirs[i++].element : ours[j++].element);
	}
}

/* Elements that the patch names stand as it has them, the others among them
 * where the server had them. */
static void reorder(struct patcher *p, cJSON *list, const cJSON *patch_keys,
		    const cJSON *server_keys, struct ob_api_text merge)
{
	size_t n = (size_t)cJSON_GetArraySize(list), n_ours = 0, n_theirs = 0;
	struct placed *ours = ob_arena_array(p->a, n, sizeof(*ours));
	struct placed *theirs = ob_arena_array(p->a, n, sizeof(*theirs));
	struct ob_api_index patch = ob_api_index_new(p->a, patch_keys);
	struct ob_api_index server = ob_api_index_new(p->a, server_keys);

	while (list->child) {
		struct placed e = { .element = list->child };
		const char *key = key_of(p, e.element, merge);

		e.patch = place_in(&patch, key);
		e.server = place_in(&server, key);
		e.at = n_ours + n_theirs;
		ob_json_detach(list, e.element);
		if (e.patch >= 0)
			ours[n_ours++] = e;
		else
			theirs[n_theirs++] = e;
	}
	if (n_ours)
		qsort(ours, n_ours, sizeof(*ours), by_patch);
	interleave(p, list, theirs, n_theirs, ours, n_ours);
}

static bool has_replace(const cJSON *patch)
{
	for (const cJSON *e = patch->child; e; e = e->next)
		if (!strcmp(directive_of(e), "replace"))
			return true;
	return false;
}

/* A value as it is without the directives in it. */
static int make_new(struct patcher *p, const cJSON *patch,
		    const struct kind *kind, cJSON **ret)
{
	cJSON *v;
	int err;

	if (cJSON_IsObject(patch)) {
		v = ob_json_object(p->a);
		*ret = v;
		return merge_object(p, v, patch, kind->model);
	}
	if (!cJSON_IsArray(patch)) {
		*ret = ob_json_copy(p->a, patch);
		return 0;
	}
	*ret = ob_json_array(p->a);
	for (const cJSON *e = patch->child; e; e = e->next) {
		if (cJSON_IsObject(e) && *directive_of(e))
			continue;
		err = make_new(p, e, kind, &v);
		if (err < 0)
			return err;
		ob_json_append(p->a, *ret, v);
	}
	return 0;
}

/* Elements by where they stand, so that a key leads to one at once. */
static cJSON **elements_of(struct patcher *p, const cJSON *list)
{
	cJSON **all = ob_arena_array(p->a, (size_t)cJSON_GetArraySize(list) + 1,
				     sizeof(cJSON *));
	size_t n = 0;

	for (cJSON *e = list->child; e; e = e->next)
		all[n++] = e;
	return all;
}

/* One element of the patch into the list. */
static int merge_element(struct patcher *p, cJSON *list, cJSON **old,
			 const cJSON *e, const struct kind *kind)
{
	const char *directive = directive_of(e);
	cJSON *v;
	int err;

	if (!strcmp(directive, "delete")) {
		if (*old)
			ob_json_detach(list, *old);
		*old = NULL;
		return 0;
	}
	if (*directive && strcmp(directive, "merge") != 0)
		return refuse(p, directive, "no such $patch");
	if (*old)
		return cJSON_IsObject(e) && cJSON_IsObject(*old)
			       ? merge_object(p, *old, e, kind->model)
			       : 0;
	err = make_new(p, e, kind, &v);
	if (err == 0)
		ob_json_append(p->a, list, v);
	return err;
}

static int merge_list(struct patcher *p, const char *field, cJSON *list,
		      const cJSON *patch, const struct kind *kind)
{
	cJSON *server = keys_of(p, list, kind->merge), **all, *nothing = NULL;
	struct ob_api_index index = ob_api_index_new(p->a, server);
	cJSON *fresh;
	int err;

	if (has_replace(patch)) {
		err = make_new(p, patch, kind, &fresh);
		if (err == 0)
			ob_api_value_replace(list, fresh);
		return err;
	}
	all = elements_of(p, list);
	for (const cJSON *e = patch->child; e; e = e->next) {
		const char *key = key_of(p, e, kind->merge);
		double at = place_in(&index, key);

		if (!key)
			return refuse(p, field,
				      "an element does not contain declared "
				      "merge key");
		nothing = NULL;
		err = merge_element(p, list, at < 0 ? &nothing : &all[(int)at],
				    e, kind);
		if (err < 0)
			return err;
	}
	reorder(p, list, keys_of(p, patch, kind->merge), server, kind->merge);
	return 0;
}

/* $retainKeys: what it does not name goes. */
static void retain(cJSON *object, const cJSON *keys)
{
	cJSON *next;

	for (cJSON *m = object->child; m; m = next) {
		const cJSON *k = keys->child;

		next = m->next;
		while (k && (!cJSON_IsString(k) ||
			     strcmp(k->valuestring, m->string) != 0))
			k = k->next;
		if (!k)
			ob_json_detach(object, m);
	}
}

static void drop_from(struct patcher *p, cJSON *list, const cJSON *gone)
{
	struct ob_api_text none = { NULL, 0 };
	struct ob_api_index index;
	cJSON *next;

	if (!cJSON_IsArray(list) || !cJSON_IsArray(gone))
		return;
	index = ob_api_index_new(p->a, keys_of(p, gone, none));
	for (cJSON *e = list->child; e; e = next) {
		next = e->next;
		if (!cJSON_IsObject(e) &&
		    ob_api_index_get(&index, ob_json_print(p->a, e)))
			ob_json_detach(list, e);
	}
}

static int merge_member(struct patcher *p, cJSON *object, cJSON *old,
			const cJSON *patch, const struct ob_api_model *model)
{
	struct kind kind = kind_of(model, patch->string);
	cJSON *v;
	int err;

	if (cJSON_IsNull(patch)) {
		if (old)
			ob_json_detach(object, old);
		return 0;
	}
	if (cJSON_IsObject(patch) && cJSON_IsObject(old))
		return merge_object(p, old, patch, kind.model);
	if (cJSON_IsArray(patch) && cJSON_IsArray(old) && kind.merge.n)
		return merge_list(p, patch->string, old, patch, &kind);
	err = make_new(p, patch, &kind, &v);
	if (err < 0)
		return err;
	if (old)
		ob_api_value_replace(old, v);
	else
		ob_api_member_add(p->a, object, patch->string, v);
	return 0;
}

/* The keys of each list that $setElementOrder is about, before the patch. */
static cJSON *orders_before(struct patcher *p, const cJSON *object,
			    const cJSON *patch,
			    const struct ob_api_model *model)
{
	cJSON *all = ob_json_object(p->a);

	for (const cJSON *m = patch->child; m; m = m->next) {
		const char *field = m->string + strlen(ORDER);
		struct kind kind;

		if (strncmp(m->string, ORDER, strlen(ORDER)) != 0)
			continue;
		kind = kind_of(model, field);
		ob_api_member_add(
			p->a, all, field,
			keys_of(p, ob_json_get(object, field), kind.merge));
	}
	return all;
}

static void set_orders(struct patcher *p, cJSON *object, const cJSON *patch,
		       const struct ob_api_model *model, const cJSON *before)
{
	for (const cJSON *b = before->child; b; b = b->next) {
		cJSON *list = ob_json_get(object, b->string);
		struct kind kind = kind_of(model, b->string);
		const cJSON *order = ob_json_get(
			patch, ob_arena_printf(p->a, ORDER "%s", b->string));

		if (cJSON_IsArray(list) && cJSON_IsArray(order))
			reorder(p, list, keys_of(p, order, kind.merge), b,
				kind.merge);
	}
}

/* $patch, $retainKeys and what is dropped; done: nothing more to merge. */
static int begin_object(struct patcher *p, cJSON *object, const cJSON *patch,
			bool *ret_done)
{
	const char *directive = directive_of(patch);
	const cJSON *keys = ob_json_get(patch, RETAIN);

	*ret_done = !strcmp(directive, "delete");
	if (*ret_done || !strcmp(directive, "replace"))
		object->child = NULL;
	else if (*directive && strcmp(directive, "merge") != 0)
		return refuse(p, directive, "no such $patch");
	if (cJSON_IsArray(keys))
		retain(object, keys);
	for (const cJSON *m = patch->child; m; m = m->next)
		if (!strncmp(m->string, DROP, strlen(DROP)))
			drop_from(p,
				  ob_json_get(object, m->string + strlen(DROP)),
				  m);
	return 0;
}

static int merge_object(struct patcher *p, cJSON *object, const cJSON *patch,
			const struct ob_api_model *model)
{
	cJSON *before = orders_before(p, object, patch, model);
	struct ob_api_index index;
	bool done;
	int err = begin_object(p, object, patch, &done);

	if (err < 0 || done)
		return err;
	index = ob_api_index_new(p->a, object);
	for (const cJSON *m = patch->child; m; m = m->next) {
		if (is_directive(m->string))
			continue;
		err = merge_member(p, object,
				   ob_api_index_get(&index, m->string), m,
				   model);
		if (err < 0)
			return err;
	}
	set_orders(p, object, patch, model, before);
	return 0;
}

int ob_api_patch_strategic(struct ob_arena *a, cJSON **object,
			   const cJSON *patch, const char *group,
			   const char *kind, struct ob_status *status)
{
	struct patcher p = { .a = a, .status = status };

	if (!cJSON_IsObject(patch) || !cJSON_IsObject(*object))
		return refuse(&p, "patch", "is no object");
	return merge_object(&p, *object, patch, ob_api_model_of(group, kind));
}
