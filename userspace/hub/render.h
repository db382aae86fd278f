/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects as a client asked for them: as they are, as rows of a Table, or
 * their metadata alone.
 */
#pragma once

#include "hub/call.h"

struct ob_hub_view {
	const struct ob_hub_kind *kind;
	const struct ob_api_version *version;
	enum ob_hub_media media;
	char meta_version[16];	    /* of meta.k8s.io, for Table and partial */
	const char *include_object; /* of rows */
};

/* include_object is copied to a. */
struct ob_hub_view ob_hub_view_of(const struct ob_hub_call *c,
				  struct ob_arena *a);
/* Text for a stored object, in a; NULL when it is damaged. with_columns: the
 * Table describes them, which only the first of a watch does. */
const char *ob_hub_render(struct ob_arena *a, const struct ob_hub_view *view,
			  const struct ob_hub_object *o, bool with_columns,
			  int64_t now_s);
/* An empty Table for several rows; add with ob_hub_render_row(). */
cJSON *ob_hub_render_table(struct ob_arena *a, const struct ob_hub_view *view,
			   bool with_columns);
void ob_hub_render_row(struct ob_arena *a, const struct ob_hub_view *view,
		       cJSON *table, const char *text, size_t size,
		       int64_t now_s);
/* The object of a BOOKMARK. */
const char *ob_hub_render_bookmark(struct ob_arena *a,
				   const struct ob_hub_view *view, uint64_t rv,
				   bool initial_end);
