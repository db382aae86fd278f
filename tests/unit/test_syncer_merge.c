// SPDX-License-Identifier: Apache-2.0
#include "syncer/merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mcs_fixture.h"

static void export(struct mcs_world *w, int i, int second, const char *ports)
{
	mcs_service(w, i, ob_arena_printf(w->arena, MCS_SPEC "[%s]", ports));
	mcs_export(w, i, second, "");
}

static void the_oldest_wins_then_the_name(void **state)
{
	struct mcs_world *w = *state;

	export(w, 0, 5, MCS_TCP);
	export(w, 1, 3, MCS_TCP);
	export(w, 2, 3, MCS_TCP);
	mcs_sync(w);
	assert_string_equal(w->merged.winner->cluster, "cluster2");
	assert_int_equal(w->merged.conflicts, 0);
	assert_string_equal(w->merged.reason, "");
}

static void the_result_does_not_depend_on_the_order(void **state)
{
	const struct ob_exported_service *claims[3];
	struct mcs_world *w = *state;
	struct ob_merged other;

	export(w, 0, 1, MCS_TCP);
	export(w, 1, 2, "{'name':'b','port':43}");
	export(w, 2, 3, "{'name':'c','port':43}");
	mcs_sync(w);
	for (int i = 0; i < 3; i++)
		claims[i] = w->c[2 - i].claim;
	ob_merge(w->arena, claims, 3, &other);
	assert_true(ob_service_spec_equal(&w->merged.spec, &other.spec));
	assert_string_equal(w->merged.message, other.message);
}

static void says_who_differs_in_what(void **state)
{
	struct mcs_world *w = *state;

	export(w, 0, 1, MCS_TCP);
	export(w, 1, 2, "{'name':'b','port':43}");
	mcs_service(w, 2, "'clusterIP':'None','ports':[" MCS_TCP "]");
	mcs_export(w, 2, 3, "");
	mcs_sync(w);
	assert_string_equal(w->merged.reason,
			    "PortConflict,TypeConflict,SessionAffinityConflict,"
			    "InternalTrafficPolicyConflict,IPFamilyConflict");
	assert_string_equal(
		w->merged.message,
		"not as exported by cluster1, whose export is the oldest and "
		"counts: ports of cluster2; type of cluster3; sessionAffinity "
		"of cluster3; internalTrafficPolicy of cluster3; ipFamilies "
		"of cluster3");
}

static void ports_join_by_name_then_by_number(void **state)
{
	struct mcs_world *w = *state;

	export(w, 0, 1, MCS_TCP ",{'name':'http','port':80}");
	export(w, 1, 2,
	       "{'name':'web','port':80},{'name':'http','port':81},"
	       "{'name':'sctp','protocol':'SCTP','port':80}");
	mcs_sync(w);
	mcs_equal(w, ob_json_at(mcs_import(w), "spec.ports"),
		  "[" MCS_TCP ",{'name':'http','protocol':'TCP','port':80},"
		  "{'name':'sctp','protocol':'SCTP','port':80}]");
}

static void the_order_of_ports_is_no_conflict(void **state)
{
	struct mcs_world *w = *state;

	export(w, 0, 1, MCS_TCP "," MCS_UDP);
	export(w, 1, 2, MCS_UDP "," MCS_TCP);
	mcs_sync(w);
	assert_int_equal(w->merged.conflicts, 0);
}

static void affinity_and_its_timeout_are_two_conflicts(void **state)
{
	struct mcs_world *w = *state;

	mcs_service(w, 0,
		    "'clusterIP':'10.96.0.1','sessionAffinity':'ClientIP',"
		    "'ports':[" MCS_TCP "]");
	mcs_export(w, 0, 1, "");
	mcs_service(w, 1,
		    "'clusterIP':'10.96.0.1','sessionAffinity':'ClientIP',"
		    "'sessionAffinityConfig':{'clientIP':{'timeoutSeconds':5}},"
		    "'ports':[" MCS_TCP "]");
	mcs_export(w, 1, 2, "");
	mcs_sync(w);
	assert_string_equal(w->merged.reason, "SessionAffinityConfigConflict");
	assert_int_equal(w->merged.spec.affinity_s, OB_AFFINITY_DEFAULT_S);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, mcs_setup, mcs_teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_oldest_wins_then_the_name),
		TEST(the_result_does_not_depend_on_the_order),
		TEST(says_who_differs_in_what),
		TEST(ports_join_by_name_then_by_number),
		TEST(the_order_of_ports_is_no_conflict),
		TEST(affinity_and_its_timeout_are_two_conflicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
