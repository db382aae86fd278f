/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First half of reading the configuration: YAML -> fields, each checked on its
 * own and remembering its place. What needs more than one field to judge is
 * config.c's.
 */
#pragma once

#include "base/arena.h"
#include "base/prefix.h"
#include "base/status.h"
#include "base/yaml.h"
#include "model/key.h"

/* Where a value stood: for messages. */
struct ob_place {
	unsigned int line, column;
	const char *path; /* "peers[1].public_key" */
};

/* Each of these is absent when at.path is NULL. */
struct ob_raw_text {
	const char *v;
	struct ob_place at;
};

struct ob_raw_number {
	uint32_t v;
	struct ob_place at;
};

struct ob_raw_bool {
	bool v;
	struct ob_place at;
};

struct ob_raw_key {
	struct ob_key v;
	struct ob_place at;
};

struct ob_raw_prefix {
	struct ob_prefix v;
	struct ob_place at;
};

struct ob_raw_prefixes {
	struct ob_raw_prefix *v;
	size_t n, room;
	struct ob_place at;
};

struct ob_raw_addr {
	struct ob_addr v;
	struct ob_place at;
};

struct ob_raw_addrs {
	struct ob_raw_addr *v;
	size_t n, room;
	struct ob_place at;
};

struct ob_raw_texts {
	struct ob_raw_text *v;
	size_t n, room;
	struct ob_place at;
};

struct ob_raw_mapping {
	struct ob_raw_prefix local, global;
	struct ob_place at;
};

struct ob_raw_mappings {
	struct ob_raw_mapping *v;
	size_t n, room;
	struct ob_place at;
};

struct ob_raw_metrics {
	bool off;
	struct ob_addr addr; /* family 0: all */
	uint16_t port;
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

/* Where Peers are. */
struct ob_raw_hub {
	struct ob_raw_text url, ca_file, token_file;
	struct ob_raw_text kubeconfig;
	struct ob_raw_text namespace;
	struct ob_place at;
};

/* Our own API server. */
struct ob_raw_kubernetes {
	struct ob_raw_text kubeconfig; /* absent: in-cluster */
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

/* For all errors: the file's name, and where to put the message. */
struct ob_config_errors {
	const char *name;
	struct ob_status *status;
};

/* Fills the status with "name:line:column: path: sentence"; -EINVAL. */
int ob_config_fail(const struct ob_config_errors *e, const struct ob_place *at,
		   const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Everything lives in the arena. */
int ob_config_read(struct ob_arena *a, const struct ob_config_errors *e,
		   const char *bytes, size_t size, struct ob_raw_config *ret);
