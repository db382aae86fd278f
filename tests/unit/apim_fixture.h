/* SPDX-License-Identifier: Apache-2.0 */
/* Trees from text, for the tests of apimachinery. */
#pragma once

#include "apimachinery/schema.h"

/* Text with ' for ", which reads better in C. */
cJSON *apim_json(struct ob_arena *a, const char *text);
const struct ob_api_schema *apim_schema(struct ob_arena *a, const char *text);
/* Fails the test, and shows both, unless they are equal. */
void apim_assert_json(struct ob_arena *a, const cJSON *is, const char *text);
/* "field: message" of each cause, one a line. */
const char *apim_causes(struct ob_arena *a, const struct ob_api_causes *list);
