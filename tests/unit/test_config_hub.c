// SPDX-License-Identifier: Apache-2.0
/* Hub mode in the configuration file; test_config.c has the rest. */
#include "octopus/config_hub.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/peer.h"

/* Five lines; what is tested begins on line 6. */
#define HEAD                                                                   \
	"cluster_id: cluster1\n"                                               \
	"hub:\n"                                                               \
	"  url: https://192.0.2.1:6443\n"                                      \
	"  ca_file: /etc/ovn-builder/hub-ca.crt\n"                             \
	"  token_file: /etc/ovn-builder/hub-token\n"
/* Three more. */
#define IS_HUB                                                                 \
	HEAD "ishub: true\n"                                                   \
	     "endpoint: gw.example.org\n"                                      \
	     "global_cidr: 10.112.0.0/12\n"

static struct ob_config_file *accepts(const char *text)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_config_file *file = NULL;

	if (ob_config_parse("f", text, strlen(text), &file, &status) < 0)
		fail_msg("refused: %s", status.message);
	assert_non_null(file->hub);
	return file;
}

static void refuses(const char *text, const char *message)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_config_file *file = NULL;

	assert_int_equal(
		ob_config_parse("f", text, strlen(text), &file, &status),
		-EINVAL);
	assert_null(file);
	assert_string_equal(status.message, message);
}

static void a_member_needs_no_more_than_where_the_hub_is(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f = accepts(HEAD);
	const struct ob_hub_mode *h = f->hub;

	(void)state;
	assert_string_equal(h->url, "https://192.0.2.1:6443");
	assert_string_equal(h->ca_file, "/etc/ovn-builder/hub-ca.crt");
	assert_string_equal(h->token_file, "/etc/ovn-builder/hub-token");
	assert_null(h->kubeconfig);
	assert_string_equal(h->namespace, OB_PEER_NAMESPACE);
	assert_string_equal(h->endpoint, "");
	assert_int_equal(h->kubernetes, OB_KUBERNETES_NONE);
	assert_false(f->network.hub || f->network.is_public);
	assert_int_equal(f->network.n_global, 0);
	assert_int_equal(f->network.port, OB_DEFAULT_PORT);
}

static void takes_everything_that_a_member_may_say(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f =
		accepts("cluster_id: c\n"
			"hub: {kubeconfig: /k, namespace: elsewhere}\n"
			"isPublic: true\n"
			"endpoint: 198.51.100.7\n"
			"cluster_cidr: [10.113.0.0/16, \"fd70::/48\"]\n"
			"pod_cidr: [10.244.0.0/16]\n"
			"service_cidr: 10.96.0.0/12\n"
			"node_cidr: 192.168.0.0/24\n"
			"kubernetes: {kubeconfig: /k2}\n"
			"gateway: \"fd70::7\"\n");
	const struct ob_hub_mode *h = f->hub;

	(void)state;
	assert_string_equal(h->kubeconfig, "/k");
	assert_string_equal(h->namespace, "elsewhere");
	assert_string_equal(h->endpoint, "198.51.100.7");
	assert_true(f->network.is_public);
	assert_int_equal(h->n_request, 2);
	assert_int_equal(h->n_pods, 1);
	assert_int_equal(h->n_locals, 2);
	assert_string_equal(h->locals[1].what, "node_cidr");
	assert_int_equal(h->kubernetes, OB_KUBERNETES_KUBECONFIG);
	assert_string_equal(h->kubernetes_file, "/k2");
	assert_int_equal(h->gateways[0].family, 0);
	assert_int_equal(h->gateways[1].family, AF_INET6);
}

static void the_hub_knows_the_global_cidr_and_its_policy(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f =
		accepts(IS_HUB "allocation: {prefix_len: 20}\n"
			       "kubernetes: in-cluster\n"
			       "cluster_cidr: 10.112.0.0/16\n");

	(void)state;
	assert_true(f->network.hub);
	assert_int_equal(f->network.n_global, 1);
	assert_int_equal(f->network.n_cidrs, 0);
	assert_int_equal(f->hub->n_request, 1);
	assert_int_equal(f->hub->slice_len, 20);
	assert_int_equal(f->hub->slice_len6, OB_DEFAULT_SLICE_LEN6);
	assert_int_equal(f->hub->kubernetes, OB_KUBERNETES_IN_CLUSTER);
}

static void an_endpoint_makes_public(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f =
		accepts(HEAD "endpoint: gw.example.org\n");

	(void)state;
	assert_true(f->network.is_public);
	refuses(HEAD "isPublic: false\nendpoint: gw.example.org\n",
		"f:7:1: endpoint: needs ishub or isPublic");
	refuses(HEAD "isPublic: true\n",
		"f:1:1: endpoint of a public cluster is missing");
}

static void the_section_hub_has_to_be_complete(void **state)
{
	(void)state;
	refuses("cluster_id: c\nhub: {}\n",
		"f:2:1: hub: url, or kubeconfig, is missing");
	refuses("cluster_id: c\nhub: {url: \"https://h\"}\n",
		"f:2:1: hub: token_file is missing");
	refuses("cluster_id: c\nhub:\n  kubeconfig: /k\n  url: https://h\n",
		"f:4:3: hub.url: excludes kubeconfig");
	refuses("cluster_id: c\nhub:\n  url: http://h\n  token_file: /t\n",
		"f:3:3: hub.url: expected https://HOST:PORT");
	refuses("cluster_id: c\nhub:\n  url: https://\n  token_file: /t\n",
		"f:3:3: hub.url: expected https://HOST:PORT");
	refuses("cluster_id: c\nhub:\n  url: https://a@b\n  token_file: /t\n",
		"f:3:3: hub.url: has a character that the URL of a server has "
		"not");
	refuses("cluster_id: c\nhub:\n  token: x\n",
		"f:3:3: hub: unknown field \"token\"");
	refuses("cluster_id: c\nhub:\n  url: https://h\n  token_file: t\n",
		"f:4:3: hub.token_file: not an absolute path");
}

static void what_the_hub_decides_is_not_said_here(void **state)
{
	(void)state;
	refuses(HEAD "peers: []\n",
		"f:6:1: peers: excludes hub: Peers say who the others are");
	refuses(HEAD "mappings: []\n",
		"f:6:1: mappings: excludes hub, which decides about "
		"cluster_cidr: give pod_cidr");
	refuses(HEAD "global_cidr: 10.112.0.0/12\n",
		"f:6:1: global_cidr: is given by the hub, to which all others "
		"listen: leave it out");
	refuses(HEAD "allocation: {prefix_len: 16}\n",
		"f:6:1: allocation: needs ishub");
}

static void the_hub_has_to_be_found_and_to_have_room(void **state)
{
	(void)state;
	refuses(HEAD "ishub: true\nendpoint: h\n",
		"f:1:1: global_cidr of the hub is missing");
	refuses(HEAD "ishub: true\nglobal_cidr: 10.112.0.0/12\n",
		"f:1:1: endpoint of the hub is missing");
	refuses(IS_HUB "cluster_cidr: 10.128.0.0/16\n",
		"f:9:1: cluster_cidr: 10.128.0.0/16 is not inside "
		"global_cidr");
	refuses(IS_HUB "allocation: {prefix_len: 8}\n",
		"f:9:14: allocation.prefix_len: a slice of /8 is larger than "
		"10.112.0.0/12");
	refuses(HEAD "ishub: true\nendpoint: h\nglobal_cidr: 10.1.0.0/20\n",
		"f:8:1: global_cidr: a slice of /16 is larger than "
		"10.1.0.0/20");
	refuses(HEAD "ishub: true\nglobal_cidr: 10.112.0.0/12\n"
		     "endpoint: 10.112.0.1\n",
		"f:8:1: endpoint: is inside the global CIDR: the tunnel would "
		"run through itself");
}

static void addresses_do_not_overlap(void **state)
{
	(void)state;
	refuses(HEAD "cluster_cidr: [10.1.0.0/16, 10.1.2.0/24]\n",
		"f:6:29: cluster_cidr[1]: 10.1.2.0/24 overlaps 10.1.0.0/16 of "
		"this cluster");
	refuses(HEAD "cluster_cidr: 0.0.0.0/0\n",
		"f:6:1: cluster_cidr: is the whole address space");
	refuses(HEAD "pod_cidr: [10.1.0.0/16, 10.1.2.0/24]\n",
		"f:6:25: pod_cidr[1]: 10.1.2.0/24 overlaps 10.1.0.0/16 of "
		"pod_cidr");
	refuses(HEAD "gateway: [10.1.0.1, 10.2.0.1]\n",
		"f:6:21: gateway[1]: a second gateway of the same family");
}

static void kubernetes_is_here_or_in_a_file(void **state)
{
	(void)state;
	refuses(HEAD "kubernetes: maybe\n",
		"f:6:1: kubernetes: expected in-cluster or {kubeconfig: FILE}");
	refuses(HEAD "kubernetes: {}\n",
		"f:6:1: kubernetes: kubeconfig is missing");
}

static void fields_of_hub_mode_need_hub(void **state)
{
	static const char head[] = "cluster_id: c\nglobal_cidr: 10.0.0.0/8\n"
				   "cluster_cidr: 10.1.0.0/16\n";
	static const char *const fields[][2] = {
		{ "endpoint: h\n", "f:4:1: endpoint: needs hub" },
		{ "kubernetes: in-cluster\n", "f:4:1: kubernetes: needs hub" },
		{ "allocation: {}\n", "f:4:1: allocation: needs hub" },
		{ "service_cidr: []\n", "f:4:1: service_cidr: needs hub" },
		{ "node_cidr: []\n", "f:4:1: node_cidr: needs hub" },
		{ "clusterset_cidr: []\n",
		  "f:4:1: clusterset_cidr: needs hub" },
		{ "service_policy: spread\n",
		  "f:4:1: service_policy: needs hub" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		char text[256];

		snprintf(text, sizeof(text), "%s%s", head, fields[i][0]);
		refuses(text, fields[i][1]);
	}
}

static void says_how_services_are_balanced(void **state)
{
	_cleanup_(ob_config_freep) struct ob_config_file *f =
		accepts(HEAD "kubernetes: in-cluster\n"
			     "clusterset_cidr: [10.113.7.0/24, "
			     "\"fd70::/64\"]\n"
			     "service_policy: local-first\n");
	_cleanup_(ob_config_freep) struct ob_config_file *g = accepts(HEAD);

	(void)state;
	assert_int_equal(f->hub->n_clusterset, 2);
	assert_int_equal(f->hub->clusterset[0].len, 24);
	assert_int_equal(f->hub->service_policy, OB_SERVICE_LOCAL_FIRST);
	assert_int_equal(g->hub->n_clusterset, 0);
	assert_int_equal(g->hub->service_policy, OB_SERVICE_SPREAD);
}

static void services_need_a_block_of_ours_and_an_api_server(void **state)
{
	(void)state;
	refuses(HEAD "clusterset_cidr: 10.113.7.0/24\n",
		"f:6:1: clusterset_cidr: needs kubernetes");
	refuses(HEAD "service_policy: spread\n",
		"f:6:1: service_policy: needs kubernetes");
	refuses(HEAD "kubernetes: in-cluster\nservice_policy: nearest\n",
		"f:7:1: service_policy: expected spread or local-first");
	refuses(HEAD "kubernetes: in-cluster\n"
		     "clusterset_cidr: [10.1.0.0/24, 10.2.0.0/24]\n",
		"f:7:32: clusterset_cidr[1]: a second block of the same "
		"family");
	refuses(HEAD "kubernetes: in-cluster\ncluster_cidr: 10.113.0.0/16\n"
		     "clusterset_cidr: 10.114.7.0/24\n",
		"f:8:1: clusterset_cidr: 10.114.7.0/24 is not inside "
		"cluster_cidr");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_needs_no_more_than_where_the_hub_is),
		cmocka_unit_test(takes_everything_that_a_member_may_say),
		cmocka_unit_test(the_hub_knows_the_global_cidr_and_its_policy),
		cmocka_unit_test(an_endpoint_makes_public),
		cmocka_unit_test(the_section_hub_has_to_be_complete),
		cmocka_unit_test(what_the_hub_decides_is_not_said_here),
		cmocka_unit_test(the_hub_has_to_be_found_and_to_have_room),
		cmocka_unit_test(addresses_do_not_overlap),
		cmocka_unit_test(kubernetes_is_here_or_in_a_file),
		cmocka_unit_test(fields_of_hub_mode_need_hub),
		cmocka_unit_test(says_how_services_are_balanced),
		cmocka_unit_test(
			services_need_a_block_of_ours_and_an_api_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
