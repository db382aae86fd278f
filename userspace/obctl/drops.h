/* SPDX-License-Identifier: Apache-2.0 */
/* obctl drops: packets that left the fast path, and why. */
#pragma once

#include <stdio.h>

#include "obctl/json.h"
#include "obctl/verb.h"
#include "obctl/view.h"

extern const struct ob_ctl_verb ob_ctl_drops;

struct ob_ctl_drop {
	const char *reason;
	const char *hook; /* where; a device for what WireGuard refused */
	uint64_t packets, bytes;
	bool has_bytes;	    /* WireGuard counts packets only */
	const char *action; /* "drop" or "kernel" */
	const char *doc;
};

struct ob_ctl_drop_list {
	struct ob_ctl_drop *v;
	size_t n, room;
};

/* Most packets first; all: also reasons that never happened. Pure. */
struct ob_ctl_drop_list ob_ctl_drops_list(const struct ob_ctl_view *view,
					  struct ob_arena *a, bool all);
void ob_ctl_drops_print(const struct ob_ctl_view *view, struct ob_arena *a,
			bool all, FILE *out);
cJSON *ob_ctl_drops_json(const struct ob_ctl_view *view, struct ob_arena *a,
			 bool all);
/* Packets with an action, over all reasons; WireGuard's are OB_DROP. */
uint64_t ob_ctl_drops_sum(const struct ob_ctl_view *view,
			  enum ob_action action);
