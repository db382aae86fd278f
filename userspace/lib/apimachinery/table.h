/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meta.k8s.io/v1 Table, which is what kubectl get prints, and the subset of
 * JSONPath that printer columns use: .a.b, .a["x.y"], .a[0], .a[*].b and
 * .a[?(@.type=="Ready")].b (also with single quotes and escaped dots).
 */
#pragma once

#include "apimachinery/resource.h"

/* The first match; NULL: none. -EINVAL is for ob_api_path_check(). */
const cJSON *ob_api_path_get(const cJSON *object, const char *json_path);
int ob_api_path_check(const char *json_path, struct ob_status *status);

/* columnDefinitions only when with_definitions; rows are then appended. */
cJSON *ob_api_table_new(struct ob_arena *a, const struct ob_api_resource *r,
			const struct ob_api_version *v, const char *api_version,
			bool with_definitions);
/* include_object: "None", "Metadata" (default) or "Object"; now for ages. */
void ob_api_table_add(struct ob_arena *a, cJSON *table,
		      const struct ob_api_resource *r,
		      const struct ob_api_version *v, const cJSON *object,
		      const char *include_object, long long now_s);
