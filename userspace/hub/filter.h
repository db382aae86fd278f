/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects of a kind a list or a watch is about. */
#pragma once

#include "apimachinery/selector.h"
#include "hub/call.h"

struct ob_hub_filter {
	const char *namespace;			       /* NULL: all */
	const char *name;			       /* NULL: all */
	const struct ob_api_selector *labels, *fields; /* NULL: all */
};

/* From the parameters of the call; lives in a, which outlives the call for
 * streams. */
int ob_hub_filter_parse(struct ob_hub_call *c, struct ob_arena *a,
			struct ob_hub_filter *ret);
/* Only namespace and name count: no object has to be read. */
bool ob_hub_filter_is_simple(const struct ob_hub_filter *f);
bool ob_hub_filter_key(const struct ob_hub_filter *f, const char *namespace,
		       const char *name);
/* scratch: for the object as a tree. */
bool ob_hub_filter_object(const struct ob_hub_filter *f,
			  struct ob_arena *scratch, const char *text,
			  size_t size);
