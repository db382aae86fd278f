/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of objects there are many of: what identifies one, when two are
 * the same, and what people call it. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "octopus/actual.h"
#include "octopus/desired.h"

enum ob_kind {
	OB_KIND_PIN,	     /* struct ob_pin */
	OB_KIND_CLUSTER,     /* struct ob_cluster_entry */
	OB_KIND_DESTINATION, /* struct ob_route_entry */
	OB_KIND_NAT,	     /* struct ob_nat_entry */
	OB_KIND_ATTACHMENT,  /* struct ob_attachment */
	OB_KIND_SYSCTL,	     /* struct ob_sysctl */
	OB_KIND_ADDRESS,     /* struct ob_ifaddr */
	OB_KIND_PEER,	     /* struct ob_peer_item, allowed IPs sorted */
	OB_KIND_ROUTE,	     /* struct ob_rtroute */
	OB_KIND_COUNT
};

/* What names are made of, and where. */
struct ob_describer {
	struct ob_arena *arena;
	const char *device; /* ours */
	const struct ob_links *links;
};

struct ob_kind_ops {
	const char *name;
	size_t size;
	int (*compare)(const void *a, const void *b); /* identity, for qsort */
	bool (*equal)(const void *want, const void *have);
	/* One of the two may be NULL: added, or deleted. */
	const char *(*describe)(const struct ob_describer *d, const void *want,
				const void *have);
};

extern const struct ob_kind_ops ob_kinds[OB_KIND_COUNT];
