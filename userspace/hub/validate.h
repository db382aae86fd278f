/* SPDX-License-Identifier: Apache-2.0 */
/* What built-in kinds do not allow though their schemas do. */
#pragma once

#include "apimachinery/schema.h"
#include "hub/catalog.h"

/* live: what object is to replace, NULL: nothing. Worded as in Kubernetes. */
void ob_hub_validate(struct ob_arena *a, const struct ob_hub_kind *k,
		     const cJSON *live, const cJSON *object,
		     struct ob_api_causes *causes);
