// SPDX-License-Identifier: Apache-2.0
#include "syncer/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mcs_fixture.h"

#define PORTS "'ports':[" MCS_TCP "]"

static struct mcs_world *exporting(void **state)
{
	struct mcs_world *w = *state;

	mcs_service(w, 0, MCS_SPEC "[" MCS_TCP "]");
	mcs_export(w, 0, 1, "");
	return w;
}

/* n endpoints from 10.244.1.0 on; without the one at skip. */
static void many(struct mcs_world *w, int n, int skip)
{
	_free_ char *list = calloc(1, 65536);
	size_t at = 0;

	for (int i = 0; i < n; i++)
		if (i != skip)
			at += (size_t)snprintf(
				list + at, 65536 - at,
				"%s{'addresses':['10.244.%d.%d']}",
				at ? "," : "", 1 + i / 256, i % 256);
	mcs_slice(
		w, 0,
		ob_arena_printf(w->arena,
				"'addressType':'IPv4','endpoints':[%s]," PORTS,
				list));
	mcs_sync(w);
}

static int count(const struct ob_object *o)
{
	return cJSON_GetArraySize(ob_json_get(o->tree, "endpoints"));
}

static void leaves_out_what_has_no_global_address(void **state)
{
	struct mcs_world *w = exporting(state);

	mcs_slice(w, 0,
		  "'addressType':'IPv4','endpoints':[{'addresses':["
		  "'10.244.1.5'],'zone':'z','nodeName':'n'},{'addresses':["
		  "'192.168.1.1']}]," PORTS);
	mcs_sync(w);
	assert_int_equal(w->c[0].out.endpoints, 1);
	assert_int_equal(w->c[0].out.left_out, 1);
	/* Nodes are nobody else's business. */
	mcs_equal(w, ob_json_get(w->c[0].out.slices.v[0].tree, "endpoints"),
		  "[{'addresses':['10.113.1.5'],'conditions':{'ready':true,"
		  "'serving':true,'terminating':false},'zone':'z'}]");
}

static void the_order_of_endpoints_makes_no_difference(void **state)
{
	struct mcs_world *w = exporting(state);
	cJSON *before;

	mcs_slice(w, 0,
		  "'addressType':'IPv4','endpoints':[{'addresses':["
		  "'10.244.1.5']},{'addresses':['10.244.1.6']}]," PORTS);
	mcs_sync(w);
	before = w->c[0].out.slices.v[0].tree;
	mcs_slice(w, 0,
		  "'addressType':'IPv4','endpoints':[{'addresses':["
		  "'10.244.1.6']},{'addresses':['10.244.1.5']}]," PORTS);
	mcs_sync(w);
	assert_true(ob_json_equal(before, w->c[0].out.slices.v[0].tree));
}

static void cuts_up_what_is_too_large(void **state)
{
	struct mcs_world *w = exporting(state);
	int all = 0;

	many(w, 100, -1);
	assert_int_equal(w->c[0].out.slices.n, 1);
	many(w, 900, -1);
	assert_true(w->c[0].out.slices.n >= 9);
	for (size_t i = 0; i < w->c[0].out.slices.n; i++) {
		assert_in_range(count(&w->c[0].out.slices.v[i]), 0,
				OB_EXPORT_MAX_ENDPOINTS);
		all += count(&w->c[0].out.slices.v[i]);
	}
	assert_int_equal(all, 900);
}

static void one_endpoint_is_one_slice_that_changes(void **state)
{
	struct mcs_world *w = exporting(state);
	struct ob_objects before;
	size_t changed = 0;

	many(w, 900, -1);
	before = w->c[0].out.slices;
	many(w, 900, 450);
	assert_int_equal(before.n, w->c[0].out.slices.n);
	for (size_t i = 0; i < before.n; i++) {
		const struct ob_object *o =
			ob_objects_find(&w->c[0].out.slices, before.v[i].name);

		assert_non_null(o);
		if (!ob_json_equal(o->tree, before.v[i].tree))
			changed++;
	}
	assert_int_equal(changed, 1);
}

static void slices_wait_for_their_owner(void **state)
{
	struct mcs_world *w = exporting(state);
	struct ob_global global = { 0 };
	struct ob_export_input in = { .cluster = "cluster1",
				      .hub_namespace = "ns",
				      .export = w->c[0].export,
				      .service = w->c[0].service,
				      .global = &global,
				      .peer_uid = "p",
				      .exported_uid = "" };
	const struct ob_endpoint_slice *slice;
	struct ob_export_output out;

	many(w, 3, -1);
	slice = w->c[0].slice;
	in.slices = &slice;
	in.n_slices = 1;
	ob_export(w->arena, &in, &out);
	assert_int_equal(out.validity, OB_VALID);
	assert_int_equal(out.slices.n, 0);
	mcs_equal(w, ob_json_at(out.exported.tree, "metadata.ownerReferences"),
		  "[{'apiVersion':'octopus.io/v1alpha1','kind':'Peer','name':"
		  "'cluster1','uid':'p'}]");
}

static void bad_labels_are_said_and_nothing_else(void **state)
{
	struct mcs_world *w = exporting(state);

	mcs_export(w, 0, 1, "'exportedLabels':{'a':7}");
	mcs_sync(w);
	assert_int_equal(w->c[0].out.validity, OB_INVALID_SPEC);
	assert_string_equal(mcs_condition(w, 0, OB_EXPORT_VALID), "True Valid");
	assert_string_equal(mcs_condition(w, 0, OB_EXPORT_READY),
			    "False Failed");
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, mcs_setup, mcs_teardown)
	const struct CMUnitTest tests[] = {
		TEST(leaves_out_what_has_no_global_address),
		TEST(the_order_of_endpoints_makes_no_difference),
		TEST(cuts_up_what_is_too_large),
		TEST(one_endpoint_is_one_slice_that_changes),
		TEST(slices_wait_for_their_owner),
		TEST(bad_labels_are_said_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
