/* SPDX-License-Identifier: Apache-2.0 */
/* What events look like on the wire. Pure. Private to this folder. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "kube/event.h"

struct ob_kube_event_meta {
	const char *namespace, *name; /* of the event itself */
	const char *controller, *instance;
	double now_s;
};

cJSON *ob_kube_event_make(struct ob_arena *a, const struct ob_kube_event *event,
			  const struct ob_kube_event_meta *meta);
/* A merge patch that counts it up. */
cJSON *ob_kube_event_series(struct ob_arena *a, uint32_t count, double now_s);
/* The same for the same event. */
const char *ob_kube_event_key(struct ob_arena *a,
			      const struct ob_kube_event *event);
/* Events of cluster-wide objects are in "default". */
const char *ob_kube_event_namespace(const struct ob_kube_event *event);
