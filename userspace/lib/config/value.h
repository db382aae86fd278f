/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single values of a configuration file: from a YAML node to a C value that
 * remembers its place, or an error that names it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

struct ob_raw_metrics {
	bool off;
	struct ob_addr addr; /* family 0: all */
	uint16_t port;
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
/* A number without sign, from min to max. */
int ob_value_number(struct ob_config_reader *r, const struct ob_yaml *node,
		    const struct ob_place *at, uint32_t min, uint32_t max,
		    struct ob_raw_number *out);
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
ob_value_fn ob_value_seconds;	/* struct ob_raw_number; 1 to 3600 */
ob_value_fn ob_value_key;	/* struct ob_raw_key */
ob_value_fn ob_value_prefix;	/* struct ob_raw_prefix */
ob_value_fn ob_value_metrics;	/* struct ob_raw_metrics */

/* What outlives the raw configuration, in the arena. */
const char *ob_raw_text_keep(struct ob_arena *a, const struct ob_raw_text *t,
			     const char *otherwise);
struct ob_prefix *ob_raw_prefixes_keep(struct ob_arena *a,
				       const struct ob_raw_prefixes *raw);
