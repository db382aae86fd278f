// SPDX-License-Identifier: Apache-2.0
/* Any CustomResourceDefinition: what compiles can be served. */
#include "apimachinery/crd_status.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#include "apimachinery/discovery.h"
#include "apimachinery/meta.h"
#include "apimachinery/table.h"

static void serve(struct ob_arena *a, const struct ob_api_resource *r,
		  const cJSON *object)
{
	struct ob_api_catalog c = { &r, 1 };
	const struct ob_api_version *v = &r->versions[r->storage];
	cJSON *t = ob_api_table_new(a, r, v, "meta.k8s.io/v1", true);
	size_t n;

	CHECK(r->storage < r->n_versions && v->schema);
	ob_api_table_add(a, t, r, v, object, NULL, 0);
	CHECK(ob_json_print(a, t));
	CHECK(ob_api_openapi_v2_protobuf(a, ob_api_openapi_v2(a, &c), &n));
	CHECK(ob_json_print(a, ob_api_openapi_v3_index(a, &c)));
	CHECK(ob_api_discovery_aggregated(a, &c, false, "v2"));
	(void)ob_api_discovery_group(a, &c, r->group);
	(void)ob_api_discovery_resources(a, &c, r->group, v->name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_causes causes = { .n = 0 };
	struct ob_api_resource *r = NULL;
	cJSON *crd = NULL;

	if (ob_json_parse(a, (const char *)data, size, size, &crd, NULL) < 0)
		return 0;
	ob_api_meta_validate(a, crd, false, &causes);
	causes.n = 0;
	ob_api_crd_establish(a, crd, NULL, "2026-01-01T00:00:00Z");
	if (ob_api_crd_compile(a, crd, &r, &causes) < 0) {
		CHECK(!r && causes.n);
		CHECK(*ob_api_invalid_message(a, "g", "K", "n", &causes));
		return 0;
	}
	serve(a, r, crd);
	return 0;
}
