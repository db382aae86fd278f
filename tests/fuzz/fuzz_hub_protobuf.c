// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as the body of a typed command: an object whose text is JSON
 * within its limits, or an error with a sentence. hub/protobuf.h says what is
 * promised.
 */
#include "hub/protobuf.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)
#define MAX (1024UL * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *object = NULL, *again = NULL;
	const char *text;
	int r = ob_hub_protobuf_decode(a, data, size, &object, &status);

	if (r == 0) {
		text = ob_json_print(a, object);
		CHECK(ob_json_string(object, "kind"));
		CHECK(ob_json_parse(a, text, strlen(text), MAX, &again, NULL) ==
		      0);
		CHECK(ob_json_equal(object, again));
	} else {
		CHECK(r == -ENOTSUP || r == -EINVAL);
		CHECK(!object && (r == -ENOTSUP || status.reason));
	}
	ob_arena_free(a);
	return 0;
}
