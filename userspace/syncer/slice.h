/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EndpointSlices of exported Services, as they are on the hub and in every
 * importing cluster: the labels and the annotation of ob/api/services.h, and
 * endpoints with global addresses. Pure.
 */
#pragma once

#include "model/endpoint_slice.h"
#include "syncer/object.h"

struct ob_slice_of {
	const char *cluster, *namespace, *service; /* whose it is */
};

/* The object without owner: at is its namespace. Of slice: the family and the
 * ports; endpoints are those given. */
cJSON *ob_slice_encode(struct ob_arena *a, const struct ob_slice_of *of,
		       const char *at, const char *name,
		       const struct ob_endpoint_slice *slice,
		       const struct ob_endpoint *endpoints, size_t n);
/*
 * What somebody else wrote to the hub: do its name and its labels agree about
 * whose it is? -EINVAL with a status that names the label.
 */
int ob_slice_check(struct ob_arena *a, const cJSON *object,
		   const struct ob_endpoint_slice *slice,
		   struct ob_slice_of *ret, struct ob_status *status);
