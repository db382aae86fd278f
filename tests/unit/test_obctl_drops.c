// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "obctl/drops.h"
#include "obctl_fixture.h"

static void table_explains_each_reason(void **state)
{
	struct obctl_fixture *f = *state;

	ob_ctl_drops_print(&f->view, f->arena, false, f->out);
	assert_string_equal(
		"REASON          HOOK         PACKETS    BYTES  ACTION  WHAT "
		"IT MEANS\n"
		"spoofed_source  from_tunnel        7    588 B  drop    came "
		"out of a tunnel with a source that is not the sender's\n"
		"allowed_ips     ob0                6        -  drop    a peer "
		"sent a source outside its allowed IPs: WireGuard refused it\n"
		"too_big         from_pod           2  2.9 KiB  kernel  larger "
		"than the tunnel's MTU and may not be fragmented: the kernel "
		"answers with ICMP\n",
		obctl_text(f));
}

static void nothing_dropped_is_a_sentence(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.drops.n = 0;
	f->view.links.n = 0;
	ob_ctl_drops_print(&f->view, f->arena, false, f->out);
	assert_string_equal("No packet was dropped or left to the kernel.\n",
			    obctl_text(f));
}

static void all_has_every_reason_once(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_drop_list list =
		ob_ctl_drops_list(&f->view, f->arena, true);

	assert_int_equal(OB_REASON_COUNT + 1, list.n);
	for (size_t i = 1; i < list.n; i++)
		assert_string_not_equal(list.v[i - 1].reason, list.v[i].reason);
}

static void sums_go_by_action(void **state)
{
	struct obctl_fixture *f = *state;

	assert_int_equal(13, ob_ctl_drops_sum(&f->view, OB_DROP));
	assert_int_equal(2, ob_ctl_drops_sum(&f->view, OB_KERNEL));
}

static void unknown_numbers_do_not_crash(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.drops.v[0].key.reason = (enum ob_reason)4000000000U;
	f->view.drops.v[0].key.hook = (enum ob_hook)77;
	ob_ctl_drops_print(&f->view, f->arena, false, f->out);
	assert_non_null(strstr(obctl_text(f), "unknown         unknown "));
	f->view.drops.v[0].key.reason = OB_REASON_TOO_BIG;
	f->view.drops.v[0].key.hook = OB_HOOK_FROM_POD;
}

static void json_has_null_where_nobody_counts(void **state)
{
	struct obctl_fixture *f = *state;

	f->view.drops.n = 0;
	assert_string_equal(
		"[{\"reason\":\"allowed_ips\",\"hook\":\"ob0\",\"packets\":6,"
		"\"bytes\":null,\"action\":\"drop\",\"meaning\":\"a peer sent "
		"a source outside its allowed IPs: WireGuard refused it\"}]",
		obctl_json(f, ob_ctl_drops_json(&f->view, f->arena, false)));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(table_explains_each_reason),
		TEST(nothing_dropped_is_a_sentence),
		TEST(all_has_every_reason_once),
		TEST(sums_go_by_action),
		TEST(unknown_numbers_do_not_crash),
		TEST(json_has_null_where_nobody_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
