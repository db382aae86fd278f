/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cluster's ServiceImports and the EndpointSlices of imported Services, and
 * from them the names: all of them once both are known, then those of one
 * service when something of it changes. While the API server is away, what is
 * known stays.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "base/status.h"
#include "crossdns/names.h"
#include "crossdns/records.h"
#include "kube/client.h"

struct ob_crossdns_watch;

int ob_crossdns_watch_new(sd_event *event, const struct ob_kube_place *api,
			  const struct ob_records_options *options,
			  struct ob_names *names,
			  struct ob_crossdns_watch **ret,
			  struct ob_status *status);
void ob_crossdns_watch_free(struct ob_crossdns_watch *w);
OB_DEFINE_CLEANUP(struct ob_crossdns_watch *, ob_crossdns_watch_free)

struct ob_crossdns_view {
	bool synced;
	const char *version; /* of the ServiceImports; "": not known yet */
	uint64_t stale_ms;   /* since when both are not watched; 0: they are */
	uint64_t imports, slices;
	uint64_t refused;	     /* objects that made no sense */
	struct ob_status trouble[2]; /* imports, slices; reason NULL: none */
	struct ob_kube_stats api;
};
void ob_crossdns_watch_look(const struct ob_crossdns_watch *w, uint64_t now_ms,
			    struct ob_crossdns_view *ret);
