/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of what one cluster writes to the hub counts: the oldest of its
 * objects, by the hub's own time of their creation and by name, up to the first
 * that is too much. Nobody can be older than he is, so what counts once is not
 * pushed aside by what comes later. All clusters come to the same. Pure.
 *
 * Below the limits nothing is compared: only numbers are kept.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/* Of one cluster, if nothing else is configured: half of what the datapath has
 * room for (ob/abi), so that 10,000 Services of 10 endpoints count. */
#define OB_QUOTA_SERVICES  16384
#define OB_QUOTA_SLICES	   65536
#define OB_QUOTA_ENDPOINTS 131072

enum ob_quota_kind {
	OB_QUOTA_EXPORTED,
	OB_QUOTA_SLICE,
};

struct ob_quota_limits {
	size_t services, slices, endpoints;
};

struct ob_quota_object {
	const char *name;
	int64_t created_s;
	size_t endpoints;
	const void *of; /* the user's */
};

struct ob_quota;

/* NULL: out of memory. */
struct ob_quota *ob_quota_new(const struct ob_quota_limits *limits);
void ob_quota_free(struct ob_quota *q);
OB_DEFINE_CLEANUP(struct ob_quota *, ob_quota_free)

/* One object has changed; NULL: it was not there, or is not any more. -ENOMEM:
 * it is not counted. */
int ob_quota_change(struct ob_quota *q, enum ob_quota_kind kind,
		    const char *cluster, const struct ob_quota_object *before,
		    const struct ob_quota_object *after);
bool ob_quota_takes(const struct ob_quota *q, enum ob_quota_kind kind,
		    const char *cluster, const struct ob_quota_object *o);

/* One cluster's objects of one kind, that have to be weighed. */
struct ob_quota_share;
/* Those that have just become too many, or (all) every one that has changed
 * since and is, or was. NULL: none. */
struct ob_quota_share *ob_quota_due(struct ob_quota *q, bool all);
enum ob_quota_kind ob_quota_kind(const struct ob_quota_share *s);
const char *ob_quota_cluster(const struct ob_quota_share *s);
/* Some did not count when they were last weighed. */
bool ob_quota_is_over(const struct ob_quota_share *s);
/* All of its objects: v is sorted. changed: for each that counts now and did
 * not before, or the other way round. Returns how many count. */
size_t ob_quota_weigh(struct ob_quota *q, struct ob_quota_share *s,
		      struct ob_quota_object *v, size_t n,
		      void (*changed)(void *arg,
				      const struct ob_quota_object *o),
		      void *arg);
