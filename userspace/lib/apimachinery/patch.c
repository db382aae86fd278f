// SPDX-License-Identifier: Apache-2.0
/* JSON patch (RFC 6902) and JSON merge patch (RFC 7386). */
#include "apimachinery/patch.h"

#include <errno.h>
#include <string.h>

#include "apimachinery/tree.h"

#define REASON "BadRequest"

/* What all copies of one patch may add: without it, thirty of them make a
 * document of a billion values. */
#define MAX_COPIED 1000000

struct patcher {
	struct ob_arena *a;
	cJSON *root;
	struct ob_status *status;
	size_t copied;
};

/* The value that a JSON pointer (RFC 6901) leads to, or where it would be. */
struct target {
	cJSON *parent; /* NULL: the root */
	cJSON *value;  /* NULL: there is none */
	const char *token;
	size_t depth;
};

static int refuse(const struct patcher *p, int err, const char *path,
		  const char *what)
{
	return ob_status_set(p->status, err, REASON, "%.200s: %s", path, what);
}

static const char *take_token(struct patcher *p, const char **path)
{
	char *token = ob_arena_alloc(p->a, strcspn(*path, "/") + 1);
	size_t n = 0;

	for (; **path && **path != '/'; (*path)++) {
		char c = **path;

		if (c == '~') {
			c = *++(*path);
			if (c != '0' && c != '1')
				return NULL;
			c = c == '0' ? '~' : '/';
		}
		token[n++] = c;
	}
	return token;
}

/* 0, 12; not 012, -1 or more than an array can have. */
static bool read_index(const char *token, size_t *ret)
{
	size_t n = strlen(token), index = 0;

	if (!n || n > 9 || (token[0] == '0' && n > 1))
		return false;
	for (; *token; token++) {
		if (*token < '0' || *token > '9')
			return false;
		index = index * 10 + (size_t)(*token - '0');
	}
	*ret = index;
	return true;
}

static cJSON *child_of(const cJSON *parent, const char *token)
{
	cJSON *c;
	size_t index;

	if (cJSON_IsObject(parent))
		return ob_json_get(parent, token);
	if (!cJSON_IsArray(parent) || !read_index(token, &index))
		return NULL;
	c = parent->child;
	while (c && index--)
		c = c->next;
	return c;
}

/* All but the last part has to be there. */
static int find(struct patcher *p, const char *path, struct target *ret)
{
	struct target t = { .value = p->root };
	const char *rest = path;

	if (*rest && *rest != '/')
		return refuse(p, EINVAL, path, "a path begins with /");
	while (*rest == '/') {
		rest++;
		t.parent = t.value;
		t.token = take_token(p, &rest);
		if (!t.token)
			return refuse(p, EINVAL, path, "behind ~ comes 0 or 1");
		if (!t.parent ||
		    (!cJSON_IsObject(t.parent) && !cJSON_IsArray(t.parent)))
			return refuse(p, ENOENT, path,
				      "doc is missing path: missing value");
		t.value = child_of(t.parent, t.token);
		if (++t.depth > OB_JSON_MAX_DEPTH)
			return refuse(p, EINVAL, path, "too deep");
	}
	*ret = t;
	return 0;
}

static int put_element(struct patcher *p, const char *path, struct target *t,
		       cJSON *value)
{
	size_t n = (size_t)cJSON_GetArraySize(t->parent), index;

	if (!strcmp(t->token, "-"))
		index = n;
	else if (!read_index(t->token, &index))
		return refuse(p, EINVAL, path, "an index is a number or -");
	if (index > n)
		return refuse(p, ENOENT, path,
			      "add operation does not apply: index out of "
			      "bounds");
	ob_json_insert(p->a, t->parent, index, value);
	return 0;
}

static int put(struct patcher *p, const char *path, cJSON *value)
{
	struct target t = { 0 };
	int err = find(p, path, &t);

	if (err < 0)
		return err;
	if (t.depth + ob_api_depth(value) > OB_JSON_MAX_DEPTH)
		return refuse(p, EINVAL, path, "nested too deep");
	if (!t.parent) {
		p->root = value;
		return 0;
	}
	if (cJSON_IsArray(t.parent))
		return put_element(p, path, &t, value);
	if (t.value)
		ob_api_value_replace(t.value, value);
	else
		ob_api_member_add(p->a, t.parent, t.token, value);
	return 0;
}

static int take_out(struct patcher *p, const char *path, cJSON **ret)
{
	struct target t = { 0 };
	int err = find(p, path, &t);

	if (err < 0)
		return err;
	if (!t.parent)
		return refuse(p, EINVAL, path, "the root cannot be removed");
	if (!t.value)
		return refuse(p, ENOENT, path,
			      "unable to remove nonexistent key: missing "
			      "value");
	*ret = ob_json_detach(t.parent, t.value);
	return 0;
}

static int replace(struct patcher *p, const char *path, cJSON *value)
{
	struct target t = { 0 };
	int err = find(p, path, &t);

	if (err < 0)
		return err;
	if (!t.value)
		return refuse(p, ENOENT, path,
			      "replace operation does not apply: doc is "
			      "missing key: missing value");
	if (t.depth + ob_api_depth(value) > OB_JSON_MAX_DEPTH)
		return refuse(p, EINVAL, path, "nested too deep");
	ob_api_value_replace(t.value, value);
	return 0;
}

static int test(struct patcher *p, const char *path, const cJSON *value)
{
	struct target t = { 0 };
	int err = find(p, path, &t);

	if (err == -ENOENT || (!err && !ob_json_equal(t.value, value)))
		return ob_status_set(p->status, EEXIST, REASON,
				     "testing value %.200s failed: test failed",
				     path);
	return err;
}

/* Into itself a value cannot be moved. */
static bool is_below(const char *path, const char *from)
{
	size_t n = strlen(from);

	return !strncmp(path, from, n) && path[n] == '/';
}

static int move(struct patcher *p, const char *path, const char *from)
{
	cJSON *value = NULL;
	int err;

	if (is_below(path, from))
		return refuse(p, EINVAL, path, "is below what is moved");
	if (!strcmp(path, from))
		return find(p, path, &(struct target){ .depth = 0 });
	err = take_out(p, from, &value);
	return err < 0 ? err : put(p, path, value);
}

static int copy(struct patcher *p, const char *path, const char *from)
{
	struct target t = { 0 };
	int err = find(p, from, &t);

	if (err < 0)
		return err;
	if (!t.value)
		return refuse(p, ENOENT, from,
			      "copy operation does not apply: doc is missing "
			      "from path: missing value");
	p->copied += ob_api_count(t.value);
	if (p->copied > MAX_COPIED)
		return refuse(p, EINVAL, from, "the patch copies too much");
	return put(p, path, ob_json_copy(p->a, t.value));
}

static int apply_one(struct patcher *p, const cJSON *operation)
{
	const char *op = ob_json_string(operation, "op");
	const char *path = ob_json_string(operation, "path");
	const char *from = ob_json_string(operation, "from");
	const cJSON *value = ob_json_get(operation, "value");
	bool needs_from, needs_value;
	cJSON *gone;

	if (!op || !path)
		return refuse(p, EINVAL, "patch",
			      "an operation is an object with op and path");
	needs_from = !strcmp(op, "move") || !strcmp(op, "copy");
	needs_value = !strcmp(op, "add") || !strcmp(op, "replace") ||
		      !strcmp(op, "test");
	if (needs_from && !from)
		return refuse(p, EINVAL, path, "the operation needs from");
	if (needs_value && !value)
		return refuse(p, EINVAL, path, "the operation needs a value");
	if (!strcmp(op, "add"))
		return put(p, path, ob_json_copy(p->a, value));
	if (!strcmp(op, "replace"))
		return replace(p, path, ob_json_copy(p->a, value));
	if (!strcmp(op, "test"))
		return test(p, path, value);
	if (!strcmp(op, "move"))
		return move(p, path, from);
	if (!strcmp(op, "copy"))
		return copy(p, path, from);
	if (!strcmp(op, "remove"))
		return take_out(p, path, &gone);
	return refuse(p, EINVAL, path, "unexpected kind of operation");
}

int ob_api_patch_json(struct ob_arena *a, cJSON **object, const cJSON *patch,
		      struct ob_status *status)
{
	struct patcher p = { .a = a, .root = *object, .status = status };
	size_t n = 0;
	int err;

	if (!cJSON_IsArray(patch))
		return refuse(&p, EINVAL, "patch", "is no list of operations");
	for (const cJSON *o = patch->child; o; o = o->next) {
		if (n++ >= OB_API_PATCH_MAX_OPERATIONS)
			return refuse(&p, EINVAL, "patch",
				      "has too many operations");
		err = apply_one(&p, o);
		if (err < 0)
			return err;
	}
	*object = p.root;
	return 0;
}

static void merge_into(struct ob_arena *a, cJSON *target, const cJSON *patch);

/* What the patch makes of nothing. */
static cJSON *merge_new(struct ob_arena *a, const cJSON *patch)
{
	cJSON *v;

	if (!cJSON_IsObject(patch))
		return ob_json_copy(a, patch);
	v = ob_json_object(a);
	merge_into(a, v, patch);
	return v;
}

static void merge_into(struct ob_arena *a, cJSON *target, const cJSON *patch)
{
	struct ob_api_index index = ob_api_index_new(a, target);

	for (const cJSON *p = patch->child; p; p = p->next) {
		cJSON *old = ob_api_index_get(&index, p->string);

		if (cJSON_IsNull(p)) {
			if (old)
				ob_json_detach(target, old);
		} else if (!old) {
			ob_api_member_add(a, target, p->string,
					  merge_new(a, p));
		} else if (cJSON_IsObject(p) && cJSON_IsObject(old)) {
			merge_into(a, old, p);
		} else {
			ob_api_value_replace(old, merge_new(a, p));
		}
	}
}

int ob_api_patch_merge(struct ob_arena *a, cJSON **object, const cJSON *patch,
		       struct ob_status *status)
{
	(void)status;
	if (cJSON_IsObject(patch) && cJSON_IsObject(*object))
		merge_into(a, *object, patch);
	else
		*object = merge_new(a, patch);
	return 0;
}
