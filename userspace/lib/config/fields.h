/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mappings and lists of a configuration file: a table says which fields there
 * are, where each goes in a struct, and how it is read. Strict: an unknown
 * field is an error.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/value.h"

/* A member of a mapping; a table ends with one without a name. */
struct ob_field {
	const char *name;
	ob_value_fn *read;
	size_t offset;
	bool required;
};

int ob_fields_read(struct ob_config_reader *r, const struct ob_yaml *node,
		   const struct ob_place *at, const struct ob_field *fields,
		   void *out);
/* Calls one for each element of a list, or for the scalar that stands for a
 * list of one. */
int ob_fields_each(struct ob_config_reader *r, const struct ob_yaml *node,
		   const struct ob_place *at, ob_value_fn *one, void *list);
ob_value_fn ob_fields_prefixes; /* struct ob_raw_prefixes */
ob_value_fn ob_fields_addrs;	/* struct ob_raw_addrs */

/* All of a file's text; everything lives in the arena. */
int ob_fields_document(struct ob_arena *a, const struct ob_config_errors *e,
		       const char *bytes, size_t size,
		       const struct ob_field *fields, void *out,
		       struct ob_place *ret_at);
/* The file's text, on the heap; -ENOENT, -EACCES, ... with a status. */
int ob_fields_file(const char *path, char **ret, size_t *ret_size,
		   struct ob_status *status);
