// SPDX-License-Identifier: Apache-2.0
#include "hub/media.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TABLE	(1U << OB_HUB_MEDIA_TABLE)
#define GROUPS	(1U << OB_HUB_MEDIA_GROUPS)
#define OPENAPI (1U << OB_HUB_MEDIA_OPENAPI)

static int setup(void **state)
{
	*state = ob_arena_new();
	return 0;
}

static int teardown(void **state)
{
	ob_arena_free(*state);
	return 0;
}

static void takes_the_first_it_can_make(void **state)
{
	struct ob_hub_accept a = ob_hub_media_accept(
		*state,
		"application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
		TABLE);

	assert_int_equal(a.media, OB_HUB_MEDIA_TABLE);
	assert_string_equal(a.version, "v1");
	a = ob_hub_media_accept(
		*state,
		"application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
		GROUPS);
	assert_int_equal(a.media, OB_HUB_MEDIA_JSON);
}

static void falls_back_from_protobuf_to_json(void **state)
{
	assert_int_equal(
		ob_hub_media_accept(*state,
				    "application/vnd.kubernetes.protobuf, "
				    "application/json",
				    0)
			.media,
		OB_HUB_MEDIA_JSON);
}

static void no_header_is_json(void **state)
{
	assert_int_equal(ob_hub_media_accept(*state, NULL, 0).media,
			 OB_HUB_MEDIA_JSON);
	assert_int_equal(ob_hub_media_accept(*state, "*/*", 0).media,
			 OB_HUB_MEDIA_JSON);
}

static void nothing_acceptable_is_none(void **state)
{
	assert_int_equal(ob_hub_media_accept(*state, "text/html", 0).media,
			 OB_HUB_MEDIA_NONE);
	assert_int_equal(
		ob_hub_media_accept(*state, "application/json;q=0", 0).media,
		OB_HUB_MEDIA_NONE);
}

static void knows_openapi_in_both_spellings(void **state)
{
	static const char *const types[] = {
		"application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
		"application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		assert_int_equal(
			ob_hub_media_accept(*state, types[i], OPENAPI).media,
			OB_HUB_MEDIA_OPENAPI);
}

static void knows_bodies_whatever_their_parameters(void **state)
{
	(void)state;
	assert_int_equal(ob_hub_media_body(NULL), OB_HUB_BODY_JSON);
	assert_int_equal(ob_hub_media_body("application/json; charset=utf-8"),
			 OB_HUB_BODY_JSON);
	assert_int_equal(ob_hub_media_body("Application/Merge-Patch+JSON"),
			 OB_HUB_BODY_MERGE_PATCH);
	assert_int_equal(ob_hub_media_body("application/apply-patch+yaml"),
			 OB_HUB_BODY_APPLY_PATCH);
	assert_int_equal(ob_hub_media_body("text/plain"), OB_HUB_BODY_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_first_it_can_make),
		cmocka_unit_test(falls_back_from_protobuf_to_json),
		cmocka_unit_test(no_header_is_json),
		cmocka_unit_test(nothing_acceptable_is_none),
		cmocka_unit_test(knows_openapi_in_both_spellings),
		cmocka_unit_test(knows_bodies_whatever_their_parameters),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
