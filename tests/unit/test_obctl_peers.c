// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "obctl/peers.h"
#include "obctl_fixture.h"

static void table_shows_tunnels_and_traffic(void **state)
{
	struct obctl_fixture *f = *state;

	ob_ctl_peers_print(&f->view, f->arena, f->out);
	assert_string_equal(
		"CLUSTER  ROLE  VIA     ENDPOINT         HANDSHAKE  UP   "
		"CIDRS           MTU       TX  TX PKTS       RX  RX PKTS\n"
		"east     -     hub     192.0.2.1:31820  12 s ago   yes  "
		"10.114.0.0/16  1400  3.0 MiB        3     60 B        1\n"
		"hub      hub   direct  192.0.2.1:31820  12 s ago   yes  "
		"10.112.0.0/16  1420   1000 B       10  2.0 KiB       20\n",
		obctl_text(f));
}

static void old_handshake_is_down(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_peers peers;

	f->view.tunnels[0].peers[0].handshake_s = f->view.now_s - 179;
	peers = ob_ctl_peers_list(&f->view, f->arena);
	assert_int_equal(OB_CTL_UP, peers.v[0].up);
	f->view.tunnels[0].peers[0].handshake_s = f->view.now_s - 180;
	peers = ob_ctl_peers_list(&f->view, f->arena);
	assert_int_equal(OB_CTL_DOWN, peers.v[0].up);
}

static void never_shaken_hands_is_down(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.tunnels[0].peers[0].handshake_s = 0;
	f->view.tunnels[0].peers[0].endpoint.addr.family = 0;
	ob_ctl_peers_print(&f->view, f->arena, f->out);
	assert_non_null(strstr(obctl_text(f), "none      never      no "));
}

static void without_wireguard_tunnels_are_unknown(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.n_tunnels = 0;
	f->view.tunnels_known = false;
	ob_ctl_peers_print(&f->view, f->arena, f->out);
	assert_non_null(strstr(obctl_text(f),
			       "hub      hub   direct  unknown   unknown    "
			       "unknown  10.112.0.0/16"));
}

static void cluster_nobody_carries_is_down(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_peers peers;

	f->view.tunnels[0].peers[0].n_allowed = 1;
	peers = ob_ctl_peers_list(&f->view, f->arena);
	assert_string_equal("east", peers.v[0].cluster);
	assert_null(peers.v[0].peer);
	assert_int_equal(OB_CTL_DOWN, peers.v[0].up);
	assert_false(peers.v[0].via_hub);
	assert_int_equal(OB_CTL_UP, peers.v[1].up);
}

static void longest_allowed_ip_carries(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_wg_device *device = &f->view.tunnels[0];
	struct ob_wg_peer peers[2] = { device->peers[0] };
	struct ob_prefix wide = obctl_prefix("10.112.0.0/12");
	struct ob_prefix narrow = obctl_prefix("10.114.0.0/16");
	struct ob_ctl_peers list;

	peers[0].allowed = &wide;
	peers[0].n_allowed = 1;
	peers[1] = (struct ob_wg_peer){ .allowed = &narrow, .n_allowed = 1 };
	device->peers = peers;
	device->n_peers = 2;
	list = ob_ctl_peers_list(&f->view, f->arena);
	assert_ptr_equal(&peers[1], list.v[0].peer);
	assert_ptr_equal(&peers[0], list.v[1].peer);
	assert_false(list.v[0].via_hub);
}

static void json_has_exact_numbers(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.routes.n = 1;
	f->view.traffic[1].tx_bytes = UINT64_MAX;
	assert_string_equal(
		"[{\"cluster\":\"hub\",\"hub\":true,\"via\":\"direct\","
		"\"device\":\"ob0\",\"public_key\":"
		"\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
		"\"endpoint\":\"192.0.2.1\",\"endpoint_port\":31820,"
		"\"handshake\":1699999988,\"up\":true,"
		"\"cidrs\":[\"10.112.0.0/16\"],\"mtu\":1420,"
		"\"tx_bytes\":18446744073709551615,\"tx_packets\":10,"
		"\"rx_bytes\":2000,\"rx_packets\":20}]",
		obctl_json(f, ob_ctl_peers_json(&f->view, f->arena)));
}

static void json_says_null_for_unknown(void **state)
{
	struct obctl_fixture *f = *state;
	const char *text;

	f->view.n_tunnels = 0;
	f->view.tunnels_known = false;
	text = obctl_json(f, ob_ctl_peers_json(&f->view, f->arena));
	assert_non_null(strstr(text, "\"up\":null"));
	assert_non_null(strstr(text, "\"handshake\":null"));
	assert_non_null(strstr(text, "\"endpoint\":null"));
}

static void many_cidrs_are_counted(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_route_entry routes[6];

	for (uint8_t i = 0; i < 6; i++) {
		routes[i] = f->view.routes.v[0];
		routes[i].dst.len = 24;
		routes[i].dst.addr.b[2] = i;
	}
	f->view.routes = (struct ob_route_entries){ routes, 6 };
	ob_ctl_peers_print(&f->view, f->arena, f->out);
	assert_non_null(strstr(obctl_text(f),
			       "10.112.0.0/24,10.112.1.0/24,10.112.2.0/24,"
			       "10.112.3.0/24,+2 "));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(table_shows_tunnels_and_traffic),
		TEST(old_handshake_is_down),
		TEST(never_shaken_hands_is_down),
		TEST(without_wireguard_tunnels_are_unknown),
		TEST(cluster_nobody_carries_is_down),
		TEST(longest_allowed_ip_carries),
		TEST(json_has_exact_numbers),
		TEST(json_says_null_for_unknown),
		TEST(many_cidrs_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
