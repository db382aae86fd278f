/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON for scripts, over base/json.h: trees live in an arena, and so does the
 * text until it is printed.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "base/json.h"
#include "base/prefix.h"

/* Exact: cJSON's own numbers are doubles. */
void ob_ctl_json_u64(struct ob_arena *a, cJSON *object, const char *name,
		     uint64_t value);
/* null for NULL. */
void ob_ctl_json_string(struct ob_arena *a, cJSON *object, const char *name,
			const char *value);
void ob_ctl_json_bool(struct ob_arena *a, cJSON *object, const char *name,
		      bool value);
/* null for family 0. */
void ob_ctl_json_addr(struct ob_arena *a, cJSON *object, const char *name,
		      const struct ob_addr *addr);
void ob_ctl_json_prefix(struct ob_arena *a, cJSON *object, const char *name,
			const struct ob_prefix *prefix);
/* New and empty, as a member and as an element. */
cJSON *ob_ctl_json_array(struct ob_arena *a, cJSON *object, const char *name);
cJSON *ob_ctl_json_object(struct ob_arena *a, cJSON *array);
/* Indented, with a newline at the end. */
void ob_ctl_json_print(struct ob_arena *a, const cJSON *json, FILE *out);
/* On one line. */
void ob_ctl_json_print_line(struct ob_arena *a, const cJSON *json, FILE *out);
