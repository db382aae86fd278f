/* SPDX-License-Identifier: Apache-2.0 */
/* First half of reading the configuration: YAML -> fields, each checked on its
 * own and remembering its place. */
#pragma once

#include "config/api.h"
#include "config/fields.h"

struct ob_raw_zone {
	struct ob_raw_text name;
	struct ob_raw_bool cluster_names;
	struct ob_raw_text answer;
	struct ob_place at;
};

struct ob_raw_zones {
	struct ob_raw_zone *v;
	size_t n, room;
	struct ob_place at;
};

struct ob_raw_listens {
	struct ob_raw_metrics *v; /* ADDRESS:PORT */
	size_t n, room;
	struct ob_place at;
};

struct ob_raw_tcp {
	struct ob_raw_number connections, per_client, idle;
	struct ob_place at;
};

struct ob_raw_crossdns {
	struct ob_raw_text id;
	struct ob_raw_kubernetes api;
	struct ob_raw_zones zones;
	struct ob_raw_listens listen;
	struct ob_raw_addrs servers;
	struct ob_raw_number ttl, max_answers, udp_size, rate, workers;
	struct ob_raw_text order;
	struct ob_raw_tcp tcp;
	struct ob_raw_metrics metrics;
	struct ob_place at;
};

/* Everything lives in the arena. */
int ob_crossdns_config_read(struct ob_arena *a,
			    const struct ob_config_errors *e, const char *bytes,
			    size_t size, struct ob_raw_crossdns *ret);
