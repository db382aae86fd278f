/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CustomResourceDefinitions (apiextensions.k8s.io/v1): checked as
 * kube-apiserver checks them, and turned into a resource to serve. Conversion
 * between versions is strategy None: apiVersion is rewritten, fields stay.
 */
#pragma once

#include "apimachinery/resource.h"
#include "apimachinery/schema.h"

/* What Kubernetes fills in when it is created: names.singular, names.listKind,
 * conversion. */
void ob_api_crd_default(struct ob_arena *a, cJSON *crd);
/* Everything that is wrong with it is added to causes; -EINVAL then. The result
 * lives in a and refers to the object, which must outlive it. */
int ob_api_crd_compile(struct ob_arena *a, const cJSON *crd,
		       struct ob_api_resource **ret,
		       struct ob_api_causes *causes);
