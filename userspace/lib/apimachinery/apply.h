/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server-side apply and the field ownership of metadata.managedFields (KEP-555,
 * structured-merge-diff). List types come from the schema; without one, lists
 * are atomic and maps granular.
 */
#pragma once

#include "apimachinery/resource.h"
#include "apimachinery/schema.h"

struct ob_api_manager {
	const char *name;      /* fieldManager */
	const char *operation; /* "Apply" or "Update" */
	const char *api_version;
	const char *subresource; /* "" or "status" */
	const char *time;	 /* RFC 3339, now */
};

/*
 * live: NULL when the object is to be created. config: what the client sent.
 * Returns the new object, with managedFields, or -EBUSY with conflicts (type
 * FieldManagerConflict, message as kubectl shows it) unless force.
 */
int ob_api_apply(struct ob_arena *a, const struct ob_api_schema *schema,
		 const cJSON *live, const cJSON *config,
		 const struct ob_api_manager *manager, bool force, cJSON **ret,
		 struct ob_api_causes *conflicts);
/*
 * After a create, update or patch: what has changed between live (NULL: new)
 * and object belongs to manager now, and to nobody else. Fields that are gone
 * belong to nobody. An object whose managedFields was set to [{}] by the client
 * starts anew; [] and none keep what there is, as Kubernetes has it.
 */
void ob_api_manage_update(struct ob_arena *a,
			  const struct ob_api_schema *schema, const cJSON *live,
			  cJSON *object, const struct ob_api_manager *manager);
/* The message of a Status of reason "Conflict", from what apply returned. */
const char *ob_api_conflict_message(struct ob_arena *a,
				    const struct ob_api_causes *conflicts);
