// SPDX-License-Identifier: Apache-2.0
/* Any text: a selector that is written as it can be read, or a sentence. */
#include "apimachinery/selector.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct ob_arena *a, const char *text,
		  int (*parse)(struct ob_arena *, const char *,
			       struct ob_api_selector **, struct ob_status *))
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_api_selector *s = NULL, *again = NULL;
	const char *written;
	cJSON *labels = ob_json_object(a);

	if (parse(a, text, &s, &status) < 0) {
		CHECK(!s && status.reason && status.message[0]);
		return;
	}
	written = ob_api_selector_format(a, s);
	CHECK(parse(a, written, &again, &status) == 0);
	CHECK(!strcmp(written, ob_api_selector_format(a, again)));
	ob_json_set_string(a, labels, "a", "b");
	CHECK(ob_api_label_selector_matches(s, labels) ==
	      ob_api_label_selector_matches(again, labels));
	CHECK(ob_api_field_selector_matches(s, labels) ==
	      ob_api_field_selector_matches(again, labels));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	char *text = ob_arena_alloc(a, size + 1);

	if (size)
		memcpy(text, data, size);
	check(a, text, ob_api_label_selector_parse);
	check(a, text, ob_api_field_selector_parse);
	return 0;
}
