/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label and field selectors, as in the labelSelector and fieldSelector
 * parameters: "a=b,c!=d,e in (f,g),h notin (i),j,!k" and
 * "metadata.name=x,status.phase!=y".
 */
#pragma once

#include <stdbool.h>

#include "base/json.h"

struct ob_api_selector;

/* -EINVAL with a status for people. "" and NULL select everything. */
int ob_api_label_selector_parse(struct ob_arena *a, const char *text,
				struct ob_api_selector **ret,
				struct ob_status *status);
int ob_api_field_selector_parse(struct ob_arena *a, const char *text,
				struct ob_api_selector **ret,
				struct ob_status *status);
/* labels: metadata.labels, may be NULL. */
bool ob_api_label_selector_matches(const struct ob_api_selector *s,
				   const cJSON *labels);
/* Fields are dotted paths into the object; a missing one is "". */
bool ob_api_field_selector_matches(const struct ob_api_selector *s,
				   const cJSON *object);
bool ob_api_selector_is_empty(const struct ob_api_selector *s);
/* The value that a field has to equal, NULL: any; for "metadata.name". */
const char *ob_api_field_selector_equals(const struct ob_api_selector *s,
					 const char *field);
/*
 * A LabelSelector (meta/v1, matchLabels and matchExpressions) as such text, by
 * key. NULL: an operator that there is not. Neither of the two selects
 * everything: "".
 */
const char *ob_api_label_selector_text(struct ob_arena *a,
				       const cJSON *selector);
/* The fields that it names, to refuse those that a kind does not have. */
size_t ob_api_field_selector_fields(const struct ob_api_selector *s);
const char *ob_api_field_selector_field(const struct ob_api_selector *s,
					size_t i);
/* Text that parses to the same. */
const char *ob_api_selector_format(struct ob_arena *a,
				   const struct ob_api_selector *s);
