// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ob/abi/version.h"
#include "obctl/status.h"
#include "obctl_fixture.h"

static const char *print(struct obctl_fixture *f)
{
	ob_ctl_status_print(&f->view, f->arena, f->out);
	return obctl_text(f);
}

static void head_tells_who_and_where(void **state)
{
	static const char head[] =
		"cluster   west\n"
		"gateway   10.113.0.1\n"
		"global    10.112.0.0/12\n"
		"mapped    10.113.0.0/16\n"
		"pins      /sys/fs/bpf/ovn-builder/" OB_ABI_VERSION
		", attached by tcx\n"
		"peers     2 of 2 up\n"
		"traffic   sent 3.0 MiB in 13 packets, received 2.0 KiB in 21 "
		"packets\n\n";

	assert_memory_equal(head, print(*state), sizeof(head) - 1);
}

static void devices_have_their_programs(void **state)
{
	assert_non_null(strstr(
		print(*state),
		"\nDEVICE  KIND       STATE   MTU  PROGRAMS\n"
		"ob0     wireguard  up     1420  from_tunnel (tcx), to_tunnel "
		"(tcx, not current)\n"
		"veth1   veth       down   1500  from_pod (tcx)\n\n"));
}

static void maps_have_pressure(void **state)
{
	const char *text = print(*state);

	assert_non_null(strstr(text, "\nMAP          ENTRIES     MAX    FULL\n"
				     "ob_config          0     256   0.0 %\n"
				     "ob_route4      65536  131072  50.0 %\n"));
	assert_non_null(strstr(text, "\nob_cluster         2     256   0.8 %"));
}

static void last_line_sums_drops(void **state)
{
	static const char last[] = "\n\ndropped   13, left to the kernel 2 "
				   "packets: see obctl drops\n";
	const char *text = print(*state);

	assert_string_equal(last, text + strlen(text) - strlen(last));
}

static void nothing_attached_is_a_sentence(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.attachments.n = 0;
	assert_non_null(
		strstr(print(f), "\nNo program is attached to any device.\n"));
}

static void device_of_another_namespace_is_unknown(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.links.n = 0;
	assert_non_null(strstr(print(f), "if5     -     unknown    -  from_"));
}

static void unconfigured_gateway_says_so(void **state)
{
	struct obctl_fixture *f = *state;

	memset(&f->view.config, 0, sizeof(f->view.config));
	f->view.nat.n = 0;
	assert_non_null(strstr(print(f), "cluster   not configured yet\n"
					 "gateway   none\n"
					 "global    none\n"
					 "mapped    none\n"));
}

static void unreadable_wireguard_is_not_zero(void **state)
{
	struct obctl_fixture *f = *state;
	const char *json;

	f->view.n_tunnels = 0;
	f->view.tunnels_known = false;
	assert_non_null(strstr(print(f), "peers     2, tunnels unknown\n"));
	json = obctl_json(f, ob_ctl_status_json(&f->view, f->arena));
	assert_non_null(strstr(json, "\"peers\":2,\"peers_up\":null"));
}

static void relay_is_told(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.config.flags = OB_CONFIG_RELAY;
	assert_non_null(strstr(print(f), "cluster   west (relay)\n"));
}

static void json_begins_with_the_head(void **state)
{
	static const char head[] =
		"{\"cluster\":\"west\",\"relay\":false,"
		"\"gateways\":[\"10.113.0.1\"],\"global\":[\"10.112.0.0/12\"],"
		"\"mapped\":[\"10.113.0.0/16\"],"
		"\"pin_root\":\"/sys/fs/bpf/"
		"ovn-builder\",\"abi\":\"" OB_ABI_VERSION "\","
		"\"attach\":\"tcx\",\"generation\":4,\"peers\":2,"
		"\"peers_up\":2,\"tx_bytes\":3146728,\"tx_packets\":13,"
		"\"rx_bytes\":2060,\"rx_packets\":21,\"dropped_packets\":13,"
		"\"kernel_packets\":2,\"suppressed_events\":0,\"programs\":["
		"{\"hook\":\"from_tunnel\",\"device\":\"ob0\",\"ifindex\":5,"
		"\"attach\":\"tcx\",\"current\":true,\"up\":true,"
		"\"mtu\":1420},";
	struct obctl_fixture *f = *state;
	const char *json =
		obctl_json(f, ob_ctl_status_json(&f->view, f->arena));

	assert_int_equal(0, strncmp(head, json, sizeof(head) - 1));
	assert_non_null(strstr(json, "{\"name\":\"ob_route4\",\"entries\":"
				     "65536,\"max_entries\":131072,"
				     "\"pressure\":0.5}"));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(head_tells_who_and_where),
		TEST(devices_have_their_programs),
		TEST(maps_have_pressure),
		TEST(last_line_sums_drops),
		TEST(nothing_attached_is_a_sentence),
		TEST(device_of_another_namespace_is_unknown),
		TEST(unconfigured_gateway_says_so),
		TEST(unreadable_wireguard_is_not_zero),
		TEST(relay_is_told),
		TEST(json_begins_with_the_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
