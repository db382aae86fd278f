/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server says it serves, from its resources: /api, /apis, /apis/GROUP,
 * /api/v1 and /apis/GROUP/VERSION, aggregated discovery
 * (apidiscovery.k8s.io/v2 and v2beta1, APIGroupDiscoveryList), and OpenAPI:
 * /openapi/v2 as JSON and in the protobuf encoding which kubectl asks for, and
 * /openapi/v3 with its documents, as much as kubectl needs to validate, explain
 * and patch.
 */
#pragma once

#include "apimachinery/resource.h"

struct ob_api_catalog {
	const struct ob_api_resource *const *v;
	size_t n;
};

cJSON *ob_api_discovery_versions(struct ob_arena *a, const char *server);
cJSON *ob_api_discovery_groups(struct ob_arena *a,
			       const struct ob_api_catalog *c);
/* NULL when there is no such group, or no such version of it. */
cJSON *ob_api_discovery_group(struct ob_arena *a,
			      const struct ob_api_catalog *c,
			      const char *group);
cJSON *ob_api_discovery_resources(struct ob_arena *a,
				  const struct ob_api_catalog *c,
				  const char *group, const char *version);
/* core: that of /api, otherwise that of /apis. version: "v2" or "v2beta1". */
cJSON *ob_api_discovery_aggregated(struct ob_arena *a,
				   const struct ob_api_catalog *c, bool core,
				   const char *version);

cJSON *ob_api_openapi_v2(struct ob_arena *a, const struct ob_api_catalog *c);
/* The same as an openapi.v2.Document; bytes in the arena. */
const void *ob_api_openapi_v2_protobuf(struct ob_arena *a, const cJSON *v2,
				       size_t *ret_size);
/* hash changes when the document does. */
cJSON *ob_api_openapi_v3_index(struct ob_arena *a,
			       const struct ob_api_catalog *c);
cJSON *ob_api_openapi_v3(struct ob_arena *a, const struct ob_api_catalog *c,
			 const char *group, const char *version);
