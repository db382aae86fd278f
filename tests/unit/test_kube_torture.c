// SPDX-License-Identifier: Apache-2.0
/*
 * Many reflectors, each with a server of its own that changes all the time and
 * fails in every way at random. When the faults stop, each has to know what its
 * server has; meanwhile it must never have been told anything twice, in the
 * wrong order, or of a deletion of what it did not have.
 *
 * OB_SEED repeats a run as far as threads allow.
 */
#include "kube/informer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kube_fake.h"

#define PAIRS	    24
#define OBJECTS	    120
#define TORTURE_MS  6000
#define DEADLINE_MS 60000

struct pair {
	struct kube_fake *server;
	struct ob_kube *kube;
	struct ob_kube_informer *informer;
	unsigned int dice, next_value;
	unsigned int changes;
};

static int decode(void *arg, const cJSON *object, void **ret,
		  struct ob_status *status)
{
	unsigned int *value = malloc(sizeof(*value));

	(void)arg;
	(void)status;
	*value = (unsigned int)strtoul(ob_json_string(object, "data.v"), NULL,
				       10);
	*ret = value;
	return 0;
}

static void changed(void *arg, const char *key, const void *before,
		    const void *after)
{
	const unsigned int *was = before, *is = after;
	struct pair *p = arg;

	(void)key;
	p->changes++;
	assert_true(was || is);
	if (was && is)
		assert_true(*is > *was);
}

/* Odd and even ones, and all. */
static void index_keys(void *arg, size_t i, const void *value,
		       void (*add)(void *to, const char *key), void *to)
{
	(void)arg;
	if (i == 0)
		add(to, *(const unsigned int *)value % 2 ? "odd" : "even");
	add(to, "all");
}

static const struct ob_kube_informer_ops ops = {
	.decode = decode,
	.free_value = free,
	.index = index_keys,
	.changed = changed,
};

static void pair_init(struct pair *p, sd_event *event, unsigned int seed)
{
	struct ob_kube_reflector_options options = { .ref = kube_fake_ref,
						     .page = 7 };

	p->dice = seed;
	p->server = kube_fake_start(seed);
	p->kube = kube_fake_client(p->server, event);
	for (unsigned int i = 0; i < OBJECTS / 2; i++)
		kube_fake_set(p->server, i, ++p->next_value);
	assert_int_equal(ob_kube_informer_new(p->kube, &options, 2, &ops, p,
					      &p->informer),
			 0);
}

static void pair_done(struct pair *p)
{
	ob_kube_informer_free(p->informer);
	ob_kube_free(p->kube);
	kube_fake_stop(p->server);
}

static void torment(struct pair *p)
{
	unsigned int x = (unsigned int)rand_r(&p->dice) % 1000;
	unsigned int i = (unsigned int)rand_r(&p->dice) % OBJECTS;

	if (x < 300)
		kube_fake_set(p->server, i, ++p->next_value);
	else if (x < 450)
		kube_fake_del(p->server, i);
	else if (x < 455)
		kube_fake_compact(p->server);
	else if (x < 460)
		kube_fake_end_watches(p->server);
}

static bool equal(const struct pair *p)
{
	char key[32];

	if (ob_kube_informer_count(p->informer) != kube_fake_count(p->server))
		return false;
	for (unsigned int i = 0; i < OBJECTS; i++) {
		unsigned int truth = kube_fake_value(p->server, i);
		const unsigned int *known;

		snprintf(key, sizeof(key), "ns/obj-%u", i);
		known = ob_kube_informer_get(p->informer, key);
		if ((known ? *known : 0) != truth)
			return false;
	}
	return true;
}

static void count(void *arg, const char *key, const void *value)
{
	unsigned int *n = arg;

	(void)key;
	(void)value;
	++*n;
}

static void indexes_agree(const struct pair *p)
{
	unsigned int odd = 0, even = 0, all = 0, each = 0;

	ob_kube_informer_each_by(p->informer, 0, "odd", count, &odd);
	ob_kube_informer_each_by(p->informer, 0, "even", count, &even);
	ob_kube_informer_each_by(p->informer, 1, "all", count, &all);
	ob_kube_informer_each(p->informer, count, &each);
	assert_int_equal(odd + even, all);
	assert_int_equal(all, each);
	assert_int_equal(all, ob_kube_informer_count(p->informer));
}

static void turn_for(struct pair *pairs, sd_event *event, uint64_t ms)
{
	uint64_t until = ob_clock_monotonic_ms() + ms;

	while (ob_clock_monotonic_ms() < until) {
		for (size_t i = 0; i < PAIRS; i++)
			torment(&pairs[i]);
		for (int i = 0; i < 20; i++)
			assert_true(sd_event_run(event, 500) >= 0);
	}
}

static bool all_equal(const struct pair *pairs)
{
	for (size_t i = 0; i < PAIRS; i++)
		if (!equal(&pairs[i]))
			return false;
	return true;
}

static void report(const struct pair *pairs)
{
	struct ob_kube_reflector_stats sum = { 0 };

	for (size_t i = 0; i < PAIRS; i++) {
		struct ob_kube_reflector_stats s =
			ob_kube_informer_stats_get(pairs[i].informer);

		sum.lists += s.lists;
		sum.watches += s.watches;
		sum.events += s.events;
		sum.expired += s.expired;
		sum.errors += s.errors;
	}
	print_message(
		"lists %llu watches %llu events %llu expired %llu "
		"errors %llu\n",
		(unsigned long long)sum.lists, (unsigned long long)sum.watches,
		(unsigned long long)sum.events, (unsigned long long)sum.expired,
		(unsigned long long)sum.errors);
	assert_true(sum.lists > PAIRS && sum.errors > PAIRS);
	assert_true(sum.events > 100 && sum.expired > 0);
}

static const struct kube_faults many = {
	.list_error = 30,
	.list_cut = 20,
	.list_expired = 20,
	.watch_error = 50,
	.watch_expired = 50,
	.drop = 20,
	.end = 20,
	.gone = 10,
	.error = 10,
	.duplicate = 100,
	.blue = 50,
	.garbage = 10,
	.bookmark = 100,
	.dribble = 100,
};

static void ends_up_with_what_the_server_has(void **state)
{
	static const struct kube_faults none = { 0 };
	static struct pair pairs[PAIRS];
	const char *given = getenv("OB_SEED");
	unsigned int seed = given ? (unsigned int)strtoul(given, NULL, 10)
				  : (unsigned int)ob_clock_monotonic_ns();
	sd_event *event = NULL;
	uint64_t until;

	(void)state;
	print_message("OB_SEED=%u\n", seed);
	assert_true(sd_event_new(&event) >= 0);
	for (unsigned int i = 0; i < PAIRS; i++)
		pair_init(&pairs[i], event, seed + i);
	for (size_t i = 0; i < PAIRS; i++)
		kube_fake_faults(pairs[i].server, &many);
	turn_for(pairs, event, TORTURE_MS);
	for (size_t i = 0; i < PAIRS; i++)
		kube_fake_faults(pairs[i].server, &none);
	until = ob_clock_monotonic_ms() + DEADLINE_MS;
	while (!all_equal(pairs) && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(event, 10000) >= 0);
	assert_true(all_equal(pairs));
	for (size_t i = 0; i < PAIRS; i++)
		indexes_agree(&pairs[i]);
	report(pairs);
	for (size_t i = 0; i < PAIRS; i++)
		pair_done(&pairs[i]);
	sd_event_unref(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_up_with_what_the_server_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
