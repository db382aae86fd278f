// SPDX-License-Identifier: Apache-2.0
#include "kube/lease.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kube/lease_record.h"
#include "kube_server.h"

#define DEADLINE_MS 15000
#define DURATION_MS 3000
#define RENEW_MS    1000
#define RETRY_MS    100

static enum ob_kube_lease_step decide(const char *holder, uint64_t age)
{
	struct ob_kube_lease_seen seen = {
		.exists = holder != NULL,
		.holder = holder ?: "",
		.resource_version = "1",
		.duration_ms = DURATION_MS,
		.changed_ms = 1000000,
	};

	return ob_kube_lease_decide(&seen, "me", seen.changed_ms + age);
}

static void follows_the_rules(void **state)
{
	(void)state;
	assert_int_equal(decide(NULL, 0), OB_KUBE_LEASE_CREATE);
	assert_int_equal(decide("", 0), OB_KUBE_LEASE_TAKE);
	assert_int_equal(decide("me", 0), OB_KUBE_LEASE_RENEW);
	assert_int_equal(decide("me", 10 * DURATION_MS), OB_KUBE_LEASE_RENEW);
	assert_int_equal(decide("you", 0), OB_KUBE_LEASE_WAIT);
	assert_int_equal(decide("you", DURATION_MS - 1), OB_KUBE_LEASE_WAIT);
	assert_int_equal(decide("you", DURATION_MS), OB_KUBE_LEASE_TAKE);
}

/*
 * The protocol without I/O: candidates that stop, come back and see an old
 * state, with compare-and-swap for writes, in random steps of time. Whoever
 * leads gives up RENEW_MS after the beginning of its last good write.
 */
struct candidate {
	char name[8];
	struct ob_kube_lease_seen seen;
	unsigned int version;
	uint64_t leads_until, away_until;
};

struct world {
	uint64_t now;
	unsigned int version; /* 0: there is no lease */
	const char *holder;
	struct candidate c[4];
};

static void look(struct world *w, struct candidate *c)
{
	if (c->version != w->version) {
		c->version = w->version;
		c->seen.changed_ms = w->now;
	}
	c->seen.exists = w->version != 0;
	c->seen.holder = w->holder ?: "";
	c->seen.duration_ms = DURATION_MS;
}

/* based: the version it had seen; sent: when it began to write. */
static void swap(struct world *w, struct candidate *c, unsigned int based,
		 uint64_t sent)
{
	if (w->version != based)
		return;
	w->version++;
	w->holder = c->name;
	c->leads_until = sent + RENEW_MS;
}

static void act(struct world *w, struct candidate *c, unsigned int *dice)
{
	unsigned int based = c->version;
	uint64_t sent = w->now;
	enum ob_kube_lease_step step =
		ob_kube_lease_decide(&c->seen, c->name, w->now);

	if (step == OB_KUBE_LEASE_WAIT)
		return;
	/* The write takes its time on the way. */
	w->now += (unsigned int)rand_r(dice) % 200;
	swap(w, c, based, sent);
}

static unsigned int leaders(const struct world *w)
{
	unsigned int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(w->c); i++)
		n += w->c[i].leads_until > w->now;
	return n;
}

static void step_world(struct world *w, unsigned int *dice)
{
	struct candidate *c =
		&w->c[(unsigned int)rand_r(dice) % ARRAY_SIZE(w->c)];

	w->now += (unsigned int)rand_r(dice) % 150;
	if (c->away_until > w->now)
		return;
	if (rand_r(dice) % 40 == 0) {
		c->away_until = w->now + (unsigned int)rand_r(dice) % 9000;
		return;
	}
	if (rand_r(dice) % 3)
		look(w, c);
	act(w, c, dice);
}

static void has_at_most_one_leader_at_any_time(void **state)
{
	unsigned int dice = (unsigned int)ob_clock_monotonic_ns(), changes = 0;

	(void)state;
	print_message("seed %u\n", dice);
	for (int round = 0; round < 200; round++) {
		struct world w = { .now = 1 };
		const char *before = NULL;

		for (unsigned int i = 0; i < ARRAY_SIZE(w.c); i++)
			snprintf(w.c[i].name, sizeof(w.c[i].name), "c%u", i);
		for (size_t i = 0; i < ARRAY_SIZE(w.c); i++)
			w.c[i].seen.holder = "";
		for (int i = 0; i < 2000; i++) {
			step_world(&w, &dice);
			assert_true(leaders(&w) <= 1);
			changes += w.holder != before;
			before = w.holder;
		}
	}
	assert_true(changes > 1000);
}

static cJSON *json(struct ob_arena *a, const char *text)
{
	cJSON *root = NULL;

	assert_int_equal(
		ob_json_parse(a, text, strlen(text), 4096, &root, NULL), 0);
	return root;
}

static void leaves_fields_of_others_alone(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_lease_claim claim = { .holder = "me",
					     .duration_ms = 14001,
					     .now_s = 1.5 };
	cJSON *lease = json(a, "{\"metadata\":{\"labels\":{\"x\":\"y\"}},"
			       "\"spec\":{\"strategy\":\"Other\","
			       "\"acquireTime\":\"t\",\"holderIdentity\":"
			       "\"you\",\"leaseTransitions\":4}}");

	(void)state;
	ob_kube_lease_change(a, lease, &claim);
	assert_string_equal(
		ob_json_print(a, lease),
		"{\"metadata\":{\"labels\":{\"x\":\"y\"}},\"spec\":{"
		"\"strategy\":\"Other\",\"acquireTime\":"
		"\"1970-01-01T00:00:01.500000Z\",\"holderIdentity\":\"me\","
		"\"leaseTransitions\":5,\"leaseDurationSeconds\":15,"
		"\"renewTime\":\"1970-01-01T00:00:01.500000Z\"}}");
}

static void distrusts_what_a_lease_says(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_lease_seen seen = { 0 };

	(void)state;
	assert_int_equal(
		ob_kube_lease_decode(
			json(a, "{\"metadata\":{\"resourceVersion\":\"1\"},"
				"\"spec\":{\"leaseDurationSeconds\":-5}}"),
			&seen),
		0);
	assert_string_equal(seen.holder, "");
	assert_int_equal(seen.duration_ms, 15000);
	assert_int_equal(
		ob_kube_lease_decode(
			json(a, "{\"metadata\":{\"resourceVersion\":\"1\"},"
				"\"spec\":{\"leaseDurationSeconds\":999999}}"),
			&seen),
		0);
	assert_int_equal(seen.duration_ms, 3600000);
	assert_int_equal(ob_kube_lease_decode(json(a, "{}"), &seen), -EINVAL);
	assert_int_equal(
		ob_kube_lease_decode(
			json(a, "{\"metadata\":{\"resourceVersion\":\"1\"},"
				"\"spec\":[]}"),
			&seen),
		-EINVAL);
}

/* A server of one lease. */
struct fixture {
	struct kube_server *server;
	sd_event *event;
	struct ob_kube *kube;
	struct ob_kube_lease *lease, *second;
	volatile bool away;
	volatile unsigned int version; /* 0: there is none */
	char holder[64];
	char spec[1024];
	unsigned int led, lost, lost_unreachable, led_second;
	char observed[64];
};

static void answer_lease(struct fixture *f, struct kube_conn *c, int code)
{
	char body[2048];

	snprintf(body, sizeof(body),
		 "{\"metadata\":{\"name\":\"l\",\"namespace\":\"ns\","
		 "\"resourceVersion\":\"%u\"},\"spec\":{\"holderIdentity\":"
		 "\"%s\",\"leaseDurationSeconds\":2}}",
		 f->version, f->holder);
	kube_answer(c, code, "", body);
}

static void store_lease(struct fixture *f, const char *body)
{
	const char *holder = strstr(body, "\"holderIdentity\":\"");

	snprintf(f->holder, sizeof(f->holder), "%.*s",
		 (int)strcspn(holder + 18, "\""), holder + 18);
	f->version = f->version + 1;
}

static void handler(void *arg, struct kube_conn *c,
		    const struct kube_request *q)
{
	struct fixture *f = arg;
	char based[64];

	snprintf(based, sizeof(based), "\"resourceVersion\":\"%u\"",
		 f->version);
	if (f->away) {
		kube_hang_up(c);
	} else if (!strcmp(q->method, "GET") && !f->version) {
		kube_answer(c, 404, "", "{\"kind\":\"Status\"}");
	} else if (!strcmp(q->method, "GET")) {
		answer_lease(f, c, 200);
	} else if (!strcmp(q->method, "PUT") && !strstr(q->body, based)) {
		kube_answer(c, 409, "", "{\"kind\":\"Status\"}");
	} else {
		store_lease(f, q->body);
		answer_lease(f, c, 200);
	}
}

static void on_leading(void *arg)
{
	struct fixture *f = arg;

	f->led++;
}

static void on_leading_second(void *arg)
{
	struct fixture *f = arg;

	f->led_second++;
}

static void on_lost(void *arg, bool unreachable)
{
	struct fixture *f = arg;

	f->lost++;
	f->lost_unreachable += unreachable;
}

static void on_observed(void *arg, const char *holder)
{
	struct fixture *f = arg;

	snprintf(f->observed, sizeof(f->observed), "%s", holder);
}

static const struct ob_kube_lease_ops ops = {
	.leading = on_leading,
	.lost = on_lost,
	.observed = on_observed,
};
static const struct ob_kube_lease_ops second_ops = {
	.leading = on_leading_second,
};

static struct ob_kube_lease *candidate(struct fixture *f, const char *identity,
				       const struct ob_kube_lease_ops *with)
{
	struct ob_kube_lease_options o = {
		.namespace = "ns",
		.name = "l",
		.identity = identity,
		.lease_duration_ms = 2000,
		.renew_deadline_ms = RENEW_MS,
		.retry_period_ms = RETRY_MS,
	};
	struct ob_kube_lease *l = NULL;

	assert_int_equal(ob_kube_lease_new(f->kube, &o, with, f, &l), 0);
	return l;
}

static int setup(void **state)
{
	struct ob_kube_config *config = NULL;
	struct fixture *f = calloc(1, sizeof(*f));
	char url[64];

	f->server = kube_server_start(handler, f, NULL, false);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u",
		 kube_server_port(f->server));
	if (sd_event_new(&f->event) < 0 ||
	    ob_kube_config_new(url, NULL, NULL, &config, NULL) < 0 ||
	    ob_kube_new(f->event, config, "test/1", &f->kube, NULL) < 0)
		return -1;
	f->lease = candidate(f, "me", &ops);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_kube_lease_free(f->lease);
	ob_kube_lease_free(f->second);
	ob_kube_free(f->kube);
	sd_event_unref(f->event);
	kube_server_stop(f->server);
	free(f);
	return 0;
}

static void turn_until(struct fixture *f, const unsigned int *n,
		       unsigned int least)
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	while (*n < least && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	assert_true(*n >= least);
}

static void turn_for(struct fixture *f, uint64_t ms)
{
	uint64_t until = ob_clock_monotonic_ms() + ms;

	while (ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
}

static void leads_and_renews(void **state)
{
	struct fixture *f = *state;
	unsigned int version;

	turn_until(f, &f->led, 1);
	assert_true(ob_kube_lease_is_leader(f->lease));
	assert_string_equal(f->observed, "me");
	version = f->version;
	turn_for(f, 2UL * RENEW_MS);
	assert_true(f->version > version + 5);
	assert_int_equal(f->led, 1);
	assert_int_equal(f->lost, 0);
}

static void says_when_somebody_else_took_it(void **state)
{
	struct fixture *f = *state;

	turn_until(f, &f->led, 1);
	snprintf(f->holder, sizeof(f->holder), "you");
	f->version = f->version + 1;
	turn_until(f, &f->lost, 1);
	assert_int_equal(f->lost_unreachable, 0);
	assert_false(ob_kube_lease_is_leader(f->lease));
	assert_string_equal(f->observed, "you");
}

static void gives_up_before_others_may_take_it(void **state)
{
	struct fixture *f = *state;
	uint64_t began;

	turn_until(f, &f->led, 1);
	f->away = true;
	began = ob_clock_monotonic_ms();
	turn_until(f, &f->lost, 1);
	assert_int_equal(f->lost_unreachable, 1);
	assert_true(ob_clock_monotonic_ms() - began < 2000);
	f->away = false;
	turn_until(f, &f->led, 2);
}

static void hands_over_when_it_is_released(void **state)
{
	struct fixture *f = *state;
	uint64_t began;

	turn_until(f, &f->led, 1);
	f->second = candidate(f, "you", &second_ops);
	turn_for(f, 3UL * RETRY_MS);
	assert_int_equal(f->led_second, 0);
	ob_kube_lease_release(f->lease);
	assert_string_equal(f->holder, "");
	assert_int_equal(f->lost, 0);
	began = ob_clock_monotonic_ms();
	turn_until(f, &f->led_second, 1);
	assert_true(ob_clock_monotonic_ms() - began < RENEW_MS);
}

static void releases_in_time_without_a_server(void **state)
{
	struct fixture *f = *state;
	uint64_t began;

	turn_until(f, &f->led, 1);
	f->away = true;
	began = ob_clock_monotonic_ms();
	ob_kube_lease_release(f->lease);
	assert_true(ob_clock_monotonic_ms() - began < 2500);
	assert_false(ob_kube_lease_is_leader(f->lease));
}

static void does_not_give_away_what_is_not_its_own(void **state)
{
	struct fixture *f = *state;
	unsigned int version;

	turn_until(f, &f->led, 1);
	snprintf(f->holder, sizeof(f->holder), "you");
	f->version = f->version + 1;
	version = f->version;
	ob_kube_lease_release(f->lease);
	assert_int_equal(f->version, version);
	assert_string_equal(f->holder, "you");
}

static void refuses_times_that_do_not_fit(void **state)
{
	struct fixture *f = *state;
	struct ob_kube_lease *l = NULL;
	struct ob_kube_lease_options o = {
		.namespace = "ns",
		.name = "l",
		.identity = "me",
		.lease_duration_ms = 1000,
	};

	assert_int_equal(ob_kube_lease_new(f->kube, &o, &ops, f, &l), -EINVAL);
	o.lease_duration_ms = 0;
	o.identity = "";
	assert_int_equal(ob_kube_lease_new(f->kube, &o, &ops, f, &l), -EINVAL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_rules),
		cmocka_unit_test(has_at_most_one_leader_at_any_time),
		cmocka_unit_test(leaves_fields_of_others_alone),
		cmocka_unit_test(distrusts_what_a_lease_says),
		TEST(leads_and_renews),
		TEST(says_when_somebody_else_took_it),
		TEST(gives_up_before_others_may_take_it),
		TEST(hands_over_when_it_is_released),
		TEST(releases_in_time_without_a_server),
		TEST(does_not_give_away_what_is_not_its_own),
		TEST(refuses_times_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
