/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in kinds that we and kubectl use: Namespace, Node, Pod, Service,
 * Endpoints, Secret, ConfigMap, Event, ServiceAccount (core), Deployment,
 * EndpointSlice, Lease, Event (events.k8s.io), CustomResourceDefinition. Each
 * with a schema (list types and merge keys as Kubernetes has them; fields that
 * are not listed are preserved), printer columns as kubectl users know them,
 * and defaults.
 */
#pragma once

#include "apimachinery/discovery.h"

/* Made once in a. */
void ob_api_builtin(struct ob_arena *a, struct ob_api_catalog *ret);
