// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "obctl_facts.h"

static void routes_to_the_device_are_good(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_route, OB_CTL_GOOD, NULL,
			   "2 of 2 prefixes lead to ob0");
}

static void missing_route_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.routes.n = 1;
	obctl_facts_expect(t, ob_ctl_check_route, OB_CTL_BROKEN, "RouteMissing",
			   "east: no route to 10.114.0.0/16 by ob0");
}

static void route_by_another_device_is_none(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.routes.v[1].ifindex = 9;
	obctl_facts_expect(t, ob_ctl_check_route, OB_CTL_BROKEN, "RouteMissing",
			   "east");
}

static void longer_route_elsewhere_shadows(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.routes.v[2] =
		(struct ob_rtroute){ .dst = obctl_prefix("10.114.7.0/24"),
				     .ifindex = 9 };
	t->facts.routes.n = 3;
	obctl_facts_expect(
		t, ob_ctl_check_route, OB_CTL_BROKEN, "RouteShadowed",
		"east: a route to 10.114.7.0/24 leads to veth1, not ob0");
}

static void longer_route_of_ours_does_not(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.routes.v[2] =
		(struct ob_rtroute){ .dst = obctl_prefix("10.114.7.0/24"),
				     .ifindex = 5 };
	t->facts.routes.n = 3;
	obctl_facts_expect(t, ob_ctl_check_route, OB_CTL_GOOD, NULL, "2 of 2");
}

static void another_table_shadows(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.destinations.v[1].way.route.ifindex = 9;
	obctl_facts_expect(t, ob_ctl_check_route, OB_CTL_BROKEN,
			   "RouteShadowed",
			   "10.114.0.0/16 leave by veth1, not ob0");
}

static void unreachable_by_rule_shadows(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.destinations.v[1].way.error = -ENETUNREACH;
	obctl_facts_expect(t, ob_ctl_check_route, OB_CTL_BROKEN,
			   "RouteShadowed", "Network is unreachable");
}

static void forwarding_on_is_good(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_forwarding, OB_CTL_GOOD, NULL,
			   "the routes agree");
}

static void forwarding_off_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.ip_forward = 0;
	obctl_facts_expect(t, ob_ctl_check_forwarding, OB_CTL_BROKEN,
			   "ForwardingDisabled", "net.ipv4.ip_forward is 0");
}

static void ipv6_forwarding_counts_when_used(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.ip6_forward = 0;
	obctl_facts_expect(t, ob_ctl_check_forwarding, OB_CTL_GOOD, NULL, "on");
	t->facts.destinations.v[0].prefix = obctl_prefix("fd70::/48");
	obctl_facts_expect(t, ob_ctl_check_forwarding, OB_CTL_BROKEN,
			   "ForwardingDisabled", "ipv6");
}

static void strict_filter_against_the_routes_is_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.destinations.v[1].way.route.ifindex = 9;
	obctl_facts_expect(t, ob_ctl_check_forwarding, OB_CTL_WARNING,
			   "StrictReversePath", "rp_filter is strict");
}

static void unreadable_sysctl_is_no_fault(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.ip_forward = OB_CTL_SYSCTL_UNKNOWN;
	obctl_facts_expect(t, ob_ctl_check_forwarding, OB_CTL_SKIPPED, NULL,
			   "cannot be read");
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_facts_set_up,              \
					obctl_facts_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(routes_to_the_device_are_good),
		TEST(missing_route_is_broken),
		TEST(route_by_another_device_is_none),
		TEST(longer_route_elsewhere_shadows),
		TEST(longer_route_of_ours_does_not),
		TEST(another_table_shadows),
		TEST(unreachable_by_rule_shadows),
		TEST(forwarding_on_is_good),
		TEST(forwarding_off_is_broken),
		TEST(ipv6_forwarding_counts_when_used),
		TEST(strict_filter_against_the_routes_is_a_warning),
		TEST(unreadable_sysctl_is_no_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
