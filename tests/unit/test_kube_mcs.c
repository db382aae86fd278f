// SPDX-License-Identifier: Apache-2.0
#include "kube/mcs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *version(const char *text)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	cJSON *group = NULL;

	assert_int_equal(
		ob_json_parse(a, text, strlen(text), 1024, &group, &status), 0);
	return ob_mcs_version(group);
}

static void knows_the_newest_version_of_both(void **state)
{
	(void)state;
	assert_string_equal(version("{\"versions\":[{\"version\":\"v1alpha1\"},"
				    "{\"version\":\"v1beta1\"}]}"),
			    OB_MCS_V1BETA1);
	assert_string_equal(version("{\"versions\":[{\"version\":\"v2\"},"
				    "{\"version\":\"v1alpha1\"}]}"),
			    OB_MCS_V1ALPHA1);
	assert_null(version("{\"versions\":[{\"version\":\"v2\"},7,{}]}"));
	assert_null(version("{\"versions\":{}}"));
	assert_null(version("[]"));
}

static void append(void *arg, const char *key)
{
	char *told = arg;
	size_t n = strlen(told);

	snprintf(told + n, 64 - n, "%s ", key);
}

static struct ob_endpoint_slice slice(const char *service, bool deleting)
{
	return (struct ob_endpoint_slice){ .namespace = "shop",
					   .name = "s",
					   .kube_service = "",
					   .managed_by = "",
					   .service = service,
					   .source_cluster = "two",
					   .deleting = deleting };
}

static void tells_which_services_a_change_is_of(void **state)
{
	struct ob_endpoint_slice web = slice("web", false);
	struct ob_endpoint_slice same = slice("web", false);
	struct ob_endpoint_slice gone = slice("web", true);
	struct ob_endpoint_slice app = slice("app", false);
	char told[64] = "";

	(void)state;
	ob_mcs_slice_changed(&web, &same, append, told);
	assert_string_equal(told, "");
	ob_mcs_slice_changed(NULL, &web, append, told);
	ob_mcs_slice_changed(&app, NULL, append, told);
	assert_string_equal(told, "shop/web shop/app ");
	told[0] = '\0';
	ob_mcs_slice_changed(&web, &app, append, told);
	assert_string_equal(told, "shop/web shop/app ");
	told[0] = '\0';
	ob_mcs_slice_changed(&web, &gone, append, told);
	assert_string_equal(told, "shop/web shop/web ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_newest_version_of_both),
		cmocka_unit_test(tells_which_services_a_change_is_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
