/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON documents (RFC 8259) over cJSON, with all memory in an arena.
 *
 * Foreign bytes come in through ob_json_parse() only: size and depth are
 * limited, text has to be UTF-8 without NUL (escaped or not), and nothing may
 * follow the document. A tree is plain cJSON to read; to change one use the
 * functions below, never cJSON's own, which would allocate from the heap.
 * Nothing is ever freed but the arena. Keys are case-sensitive. Numbers are
 * doubles: integers are exact up to 2^53, so what needs more has to be a
 * string, as Kubernetes does it; fractions may lose their last bit when they
 * are written.
 *
 * Not to be shared between threads while it is changed; different arenas may
 * be used in different threads.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

#define OB_JSON_MAX_DEPTH 64

/* -EINVAL with a status that names the byte offset; -EMSGSIZE over max_size. */
int ob_json_parse(struct ob_arena *a, const char *bytes, size_t size,
		  size_t max_size, cJSON **ret, struct ob_status *status);
/* Compact text in the arena. */
const char *ob_json_print(struct ob_arena *a, const cJSON *v);

/*
 * Reading; all take NULL for "not there". A path is keys joined with '.':
 * "metadata.name"; a key that has dots itself is for ob_json_get() alone.
 */
cJSON *ob_json_get(const cJSON *object, const char *key);
cJSON *ob_json_at(const cJSON *root, const char *path);
/* NULL unless it is a string. */
const char *ob_json_string(const cJSON *root, const char *path);
/* "otherwise" unless it is a boolean. */
bool ob_json_bool(const cJSON *root, const char *path, bool otherwise);
/* -ENOENT when missing, -EINVAL when no whole number, -ERANGE beyond 2^53. */
int ob_json_int(const cJSON *root, const char *path, int64_t *ret);

/* Making and changing. */
cJSON *ob_json_object(struct ob_arena *a);
cJSON *ob_json_array(struct ob_arena *a);
cJSON *ob_json_string_new(struct ob_arena *a, const char *s);
cJSON *ob_json_number_new(struct ob_arena *a, double n);
cJSON *ob_json_bool_new(struct ob_arena *a, bool b);
cJSON *ob_json_null_new(struct ob_arena *a);
/* Replaces the member where it stands, or adds it last; value may be NULL:
 * removes it. value must not be part of another tree. */
void ob_json_set(struct ob_arena *a, cJSON *object, const char *key,
		 cJSON *value);
void ob_json_set_string(struct ob_arena *a, cJSON *object, const char *key,
			const char *s);
void ob_json_set_number(struct ob_arena *a, cJSON *object, const char *key,
			double n);
void ob_json_set_bool(struct ob_arena *a, cJSON *object, const char *key,
		      bool b);
void ob_json_append(struct ob_arena *a, cJSON *array, cJSON *value);
/* Before the element at index; at the end when there are fewer. */
void ob_json_insert(struct ob_arena *a, cJSON *array, size_t index,
		    cJSON *value);
/* Takes the child out of its parent; it may be put elsewhere. */
cJSON *ob_json_detach(cJSON *parent, cJSON *child);
cJSON *ob_json_copy(struct ob_arena *a, const cJSON *v);
/* Deep; the order of members does not count, that of elements does. Numbers
 * that differ in their last bit only are equal. */
bool ob_json_equal(const cJSON *x, const cJSON *y);
