/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A coordination.k8s.io/v1 Lease as read and as written. Fields that are not
 * ours stay in the tree. Pure. Private to this folder.
 */
#pragma once

#include "base/arena.h"
#include "base/json.h"
#include "kube/lease.h"

/* Strings belong to the tree. -EINVAL: it is no Lease. */
int ob_kube_lease_decode(const cJSON *lease, struct ob_kube_lease_seen *ret);

struct ob_kube_lease_claim {
	const char *namespace, *name;
	const char *holder; /* "": nobody: it is released */
	uint32_t duration_ms;
	double now_s; /* real time, for people */
};

/* A new Lease that says so. */
cJSON *ob_kube_lease_make(struct ob_arena *a,
			  const struct ob_kube_lease_claim *claim);
/* Changes the one that was read, its resourceVersion included in the write. */
void ob_kube_lease_change(struct ob_arena *a, cJSON *lease,
			  const struct ob_kube_lease_claim *claim);
