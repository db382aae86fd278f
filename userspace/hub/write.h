/* SPDX-License-Identifier: Apache-2.0 */
/* create and update. */
#pragma once

#include "apimachinery/apply.h"
#include "hub/call.h"

int ob_hub_create(struct ob_hub_call *c);
int ob_hub_update(struct ob_hub_call *c);

/* A new object: checked, stored, answered with 201. applied: its
 * managedFields are already as they should be. */
int ob_hub_write_new(struct ob_hub_call *c, cJSON *object, bool applied);
/* object instead of live, answered with 200. */
int ob_hub_write_over(struct ob_hub_call *c, cJSON *live, cJSON *object,
		      bool applied);
/* For managedFields. operation: "Apply" or "Update". */
struct ob_api_manager ob_hub_write_manager(struct ob_hub_call *c,
					   const char *operation);
/* Makes it, or what differs of it, as the server itself does at start. */
int ob_hub_write_ensure(struct ob_hub_call *c, cJSON *object);
