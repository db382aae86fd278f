/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that syncer watches, of its own cluster and of the hub, kept up to
 * date, and by Service. While an API server cannot be reached, what is known of
 * it stays.
 */
#pragma once

#include "kube/informer.h"
#include "kube/nodes.h"
#include "kube/peers.h"
#include "syncer/config.h"
#include "syncer/value.h"

struct ob_store;

/* A key is NAMESPACE/NAME of a Service. */
struct ob_store_ops {
	void (*service)(void *arg, const char *key);
	/* All Services of a namespace. */
	void (*namespace)(void *arg, const char *namespace);
	/* What Peers or Nodes say. */
	void (*network)(void *arg);
	void (*import)(void *arg, const char *key,
		       const struct ob_value_import *before,
		       const struct ob_value_import *after);
	/* The Lease of a cluster's syncer was renewed. */
	void (*beat)(void *arg, const char *cluster);
	/* Synced, or how API servers can be reached. */
	void (*state)(void *arg);
};

int ob_store_new(sd_event *event, struct ob_kube *hub, struct ob_kube *local,
		 const struct ob_syncer_config *config,
		 const struct ob_store_ops *ops, void *arg,
		 struct ob_store **ret);
void ob_store_free(struct ob_store *s);
OB_DEFINE_CLEANUP(struct ob_store *, ob_store_free)

/* Every first list is complete. */
bool ob_store_synced(const struct ob_store *s);
/* What is not there yet, for people; NULL: nothing. */
const char *ob_store_missing(const struct ob_store *s);
const struct ob_status *ob_store_hub_trouble(const struct ob_store *s);
const struct ob_status *ob_store_local_trouble(const struct ob_store *s);
const struct ob_kube_seed *ob_store_seed(const struct ob_store *s);
/* In the version that our API server has. */
const struct ob_kube_resource *ob_store_exports(const struct ob_store *s);
const struct ob_kube_resource *ob_store_imports(const struct ob_store *s);

/* NULL: there is none. Valid until the loop turns. */
const struct ob_value_export *ob_store_export(const struct ob_store *s,
					      const char *key);
const struct ob_service *ob_store_service(const struct ob_store *s,
					  const char *key);
const struct ob_value_import *ob_store_import(const struct ob_store *s,
					      const char *key);
bool ob_store_has_namespace(const struct ob_store *s, const char *namespace);
/* By the name of the object. */
const struct ob_value_slice *ob_store_slice(const struct ob_store *s,
					    const char *namespace,
					    const char *name);
const struct ob_value_exported *ob_store_exported(const struct ob_store *s,
						  const char *name);
const struct ob_value_hub_slice *ob_store_hub_slice(const struct ob_store *s,
						    const char *name);
/* How much of one cluster's counts: see syncer/quota.h. ob_store_weigh finds
 * out anew: at once about clusters that write too much since the last time;
 * every now and then (all) about those that did. Services of which more or less
 * counts now, are told. */
void ob_store_weigh(struct ob_store *s, bool all);
bool ob_store_takes_exported(const struct ob_store *s,
			     const struct ob_value_exported *v);
bool ob_store_takes_slice(const struct ob_store *s,
			  const struct ob_value_hub_slice *v);
/* All of one Service; the key in fn is the object's, NAMESPACE/NAME. */
typedef void (*ob_store_fn)(void *arg, const char *key, const void *value);
void ob_store_each_slice(const struct ob_store *s, const char *key,
			 ob_store_fn fn, void *arg);
void ob_store_each_exported(const struct ob_store *s, const char *key,
			    ob_store_fn fn, void *arg);
void ob_store_each_hub_slice(const struct ob_store *s, const char *key,
			     ob_store_fn fn, void *arg);
/* Those on the hub that say of no Service that they are its: key NULL. */
void ob_store_each_stray(const struct ob_store *s, ob_store_fn fn, void *arg);
/* All ServiceImports. */
void ob_store_each_import(const struct ob_store *s, ob_store_fn fn, void *arg);

const struct ob_peer *const *ob_store_peers(const struct ob_store *s,
					    struct ob_arena *a, size_t *ret_n);
/* The pods of Nodes; none when they are configured. */
const struct ob_prefix *ob_store_pods(const struct ob_store *s,
				      struct ob_arena *a, size_t *ret_n);
/* parallel: what the pod with this address says of its global one. */
bool ob_store_pod(const struct ob_store *s, const char *namespace,
		  const struct ob_addr *local, struct ob_addr *ret);

struct ob_store_counts {
	size_t exports, services, slices, imports, exported, hub_slices;
	uint64_t refused; /* objects that make no sense */
};
struct ob_store_counts ob_store_counts_get(const struct ob_store *s);
