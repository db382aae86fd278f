/* SPDX-License-Identifier: Apache-2.0 */
/* obctl flows: connections to service addresses. */
#pragma once

#include <stdio.h>

#include "obctl/json.h"
#include "obctl/verb.h"
#include "obctl/view.h"

/* Lines of a table, unless --count says otherwise. */
#define OB_CTL_FLOWS_MOST 100

extern const struct ob_ctl_verb ob_ctl_flows;

/* Which ones: an address of either end or a service's, or a service's name;
 * NULL: all. */
struct ob_ctl_flow_filter {
	const char *text;
	struct ob_addr addr; /* family 0: it is a name */
};

struct ob_ctl_flow_list {
	struct ob_flow_entry *v;
	size_t n, room;
	uint64_t now_ns; /* CLOCK_MONOTONIC */
	size_t most;	 /* to keep */
	size_t matched;	 /* those that are not kept, too */
};

struct ob_ctl_flow_filter ob_ctl_flow_filter_make(const char *text);
/* Pure, as the rest. */
bool ob_ctl_flow_matches(const struct ob_ctl_view *view,
			 const struct ob_ctl_flow_filter *filter,
			 const struct ob_flow_entry *flow);
void ob_ctl_flows_print(const struct ob_ctl_view *view, struct ob_arena *a,
			const struct ob_ctl_flow_list *list, FILE *out);
cJSON *ob_ctl_flows_json(const struct ob_ctl_view *view, struct ob_arena *a,
			 const struct ob_ctl_flow_list *list);
