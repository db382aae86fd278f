// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "obctl/probe.h"
#include "obctl_facts.h"

static struct ob_ctl_path *to_hub(struct obctl_facts *t)
{
	return &t->facts.paths.v[0];
}

static void measured_size_is_good(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_mtu, OB_CTL_GOOD, NULL,
			   "1400 bytes pass both ways");
}

static void tunnel_larger_than_its_underlay_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->underlay.mtu = 1400;
	obctl_facts_expect(t, ob_ctl_check_mtu, OB_CTL_BROKEN,
			   "TunnelMTUTooLarge",
			   "the way to 192.0.2.1 leaves 1340");
}

static void ipv6_below_costs_twenty_bytes_more(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->underlay.mtu = 1490;
	to_hub(t)->to = obctl_addr("2001:db8::1");
	obctl_facts_expect(t, ob_ctl_check_mtu, OB_CTL_BROKEN,
			   "TunnelMTUTooLarge", "leaves 1410");
}

static void configured_mtu_is_what_to_change(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->underlay.mtu = 1400;
	t->facts.file.mtu = 1420;
	obctl_facts_expect(t, ob_ctl_check_mtu, OB_CTL_BROKEN,
			   "TunnelMTUTooLarge", "leaves 1340");
	assert_non_null(strstr(t->findings.v[0].fix, "mtu: 1340"));
}

static void black_hole_names_the_size_that_passes(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->answer_size = 1280;
	obctl_facts_expect(t, ob_ctl_check_mtu, OB_CTL_BROKEN,
			   "PathMTUBlackHole",
			   "of 1280 bytes pass, of 1400 they are lost");
	assert_non_null(strstr(t->findings.v[0].fix, "mtu: 1280"));
}

static void silent_gateway_is_not_measured(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->answered = t->facts.paths.v[1].answered = false;
	obctl_facts_expect(t, ob_ctl_check_mtu, OB_CTL_SKIPPED, NULL,
			   "hub: not measured: 10.112.0.1");
}

static void probing_without_rights_is_no_fault(void **state)
{
	struct obctl_facts *t = *state;

	to_hub(t)->probe_error = -EPERM;
	obctl_facts_expect(t, ob_ctl_check_mtu, OB_CTL_SKIPPED, NULL,
			   "need root");
}

static void rungs_fall_from_largest_to_smallest(void **state)
{
	uint32_t last = 1440;

	(void)state;
	for (size_t i = 0; i < OB_CTL_PROBE_RUNGS; i++) {
		uint32_t size = ob_ctl_probe_rung(1440, 84, i);

		assert_true(size < last && size >= 84);
		last = size;
	}
	assert_true(last < 84 + 1440 / OB_CTL_PROBE_RUNGS);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_facts_set_up,              \
					obctl_facts_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(measured_size_is_good),
		TEST(tunnel_larger_than_its_underlay_is_broken),
		TEST(ipv6_below_costs_twenty_bytes_more),
		TEST(configured_mtu_is_what_to_change),
		TEST(black_hole_names_the_size_that_passes),
		TEST(silent_gateway_is_not_measured),
		TEST(probing_without_rights_is_no_fault),
		TEST(rungs_fall_from_largest_to_smallest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
