// SPDX-License-Identifier: Apache-2.0
#include "syncer/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mcs_fixture.h"

static const struct ob_kube_resource exports = {
	"multicluster.x-k8s.io", "v1beta1", "serviceexports",
	"ServiceExport",	 true,
};

static struct ob_service_export *decode(struct mcs_world *w, const char *status)
{
	struct ob_service_export *x = NULL;

	assert_int_equal(ob_service_export_decode(
				 mcs_json(w->arena,
					  "{'metadata':{'name':'web',"
					  "'generation':2},'status':%s}",
					  status),
				 &x, NULL),
			 0);
	return x;
}

static void times_change_with_the_status_only(void **state)
{
	_cleanup_(ob_service_export_freep) struct ob_service_export *x = decode(
		*state, "{'conditions':[{'type':'Valid','status':'True',"
			"'reason':'Old','message':'m','lastTransitionTime':"
			"'2026-01-01T00:00:00Z'},{'type':'Ready','status':"
			"'False','reason':'Pending','message':'m',"
			"'lastTransitionTime':'2026-01-01T00:00:00Z'}]}");
	struct ob_peer_condition v[OB_EXPORT_CONDITIONS] = { 0 };
	struct ob_export_facts facts = { .validity = OB_VALID,
					 .now_s = 2000000000 };
	struct mcs_world *w = *state;

	ob_status_export(w->arena, x, &facts, v);
	assert_int_equal(v[OB_EXPORT_VALID].changed_s, 1767225600);
	assert_int_equal(v[OB_EXPORT_READY].changed_s, 2000000000);
	assert_string_equal(v[OB_EXPORT_VALID].reason, "Valid");
	assert_int_equal(v[OB_EXPORT_VALID].generation, 2);
}

static void what_is_written_is_ours_alone(void **state)
{
	_cleanup_(ob_service_export_freep) struct ob_service_export *x =
		decode(*state, "{}");
	struct ob_peer_condition v[OB_EXPORT_CONDITIONS] = { 0 };
	struct ob_export_facts facts = { .validity = OB_NO_SERVICE };
	struct mcs_world *w = *state;
	cJSON *o, *theirs;

	ob_status_export(w->arena, x, &facts, v);
	o = ob_status_export_encode(w->arena, &exports, x, v);
	theirs = ob_json_copy(w->arena, o);
	ob_json_append(w->arena, ob_json_at(theirs, "status.conditions"),
		       mcs_json(w->arena, "{'type':'Theirs','status':'True'}"));
	/* A condition of others and another time make no difference. */
	ob_json_set_string(w->arena,
			   ob_json_at(theirs, "status.conditions")->child,
			   "lastTransitionTime", "2030-01-01T00:00:00Z");
	assert_true(ob_json_equal(ob_status_ours(w->arena, o),
				  ob_status_ours(w->arena, theirs)));
	ob_json_set_string(w->arena,
			   ob_json_at(theirs, "status.conditions")->child,
			   "reason", "Other");
	assert_false(ob_json_equal(ob_status_ours(w->arena, o),
				   ob_status_ours(w->arena, theirs)));
}

static void a_failure_is_a_sentence(void **state)
{
	_cleanup_(ob_service_export_freep) struct ob_service_export *x =
		decode(*state, "{}");
	struct ob_peer_condition v[OB_EXPORT_CONDITIONS] = { 0 };
	struct ob_export_facts facts = { .validity = OB_VALID,
					 .progress = OB_PROGRESS_FAILED,
					 .failure = "the hub says no" };
	struct mcs_world *w = *state;

	ob_status_export(w->arena, x, &facts, v);
	assert_string_equal(v[OB_EXPORT_READY].reason, "Failed");
	assert_string_equal(v[OB_EXPORT_READY].message, "the hub says no");
}

static void an_import_says_who_exports_it(void **state)
{
	const char *const clusters[] = { "c1", "c2" };
	struct ob_import_facts facts = { .namespace = "demo",
					 .name = "web",
					 .state = OB_IMPORT_NO_ADDRESS,
					 .clusters = clusters,
					 .n_clusters = 2,
					 .was = "False",
					 .was_since = 7,
					 .now_s = 9 };
	struct mcs_world *w = *state;
	cJSON *o = ob_status_import_encode(w->arena, &exports, &facts);

	mcs_equal(w, ob_json_at(o, "status.clusters"),
		  "[{'cluster':'c1'},{'cluster':'c2'}]");
	o = ob_json_at(o, "status.conditions")->child;
	assert_string_equal(ob_json_string(o, "reason"), "Pending");
	assert_string_equal(ob_json_string(o, "lastTransitionTime"),
			    "1970-01-01T00:00:07Z");
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, mcs_setup, mcs_teardown)
	const struct CMUnitTest tests[] = {
		TEST(times_change_with_the_status_only),
		TEST(what_is_written_is_ours_alone),
		TEST(a_failure_is_a_sentence),
		TEST(an_import_says_who_exports_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
