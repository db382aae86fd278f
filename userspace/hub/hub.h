/* SPDX-License-Identifier: Apache-2.0 */
/* The server: what its files share. */
#pragma once

#include <systemd/sd-event.h>

#include "hub/catalog.h"
#include "hub/feed.h"
#include "hub/http.h"
#include "hub/janitor.h"
#include "hub/store.h"
#include "hub/traffic.h"

struct ob_hub {
	sd_event *event;
	const char *dir;
	struct ob_hub_store *store;
	struct ob_hub_catalog *catalog;
	struct ob_hub_feed *feed;
	struct ob_hub_janitor *janitor;
	struct ob_hub_http *http;
	struct ob_hub_traffic traffic;
	/* How much history is kept. */
	uint64_t history_revisions;
	int64_t history_s;
	bool stopping;
};
