// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "obctl_facts.h"

static void healthy_gateway_is_good(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_configuration, OB_CTL_GOOD, NULL,
			   "cluster west and 2 peers");
	obctl_facts_expect(t, ob_ctl_check_octopus, OB_CTL_GOOD, NULL,
			   "healthy");
	obctl_facts_expect(t, ob_ctl_check_wireguard, OB_CTL_GOOD, NULL,
			   "kernel has it");
	obctl_facts_expect(t, ob_ctl_check_device, OB_CTL_GOOD, NULL,
			   "MTU 1420, UDP port 31820");
}

static void missing_file_is_named(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.file.error = -ENOENT;
	obctl_facts_expect(t, ob_ctl_check_configuration, OB_CTL_BROKEN,
			   "ConfigurationUnreadable",
			   "octopus.yaml: No such file");
}

static void unreadable_file_is_no_fault(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.file.error = -EACCES;
	obctl_facts_expect(t, ob_ctl_check_configuration, OB_CTL_SKIPPED, NULL,
			   "needs root");
}

static void bad_file_is_broken_with_its_place(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.file.problem = "octopus.yaml:3:1: port: no";
	obctl_facts_expect(t, ob_ctl_check_configuration, OB_CTL_BROKEN,
			   "ConfigurationInvalid", "octopus.yaml:3:1: port");
}

static void refused_reload_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.daemon.has_status = true;
	obctl_facts_expect(t, ob_ctl_check_configuration, OB_CTL_BROKEN,
			   "ConfigurationInvalid", "refused it");
}

static void dead_octopus_stands_aside(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.daemon.error = -ECONNREFUSED;
	obctl_facts_expect(t, ob_ctl_check_octopus, OB_CTL_BROKEN,
			   "OctopusNotRunning", "9797");
	assert_true(t->findings.v[0].aside);
}

static void octopus_that_never_ran_does_not(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.daemon.error = -ECONNREFUSED;
	t->facts.maps_error = -ENOENT;
	obctl_facts_expect(t, ob_ctl_check_octopus, OB_CTL_BROKEN,
			   "OctopusNotRunning", "9797");
	assert_false(t->findings.v[0].aside);
}

static void stopped_octopus_is_silent(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.daemon.error = -ETIMEDOUT;
	obctl_facts_expect(t, ob_ctl_check_octopus, OB_CTL_BROKEN,
			   "OctopusSilent", "timed out");
}

static void unhealthy_octopus_says_why(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.daemon.health = 503;
	t->facts.daemon.waiting_reason = "HubUnreachable";
	t->facts.daemon.waiting_message = "nobody there";
	obctl_facts_expect(t, ob_ctl_check_octopus, OB_CTL_BROKEN,
			   "OctopusUnhealthy", "HubUnreachable: nobody there");
}

static void conditions_are_warnings(void **state)
{
	struct obctl_facts *t = *state;

	*OB_PUSH(t->fixture->arena, &t->facts.daemon.conditions) =
		(struct ob_ctl_condition){ "", "True", "RouteConflict", "two" };
	obctl_facts_expect(t, ob_ctl_check_octopus, OB_CTL_WARNING,
			   "OctopusConditions", "RouteConflict: two");
}

static void standby_is_good_and_has_no_device(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.standby = true;
	t->facts.link = NULL;
	t->facts.daemon.holder = "cnf-2";
	obctl_facts_expect(t, ob_ctl_check_octopus, OB_CTL_GOOD, NULL,
			   "cnf-2 leads");
	obctl_facts_expect(t, ob_ctl_check_device, OB_CTL_SKIPPED, NULL,
			   "stands by");
}

static void octopus_without_metrics_is_not_asked(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.daemon.asked = false;
	obctl_facts_expect(t, ob_ctl_check_octopus, OB_CTL_SKIPPED, NULL,
			   "metrics: none");
}

static void kernel_without_wireguard_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wireguard_error = -EOPNOTSUPP;
	obctl_facts_expect(t, ob_ctl_check_wireguard, OB_CTL_BROKEN,
			   "NoWireGuard", "no WireGuard");
}

static void missing_device_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.link = NULL;
	obctl_facts_expect(t, ob_ctl_check_device, OB_CTL_BROKEN,
			   "DeviceMissing", "no device ob0");
}

static void missing_device_waits_for_the_hub(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	t->facts.link = NULL;
	obctl_facts_expect(t, ob_ctl_check_device, OB_CTL_BROKEN,
			   "DeviceMissing", "no device ob0");
	assert_true(t->findings.v[0].aside);
}

static void device_of_others_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->fixture->view.links.v[0].alias[0] = '\0';
	obctl_facts_expect(t, ob_ctl_check_device, OB_CTL_BROKEN,
			   "DeviceNotOurs", "alias none");
}

static void device_down_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->fixture->view.links.v[0].up = false;
	obctl_facts_expect(t, ob_ctl_check_device, OB_CTL_BROKEN, "DeviceDown",
			   "ob0 is down");
}

static void other_port_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.port = 4500;
	obctl_facts_expect(t, ob_ctl_check_device, OB_CTL_BROKEN, "PortDiffers",
			   "31820, not 4500");
}

static void device_without_key_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wg.public_key = (struct ob_key){ 0 };
	obctl_facts_expect(t, ob_ctl_check_device, OB_CTL_BROKEN, "NoKey",
			   "no private key");
}

static void unreadable_wireguard_is_no_fault(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wg_error = -EPERM;
	obctl_facts_expect(t, ob_ctl_check_device, OB_CTL_SKIPPED, NULL,
			   "need root");
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_facts_set_up,              \
					obctl_facts_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(healthy_gateway_is_good),
		TEST(missing_file_is_named),
		TEST(unreadable_file_is_no_fault),
		TEST(bad_file_is_broken_with_its_place),
		TEST(refused_reload_is_broken),
		TEST(dead_octopus_stands_aside),
		TEST(octopus_that_never_ran_does_not),
		TEST(stopped_octopus_is_silent),
		TEST(unhealthy_octopus_says_why),
		TEST(conditions_are_warnings),
		TEST(standby_is_good_and_has_no_device),
		TEST(octopus_without_metrics_is_not_asked),
		TEST(kernel_without_wireguard_is_broken),
		TEST(missing_device_is_broken),
		TEST(missing_device_waits_for_the_hub),
		TEST(device_of_others_is_broken),
		TEST(device_down_is_broken),
		TEST(other_port_is_broken),
		TEST(device_without_key_is_broken),
		TEST(unreadable_wireguard_is_no_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
