/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file of static mode (octopus(8), "CONFIGURATION FILE"):
 * YAML in, a validated network out. Strict: an unknown field is an error, and
 * every error is one line that an editor can jump to:
 *
 *   FILE:LINE:COLUMN: FIELD: sentence
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/prefix.h"
#include "base/status.h"
#include "model/network.h"

#define OB_DEFAULT_METRICS_PORT 9797

struct ob_config_file {
	struct ob_network network;
	const char *key_file; /* NULL: a fresh key for each new device */
	bool has_metrics;
	struct ob_addr metrics_addr; /* family 0: all addresses */
	uint16_t metrics_port;
	struct ob_arena *arena; /* holds all of this, and itself */
};

/* name stands for the file in messages. -EINVAL with a status. */
int ob_config_parse(const char *name, const char *bytes, size_t size,
		    struct ob_config_file **ret, struct ob_status *status);
/* Reads and parses a file; -ENOENT, -EACCES, ... when it cannot be read. */
int ob_config_load(const char *path, struct ob_config_file **ret,
		   struct ob_status *status);
void ob_config_free(struct ob_config_file *file);
OB_DEFINE_CLEANUP(struct ob_config_file *, ob_config_free)
