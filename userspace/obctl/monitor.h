/* SPDX-License-Identifier: Apache-2.0 */
/* obctl monitor: packets that leave the fast path, as they do. */
#pragma once

#include <stdio.h>

#include "ob/abi/event.h"
#include "obctl/json.h"
#include "obctl/verb.h"
#include "obctl/view.h"

extern const struct ob_ctl_verb ob_ctl_monitor;

/* Pure: the line and the object for an event. offset_ns: what to add to the
 * event's monotonic time to get nanoseconds since 1970. */
void ob_ctl_monitor_print(const struct ob_ctl_view *view, struct ob_arena *a,
			  const struct ob_event *event, int64_t offset_ns,
			  FILE *out);
cJSON *ob_ctl_monitor_json(const struct ob_ctl_view *view, struct ob_arena *a,
			   const struct ob_event *event, int64_t offset_ns);
/* "5 events: 3 no_route, 2 too_big; 7 more were not sent" */
void ob_ctl_monitor_summary(const uint64_t counts[OB_REASON_COUNT],
			    uint64_t suppressed, FILE *out);
