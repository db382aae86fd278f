/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First half of reading the configuration: YAML -> fields, each checked on its
 * own and remembering its place. What needs more than one field to judge is
 * config.c's.
 */
#pragma once

#include "config/api.h"
#include "config/fields.h"
#include "config/value.h"

struct ob_raw_mapping {
	struct ob_raw_prefix local, global;
	struct ob_place at;
};

struct ob_raw_mappings {
	struct ob_raw_mapping *v;
	size_t n, room;
	struct ob_place at;
};

struct ob_raw_peer {
	struct ob_raw_text id;
	struct ob_raw_key public_key;
	struct ob_raw_text endpoint;
	struct ob_raw_number port;
	struct ob_raw_prefixes cidrs;
	struct ob_raw_bool hub;
	struct ob_raw_number keepalive;
	struct ob_place at;
};

struct ob_raw_peers {
	struct ob_raw_peer *v;
	size_t n, room;
	struct ob_place at;
};

struct ob_raw_allocation {
	struct ob_raw_number prefix_len, prefix_len6;
	struct ob_place at;
};

struct ob_raw_config {
	struct ob_raw_text id;
	struct ob_raw_bool hub, is_public;
	struct ob_raw_prefixes global, cidrs, pods;
	struct ob_raw_mappings mappings;
	struct ob_raw_addrs gateways;
	struct ob_raw_texts interfaces;
	struct ob_raw_text device;
	struct ob_raw_number port;
	struct ob_raw_text key_file;
	struct ob_raw_number mtu; /* 0: auto */
	struct ob_raw_metrics metrics;
	struct ob_raw_peers peers;
	struct ob_raw_hub hub_api;
	struct ob_raw_text endpoint;
	struct ob_raw_kubernetes kubernetes;
	struct ob_raw_allocation allocation;
	struct ob_raw_prefixes services, nodes;
	struct ob_raw_prefixes clusterset;
	struct ob_raw_text service_policy;
	struct ob_place at;
};

/* Everything lives in the arena. */
int ob_config_read(struct ob_arena *a, const struct ob_config_errors *e,
		   const char *bytes, size_t size, struct ob_raw_config *ret);
