// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "obctl/daemon.h"
#include "obctl/gather_api.h"
#include "obctl/peer_object.h"
#include "obctl_fixture.h"

#define KEY "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="

static cJSON *parse(struct obctl_fixture *f, const char *text)
{
	cJSON *root = NULL;

	assert_int_equal(0, ob_json_parse(f->arena, text, strlen(text), 65536,
					  &root, NULL));
	return root;
}

static struct ob_ctl_daemon decode(struct obctl_fixture *f, const char *text)
{
	struct ob_ctl_daemon d = { 0 };

	ob_ctl_daemon_decode(f->arena, parse(f, text), &d);
	return d;
}

static void status_of_a_member(void **state)
{
	struct ob_ctl_daemon d = decode(
		*state, "{\"cluster_id\":\"west\",\"mode\":\"hub\","
			"\"config\":{\"path\":\"/x\",\"valid\":false},"
			"\"device\":{\"name\":\"ob1\",\"port\":4500},"
			"\"hub\":{\"connected\":true,\"last_sync\":7.5},"
			"\"leader\":{\"leading\":false,\"holder\":\"b\"},"
			"\"peer\":{\"exists\":true,\"accepted\":false}}");

	assert_string_equal("west", d.id);
	assert_true(d.hub_mode && d.hub_connected && d.peer_exists);
	assert_false(d.config_valid || d.peer_accepted || d.leading);
	assert_int_equal(4500, d.port);
	assert_true(d.hub_last_sync_s > 7 && d.has_leader);
	assert_string_equal("b", d.holder);
}

static void status_has_the_other_clusters(void **state)
{
	struct ob_ctl_daemon d = decode(
		*state, "{\"peers\":[{\"cluster_id\":\"hub\",\"role\":\"hub\","
			"\"used\":true,\"via\":\"direct\",\"public_key\":\"" KEY
			"\",\"cluster_cidr\":[\"10.112.0.0/16\"]},"
			"{\"cluster_id\":\"bad\",\"used\":false,\"via\":\"\","
			"\"reason\":\"NotAccepted\",\"message\":\"no\"}]}");

	assert_int_equal(2, d.peers.n);
	assert_true(d.peers.v[0].hub && d.peers.v[0].direct);
	assert_true(d.peers.v[0].has_key);
	assert_int_equal(1, d.peers.v[0].cidrs.n);
	assert_false(d.peers.v[1].used);
	assert_string_equal("NotAccepted", d.peers.v[1].reason);
}

static void nonsense_is_nothing(void **state)
{
	struct ob_ctl_daemon d = decode(
		*state, "{\"cluster_id\":7,\"peers\":{\"a\":1},\"device\":[],"
			"\"network\":{\"mappings\":\"x\"}}");

	assert_string_equal("", d.id);
	assert_string_equal("", d.device);
	assert_int_equal(0, d.port);
	assert_int_equal(0, d.mapped.n);
}

static void peers_are_taken_by_their_status(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_peer_objects list = { 0 };

	ob_ctl_api_decode(
		f->arena,
		parse(f,
		      "{\"items\":[{\"metadata\":{\"name\":\"hub\","
		      "\"generation\":2},\"spec\":{\"endpoint\":\"evil\"},"
		      "\"status\":{\"observedGeneration\":1,\"role\":\"hub\","
		      "\"endpoint\":\"192.0.2.1\",\"public_key\":\"" KEY
		      "\",\"cluster_cidr\":[\"10.112.0.0/"
		      "16\"],\"conditions\":[{\"type\":\"Accepted\","
		      "\"status\":\"True\"}],\"tunnel\":{"
		      "\"lastHandshakeTime\":\"2023-11-14T22:13:20Z\"}}}]}"),
		&list);
	assert_int_equal(1, list.n);
	assert_string_equal("192.0.2.1", list.v[0].want.host);
	assert_true(list.v[0].want.hub && list.v[0].want.used);
	assert_false(list.v[0].observed);
	assert_int_equal(1700000000, list.v[0].handshake_s);
}

static void peer_not_accepted_says_why(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_peer_objects list = { 0 };

	ob_ctl_api_decode(
		f->arena,
		parse(f, "{\"items\":[{\"metadata\":{\"name\":\"x\"},"
			 "\"status\":{\"conditions\":[{\"type\":\"Accepted\","
			 "\"status\":\"False\",\"reason\":\"Overlap\","
			 "\"message\":\"of y\"}]}}]}"),
		&list);
	assert_false(list.v[0].want.used);
	assert_string_equal("Overlap", list.v[0].want.reason);
	assert_string_equal("of y", list.v[0].want.message);
}

static void urls_are_split(void **state)
{
	struct obctl_fixture *f = *state;
	const char *host;
	uint16_t port;

	assert_int_equal(
		0, ob_ctl_api_split(f->arena, "https://h:6443", &host, &port));
	assert_string_equal("h", host);
	assert_int_equal(6443, port);
	assert_int_equal(0, ob_ctl_api_split(f->arena, "https://[fd00::1]/k8s",
					     &host, &port));
	assert_string_equal("fd00::1", host);
	assert_int_equal(443, port);
}

static void other_urls_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"http://h",
		"https://",
		"https://:1",
		"https://h:",
		"https://h:0",
		"https://h:x",
		"https://h:65536",
		"https://[fd00::1",
	};
	struct obctl_fixture *f = *state;
	const char *host;
	uint16_t port;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_true(ob_ctl_api_split(f->arena, bad[i], &host, &port) <
			    0);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(status_of_a_member),
		TEST(status_has_the_other_clusters),
		TEST(nonsense_is_nothing),
		TEST(peers_are_taken_by_their_status),
		TEST(peer_not_accepted_says_why),
		TEST(urls_are_split),
		TEST(other_urls_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
