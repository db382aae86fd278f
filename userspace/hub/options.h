/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, hub(8). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"

#define OB_HUB_DEFAULT_DIR    "/var/lib/ovn-builder/hub"
#define OB_HUB_DEFAULT_LISTEN ":6443"
#define OB_HUB_DEFAULT_PORT   6443
#define OB_HUB_MAX_ADVERTISE  16

enum ob_hub_command {
	OB_HUB_COMMAND_DONE, /* help or version were shown */
	OB_HUB_COMMAND_INIT,
	OB_HUB_COMMAND_SERVE,
	OB_HUB_COMMAND_TOKEN_CREATE,
	OB_HUB_COMMAND_TOKEN_LIST,
	OB_HUB_COMMAND_TOKEN_REVOKE,
	OB_HUB_COMMAND_BACKUP,
	OB_HUB_COMMAND_RESTORE,
	OB_HUB_COMMAND_KUBECONFIG,
};

struct ob_hub_options {
	enum ob_hub_command command;
	const char *dir;
	const char *listen;
	const char *advertise[OB_HUB_MAX_ADVERTISE];
	unsigned int n_advertise;
	const char *argument; /* CLUSTER, ID or FILE; NULL: none */
	bool gateway, kubeconfig;
	int64_t ttl_s; /* 0: for ever */
	uint64_t history_revisions;
	int64_t history_s;
	enum ob_log_level log_level;
};

/* -EINVAL after having said on stderr what is wrong. */
int ob_hub_options_parse(int argc, char **argv, struct ob_hub_options *ret);
/* "90s", "15m", "12h", "7d": seconds. -EINVAL. */
int ob_hub_options_duration(const char *s, int64_t *ret);
