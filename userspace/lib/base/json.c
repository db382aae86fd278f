// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define REASON	  "InvalidJSON"
#define EXACT_MAX 9007199254740992.0 /* 2^53 */

/* cJSON's hooks take no argument, so the arena waits here. */
static _Thread_local struct ob_arena *current;

static void *arena_malloc(size_t size)
{
	return ob_arena_alloc(current, size);
}

static void arena_free(void *p)
{
	(void)p;
}

__attribute__((constructor)) static void use_arena_hooks(void)
{
	cJSON_Hooks hooks = {
		.malloc_fn = arena_malloc,
		.free_fn = arena_free,
	};

	cJSON_InitHooks(&hooks);
}

static void scope_end(struct ob_arena **previous)
{
	current = *previous;
}

/* From here to the end of the block cJSON allocates from a. */
#define ARENA_SCOPE(a)                                                         \
	_cleanup_(scope_end) struct ob_arena *_previous                        \
		__attribute__((unused)) = current;                             \
	current = (a)

/* Bytes of the UTF-8 sequence at s (RFC 3629), 0 when it is none. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
	size_t n = *s < 0x80 ? 1 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;

	if (n == 1)
		return 1;
	if (*s < 0xc2 || *s > 0xf4 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* overlong, surrogates, above U+10FFFF */
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

struct scan {
	const unsigned char *s;
	size_t size, at;
	const char *problem;
};

/* The inside of a string, up to and past its closing quote. */
static bool scan_string(struct scan *c)
{
	while (c->at < c->size) {
		const unsigned char *s = c->s + c->at;
		size_t left = c->size - c->at, n;

		if (*s == '"') {
			c->at++;
			return true;
		}
		if (*s == '\\' && left >= 6 && !memcmp(s, "\\u0000", 6))
			return false;
		n = *s == '\\' ? 2 : utf8_length(s, left);
		if (*s < 0x20 || !n)
			return false;
		c->at += n;
	}
	return false;
}

/* What cJSON would accept and should not: depth, bad text, "01". */
static bool scan_document(struct scan *c)
{
	size_t depth = 0;

	while (c->at < c->size) {
		unsigned char byte = c->s[c->at++];

		c->problem = "text that is not UTF-8, or holds NUL or "
			     "control characters";
		if (byte == '"' && !scan_string(c))
			return false;
		c->problem = "a byte that no document has here";
		if (byte >= 0x7f || (byte < 0x20 && !strchr("\t\n\r", byte)) ||
		    !byte)
			return false;
		c->problem = "nested too deep";
		if ((byte == '{' || byte == '[') && ++depth > OB_JSON_MAX_DEPTH)
			return false;
		if ((byte == '}' || byte == ']') && depth > 0)
			depth--;
	}
	return true;
}

static bool only_space(const char *s, const char *end)
{
	while (s < end && strchr(" \t\n\r", *s) && *s)
		s++;
	return s == end;
}

int ob_json_parse(struct ob_arena *a, const char *bytes, size_t size,
		  size_t max_size, cJSON **ret, struct ob_status *status)
{
	struct scan c = { .s = (const unsigned char *)bytes, .size = size };
	const char *end = bytes;
	cJSON *root;

	ARENA_SCOPE(a);
	if (size > max_size)
		return ob_status_set(status, EMSGSIZE, REASON,
				     "%zu bytes: no more than %zu are taken",
				     size, max_size);
	if (!scan_document(&c))
		return ob_status_set(status, EINVAL, REASON, "byte %zu: %s",
				     c.at, c.problem);
	root = cJSON_ParseWithLengthOpts(bytes, size, &end, false);
	if (!root || !only_space(end, bytes + size))
		return ob_status_set(status, EINVAL, REASON,
				     "byte %zu: no JSON document",
				     (size_t)(end - bytes));
	*ret = root;
	return 0;
}

const char *ob_json_print(struct ob_arena *a, const cJSON *v)
{
	ARENA_SCOPE(a);
	return cJSON_PrintBuffered(v, 1024, false);
}

cJSON *ob_json_get(const cJSON *object, const char *key)
{
	if (!cJSON_IsObject(object))
		return NULL;
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* The member whose name is the first len bytes of key. */
static cJSON *get_part(const cJSON *object, const char *key, size_t len)
{
	cJSON *child;

	if (!cJSON_IsObject(object))
		return NULL;
	cJSON_ArrayForEach(child,
			   object) if (!strncmp(child->string, key, len) &&
				       !child->string[len]) return child;
	return NULL;
}

cJSON *ob_json_at(const cJSON *root, const char *path)
{
	for (;;) {
		size_t len = strcspn(path, ".");
		cJSON *child = get_part(root, path, len);

		if (!child || !path[len])
			return child;
		root = child;
		path += len + 1;
	}
}

const char *ob_json_string(const cJSON *root, const char *path)
{
	const cJSON *v = ob_json_at(root, path);

	return cJSON_IsString(v) ? v->valuestring : NULL;
}

bool ob_json_bool(const cJSON *root, const char *path, bool otherwise)
{
	const cJSON *v = ob_json_at(root, path);

	return cJSON_IsBool(v) ? cJSON_IsTrue(v) : otherwise;
}

int ob_json_int(const cJSON *root, const char *path, int64_t *ret)
{
	const cJSON *v = ob_json_at(root, path);

	if (!v)
		return -ENOENT;
	if (!cJSON_IsNumber(v) || v->valuedouble != trunc(v->valuedouble))
		return -EINVAL;
	if (fabs(v->valuedouble) > EXACT_MAX)
		return -ERANGE;
	*ret = (int64_t)v->valuedouble;
	return 0;
}

cJSON *ob_json_object(struct ob_arena *a)
{
	ARENA_SCOPE(a);
	return cJSON_CreateObject();
}

cJSON *ob_json_array(struct ob_arena *a)
{
	ARENA_SCOPE(a);
	return cJSON_CreateArray();
}

cJSON *ob_json_string_new(struct ob_arena *a, const char *s)
{
	ARENA_SCOPE(a);
	return cJSON_CreateString(s);
}

cJSON *ob_json_number_new(struct ob_arena *a, double n)
{
	ARENA_SCOPE(a);
	return cJSON_CreateNumber(n);
}

cJSON *ob_json_bool_new(struct ob_arena *a, bool b)
{
	ARENA_SCOPE(a);
	return cJSON_CreateBool(b);
}

cJSON *ob_json_null_new(struct ob_arena *a)
{
	ARENA_SCOPE(a);
	return cJSON_CreateNull();
}

void ob_json_set(struct ob_arena *a, cJSON *object, const char *key,
		 cJSON *value)
{
	cJSON *old = ob_json_get(object, key);

	ARENA_SCOPE(a);
	if (old && !value)
		(void)cJSON_DetachItemViaPointer(object, old);
	else if (old)
		cJSON_ReplaceItemInObjectCaseSensitive(object, key, value);
	else if (value)
		cJSON_AddItemToObject(object, key, value);
}

void ob_json_set_string(struct ob_arena *a, cJSON *object, const char *key,
			const char *s)
{
	ob_json_set(a, object, key, ob_json_string_new(a, s));
}

void ob_json_set_number(struct ob_arena *a, cJSON *object, const char *key,
			double n)
{
	ob_json_set(a, object, key, ob_json_number_new(a, n));
}

void ob_json_set_bool(struct ob_arena *a, cJSON *object, const char *key,
		      bool b)
{
	ob_json_set(a, object, key, ob_json_bool_new(a, b));
}

void ob_json_append(struct ob_arena *a, cJSON *array, cJSON *value)
{
	ARENA_SCOPE(a);
	cJSON_AddItemToArray(array, value);
}

/* By hand: cJSON_InsertItemInArray() of Debian 12 (1.7.15 with its security
 * fix) refuses every place but the first. */
void ob_json_insert(struct ob_arena *a, cJSON *array, size_t index,
		    cJSON *value)
{
	cJSON *next = array->child;

	while (next && index--)
		next = next->next;
	if (!next) {
		ob_json_append(a, array, value);
		return;
	}
	value->next = next;
	value->prev = next->prev; /* of the first: the last */
	next->prev = value;
	if (next == array->child)
		array->child = value;
	else
		value->prev->next = value;
}

cJSON *ob_json_detach(cJSON *parent, cJSON *child)
{
	return cJSON_DetachItemViaPointer(parent, child);
}

cJSON *ob_json_copy(struct ob_arena *a, const cJSON *v)
{
	ARENA_SCOPE(a);
	return cJSON_Duplicate(v, true);
}

/* cJSON writes 15 digits when they are nearly all there is to say. */
static bool same_number(double x, double y)
{
	return fabs(x - y) <= fmax(fabs(x), fabs(y)) * DBL_EPSILON;
}

static bool same_members(const cJSON *x, const cJSON *y)
{
	const cJSON *child;

	if (cJSON_GetArraySize(x) != cJSON_GetArraySize(y))
		return false;
	cJSON_ArrayForEach(
		child,
		x) if (!ob_json_equal(child,
				      ob_json_get(y,
						  child->string))) return false;
	return true;
}

static bool same_elements(const cJSON *x, const cJSON *y)
{
	const cJSON *i = x->child, *j = y->child;

	while (i && j && ob_json_equal(i, j)) {
		i = i->next;
		j = j->next;
	}
	return !i && !j;
}

bool ob_json_equal(const cJSON *x, const cJSON *y)
{
	if (!x || !y)
		return x == y;
	if ((x->type & 0xff) != (y->type & 0xff))
		return false;
	switch (x->type & 0xff) {
	case cJSON_Number:
		return same_number(x->valuedouble, y->valuedouble);
	case cJSON_String:
		return !strcmp(x->valuestring, y->valuestring);
	case cJSON_Array:
		return same_elements(x, y);
	case cJSON_Object:
		return same_members(x, y);
	default:
		return true;
	}
}
