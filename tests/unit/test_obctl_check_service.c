// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/rtnetlink.h>

#include "obctl_facts.h"
#include "obctl_services.h"

/* Services, and the route to their block; TCP 80 only. */
static int set_up(void **state)
{
	struct obctl_facts *t;
	struct ob_rtroute *v;

	if (obctl_facts_set_up(state) < 0)
		return -1;
	t = *state;
	obctl_services_fill(&t->facts.view);
	t->facts.view.services.n = 1;
	v = ob_arena_array(t->fixture->arena, 1, sizeof(*v));
	v[0] = (struct ob_rtroute){ .dst = obctl_prefix("10.113.192.0/18"),
				    .ifindex = 5,
				    .type = RTN_UNICAST };
	t->facts.routes = (struct ob_rtroutes){ v, 1 };
	return 0;
}

static void with_endpoints_and_a_route_all_is_well(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_service, OB_CTL_GOOD, NULL,
			   "1 ports of services have endpoints");
}

static void without_a_block_there_is_nothing_to_look_at(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.config.service4_len = 0;
	obctl_facts_expect(t, ob_ctl_check_service, OB_CTL_SKIPPED, NULL,
			   "no services");
}

static void missing_route_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.routes.n = 0;
	obctl_facts_expect(t, ob_ctl_check_service, OB_CTL_BROKEN,
			   "ServiceRouteMissing", "10.113.192.0/18 by ob0");
}

static void no_endpoint_is_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.services.v[0].n_backends = 0;
	obctl_facts_expect(t, ob_ctl_check_service, OB_CTL_WARNING,
			   "ServiceUnserved",
			   "default/nginx at 10.113.192.1:80/TCP has no ready");
}

static void draining_endpoints_do_not_count(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.services.v[0].backends++;
	t->facts.view.services.v[0].n_backends = 1;
	obctl_facts_expect(t, ob_ctl_check_service, OB_CTL_WARNING,
			   "ServiceUnserved", "has no ready endpoint");
}

/* East is behind the hub: the hub's tunnel is its. */
static void dead_clusters_are_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.view.services.v[0].backends += 2;
	t->facts.view.services.v[0].n_backends = 1;
	obctl_facts_expect(t, ob_ctl_check_service, OB_CTL_GOOD, NULL,
			   "have endpoints");
	t->facts.wg.peers[0].handshake_s = 0;
	obctl_facts_expect(t, ob_ctl_check_service, OB_CTL_BROKEN,
			   "ServiceUnreachable", "such as east");
}

static void names_a_few_of_many(void **state)
{
	struct obctl_facts *t = *state;
	struct ob_service_entry one = t->facts.view.services.v[0], *v;

	one.n_backends = 0;
	v = ob_arena_array(t->fixture->arena, 9, sizeof(*v));
	for (size_t i = 0; i < 9; i++)
		v[i] = one;
	t->facts.view.services = (struct ob_service_entries){ v, 9 };
	obctl_facts_check(t, ob_ctl_check_service);
	assert_int_equal(t->findings.n, 6);
	assert_string_equal(t->findings.v[5].found, "4 more like these");
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, set_up, obctl_facts_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(with_endpoints_and_a_route_all_is_well),
		TEST(without_a_block_there_is_nothing_to_look_at),
		TEST(missing_route_is_broken),
		TEST(no_endpoint_is_a_warning),
		TEST(draining_endpoints_do_not_count),
		TEST(dead_clusters_are_broken),
		TEST(names_a_few_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
