// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "obctl_facts.h"

static void programs_where_they_belong_are_good(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_program, OB_CTL_GOOD, NULL,
			   "from_tunnel on ob0");
}

static void missing_program_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.attachments.v++;
	t->facts.view.attachments.n--;
	obctl_facts_expect(t, ob_ctl_check_program, OB_CTL_BROKEN,
			   "ProgramMissing",
			   "from_tunnel is not attached to ob0");
}

static void missing_pod_program_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.attachments.n--;
	obctl_facts_expect(t, ob_ctl_check_program, OB_CTL_BROKEN,
			   "ProgramMissing",
			   "from_pod is not attached to veth1");
}

static void old_program_is_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.attachments.v[0].current = false;
	obctl_facts_expect(t, ob_ctl_check_program, OB_CTL_WARNING,
			   "ProgramOld", "another build");
	t->facts.view.attachments.v[0].current = true;
}

static void pattern_that_matches_nothing_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.file.interfaces.v[0] = "cali*";
	obctl_facts_expect(t, ob_ctl_check_program, OB_CTL_BROKEN,
			   "NoPodInterface", "interfaces: cali*");
}

static void no_pattern_is_no_fault(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.file.interfaces.n = 0;
	obctl_facts_expect(t, ob_ctl_check_program, OB_CTL_SKIPPED, NULL,
			   "no interfaces: are");
}

static void maps_as_they_should_be_are_good(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_GOOD, NULL,
			   "2 routes and 3 translations");
}

static void missing_route_entry_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.routes.n = 1;
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_BROKEN,
			   "MapEntryMissing",
			   "ob_route4 has no entry for 10.114.0.0/16 (east)");
}

static void entry_of_another_cluster_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wants.v[1].id = "south";
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_BROKEN, "MapEntryWrong",
			   "names another cluster");
}

static void entry_of_another_device_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.routes.v[1].value.ifindex = 6;
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_BROKEN, "MapEntryWrong",
			   "leads to another device");
}

static void entry_too_large_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.routes.v[1].value.mtu = 9000;
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_BROKEN, "MapEntryWrong",
			   "larger MTU");
}

static void missing_cluster_entry_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.clusters.n = 1;
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_BROKEN,
			   "MapEntryMissing",
			   "ob_cluster has no entry for east");
}

static void unmapped_pods_are_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.nat.n = 0;
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_BROKEN,
			   "MapEntryMissing",
			   "ob_out4 has no entry for 10.244.0.0/16");
}

static void one_way_translation_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.nat.n = 1;
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_BROKEN,
			   "MapEntryMissing",
			   "ob_in4 has no entry for 10.113.0.0/16");
}

static void left_over_entry_is_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wants.n = 1;
	t->facts.destinations.n = 1;
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_WARNING,
			   "MapEntryLeftOver",
			   "10.114.0.0/16 is still routed to east");
}

static void maps_of_another_cluster_are_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.id = "south";
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_BROKEN, "MapsOfAnother",
			   "the maps of west, not of south");
}

static void unsettled_generation_is_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.config.generation = 6;
	t->facts.view_then.config.generation = 6;
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_WARNING,
			   "GenerationUnsettled", "not finished");
}

static void change_under_way_is_no_fault(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.config.generation = 6;
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_GOOD, NULL, "2 routes");
}

static void nothing_pinned_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.maps_error = -ENOENT;
	t->facts.maps_problem = "no map";
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_BROKEN, "NothingPinned",
			   "no map");
}

static void unreadable_maps_are_no_fault(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.maps_error = -EPERM;
	obctl_facts_expect(t, ob_ctl_check_map, OB_CTL_SKIPPED, NULL,
			   "needs root");
	obctl_facts_expect(t, ob_ctl_check_drop, OB_CTL_SKIPPED, NULL,
			   "needs root");
}

static void old_drops_are_good(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_drop, OB_CTL_GOOD, NULL,
			   "none just now (13 since");
}

static void rising_drops_are_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	struct ob_drop_count now[] = {
		{ { OB_REASON_SPOOFED, OB_HOOK_FROM_TUNNEL }, { 9, 600 } },
	};

	t->facts.view_then.drops = (struct ob_drop_counts){ now, 1 };
	obctl_facts_expect(t, ob_ctl_check_drop, OB_CTL_WARNING, "DropsRising",
			   "2 just now, spoofed_source at from_tunnel");
}

static void packets_for_the_kernel_are_no_drops(void **state)
{
	struct obctl_facts *t = *state;

	struct ob_drop_count now[] = {
		{ { OB_REASON_TOO_BIG, OB_HOOK_FROM_POD }, { 90, 6000 } },
	};

	t->facts.view_then.drops = (struct ob_drop_counts){ now, 1 };
	obctl_facts_expect(t, ob_ctl_check_drop, OB_CTL_GOOD, NULL,
			   "none just now");
}

static void refusals_of_wireguard_are_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	struct ob_link now = t->fixture->view.links.v[0];

	now.rx_frame_errors += 3;
	t->facts.view_then.links = (struct ob_links){ &now, 1 };
	obctl_facts_expect(t, ob_ctl_check_drop, OB_CTL_WARNING, "DropsRising",
			   "3 just now by WireGuard");
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_facts_set_up,              \
					obctl_facts_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(programs_where_they_belong_are_good),
		TEST(missing_program_is_broken),
		TEST(missing_pod_program_is_broken),
		TEST(old_program_is_a_warning),
		TEST(pattern_that_matches_nothing_is_broken),
		TEST(no_pattern_is_no_fault),
		TEST(maps_as_they_should_be_are_good),
		TEST(missing_route_entry_is_broken),
		TEST(entry_of_another_cluster_is_broken),
		TEST(entry_of_another_device_is_broken),
		TEST(entry_too_large_is_broken),
		TEST(missing_cluster_entry_is_broken),
		TEST(unmapped_pods_are_broken),
		TEST(one_way_translation_is_broken),
		TEST(left_over_entry_is_a_warning),
		TEST(maps_of_another_cluster_are_broken),
		TEST(unsettled_generation_is_a_warning),
		TEST(change_under_way_is_no_fault),
		TEST(nothing_pinned_is_broken),
		TEST(unreadable_maps_are_no_fault),
		TEST(old_drops_are_good),
		TEST(rising_drops_are_a_warning),
		TEST(packets_for_the_kernel_are_no_drops),
		TEST(refusals_of_wireguard_are_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
