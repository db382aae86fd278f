// SPDX-License-Identifier: Apache-2.0
#include "octopus/resolve.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define DEADLINE_MS 10000

/* Short for 127.0.0.1: no literal to us, and needs no name server. */
#define NAME "127.1"

static struct ob_resolver *resolver_of(struct ob_cluster_spec *clusters,
				       size_t n)
{
	struct ob_network net = { .clusters = clusters, .n_clusters = n };
	struct ob_resolver *r = NULL;

	assert_int_equal(ob_resolver_new(&r), 0);
	assert_int_equal(ob_resolver_set(r, &net), 0);
	return r;
}

static bool round_changes(struct ob_resolver *r)
{
	struct pollfd over = { .fd = ob_resolver_fd(r), .events = POLLIN };

	assert_int_equal(ob_resolver_start(r), 0);
	assert_int_equal(poll(&over, 1, DEADLINE_MS), 1);
	return ob_resolver_finish(r);
}

static void assert_loopback(const struct ob_resolver *r, const char *host)
{
	struct ob_addr addr = ob_resolver_get(r, host);
	char text[OB_ADDR_STRLEN];

	ob_addr_format(&addr, text, sizeof(text));
	assert_string_equal(text, "127.0.0.1");
}

static void asks_for_names_and_not_for_literals(void **state)
{
	struct ob_cluster_spec literal[] = { { .host = "127.0.0.1" },
					     { .host = "" } };
	_cleanup_(ob_resolver_freep) struct ob_resolver *r =
		resolver_of(literal, 2);

	(void)state;
	/* Nothing to wait for. */
	assert_int_equal(ob_resolver_delay_s(r), OB_RESOLVE_S);
	assert_loopback(r, "127.0.0.1");
	assert_int_equal(ob_resolver_get(r, NAME).family, 0);
}

static void tells_when_an_address_is_another_one(void **state)
{
	struct ob_cluster_spec named[] = { { .host = NAME } };
	_cleanup_(ob_resolver_freep) struct ob_resolver *r =
		resolver_of(named, 1);

	(void)state;
	assert_int_equal(ob_resolver_delay_s(r), OB_RESOLVE_RETRY_S);
	assert_true(round_changes(r));
	assert_loopback(r, NAME);
	assert_int_equal(ob_resolver_delay_s(r), OB_RESOLVE_S);
	assert_false(round_changes(r));
}

static void peers_behind_one_name_share_its_address(void **state)
{
	struct ob_cluster_spec same[] = { { .host = NAME }, { .host = NAME } };
	_cleanup_(ob_resolver_freep) struct ob_resolver *r =
		resolver_of(same, 2);

	(void)state;
	assert_true(round_changes(r));
	/* Nobody is left without an address, to be asked for soon again. */
	assert_int_equal(ob_resolver_delay_s(r), OB_RESOLVE_S);
}

static void asks_soon_for_a_distrusted_address(void **state)
{
	struct ob_cluster_spec named[] = { { .host = NAME } };
	_cleanup_(ob_resolver_freep) struct ob_resolver *r =
		resolver_of(named, 1);

	(void)state;
	assert_true(round_changes(r));
	ob_resolver_distrust(r, NAME);
	assert_int_equal(ob_resolver_delay_s(r), OB_RESOLVE_RETRY_S);
	/* There is no other one: it stays, and has another chance. */
	assert_false(round_changes(r));
	assert_int_equal(ob_resolver_delay_s(r), OB_RESOLVE_S);
}

static void keeps_an_address_over_a_reload(void **state)
{
	struct ob_cluster_spec named[] = { { .host = NAME } };
	struct ob_network net = { .clusters = named, .n_clusters = 1 };
	_cleanup_(ob_resolver_freep) struct ob_resolver *r =
		resolver_of(named, 1);

	(void)state;
	assert_true(round_changes(r));
	assert_int_equal(ob_resolver_set(r, &net), 0);
	assert_loopback(r, NAME);
	net.n_clusters = 0;
	assert_int_equal(ob_resolver_set(r, &net), 0);
	assert_int_equal(ob_resolver_get(r, NAME).family, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_names_and_not_for_literals),
		cmocka_unit_test(tells_when_an_address_is_another_one),
		cmocka_unit_test(peers_behind_one_name_share_its_address),
		cmocka_unit_test(asks_soon_for_a_distrusted_address),
		cmocka_unit_test(keeps_an_address_over_a_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
