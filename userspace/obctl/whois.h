/* SPDX-License-Identifier: Apache-2.0 */
/* obctl whois: whose an address is, and what it is called elsewhere. */
#pragma once

#include <stdio.h>

#include "obctl/json.h"
#include "obctl/verb.h"
#include "obctl/view.h"

extern const struct ob_ctl_verb ob_ctl_whois;

/* What an address can be; in the routed profile more than one at once. */
struct ob_ctl_answer {
	struct ob_addr addr;
	const struct ob_route_entry *route; /* another cluster's, or NULL */
	const struct ob_nat_entry *in;	    /* global address of ours */
	const struct ob_nat_entry *out;	    /* local address of ours */
	struct ob_addr local;		    /* family 0: none */
	struct ob_addr global;
	/* A virtual address of ours: of a service, or of none yet. */
	const struct ob_service_entry *service;
	bool virtual;
	const char *global_cidr; /* the address is inside; NULL: is not */
};

/* Pure; what it returns points into the view and the arena. */
struct ob_ctl_answer ob_ctl_whois_find(const struct ob_ctl_view *view,
				       struct ob_arena *a,
				       const struct ob_addr *addr);
/* False when nobody has the address. */
bool ob_ctl_whois_known(const struct ob_ctl_answer *answer);
void ob_ctl_whois_print(const struct ob_ctl_view *view, struct ob_arena *a,
			const struct ob_ctl_answer *answer, FILE *out);
cJSON *ob_ctl_whois_json(const struct ob_ctl_view *view, struct ob_arena *a,
			 const struct ob_ctl_answer *answer);
