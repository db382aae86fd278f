// SPDX-License-Identifier: Apache-2.0
#include "mcs_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST_TEXT 65536

cJSON *mcs_json(struct ob_arena *a, const char *format, ...)
{
	_free_ char *text = malloc(MOST_TEXT);
	struct ob_status status = OB_STATUS_INIT;
	cJSON *v = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, MOST_TEXT, format, args);
	va_end(args);
	assert_true(n > 0 && n < MOST_TEXT);
	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	if (ob_json_parse(a, text, (size_t)n, MOST_TEXT, &v, &status) < 0)
		fail_msg("%s: %s", status.message, text);
	return v;
}

void mcs_equal(struct mcs_world *w, const cJSON *is, const char *want)
{
	if (!ob_json_equal(is, mcs_json(w->arena, "%s", want)))
		fail_msg("%s\nis not %s", ob_json_print(w->arena, is), want);
}

int mcs_setup(void **state)
{
	struct mcs_world *w = calloc(1, sizeof(*w));

	w->arena = ob_arena_new();
	for (int i = 0; i < MCS_CLUSTERS; i++)
		snprintf(w->c[i].name, sizeof(w->c[i].name), "cluster%d",
			 i + 1);
	*state = w;
	return 0;
}

int mcs_teardown(void **state)
{
	struct mcs_world *w = *state;

	for (int i = 0; i < MCS_CLUSTERS; i++) {
		ob_service_freep(&w->c[i].service);
		ob_service_export_freep(&w->c[i].export);
		ob_endpoint_slice_freep(&w->c[i].slice);
		ob_exported_service_freep(&w->c[i].claim);
	}
	ob_arena_free(w->arena);
	free(w);
	return 0;
}

void mcs_service(struct mcs_world *w, int i, const char *spec)
{
	struct ob_status status = OB_STATUS_INIT;

	ob_service_freep(&w->c[i].service);
	w->c[i].service = NULL;
	if (!spec)
		return;
	if (ob_service_decode(mcs_json(w->arena,
				       "{'metadata':{'namespace':'demo','name':"
				       "'hello','labels':{'own':'label'}},"
				       "'spec':{%s}}",
				       spec),
			      &w->c[i].service, &status) < 0)
		fail_msg("%s", status.message);
}

void mcs_export(struct mcs_world *w, int i, int second, const char *spec)
{
	struct ob_status status = OB_STATUS_INIT;

	mcs_unexport(w, i);
	if (ob_service_export_decode(
		    mcs_json(w->arena,
			     "{'metadata':{'namespace':'demo','name':'hello',"
			     "'generation':1,'creationTimestamp':"
			     "'2026-11-30T12:00:%02dZ'},'spec':{%s}}",
			     second, spec),
		    &w->c[i].export, &status) < 0)
		fail_msg("%s", status.message);
}

void mcs_unexport(struct mcs_world *w, int i)
{
	ob_service_export_freep(&w->c[i].export);
	w->c[i].export = NULL;
}

void mcs_slice(struct mcs_world *w, int i, const char *members)
{
	struct ob_status status = OB_STATUS_INIT;

	ob_endpoint_slice_freep(&w->c[i].slice);
	w->c[i].slice = NULL;
	if (ob_endpoint_slice_decode(
		    mcs_json(w->arena,
			     "{'metadata':{'namespace':'demo','name':"
			     "'hello-x7k2q'},%s}",
			     members),
		    &w->c[i].slice, &status) < 0)
		fail_msg("%s", status.message);
}

static void export_one(struct mcs_world *w, int i)
{
	struct ob_prefix cidr = { 0 }, local = { 0 };
	struct ob_mapping mapping;
	struct mcs_cluster *c = &w->c[i];
	const struct ob_endpoint_slice *slice = c->slice;
	char text[OB_PREFIX_STRLEN];
	struct ob_global global = { .mappings = &mapping,
				    .n_mappings = 1,
				    .cidrs = &cidr,
				    .n_cidrs = 1 };
	struct ob_export_input in = { .cluster = c->name,
				      .hub_namespace = "syncer-operator",
				      .export = c->export,
				      .service = c->service,
				      .slices = &slice,
				      .n_slices = slice ? 1 : 0,
				      .global = &global,
				      .peer_uid = "peer-uid",
				      .exported_uid = "exported-uid" };

	snprintf(text, sizeof(text), "10.%d.0.0/16", 113 + i);
	assert_int_equal(ob_prefix_parse(text, &cidr), 0);
	assert_int_equal(ob_prefix_parse("10.244.0.0/16", &local), 0);
	mapping = (struct ob_mapping){ local, cidr };
	ob_export(w->arena, &in, &c->out);
	ob_exported_service_freep(&c->claim);
	c->claim = NULL;
	if (c->out.validity == OB_VALID)
		assert_int_equal(ob_exported_service_decode(
					 c->out.exported.tree, &c->claim, NULL),
				 0);
}

void mcs_sync(struct mcs_world *w)
{
	const struct ob_exported_service *claims[MCS_CLUSTERS];

	w->n_claims = 0;
	for (int i = 0; i < MCS_CLUSTERS; i++) {
		export_one(w, i);
		if (w->c[i].claim)
			claims[w->n_claims++] = w->c[i].claim;
	}
	w->merged = (struct ob_merged){ 0 };
	if (w->n_claims > 0)
		ob_merge(w->arena, claims, w->n_claims, &w->merged);
}

static const struct ob_kube_resource imports = {
	"multicluster.x-k8s.io", "v1beta1", "serviceimports",
	"ServiceImport",	 true,
};

const cJSON *mcs_import(struct mcs_world *w)
{
	_cleanup_(ob_service_import_freep) struct ob_service_import *s = NULL;
	struct ob_import_input in = { .resource = &imports,
				      .namespace = "demo",
				      .name = "hello",
				      .merged = &w->merged };
	struct ob_status status = OB_STATUS_INIT;
	const cJSON *o;

	if (w->n_claims == 0)
		return NULL;
	if (w->merged.spec.type == OB_SERVICE_CLUSTERSET_IP) {
		assert_int_equal(ob_addr_parse("10.113.192.7", &in.ips[0]), 0);
		in.n_ips = 1;
	}
	o = ob_import_encode(w->arena, &in);
	/* Whoever reads it can. */
	if (ob_service_import_decode(o, &s, &status) < 0)
		fail_msg("%s", status.message);
	return o;
}

const char *mcs_condition(struct mcs_world *w, int i,
			  enum ob_export_condition which)
{
	struct ob_peer_condition v[OB_EXPORT_CONDITIONS] = { 0 };
	struct ob_export_facts facts = {
		.validity = w->c[i].out.validity,
		.merged = w->n_claims > 0 ? &w->merged : NULL,
		.failure = "",
		.now_s = 1000,
	};

	ob_status_export(w->arena, w->c[i].export, &facts, v);
	return ob_arena_printf(w->arena, "%s %s", v[which].status,
			       v[which].reason);
}
