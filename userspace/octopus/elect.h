/* SPDX-License-Identifier: Apache-2.0 */
/* Which gateway of the cluster leads: the Lease CLUSTER-cnf. */
#pragma once

#include "kube/client.h"

#define OB_ELECT_NAME_LEN 256

extern const struct ob_kube_resource ob_elect_resource;

enum ob_standing {
	OB_STANDING_UNKNOWN, /* not seen the Lease yet */
	OB_STANDING_LEADER,
	OB_STANDING_CUT_OFF, /* led, and cannot reach the API server now */
	OB_STANDING_ASIDE,   /* somebody else leads */
};

struct ob_elect;

int ob_elect_new(struct ob_kube *k, const char *namespace,
		 const char *cluster_id, void (*changed)(void *arg), void *arg,
		 struct ob_elect **ret);
/* Gives it back: turns the event loop for a moment. */
void ob_elect_release(struct ob_elect *e);
void ob_elect_free(struct ob_elect *e);
OB_DEFINE_CLEANUP(struct ob_elect *, ob_elect_free)
enum ob_standing ob_elect_standing(const struct ob_elect *e);
/* "": nobody, as far as we know. */
const char *ob_elect_holder(const struct ob_elect *e);
/* The name of the Lease of a cluster's gateways. Returns buf. */
const char *ob_elect_name(const char *cluster_id, char *buf, size_t size);
/* Ours. */
const char *ob_elect_identity(const struct ob_elect *e);
/* "NAMESPACE/NAME". */
const char *ob_elect_lease(const struct ob_elect *e);
