/* SPDX-License-Identifier: Apache-2.0 */
/* The Nodes of our own cluster: which addresses pods and nodes have. */
#pragma once

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/prefix.h"
#include "base/status.h"
#include "kube/client.h"

#define OB_NODE_MAX_CIDRS 8 /* spec.podCIDRs: one of each family */
#define OB_NODE_MAX_ADDRS 16

struct ob_node {
	struct ob_prefix pods[OB_NODE_MAX_CIDRS];
	size_t n_pods;
	struct ob_addr addrs[OB_NODE_MAX_ADDRS];
	size_t n_addrs;
};

/* From an object of the API: what makes no sense is passed over. */
void ob_node_decode(const cJSON *object, struct ob_node *ret);

struct ob_nodes;

/* changed: a Node, or how the API server can be reached. */
int ob_nodes_new(struct ob_kube *k, void (*changed)(void *arg), void *arg,
		 struct ob_nodes **ret);
void ob_nodes_free(struct ob_nodes *n);
OB_DEFINE_CLEANUP(struct ob_nodes *, ob_nodes_free)
bool ob_nodes_synced(const struct ob_nodes *n);
const struct ob_status *ob_nodes_trouble(const struct ob_nodes *n);
/* Those of all Nodes, in the arena. */
const struct ob_prefix *ob_nodes_pods(const struct ob_nodes *n,
				      struct ob_arena *a, size_t *ret_n);
const struct ob_addr *ob_nodes_addrs(const struct ob_nodes *n,
				     struct ob_arena *a, size_t *ret_n);
