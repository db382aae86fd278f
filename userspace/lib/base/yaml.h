/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A YAML document as a tree that remembers where everything stood, over
 * libyaml (YAML 1.1). Accepts foreign bytes: depth, nodes and size are limited,
 * anchors, aliases, tags, directives and duplicate keys are refused, and an
 * error begins with its place, "LINE:COLUMN: ", from 1.
 * All nodes live in the arena of the caller.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"

#define OB_YAML_MAX_BYTES (4 * 1024 * 1024)
#define OB_YAML_MAX_DEPTH 16
#define OB_YAML_MAX_NODES 200000

enum ob_yaml_kind {
	OB_YAML_SCALAR,
	OB_YAML_SEQUENCE,
	OB_YAML_MAPPING,
};

struct ob_yaml {
	enum ob_yaml_kind kind;
	unsigned int line, column; /* from 1; of its key in a mapping */
	const char *key;	   /* in a mapping; NULL otherwise */
	const char *scalar;	   /* NUL-terminated, no NUL inside */
	bool quoted;		   /* a scalar that was written as text */
	struct ob_yaml *children;  /* first element or member */
	struct ob_yaml *next;	   /* sibling */
	size_t n_children;
};

/* The root of the only document in bytes. -EINVAL with a status otherwise. */
int ob_yaml_parse(struct ob_arena *a, const char *bytes, size_t size,
		  struct ob_yaml **ret, struct ob_status *status);
/* The member of a mapping called key, or NULL. */
const struct ob_yaml *ob_yaml_get(const struct ob_yaml *node, const char *key);
