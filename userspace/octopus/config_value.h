/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single values of the configuration file: from a YAML node to a field of
 * octopus/config_read.h, or an error that names its place.
 */
#pragma once

#include <stdbool.h>

#include "octopus/config_read.h"

#define OB_SHOWN_LEN 72 /* of a foreign value in a message, quoted */

struct ob_config_reader {
	struct ob_arena *arena;
	const struct ob_config_errors *errors;
};

/* Like ob_config_fail. */
int ob_value_refuse(const struct ob_config_reader *r, const struct ob_place *at,
		    const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The text of a node, or NULL after saying what was expected. */
const char *ob_value_text(const struct ob_config_reader *r,
			  const struct ob_yaml *node, const struct ob_place *at,
			  const char *what);
/* What the kernel takes as the name of an interface. */
bool ob_value_is_device(const char *s);

/* One reader for each kind; out points to what the comment names. */
typedef int ob_value_fn(struct ob_config_reader *r, const struct ob_yaml *node,
			const struct ob_place *at, void *out);
ob_value_fn ob_value_bool;	/* struct ob_raw_bool */
ob_value_fn ob_value_port;	/* struct ob_raw_number */
ob_value_fn ob_value_keepalive; /* struct ob_raw_number */
ob_value_fn ob_value_mtu;	/* struct ob_raw_number; 0: auto */
ob_value_fn ob_value_label;	/* struct ob_raw_text: a cluster ID */
ob_value_fn ob_value_host;	/* struct ob_raw_text: address or DNS name */
ob_value_fn ob_value_device;	/* struct ob_raw_text: an interface */
ob_value_fn ob_value_path;	/* struct ob_raw_text: an absolute path */
ob_value_fn ob_value_url;	/* struct ob_raw_text: https://HOST[:PORT] */
ob_value_fn ob_value_len4;	/* struct ob_raw_number: of an IPv4 prefix */
ob_value_fn ob_value_len6;	/* struct ob_raw_number: of an IPv6 prefix */
ob_value_fn ob_value_key;	/* struct ob_raw_key */
ob_value_fn ob_value_prefix;	/* struct ob_raw_prefix */
ob_value_fn ob_value_metrics;	/* struct ob_raw_metrics */
