// SPDX-License-Identifier: Apache-2.0
/*
 * Any JSON: an ExportedService that is of its name and survives being encoded,
 * or a status with a sentence.
 */
#include "model/exported_service.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(const struct ob_exported_service *e)
{
	_cleanup_(ob_exported_service_freep) struct ob_exported_service *f =
		NULL;
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *o = ob_exported_service_encode(a, "ns", e);

	CHECK(ob_exported_service_decode(o, &f, NULL) == 0);
	CHECK(ob_service_spec_equal(&e->spec, &f->spec));
	CHECK(e->exported_s == f->exported_s);
	CHECK(strcmp(e->object, f->object) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_exported_service_freep) struct ob_exported_service *e =
		NULL;
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	struct ob_exported_name name;
	cJSON *json;

	if (ob_json_parse(a, (const char *)data, size, 1 << 20, &json,
			  &status) < 0)
		return 0;
	if (ob_exported_service_decode(json, &e, &status) < 0) {
		CHECK(!e && status.reason && status.message[0]);
		return 0;
	}
	ob_arena_reset(a);
	CHECK(ob_exported_name_parse(a, e->object, &name));
	CHECK(strcmp(name.cluster, e->cluster) == 0 && e->exported_s);
	check_round_trip(e);
	return 0;
}
