/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events are one kind of object in two groups with different field names: v1,
 * which is what is stored, and events.k8s.io/v1. Every other kind is the same
 * in all of its versions.
 */
#pragma once

#include "hub/catalog.h"

/* From the kind's fields to those stored, and back; in place. */
void ob_hub_convert_store(struct ob_arena *a, const struct ob_hub_kind *k,
			  cJSON *object);
void ob_hub_convert_load(struct ob_arena *a, const struct ob_hub_kind *k,
			 cJSON *object);
