/* SPDX-License-Identifier: Apache-2.0 */
/* What objects of exported Services are called. Pure; all in the arena. */
#pragma once

#include "base/arena.h"

/* NAMESPACE/NAME: under which everything about a Service is found. */
const char *ob_service_key(struct ob_arena *a, const char *namespace,
			   const char *name);
/*
 * CLUSTER.NAMESPACE.REST, of an object on the hub; when that is longer than a
 * name may be, a hash of it takes the place of REST.
 */
const char *ob_hub_name(struct ob_arena *a, const char *cluster,
			const char *namespace, const char *rest);
/*
 * For the label kubernetes.io/service-name: derived-CLUSTER-NAMESPACE-HASH, of
 * the Service's name. When that is longer than a label's value may be (63),
 * derived-HASH of all three. kube-proxy and CoreDNS find no Service of that
 * name, and leave the slice alone.
 */
const char *ob_derived_label(struct ob_arena *a, const char *cluster,
			     const char *namespace, const char *name);
/* For the annotation of a ServiceImport, as KEP-1645 has it: derived-HASH. */
const char *ob_derived_service(struct ob_arena *a, const char *namespace,
			       const char *name);
