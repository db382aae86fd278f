/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of requests: JSON, or YAML turned into JSON. Foreign bytes. */
#pragma once

#include "base/json.h"

/* -EINVAL with a status; the result is any JSON value. */
int ob_hub_decode_json(struct ob_arena *a, const char *bytes, size_t size,
		       cJSON **ret, struct ob_status *status);
/* JSON is taken as JSON, anything else as YAML with scalars typed as the core
 * schema of YAML 1.1 does for kubectl. */
int ob_hub_decode_yaml(struct ob_arena *a, const char *bytes, size_t size,
		       cJSON **ret, struct ob_status *status);
