/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three patch types that rewrite an object: JSON patch (RFC 6902), JSON
 * merge patch (RFC 7386) and the strategic merge patch of built-in kinds
 * ($patch, $retainKeys, $setElementOrder, $deleteFromPrimitiveList, merge
 * keys). Pure; the object is changed in place, or undefined on failure.
 */
#pragma once

#include "base/json.h"

#define OB_API_PATCH_MAX_OPERATIONS 10000

/* -EINVAL: the patch makes no sense; -ENOENT, -EEXIST: it does not fit the
 * object ("test" failed, path missing), which is 422 for a client. */
int ob_api_patch_json(struct ob_arena *a, cJSON **object, const cJSON *patch,
		      struct ob_status *status);
int ob_api_patch_merge(struct ob_arena *a, cJSON **object, const cJSON *patch,
		       struct ob_status *status);
/* kind: of a built-in, for its merge keys ("v1/Service": ports by port). */
int ob_api_patch_strategic(struct ob_arena *a, cJSON **object,
			   const cJSON *patch, const char *group,
			   const char *kind, struct ob_status *status);
