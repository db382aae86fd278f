/* SPDX-License-Identifier: Apache-2.0 */
/* Where objects are on an API server. Private to this folder. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"
#include "kube/client.h"

struct ob_kube_parameter {
	const char *name, *value;
};

/*
 * "/apis/GROUP/VERSION/namespaces/NS/PLURAL/NAME/SUB", percent-encoded.
 * named: name is needed (and namespace, where there are any); otherwise it is
 * the collection's path. -EINVAL with a status when the reference is not
 * complete or no path can have its parts.
 */
int ob_kube_path(struct ob_arena *a, const struct ob_kube_ref *ref, bool named,
		 const char **ret, struct ob_status *status);
/* path?name=value&...; parameters whose value is NULL are left out. */
const char *ob_kube_path_query(struct ob_arena *a, const char *path,
			       const struct ob_kube_parameter *parameters,
			       size_t n);
