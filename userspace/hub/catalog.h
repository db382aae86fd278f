/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds that are served now: the built-in ones, and those of the
 * CustomResourceDefinitions that are stored. A kind is shared by those who
 * work on it: a list that is still being sent outlives its definition.
 */
#pragma once

#include <stdbool.h>

#include "apimachinery/discovery.h"
#include "base/cleanup.h"
#include "hub/store.h"

#define OB_HUB_CRDS	   "customresourcedefinitions.apiextensions.k8s.io"
#define OB_HUB_NAMESPACES  "namespaces"
#define OB_HUB_DEPLOYMENTS "deployments.apps"
#define OB_HUB_EVENTS	   "events"

struct ob_hub_kind {
	unsigned int refs;
	struct ob_arena *arena; /* NULL: built in */
	const struct ob_api_resource *r;
	/* Of stored objects: "pods", "peers.octopus.io". */
	const char *id;
	/* Objects written up to this revision may lack defaults that the
	 * schemas have by now; 0: there are no defaults. */
	uint64_t incomplete_rv;
	bool closing; /* its definition is being deleted: nothing new */
};

struct ob_hub_kind *ob_hub_kind_ref(struct ob_hub_kind *k);
void ob_hub_kind_unref(struct ob_hub_kind *k);
OB_DEFINE_CLEANUP(struct ob_hub_kind *, ob_hub_kind_unref)

/* "v1", "octopus.io/v1alpha1"; in the arena. */
const char *ob_hub_kind_api_version(struct ob_arena *a,
				    const struct ob_hub_kind *k,
				    const struct ob_api_version *v);
const struct ob_api_version *ob_hub_kind_storage(const struct ob_hub_kind *k);
/* "peers.octopus.io", "namespaces": how errors name a resource. */
const char *ob_hub_kind_resource(struct ob_arena *a,
				 const struct ob_hub_kind *k);

struct ob_hub_catalog;

/* The built-in kinds, and those of the CRDs in the store, which is kept. */
int ob_hub_catalog_new(struct ob_hub_store *s, struct ob_hub_catalog **ret);
void ob_hub_catalog_free(struct ob_hub_catalog *c);
OB_DEFINE_CLEANUP(struct ob_hub_catalog *, ob_hub_catalog_free)

/* Borrowed; NULL. */
struct ob_hub_kind *ob_hub_catalog_find(const struct ob_hub_catalog *c,
					const char *group, const char *plural);
struct ob_hub_kind *ob_hub_catalog_by_id(const struct ob_hub_catalog *c,
					 const char *id);
/* By kind and apiVersion, as an owner reference has them; any version. */
struct ob_hub_kind *ob_hub_catalog_by_kind(const struct ob_hub_catalog *c,
					   const char *api_version,
					   const char *kind);
/* The i-th, or NULL behind the last. */
struct ob_hub_kind *ob_hub_catalog_at(const struct ob_hub_catalog *c, size_t i);
/* For discovery; valid until a CRD changes. */
const struct ob_api_catalog *ob_hub_catalog_api(const struct ob_hub_catalog *c);
/* Counts changes: for caches of what is made from it. */
unsigned int ob_hub_catalog_generation(const struct ob_hub_catalog *c);

/* A definition was stored as revision rv, in a turn that ended with turn_rv, or
 * is gone (text NULL). One that is not established makes no kind. Not inside of
 * a turn that has written. */
int ob_hub_catalog_set(struct ob_hub_catalog *c, const char *id,
		       const char *text, size_t size, uint64_t rv,
		       uint64_t turn_rv);
