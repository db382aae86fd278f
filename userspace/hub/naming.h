/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CustomResourceDefinition has which names, by what is in the store: it
 * knows of those written a moment ago too.
 */
#pragma once

#include "hub/hub.h"

/* Sets the status of a definition that is about to be written. */
int ob_hub_naming_establish(struct ob_hub *hub, struct ob_arena *a, cJSON *crd,
			    const char *now);
/* Names may have become free: writes those that were waiting for them. */
int ob_hub_naming_retry(struct ob_hub *hub);
