// SPDX-License-Identifier: Apache-2.0
/* Any JSON as a ServiceExport, and as the Service of the same name. */
#include "model/service_export.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/service.h"

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_export(const struct ob_service_export *e)
{
	CHECK(e->name[0] && e->namespace && e->problem);
	CHECK(e->n_labels <= OB_SERVICE_MAX_PAIRS);
	CHECK(!e->problem[0] || e->n_labels + e->n_annotations == 0);
	for (size_t i = 1; i < e->n_labels; i++)
		CHECK(strcmp(e->labels[i - 1].key, e->labels[i].key) <= 0);
	for (int i = 0; i < OB_EXPORT_CONDITIONS; i++)
		CHECK(!e->conditions[i].status || e->conditions[i].reason);
}

static void check_service(const struct ob_service *s)
{
	CHECK(s->name[0] && s->spec.internal_policy && s->spec.distribution);
	CHECK(s->spec.n_families <= 2);
	CHECK(s->spec.n_ports <= OB_SERVICE_MAX_PORTS);
	CHECK(ob_service_equal(s, s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_service_export_freep) struct ob_service_export *e = NULL;
	_cleanup_(ob_service_freep) struct ob_service *s = NULL;
	struct ob_status bad_export = OB_STATUS_INIT, bad = OB_STATUS_INIT;
	cJSON *json;

	if (ob_json_parse(a, (const char *)data, size, 1 << 20, &json, &bad) <
	    0)
		return 0;
	if (ob_service_export_decode(json, &e, &bad_export) < 0)
		CHECK(!e && bad_export.message[0]);
	if (ob_service_decode(json, &s, &bad) < 0)
		CHECK(!s && bad.message[0]);
	/* Nothing points into the tree. */
	ob_arena_reset(a);
	if (e)
		check_export(e);
	if (s)
		check_service(s);
	return 0;
}
