/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event stream. The ring buffer has one reader at a time: opening takes a
 * lock on the pin directory and fails with -EBUSY when somebody reads.
 */
#pragma once

#include "datapath/datapath.h"
#include "ob/abi/event.h"

struct ob_events;

typedef int (*ob_event_fn)(const struct ob_event *event, void *arg);

int ob_events_new(struct ob_datapath *dp, ob_event_fn fn, void *arg,
		  struct ob_events **ret);
void ob_events_free(struct ob_events *ev);
OB_DEFINE_CLEANUP(struct ob_events *, ob_events_free)

/* Waits up to timeout_ms (-1: for ever) and calls fn for each event.
 * Returns the number of events, or negative errno; fn's negative return ends
 * it and is returned. */
int ob_events_poll(struct ob_events *ev, int timeout_ms);
