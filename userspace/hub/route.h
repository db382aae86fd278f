/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request is about, from its method and its target ("/apis/...?a=b"):
 * pure, because both are foreign bytes. The paths are those of Kubernetes:
 *
 *   /api/v1/[namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]
 *   /apis/GROUP/VERSION/[namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]
 *
 * Everything else is a path like "/healthz" and no resource.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"

enum ob_hub_verb {
	OB_HUB_GET,
	OB_HUB_LIST,
	OB_HUB_WATCH,
	OB_HUB_CREATE,
	OB_HUB_UPDATE,
	OB_HUB_PATCH,
	OB_HUB_DELETE,
	OB_HUB_DELETECOLLECTION,
	OB_HUB_NO_VERB, /* a method that the path does not have: 405 */
	OB_HUB_VERBS,
};

struct ob_hub_param {
	const char *name, *value;
};

struct ob_hub_route {
	enum ob_hub_verb verb;
	const char *path; /* decoded, without the query */
	bool is_resource;
	bool watch_path; /* /api/v1/watch/... */
	const char *group, *version;
	const char *resource;	 /* plural */
	const char *namespace;	 /* "": none, or all */
	const char *name;	 /* "": none */
	const char *subresource; /* "": none */
	struct ob_hub_param *params;
	size_t n_params;
};

#define OB_HUB_MAX_PARAMS 64

/* "get", "deletecollection", ... as in a rule or a metric. */
const char *ob_hub_verb_name(enum ob_hub_verb verb);

/* -EINVAL: a status with what is wrong with the target. */
int ob_hub_route_parse(struct ob_arena *a, const char *method,
		       const char *target, struct ob_hub_route *ret,
		       struct ob_status *status);
/* The first of this name, or NULL. */
const char *ob_hub_route_param(const struct ob_hub_route *route,
			       const char *name);
/* "true", "1", or nothing behind the name. */
bool ob_hub_route_flag(const struct ob_hub_route *route, const char *name);
