/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an update may not change: the server's own metadata, and the part of
 * the object that belongs to the other subresource. And what has changed.
 */
#pragma once

#include "hub/call.h"

/* uid, creationTimestamp, deletionTimestamp, ... and managedFields when the
 * client has left them out. */
void ob_hub_carry_meta(struct ob_arena *a, const cJSON *live, cJSON *object);
/* A status update changes the status only, others everything but it. */
void ob_hub_carry_parts(struct ob_arena *a, const struct ob_hub_kind *k,
			const struct ob_api_version *v, const char *subresource,
			const cJSON *live, cJSON *object);
/* No new finalizer on what is being deleted. */
int ob_hub_carry_check(struct ob_hub_call *c, const cJSON *live,
		       const cJSON *object);
/* One more when what the client wants has changed. */
void ob_hub_carry_generation(struct ob_arena *a, const struct ob_hub_kind *k,
			     const struct ob_api_version *v, const cJSON *live,
			     cJSON *object);
/* But for resourceVersion and the times of managedFields. */
bool ob_hub_carry_is_same(struct ob_arena *a, const cJSON *live,
			  const cJSON *object);

/* The kinds are not all alike: */
bool ob_hub_carry_has_generation(const struct ob_hub_kind *k);
/* A new object may come with a status. */
bool ob_hub_carry_keeps_status(const struct ob_hub_kind *k);
/* An update needs no resourceVersion. */
bool ob_hub_carry_is_unconditional(const struct ob_hub_kind *k);
