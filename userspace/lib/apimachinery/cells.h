/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells of tables. Columns of built-in kinds that no path leads to are made by
 * a function: their json_path is "=" and its name.
 */
#pragma once

#include "apimachinery/resource.h"

/* NULL: an empty cell. */
cJSON *ob_api_cell_builtin(struct ob_arena *a, const char *name,
			   const cJSON *object, long long now_s);
/* "5d3h", as kubectl words a duration; "<unknown>" without a time. */
const char *ob_api_cell_age(struct ob_arena *a, const cJSON *time,
			    long long now_s);
