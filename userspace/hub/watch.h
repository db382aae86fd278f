/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches. Each is a cursor into the one history; what is sent is made when
 * the client can take it. One that lets more than OB_HUB_WATCH_MAX_BYTES wait
 * for a second or two, or anything for OB_HUB_WATCH_MAX_STALL_S, is cut off: it
 * resumes from where it was.
 */
#pragma once

#include "hub/call.h"

#define OB_HUB_WATCH_MAX_BYTES	 ((size_t)32 * 1024 * 1024)
#define OB_HUB_WATCH_MAX_STALL_S 60
/* Of one identity. */
#define OB_HUB_WATCH_MAX	 1000

int ob_hub_watch(struct ob_hub_call *c);
/* Once a second: bookmarks, ends, stalls, tokens that are gone. */
void ob_hub_watch_tick(struct ob_hub *hub, int64_t now_s);
/* All watches of a kind end: it is not what it was. id NULL: all. */
void ob_hub_watch_close(struct ob_hub *hub, const char *id);
