/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what. One table, nothing is allowed that is not in it, and no I/O:
 * requests, SelfSubjectAccessReviews and tests ask the same two functions. The
 * same policy for a real Kubernetes is examples/kubernetes-hub.yaml.
 *
 * A cluster writes its own objects: the Peer named as it is, the Leases
 * "<cluster>-cnf" and "<cluster>-syncer", and what has a name that begins with
 * "<cluster>.": ExportedServices, EndpointSlices, Events. So the name counts
 * for creates too: take it from the body.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

#define OB_HUB_GROUP_MASTERS	     "system:masters"
#define OB_HUB_GROUP_MEMBERS	     "octopus.io:members"
#define OB_HUB_GROUP_GATEWAYS	     "octopus.io:gateways"
#define OB_HUB_GROUP_UNAUTHENTICATED "system:unauthenticated"
#define OB_HUB_USER_ANONYMOUS	     "system:anonymous"
/* The user name of a cluster is this and its ID. */
#define OB_HUB_USER_CLUSTER	     "cluster:"
/* Where Peers and Leases are. */
#define OB_HUB_NAMESPACE	     "syncer-operator"

struct ob_hub_identity {
	const char *user;
	const char *const *groups;
	size_t n_groups;
};

/*
 * What is asked for. Strings are never NULL; "" is none. The verb for a path is
 * the HTTP method in lower case.
 */
struct ob_hub_action {
	const char *verb; /* get list watch create update patch delete
			   * deletecollection */
	const char *group, *resource, *subresource;
	const char *namespace, *name;
	const char *path; /* of a request that is for no resource, else NULL */
};

/* As in Kubernetes, the namespace of a named Namespace is its own name. */
const char *ob_hub_rules_namespace(const struct ob_hub_action *what);

bool ob_hub_rules_allow(const struct ob_hub_identity *who,
			const struct ob_hub_action *what);
/*
 * With some name; what->name does not count. For creates before their body is
 * read: refused here is refused, allowed here has to be asked again.
 */
bool ob_hub_rules_may_allow(const struct ob_hub_identity *who,
			    const struct ob_hub_action *what);
/*
 * Why not, as kube-apiserver says it: 'peers.octopus.io "b" is forbidden: User
 * "cluster:a" cannot update resource ...'. Valid UTF-8 whatever was asked.
 */
const char *ob_hub_rules_refusal(struct ob_arena *a,
				 const struct ob_hub_identity *who,
				 const struct ob_hub_action *what);
/*
 * All that somebody may do in a namespace, as the status of a
 * SelfSubjectRulesReview: resourceRules, nonResourceRules.
 */
void ob_hub_rules_list(struct ob_arena *a, const struct ob_hub_identity *who,
		       const char *namespace, cJSON *status);
