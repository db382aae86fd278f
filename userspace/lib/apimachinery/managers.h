/* SPDX-License-Identifier: Apache-2.0 */
/* metadata.managedFields: who owns which fields. */
#pragma once

#include "apimachinery/apply.h"
#include "apimachinery/fieldset.h"

struct ob_api_owner {
	const char *name, *operation, *api_version, *subresource, *time;
	const struct ob_api_set *set;
};

struct ob_api_owners {
	struct ob_api_owner *v;
	size_t n, room;
};

void ob_api_owners_read(struct ob_arena *a, const cJSON *object,
			struct ob_api_owners *ret);
/* Sorted, those without fields left out; over what the object has. */
void ob_api_owners_write(struct ob_arena *a, cJSON *object,
			 struct ob_api_owners *owners);
/* The one that the manager is, which is made when it is new; the same manager
 * of another API version is the same when it applies. */
struct ob_api_owner *ob_api_owners_take(struct ob_arena *a,
					struct ob_api_owners *owners,
					const struct ob_api_manager *m);
/* As a conflict shows it: "x" with subresource "status" using v1 */
const char *ob_api_owner_print(struct ob_arena *a,
			       const struct ob_api_owner *o);
