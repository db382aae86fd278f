// SPDX-License-Identifier: Apache-2.0
#include "crossdns/names.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crossdns/epoch.h"

#define KEY(text) ((const uint8_t *)(text)), sizeof(text) - 1
#define READERS	  3
#define CHANGES	  20000

/* With n virtual addresses that end in n. */
static struct ob_records *make(const char *name, uint8_t n)
{
	const struct ob_service_import import = {
		.namespace = "ns",
		.name = name,
		.ips = { { AF_INET, { 10, 0, 0, n } },
			 { AF_INET, { 10, 0, 1, n } } },
		.n_ips = n,
	};
	const struct ob_records_options options = { 5, "" };
	const struct ob_records_input in = { .import = &import };
	struct ob_records *r = NULL;

	assert_int_equal(ob_records_new(&options, &in, &r), 0);
	return r;
}

static void finds_what_was_set(void **state)
{
	_cleanup_(ob_names_freep) struct ob_names *n = NULL;
	const struct ob_records *r;

	(void)state;
	assert_int_equal(ob_names_new(&n), 0);
	assert_null(ob_names_service(n, KEY("\3web\2ns")));
	assert_int_equal(ob_names_set(n, make("WEB", 1)), 0);
	r = ob_names_service(n, KEY("\3web\2ns"));
	assert_non_null(r);
	assert_int_equal(r->virtual[OB_RECORDS_V4].n, 1);
	assert_int_equal(ob_names_set(n, make("web", 2)), 0);
	r = ob_names_service(n, KEY("\3web\2ns"));
	assert_int_equal(r->virtual[OB_RECORDS_V4].n, 2);
	assert_int_equal(ob_names_stats_get(n).services, 1);
	ob_names_del(n, "ns", "web");
	assert_null(ob_names_service(n, KEY("\3web\2ns")));
	assert_int_equal(ob_names_stats_get(n).services, 0);
}

static void namespaces_are_there_while_a_service_is(void **state)
{
	_cleanup_(ob_names_freep) struct ob_names *n = NULL;

	(void)state;
	assert_int_equal(ob_names_new(&n), 0);
	/* It has no address, so it does not exist. */
	assert_int_equal(ob_names_set(n, make("a", 0)), 0);
	assert_false(ob_names_has_namespace(n, KEY("\2ns"), OB_VIEW_STANDARD));
	assert_int_equal(ob_names_set(n, make("b", 1)), 0);
	assert_true(ob_names_has_namespace(n, KEY("\2ns"), OB_VIEW_STANDARD));
	assert_false(ob_names_has_namespace(n, KEY("\2ns"), OB_VIEW_ENDPOINTS));
	assert_int_equal(ob_names_set(n, make("b", 0)), 0);
	assert_false(ob_names_has_namespace(n, KEY("\2ns"), OB_VIEW_STANDARD));
	ob_names_del(n, "ns", "a");
	ob_names_del(n, "ns", "b");
	ob_names_del(n, "ns", "b");
	assert_int_equal(ob_names_stats_get(n).namespaces, 0);
}

static void keeps_what_a_reader_may_hold(void **state)
{
	_cleanup_(ob_names_freep) struct ob_names *n = NULL;
	const struct ob_records *r;

	(void)state;
	assert_int_equal(ob_names_new(&n), 0);
	assert_int_equal(ob_names_set(n, make("web", 1)), 0);
	ob_names_enter(n, 0);
	r = ob_names_service(n, KEY("\3web\2ns"));
	assert_int_equal(ob_names_set(n, make("web", 2)), 0);
	assert_int_equal(ob_names_stats_get(n).retired, 1);
	assert_int_equal(r->virtual[OB_RECORDS_V4].n, 1);
	ob_names_leave(n, 0);
	ob_names_collect(n);
	assert_int_equal(ob_names_stats_get(n).retired, 0);
}

struct crowd {
	struct ob_names *names;
	atomic_bool stop;
	atomic_uint next;
	_Atomic uint64_t seen, wrong;
};

static void look(struct crowd *c, unsigned int reader)
{
	const struct ob_records *r;
	uint32_t n;

	ob_names_enter(c->names, reader);
	r = ob_names_service(c->names, KEY("\3web\2ns"));
	n = r ? r->virtual[OB_RECORDS_V4].n : 1;
	/* Every address of one answer is of one state. */
	for (uint32_t i = 0; r && i < n; i++)
		if (r->virtual[OB_RECORDS_V4].records[(i + 1) * 16 - 1] != n)
			c->wrong++;
	ob_names_leave(c->names, reader);
	c->seen++;
}

static void *read_on(void *arg)
{
	struct crowd *c = arg;
	unsigned int reader = c->next++;

	while (!c->stop)
		look(c, reader);
	return NULL;
}

static void readers_see_one_state_or_the_other(void **state)
{
	struct crowd c = { 0 };
	pthread_t threads[READERS];

	(void)state;
	assert_int_equal(ob_names_new(&c.names), 0);
	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, &c),
				 0);
	for (int i = 0; i < CHANGES || c.seen < 1000; i++) {
		if (i % 7 == 0)
			ob_names_del(c.names, "ns", "web");
		assert_int_equal(
			ob_names_set(c.names,
				     make("web", (uint8_t)(i % 2 + 1))),
			0);
	}
	c.stop = true;
	for (size_t i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	ob_names_collect(c.names);
	assert_int_equal(ob_names_stats_get(c.names).retired, 0);
	assert_int_equal(c.wrong, 0);
	ob_names_free(c.names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_set),
		cmocka_unit_test(namespaces_are_there_while_a_service_is),
		cmocka_unit_test(keeps_what_a_reader_may_hold),
		cmocka_unit_test(readers_see_one_state_or_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
