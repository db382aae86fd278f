// SPDX-License-Identifier: Apache-2.0
#include "syncer/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HUB "hub: {kubeconfig: /h}\n"

static int parse(const char *text, struct ob_syncer_config **ret,
		 struct ob_status *status)
{
	return ob_syncer_config_parse("f", text, strlen(text), ret, status);
}

static void assert_refused(const char *text, const char *want)
{
	struct ob_syncer_config *c = NULL;
	struct ob_status status = OB_STATUS_INIT;

	assert_int_equal(parse(text, &c, &status), -EINVAL);
	assert_null(c);
	assert_string_equal(status.message, want);
}

static void fills_in_what_is_not_said(void **state)
{
	_cleanup_(ob_syncer_config_freep) struct ob_syncer_config *c = NULL;
	struct ob_status status = OB_STATUS_INIT;

	(void)state;
	assert_int_equal(parse("cluster_id: c1\n" HUB, &c, &status), 0);
	assert_int_equal(c->profile, OB_PROFILE_NAT);
	assert_true(c->local.in_cluster);
	assert_string_equal(c->hub_namespace, "syncer-operator");
	assert_string_equal(c->lease_namespace, "octopus-system");
	assert_string_equal(c->lease_name, "syncer");
	assert_int_equal(c->renew_s, 10);
	assert_int_equal(c->expiry_s, 120);
	assert_int_equal(c->limits.services, OB_QUOTA_SERVICES);
	assert_int_equal(c->limits.slices, OB_QUOTA_SLICES);
	assert_int_equal(c->limits.endpoints, OB_QUOTA_ENDPOINTS);
	assert_true(c->has_metrics);
	assert_int_equal(c->metrics_port, OB_SYNCER_METRICS_PORT);
}

static void errors_name_line_and_field(void **state)
{
	(void)state;
	assert_refused("cluster_id: c1\n", "f:1:1: hub is missing");
	assert_refused("cluster_id: c1\nhub: {url: https://h}\n",
		       "f:2:1: hub: token_file is missing");
	assert_refused("cluster_id: c1\nprofile: bridge\n" HUB,
		       "f:2:1: profile: none of nat, parallel and routed");
	assert_refused("cluster_id: c1\n" HUB "peers: []\n",
		       "f:3:1: unknown field \"peers\"");
	assert_refused("cluster_id: c1\n" HUB
		       "profile: routed\npod_cidr: 10.0.0.0/8\n",
		       "f:4:1: pod_cidr: needs profile nat");
	assert_refused("cluster_id: c1\n" HUB
		       "clusterset_cidr: [10.1.0.0/24, 10.2.0.0/24]\n",
		       "f:3:32: clusterset_cidr[1]: a second block of the same "
		       "family");
	assert_refused("cluster_id: c1\n" HUB "heartbeat: 10\nexpiry: 19\n",
		       "f:4:1: expiry: expiry has to be at least twice "
		       "heartbeat");
}

static void limits_what_it_is_told_to(void **state)
{
	_cleanup_(ob_syncer_config_freep) struct ob_syncer_config *c = NULL;
	struct ob_status status = OB_STATUS_INIT;

	(void)state;
	assert_int_equal(parse("cluster_id: c1\n" HUB
			       "limits: {services: 5, endpoints: 7}\n",
			       &c, &status),
			 0);
	assert_int_equal(c->limits.services, 5);
	assert_int_equal(c->limits.slices, OB_QUOTA_SLICES);
	assert_int_equal(c->limits.endpoints, 7);
	assert_refused("cluster_id: c1\n" HUB "limits: {endpoints: 0}\n",
		       "f:3:10: limits.endpoints: 0 is not from 1 to 1000000");
}

static void accepts_the_example(void **state)
{
	_cleanup_(ob_syncer_config_freep) struct ob_syncer_config *c = NULL;
	struct ob_status status = OB_STATUS_INIT;
	const char *source = getenv("OB_SOURCE_DIR");
	char path[512];

	(void)state;
	if (!source)
		fail_msg("OB_SOURCE_DIR is not set: run me with ctest");
	snprintf(path, sizeof(path), "%s/examples/syncer.yaml", source);
	if (ob_syncer_config_load(path, &c, &status) < 0)
		fail_msg("%s", status.message);
	assert_int_equal(c->n_pods, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_in_what_is_not_said),
		cmocka_unit_test(errors_name_line_and_field),
		cmocka_unit_test(limits_what_it_is_told_to),
		cmocka_unit_test(accepts_the_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
