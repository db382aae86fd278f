// SPDX-License-Identifier: Apache-2.0
#include "apim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

cJSON *apim_json(struct ob_arena *a, const char *text)
{
	struct ob_status status = OB_STATUS_INIT;
	char *json = ob_arena_strdup(a, text);
	cJSON *v = NULL;

	for (char *c = json; *c; c++)
		if (*c == '\'')
			*c = '"';
	if (ob_json_parse(a, json, strlen(json), 1 << 20, &v, &status) < 0)
		fail_msg("%s: %s", status.message, json);
	return v;
}

const struct ob_api_schema *apim_schema(struct ob_arena *a, const char *text)
{
	struct ob_api_causes causes = { .n = 0 };
	const struct ob_api_schema *s = NULL;

	if (ob_api_schema_compile(a, apim_json(a, text), &s, &causes) < 0)
		fail_msg("%s", apim_causes(a, &causes));
	return s;
}

void apim_assert_json(struct ob_arena *a, const cJSON *is, const char *text)
{
	const cJSON *want = apim_json(a, text);

	if (!ob_json_equal(is, want))
		fail_msg("is   %s\nwant %s", is ? ob_json_print(a, is) : "none",
			 ob_json_print(a, want));
}

const char *apim_causes(struct ob_arena *a, const struct ob_api_causes *list)
{
	const char *text = "";

	for (size_t i = 0; i < list->n; i++)
		text = ob_arena_printf(a, "%s%s%s: %s", text, i ? "\n" : "",
				       list->v[i].field, list->v[i].message);
	return text;
}
