// SPDX-License-Identifier: Apache-2.0
/*
 * The conformance suite of the Multi-Cluster Services API (v0.5.0), as far as
 * it is about objects: its cases by their numbers. Those about slices, names
 * and connections are for tests/mcs and tests/lab.
 */
#include "mcs_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BOTH "[" MCS_TCP "," MCS_UDP "]"

static void assert_conflict(struct mcs_world *w, int i, const char *want)
{
	assert_string_equal(mcs_condition(w, i, OB_EXPORT_CONFLICT), want);
}

/* One cluster exports the usual Service. */
static struct mcs_world *one(void **state)
{
	struct mcs_world *w = *state;

	mcs_service(w, 0, MCS_SPEC BOTH);
	mcs_export(w, 0, 1, "");
	mcs_sync(w);
	return w;
}

/* A second one exports another, later. */
static struct mcs_world *two(void **state, const char *spec)
{
	struct mcs_world *w = one(state);

	mcs_service(w, 1, spec);
	mcs_export(w, 1, 2, "");
	mcs_sync(w);
	return w;
}

static void case_01_import_stays_until_the_last_unexport(void **state)
{
	struct mcs_world *w = one(state);

	assert_non_null(mcs_import(w));
	mcs_service(w, 1, MCS_SPEC BOTH);
	mcs_export(w, 1, 2, "");
	mcs_sync(w);
	assert_non_null(mcs_import(w));
	mcs_unexport(w, 0);
	mcs_sync(w);
	assert_non_null(mcs_import(w));
	mcs_unexport(w, 1);
	mcs_sync(w);
	assert_null(mcs_import(w));
}

static void case_02_exported_labels_and_no_others(void **state)
{
	struct mcs_world *w = one(state);
	const cJSON *meta;

	mcs_export(w, 0, 1,
		   "'exportedLabels':{'a':'b'},'exportedAnnotations':{'c':"
		   "'d'}");
	mcs_sync(w);
	meta = ob_json_get(mcs_import(w), "metadata");
	mcs_equal(w, ob_json_get(meta, "labels"), "{'a':'b'}");
	mcs_equal(w, ob_json_get(meta, "annotations"),
		  "{'c':'d','multicluster.kubernetes.io/derived-service':"
		  "'derived-clkj3a8mu9'}");
}

static void case_03_conflicting_labels_are_those_of_the_oldest(void **state)
{
	struct mcs_world *w = two(state, MCS_SPEC BOTH);

	mcs_export(w, 0, 1, "'exportedLabels':{'a':'1'}");
	mcs_export(w, 1, 2, "'exportedAnnotations':{'b':'2'}");
	mcs_sync(w);
	assert_conflict(w, 0, "True LabelsConflict,AnnotationsConflict");
	assert_conflict(w, 1, "True LabelsConflict,AnnotationsConflict");
	mcs_equal(w, ob_json_at(mcs_import(w), "metadata.labels"), "{'a':'1'}");
}

static void case_04_valid_export_becomes_an_import(void **state)
{
	struct mcs_world *w = one(state);

	assert_string_equal(mcs_condition(w, 0, OB_EXPORT_VALID), "True Valid");
	assert_string_equal(ob_json_string(mcs_import(w), "spec.type"),
			    "ClusterSetIP");
}

static void case_05_session_affinity_is_that_of_the_service(void **state)
{
	struct mcs_world *w = one(state);
	const cJSON *spec = ob_json_get(mcs_import(w), "spec");

	assert_string_equal(ob_json_string(spec, "sessionAffinity"),
			    "ClientIP");
	mcs_equal(w, ob_json_get(spec, "sessionAffinityConfig"),
		  "{'clientIP':{'timeoutSeconds':10}}");
}

static void case_06_internal_traffic_policy(void **state)
{
	struct mcs_world *w = one(state);

	assert_string_equal(
		ob_json_string(mcs_import(w), "spec.internalTrafficPolicy"),
		"Cluster");
}

static void case_07_traffic_distribution(void **state)
{
	struct mcs_world *w = one(state);

	assert_null(ob_json_at(mcs_import(w), "spec.trafficDistribution"));
	mcs_service(w, 0, "'trafficDistribution':'PreferClose'," MCS_SPEC BOTH);
	mcs_sync(w);
	assert_string_equal(
		ob_json_string(mcs_import(w), "spec.trafficDistribution"),
		"PreferClose");
}

static void case_08_an_address_for_each_family(void **state)
{
	struct mcs_world *w = one(state);
	const cJSON *spec = ob_json_get(mcs_import(w), "spec");

	mcs_equal(w, ob_json_get(spec, "ips"), "['10.113.192.7']");
	mcs_equal(w, ob_json_get(spec, "ipFamilies"), "['IPv4']");
}

static void case_09_ports_are_those_of_the_service(void **state)
{
	struct mcs_world *w = one(state);

	mcs_service(w, 0,
		    MCS_SPEC "[{'name':'tcp','protocol':'TCP','port':42,"
			     "'appProtocol':'http','targetPort':8080},"
			     "{'name':'udp','protocol':'UDP','port':42}]");
	mcs_sync(w);
	mcs_equal(w, ob_json_at(mcs_import(w), "spec.ports"),
		  "[{'name':'tcp','protocol':'TCP','port':42,'appProtocol':"
		  "'http'},{'name':'udp','protocol':'UDP','port':42}]");
}

static void case_10_ports_are_the_union(void **state)
{
	struct mcs_world *w =
		two(state, MCS_SPEC "[" MCS_TCP ",{'name':'stcp','protocol':"
				    "'SCTP','port':142}]");

	assert_conflict(w, 0, "True PortConflict");
	assert_conflict(w, 1, "True PortConflict");
	mcs_equal(w, ob_json_at(mcs_import(w), "spec.ports"),
		  "[" MCS_TCP "," MCS_UDP
		  ",{'name':'stcp','protocol':'SCTP','port':142}]");
}

static void case_11_a_name_with_another_number_is_left_out(void **state)
{
	struct mcs_world *w = two(
		state, MCS_SPEC "[{'name':'tcp','protocol':'TCP','port':43}]");

	assert_conflict(w, 0, "True PortConflict");
	assert_conflict(w, 1, "True PortConflict");
	mcs_equal(w, ob_json_at(mcs_import(w), "spec.ports"), BOTH);
}

static void case_12_headless(void **state)
{
	struct mcs_world *w = one(state);

	mcs_service(w, 0, "'clusterIP':'None','ports':" BOTH);
	mcs_sync(w);
	assert_string_equal(ob_json_string(mcs_import(w), "spec.type"),
			    "Headless");
}

static void case_13_headless_has_no_addresses(void **state)
{
	struct mcs_world *w = one(state);

	mcs_service(w, 0,
		    "'clusterIP':'None','ipFamilies':['IPv4','IPv6'],"
		    "'ports':" BOTH);
	mcs_sync(w);
	mcs_equal(w, ob_json_at(mcs_import(w), "spec.ips"), "[]");
	/* But families: trap (a) of the suite. */
	mcs_equal(w, ob_json_at(mcs_import(w), "spec.ipFamilies"),
		  "['IPv4','IPv6']");
}

static void case_14_external_name_cannot_be_exported(void **state)
{
	struct mcs_world *w = one(state);

	mcs_service(w, 0, "'type':'ExternalName','externalName':'x.example'");
	mcs_sync(w);
	assert_string_equal(mcs_condition(w, 0, OB_EXPORT_VALID),
			    "False InvalidServiceType");
	assert_null(mcs_import(w));
	mcs_service(w, 0, NULL);
	mcs_sync(w);
	assert_string_equal(mcs_condition(w, 0, OB_EXPORT_VALID),
			    "False NoService");
}

static void case_15_type_is_that_of_the_oldest(void **state)
{
	struct mcs_world *w = two(state, "'clusterIP':'None','ipFamilies':["
					 "'IPv4'],'ports':" BOTH);

	assert_true(w->merged.conflicts & 1 << OB_CONFLICT_TYPE);
	assert_memory_equal(mcs_condition(w, 0, OB_EXPORT_CONFLICT),
			    "True TypeConflict", 17);
	assert_memory_equal(mcs_condition(w, 1, OB_EXPORT_CONFLICT),
			    "True TypeConflict", 17);
	assert_string_equal(ob_json_string(mcs_import(w), "spec.type"),
			    "ClusterSetIP");
}

/* Each slice names its service, its cluster and who manages it. */
static void case_16_slices_are_labelled(void **state)
{
	struct mcs_world *w = one(state);
	const cJSON *labels;

	mcs_slice(w, 0,
		  "'addressType':'IPv4','endpoints':[{'addresses':["
		  "'10.244.1.5']}],'ports':[" MCS_TCP "]");
	mcs_sync(w);
	assert_int_equal(w->c[0].out.slices.n, 1);
	labels = ob_json_at(w->c[0].out.slices.v[0].tree, "metadata.labels");
	mcs_equal(w, labels,
		  "{'multicluster.kubernetes.io/service-name':'hello',"
		  "'multicluster.kubernetes.io/source-cluster':'cluster1',"
		  "'services.clusternet.io/multi-cluster-service-name':'hello',"
		  "'services.clusternet.io/multi-cluster-service-"
		  "LocalNamespace':'demo',"
		  "'services.clusternet.io/multi-cluster-cluster-ID':"
		  "'cluster1',"
		  "'kubernetes.io/service-name':"
		  "'derived-cluster1-demo-5jp4reivm2',"
		  "'endpointslice.kubernetes.io/managed-by':"
		  "'syncer.octopus.io'}");
}

/* Names of headless endpoints keep the pod's own address: 22 passes behind NAT,
 * too. */
static void case_22_hostnames_are_the_pods_own_addresses(void **state)
{
	struct mcs_world *w = one(state);

	mcs_service(w, 0, "'clusterIP':'None','ports':" BOTH);
	mcs_slice(w, 0,
		  "'addressType':'IPv4','endpoints':[{'addresses':["
		  "'10.244.1.5']},{'addresses':['10.244.1.6'],'hostname':"
		  "'web-1'}]");
	mcs_sync(w);
	mcs_equal(w, ob_json_get(w->c[0].out.slices.v[0].tree, "endpoints"),
		  "[{'addresses':['10.113.1.5'],'conditions':{'ready':true,"
		  "'serving':true,'terminating':false},'hostname':"
		  "'10-244-1-5'},{'addresses':['10.113.1.6'],'conditions':{"
		  "'ready':true,'serving':true,'terminating':false},"
		  "'hostname':'web-1'}]");
}

/* What 26 and 27 rest on: each slice says which ports its cluster exposes. */
static void case_26_slices_say_whose_ports_they_are(void **state)
{
	struct mcs_world *w =
		two(state,
		    MCS_SPEC "[{'name':'tcp','protocol':'TCP','port':4242}]");
	static const char slice[] =
		"'addressType':'IPv4','ports':[" MCS_TCP "]";
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s = NULL;

	mcs_slice(w, 0, slice);
	mcs_slice(w, 1, slice);
	mcs_sync(w);
	assert_int_equal(ob_endpoint_slice_decode(w->c[1].out.slices.v[0].tree,
						  &s, NULL),
			 0);
	assert_int_equal(ob_endpoint_slice_target(s, IPPROTO_TCP, 42), 0);
	assert_int_equal(ob_endpoint_slice_target(s, IPPROTO_TCP, 4242), 42);
}

int main(void)
{
#define CASE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, mcs_setup, mcs_teardown)
	const struct CMUnitTest tests[] = {
		CASE(case_01_import_stays_until_the_last_unexport),
		CASE(case_02_exported_labels_and_no_others),
		CASE(case_03_conflicting_labels_are_those_of_the_oldest),
		CASE(case_04_valid_export_becomes_an_import),
		CASE(case_05_session_affinity_is_that_of_the_service),
		CASE(case_06_internal_traffic_policy),
		CASE(case_07_traffic_distribution),
		CASE(case_08_an_address_for_each_family),
		CASE(case_09_ports_are_those_of_the_service),
		CASE(case_10_ports_are_the_union),
		CASE(case_11_a_name_with_another_number_is_left_out),
		CASE(case_12_headless),
		CASE(case_13_headless_has_no_addresses),
		CASE(case_14_external_name_cannot_be_exported),
		CASE(case_15_type_is_that_of_the_oldest),
		CASE(case_16_slices_are_labelled),
		CASE(case_22_hostnames_are_the_pods_own_addresses),
		CASE(case_26_slices_say_whose_ports_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
