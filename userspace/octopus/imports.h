/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ServiceImports of our own cluster and the EndpointSlices of exported
 * Services, of all namespaces, kept up to date. ServiceImports are read in the
 * newest version that the API server has. One that has none at all has no
 * services: it is asked again from time to time.
 */
#pragma once

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/status.h"
#include "kube/client.h"
#include "model/endpoint_slice.h"
#include "model/service_import.h"

struct ob_imports;

struct ob_imports_ops {
	/* Whatever the service NAMESPACE/NAME is made of. */
	void (*changed)(void *arg, const char *key);
	/* All is known now; or how the API server can be reached. */
	void (*state)(void *arg);
};

int ob_imports_new(sd_event *event, struct ob_kube *k,
		   const struct ob_imports_ops *ops, void *arg,
		   struct ob_imports **ret);
void ob_imports_free(struct ob_imports *i);
OB_DEFINE_CLEANUP(struct ob_imports *, ob_imports_free)

/* Both lists are complete. */
bool ob_imports_synced(const struct ob_imports *i);
/* The version that is read; NULL: the API server has none that we know of. */
const char *ob_imports_version(const struct ob_imports *i);
/* Why they are not watched; reason NULL: they are, or there is nothing. */
const struct ob_status *ob_imports_trouble(const struct ob_imports *i);
size_t ob_imports_count(const struct ob_imports *i);

/* Borrowed until the loop turns. NULL: there is none. */
const struct ob_service_import *ob_imports_get(const struct ob_imports *i,
					       const char *key);
void ob_imports_each(const struct ob_imports *i,
		     void (*fn)(void *arg, const char *key), void *arg);
/* The slices of a service; the array lives in the arena. */
const struct ob_endpoint_slice *const *
ob_imports_slices(const struct ob_imports *i, struct ob_arena *a,
		  const char *key, size_t *ret_n);
/* Who has one of its addresses, too, and comes before it by name; NULL: nobody.
 * Of two with the same address one has it, whoever came first. */
const char *ob_imports_rival(const struct ob_imports *i, const char *key,
			     const struct ob_addr *addr);
