/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field errors as kube-apiserver words them (field.Error): "Invalid value: "
 * and the value, quoted as Go's %q does it, and the detail. Paths are those of
 * field.Path: spec.ports[0].name, metadata.labels[a.b/c].
 */
#pragma once

#include "apimachinery/schema.h"

/* Where a value stands; on the stack, printed only when something is wrong. */
struct ob_api_place {
	const struct ob_api_place *parent; /* NULL: the root */
	const char *key;		   /* NULL: an index */
	size_t index;
	bool bracket; /* key is written [key], not .key */
};

const char *ob_api_place_print(struct ob_arena *a,
			       const struct ob_api_place *p);

/* "x\n" in quotes, with escapes. */
const char *ob_api_quote(struct ob_arena *a, const char *s);
/* A value as an error shows it: objects and arrays in Go's syntax. */
const char *ob_api_show(struct ob_arena *a, const cJSON *v);

/* Text that grows by the piece, in time linear to it. Begins zeroed. */
struct ob_api_buffer {
	char *s; /* NULL: "" */
	size_t n, room;
};

void ob_api_buffer_add(struct ob_arena *a, struct ob_api_buffer *b,
		       const char *s);

void ob_api_causes_required(struct ob_arena *a, struct ob_api_causes *list,
			    const char *field, const char *detail);
void ob_api_causes_forbidden(struct ob_arena *a, struct ob_api_causes *list,
			     const char *field, const char *detail);
/* shown: of ob_api_quote() or ob_api_show(). */
void ob_api_causes_invalid(struct ob_arena *a, struct ob_api_causes *list,
			   const char *field, const char *shown,
			   const char *detail);
/* Moves what from has behind what list has, each field under prefix. */
void ob_api_causes_join(struct ob_arena *a, struct ob_api_causes *list,
			const struct ob_api_causes *from, const char *prefix);
