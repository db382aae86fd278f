/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The annotation in which kubectl keeps what it applied on the client's side.
 * When kubectl turns to server-side apply, what it says belongs to kubectl
 * already: that is no conflict, and the annotation follows.
 */
#pragma once

#include "apimachinery/apply.h"
#include "apimachinery/fieldset.h"

/* The fields that the manager may take over from anyone; NULL: none. */
const struct ob_api_set *ob_api_last_applied_fields(
	struct ob_arena *a, const struct ob_api_schema *schema,
	const cJSON *live, const struct ob_api_manager *manager);
/* Writes config into the annotation of object, when it has one. */
void ob_api_last_applied_sync(struct ob_arena *a, cJSON *object,
			      const cJSON *config,
			      const struct ob_api_manager *manager);
