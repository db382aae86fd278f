// SPDX-License-Identifier: Apache-2.0
/* Bodies that kubectl's typed commands send: protobuf, turned into JSON. */
#include <stddef.h>
#include <stdint.h>

#include "hub/protobuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *object;

	if (ob_hub_protobuf_decode(a, data, size, &object, &status) == 0)
		ob_json_print(a, object);
	return 0;
}
