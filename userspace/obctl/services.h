/* SPDX-License-Identifier: Apache-2.0 */
/* obctl services: virtual addresses, and the endpoints of all clusters behind
 * them. */
#pragma once

#include <stdio.h>

#include "obctl/json.h"
#include "obctl/verb.h"
#include "obctl/view.h"

extern const struct ob_ctl_verb ob_ctl_services;

/* What one cluster has of one port of a service. */
struct ob_ctl_service_row {
	const struct ob_service_entry *entry;
	const char *cluster; /* NULL: none has anything */
	size_t ready, draining;
};

struct ob_ctl_service_rows {
	struct ob_ctl_service_row *v;
	size_t n, room;
};

/* By name, address, port and cluster. name: "NAME" or "NAMESPACE/NAME"; NULL:
 * all. Pure. */
struct ob_ctl_service_rows ob_ctl_services_list(const struct ob_ctl_view *view,
						struct ob_arena *a,
						const char *name);
void ob_ctl_services_print(const struct ob_ctl_view *view, struct ob_arena *a,
			   const char *name, FILE *out);
cJSON *ob_ctl_services_json(const struct ob_ctl_view *view, struct ob_arena *a,
			    const char *name);

/* Shared with others. */

/* "default/nginx" */
const char *ob_ctl_service_name(struct ob_arena *a,
				const struct ob_service_entry *entry);
/* "10.113.192.1:80/TCP", "[fd70::1]:80/TCP" */
const char *ob_ctl_service_port(struct ob_arena *a,
				const struct ob_service_id *id);
/* The cluster with a slot, our own with 0; "?": none has it. */
const char *ob_ctl_service_cluster(const struct ob_ctl_view *view,
				   uint32_t slot);
/* Endpoints that get new connections. */
size_t ob_ctl_service_ready(const struct ob_service_entry *entry);
/* NULL: no service of that identity. */
const struct ob_service_entry *
ob_ctl_service_find(const struct ob_ctl_view *view,
		    const struct ob_service_id *id);
/* True when the name asks for this service; NULL asks for all. */
bool ob_ctl_service_is(const struct ob_service_entry *entry, const char *name);
/* The block of a family; false: there is none. */
bool ob_ctl_service_block(const struct ob_config *config, uint8_t family,
			  struct ob_prefix *ret);
