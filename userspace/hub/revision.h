/* SPDX-License-Identifier: Apache-2.0 */
/* resourceVersion, limit and continue of lists and watches. */
#pragma once

#include "hub/call.h"

struct ob_hub_page {
	uint64_t rv;				  /* the state to read */
	uint64_t limit;				  /* 0: none */
	const char *after_namespace, *after_name; /* NULL: from the first */
};

/* -EINVAL when it is no number; "" and NULL are 0. */
int ob_hub_revision_number(const char *s, uint64_t *ret);
int ob_hub_page_parse(struct ob_hub_call *c, struct ob_hub_page *ret);
/* The continue token for what comes after an object at revision rv. */
const char *ob_hub_page_token(struct ob_arena *a, uint64_t rv,
			      const char *namespace, const char *name);
/* 410 about a revision that is forgotten. */
int ob_hub_revision_expired(struct ob_hub_call *c, uint64_t rv);
/* 504: it is from a future that this server does not know. */
int ob_hub_revision_too_large(struct ob_hub_call *c, uint64_t rv);
