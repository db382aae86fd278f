// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "obctl/gather_file.h"
#include "obctl_fixture.h"

static struct ob_ctl_file parse(struct obctl_fixture *f, const char *text)
{
	struct ob_ctl_file file;

	ob_ctl_file_parse(f->arena, "f", text, strlen(text), &file);
	return file;
}

static void refuse(struct obctl_fixture *f, const char *text,
		   const char *problem)
{
	struct ob_ctl_file file = parse(f, text);

	assert_non_null(file.problem);
	assert_string_equal(problem, file.problem);
}

static void static_file_has_its_peers(void **state)
{
	struct ob_ctl_file file = parse(
		*state,
		"cluster_id: west\ncluster_cidr: 10.113.0.0/16\n"
		"peers:\n- cluster_id: hub\n  ishub: true\n"
		"  public_key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\n"
		"  endpoint: gw.example\n  cluster_cidr: [10.112.0.0/16]\n"
		"- cluster_id: east\n  cluster_cidr: 10.114.0.0/16\n");

	assert_null(file.problem);
	assert_int_equal(2, file.peers.n);
	assert_true(file.peers.v[0].hub && file.peers.v[0].direct);
	assert_string_equal("gw.example", file.peers.v[0].host);
	assert_int_equal(31820, file.peers.v[0].port);
	assert_false(file.peers.v[1].direct);
}

static void defaults_are_those_of_octopus(void **state)
{
	struct ob_ctl_file file =
		parse(*state, "{cluster_id: w, cluster_cidr: 10.1.0.0/16}");

	assert_string_equal("ob0", file.device);
	assert_int_equal(31820, file.port);
	assert_true(file.metrics);
	assert_int_equal(9797, file.metrics_port);
	assert_int_equal(0, file.mtu);
}

static void hub_mode_needs_no_cluster_cidr(void **state)
{
	struct ob_ctl_file file =
		parse(*state, "cluster_id: west\nhub:\n"
			      "  url: https://h:6443\n  ca_file: ca\n"
			      "  token_file: token\n");

	assert_null(file.problem);
	assert_true(file.hub_mode);
	assert_string_equal("https://h:6443", file.hub_url);
	assert_string_equal("syncer-operator", file.namespace);
}

static void metrics_have_three_forms(void **state)
{
	struct ob_ctl_file file =
		parse(*state, "{cluster_id: w, hub: {url: u}, metrics: none}");

	assert_false(file.metrics);
	file = parse(*state, "{cluster_id: w, hub: {url: u}, "
			     "metrics: \"[::1]:99\"}");
	assert_int_equal(AF_INET6, file.metrics_addr.family);
	assert_int_equal(99, file.metrics_port);
	file = parse(*state,
		     "{cluster_id: w, hub: {url: u}, metrics: \":98\"}");
	assert_int_equal(98, file.metrics_port);
}

static void problems_have_their_place(void **state)
{
	refuse(*state, "a: [", "f:2:1: did not find expected node content");
	refuse(*state, "hub: {url: u}", "f:1:1: value: cluster_id is missing");
	refuse(*state, "cluster_id: w",
	       "f:1:1: value: cluster_cidr is missing");
	refuse(*state, "cluster_id: w\nhub: {}",
	       "f:2:1: hub: has neither url nor kubeconfig");
	refuse(*state, "cluster_id: w\nhub: {url: u}\nport: 99999",
	       "f:3:1: port: is not a number in range");
	refuse(*state, "cluster_id: w\ncluster_cidr: [10.1.0.0/16, x]",
	       "f:2:29: value: is not a prefix such as 10.244.0.0/16");
}

static void missing_file_is_an_error(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_file file;

	ob_ctl_file_read(f->arena, "/nonexistent/octopus.yaml", &file);
	assert_int_equal(-ENOENT, file.error);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(static_file_has_its_peers),
		TEST(defaults_are_those_of_octopus),
		TEST(hub_mode_needs_no_cluster_cidr),
		TEST(metrics_have_three_forms),
		TEST(problems_have_their_place),
		TEST(missing_file_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
