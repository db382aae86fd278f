// SPDX-License-Identifier: Apache-2.0
#include "syncer/import.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mcs_fixture.h"

static const struct ob_kube_resource imports = {
	"multicluster.x-k8s.io", "v1beta1", "serviceimports",
	"ServiceImport",	 true,
};

#define LABELS                                                                 \
	"'multicluster.kubernetes.io/service-name':'web',"                     \
	"'multicluster.kubernetes.io/source-cluster':'c2',"                    \
	"'services.clusternet.io/multi-cluster-service-name':'web',"           \
	"'services.clusternet.io/multi-cluster-service-LocalNamespace':"       \
	"'demo','services.clusternet.io/multi-cluster-cluster-ID':"

static const char *slice_of(struct mcs_world *w, const char *name,
			    const char *labels)
{
	return ob_arena_printf(
		w->arena,
		"{'metadata':{'name':'%s','labels':{%s}},'addressType':'IPv4',"
		"'endpoints':[{'addresses':['10.114.0.5']},{'addresses':["
		"'10.113.0.5']}],'ports':[{'name':'a','port':80}]}",
		name, labels);
}

static int check(struct mcs_world *w, const char *text, struct ob_slice_of *of,
		 struct ob_status *status)
{
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s = NULL;
	cJSON *o = mcs_json(w->arena, "%s", text);

	assert_int_equal(ob_endpoint_slice_decode(o, &s, status), 0);
	return ob_slice_check(w->arena, o, s, of, status);
}

static void believes_a_slice_that_agrees_with_itself(void **state)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_slice_of of = { 0 };

	assert_int_equal(check(*state,
			       slice_of(*state, "c2.demo.web-x", LABELS "'c2'"),
			       &of, &status),
			 0);
	assert_string_equal(of.cluster, "c2");
	assert_string_equal(of.namespace, "demo");
}

static void believes_no_other(void **state)
{
	const struct {
		const char *name, *labels, *want;
	} bad[] = {
		{ "c3.demo.web-x", LABELS "'c2'",
		  "EndpointSlice c3.demo.web-x: metadata.labels."
		  "multicluster.kubernetes.io/source-cluster: is not c3" },
		{ "c2.other.web-x", LABELS "'c2'",
		  "EndpointSlice c2.other.web-x: metadata.labels.services."
		  "clusternet.io/multi-cluster-service-LocalNamespace: is "
		  "not other" },
		{ "c2.demo.web-x", LABELS "'c3'",
		  "EndpointSlice c2.demo.web-x: metadata.labels.services."
		  "clusternet.io/multi-cluster-cluster-ID: is not c2" },
		{ "web-x", LABELS "'c2'",
		  "EndpointSlice web-x: metadata.name: is not "
		  "CLUSTER.NAMESPACE.SLICE" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ob_status status = OB_STATUS_INIT;
		struct ob_slice_of of = { 0 };

		assert_int_equal(
			check(*state,
			      slice_of(*state, bad[i].name, bad[i].labels), &of,
			      &status),
			-EINVAL);
		assert_string_equal(status.message, bad[i].want);
	}
}

static void takes_addresses_of_the_cluster_only(void **state)
{
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s = NULL;
	struct mcs_world *w = *state;
	struct ob_prefix cidr = { 0 };
	struct ob_import_slice from = { .cluster = "c2", .cidrs = &cidr };
	struct ob_import_slices_input in = { .resource = &imports,
					     .namespace = "demo",
					     .name = "web",
					     .uid = "u",
					     .slices = &from,
					     .n_slices = 1 };
	struct ob_import_slices_output out;

	assert_int_equal(ob_prefix_parse("10.114.0.0/16", &cidr), 0);
	from.n_cidrs = 1;
	assert_int_equal(
		ob_endpoint_slice_decode(
			mcs_json(w->arena, "%s",
				 slice_of(w, "c2.demo.web-x", LABELS "'c2'")),
			&s, NULL),
		0);
	from.slice = s;
	ob_import_slices(w->arena, &in, &out);
	assert_int_equal(out.endpoints, 1);
	assert_int_equal(out.foreign, 1);
	assert_string_equal(out.slices.v[0].name, "c2.demo.web-x");
	mcs_equal(w,
		  ob_json_at(out.slices.v[0].tree, "metadata.ownerReferences"),
		  "[{'apiVersion':'multicluster.x-k8s.io/v1beta1','kind':"
		  "'ServiceImport','name':'web','uid':'u'}]");
}

static void takes_so_many_slices_of_a_cluster(void **state)
{
	struct ob_endpoint_slice s[OB_IMPORT_MAX_SLICES + 5];
	struct ob_import_slice from[ARRAY_SIZE(s)];
	struct mcs_world *w = *state;
	struct ob_import_slices_input in = { .resource = &imports,
					     .namespace = "demo",
					     .name = "web",
					     .uid = "u",
					     .slices = from,
					     .n_slices = ARRAY_SIZE(s) };
	struct ob_import_slices_output out;

	memset(s, 0, sizeof(s));
	for (size_t i = 0; i < ARRAY_SIZE(s); i++) {
		s[i].name = ob_arena_printf(w->arena, "c2.demo.%03zu", i);
		s[i].family = AF_INET;
		from[i] = (struct ob_import_slice){ .slice = &s[i],
						    .cluster = "c2" };
	}
	from[0].cluster = "c1";
	ob_import_slices(w->arena, &in, &out);
	assert_int_equal(out.slices.n, OB_IMPORT_MAX_SLICES + 1);
	assert_int_equal(out.too_many, 4);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, mcs_setup, mcs_teardown)
	const struct CMUnitTest tests[] = {
		TEST(believes_a_slice_that_agrees_with_itself),
		TEST(believes_no_other),
		TEST(takes_addresses_of_the_cluster_only),
		TEST(takes_so_many_slices_of_a_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
