/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an object goes: at once, or, while anybody has a finalizer on it, marked
 * with a deletionTimestamp first.
 */
#pragma once

#include "hub/hub.h"

#define OB_HUB_FINALIZER_CRD "customresourcecleanup.apiextensions.k8s.io"

/*
 * policy: "Background", "Foreground", "Orphan"; NULL: what the object says.
 * object: as it is stored; it is changed. ret_gone: it is gone; otherwise it
 * is marked. dry_run: only the object is changed, not the store.
 */
int ob_hub_remove(struct ob_hub *hub, const struct ob_hub_kind *k,
		  struct ob_arena *a, cJSON *object, const char *policy,
		  int64_t now_s, bool dry_run, bool *ret_gone);
/* Without this finalizer. true: it was there. */
bool ob_hub_finalizer_drop(cJSON *object, const char *name);
bool ob_hub_finalizer_has(const cJSON *object, const char *name);
/* Nothing keeps an object that is to be deleted. */
bool ob_hub_remove_is_due(const struct ob_hub_kind *k, const cJSON *object);
