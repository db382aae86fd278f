/* SPDX-License-Identifier: Apache-2.0 */
/* What garbage collection reads and changes in metadata. */
#pragma once

#include <stdbool.h>

#include "base/json.h"

/* Of two that may be NULL, which equals nothing. */
bool ob_hub_gc_equal(const char *x, const char *y);
const char *ob_hub_gc_uid(const cJSON *object);
const cJSON *ob_hub_gc_references(const cJSON *object);
/* An empty list is none. */
void ob_hub_gc_references_set(struct ob_arena *a, cJSON *object, cJSON *list);
bool ob_hub_gc_is_going(const cJSON *object);
bool ob_hub_gc_has_finalizer(const cJSON *object, const char *name);
/* It is gone as soon as those that block it are. */
bool ob_hub_gc_is_waiting(const cJSON *object);
/* It is gone as soon as nothing names it as an owner. */
bool ob_hub_gc_is_orphaning(const cJSON *object);
/* The owner may not go before the object, if it waits at all. */
bool ob_hub_gc_blocks(const cJSON *object, const char *owner_uid);
/* A copy. */
cJSON *ob_hub_gc_without_finalizer(struct ob_arena *a, const cJSON *object,
				   const char *name);
