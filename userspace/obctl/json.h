/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON for scripts, over cJSON. Running out of memory ends the program, so
 * that no field is ever silently missing.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/prefix.h"

OB_DEFINE_CLEANUP(cJSON *, cJSON_Delete)

/* Once, before anything else. */
void ob_ctl_json_init(void);

/* Exact: cJSON's own numbers are doubles. */
void ob_ctl_json_u64(cJSON *object, const char *name, uint64_t value);
/* null for NULL. */
void ob_ctl_json_string(cJSON *object, const char *name, const char *value);
void ob_ctl_json_bool(cJSON *object, const char *name, bool value);
/* null for family 0. */
void ob_ctl_json_addr(cJSON *object, const char *name,
		      const struct ob_addr *addr);
void ob_ctl_json_prefix(cJSON *object, const char *name,
			const struct ob_prefix *prefix);
cJSON *ob_ctl_json_array(cJSON *object, const char *name);
cJSON *ob_ctl_json_object(cJSON *array);
/* Indented, with a newline at the end. */
void ob_ctl_json_print(const cJSON *json, FILE *out);
/* On one line. */
void ob_ctl_json_print_line(const cJSON *json, FILE *out);
