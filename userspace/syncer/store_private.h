/* SPDX-License-Identifier: Apache-2.0 */
/* Private to store*.c. */
#pragma once

#include <systemd/sd-event.h>

#include "kube/hash.h"
#include "syncer/quota.h"
#include "syncer/store.h"

#define OB_STORE_INDEX_SERVICE 0  /* the only index there is */
#define OB_STORE_STRAY	       "" /* its key of what belongs to no Service */

/* What each watch has to say of itself: those of the hub first. */
enum ob_store_part {
	OB_STORE_PEERS,
	OB_STORE_EXPORTED,
	OB_STORE_HUB_SLICES,
	OB_STORE_BEATS,
	OB_STORE_EXPORTS, /* and which version there is */
	OB_STORE_IMPORTS,
	OB_STORE_SERVICES,
	OB_STORE_SLICES,
	OB_STORE_NAMESPACES,
	OB_STORE_PODS,
	OB_STORE_PARTS,
};

struct ob_store {
	struct ob_kube *hub, *local;
	const struct ob_syncer_config *config;
	const struct ob_store_ops *ops;
	void *arg;
	struct ob_kube_seed seed;
	struct ob_value_context context;
	struct ob_kube_resource exports_resource, imports_resource;
	struct ob_kube_call *asking; /* which versions are served */
	sd_event_source *again;

	struct ob_kube_informer *exports, *imports; /* NULL: not known yet */
	struct ob_kube_informer *services, *slices, *namespaces;
	struct ob_kube_informer *pods; /* NULL: not of interest */
	struct ob_kube_informer *exported, *hub_slices, *beats;
	struct ob_peers *peers;
	struct ob_nodes *nodes; /* NULL: not of interest */
	struct ob_quota *quota;
	struct ob_status trouble[OB_STORE_PARTS];
};

/* store_local.c: all of our own API server but ServiceExports and
 * ServiceImports, and these two, when their version is known. */
int ob_store_watch_local(struct ob_store *s);
int ob_store_watch_mcs(struct ob_store *s);
/* store_hub.c */
int ob_store_watch_hub(struct ob_store *s);
/* store_limit.c: before the Services concerned are told. */
void ob_store_count_exported(struct ob_store *s,
			     const struct ob_value_exported *before,
			     const struct ob_value_exported *after);
void ob_store_count_slice(struct ob_store *s,
			  const struct ob_value_hub_slice *before,
			  const struct ob_value_hub_slice *after);
/* Trouble of one kind is told once. */
void ob_store_trouble(struct ob_store *s, enum ob_store_part part,
		      const struct ob_status *now);

/* A pod's addresses, with the profile parallel. */
struct ob_store_pod {
	struct ob_addr local[2], global[2];
	size_t n_local, n_global;
};
