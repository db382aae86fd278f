// SPDX-License-Identifier: Apache-2.0
/* Requests that end early, from inside of others, and without a loop. */
#include "kube/client.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kube_client_fixture.h"

static void does_not_call_what_was_cancelled(void **state)
{
	struct kube_fixture *f = *state;
	struct ob_kube_call *call = NULL;

	f->silent = true;
	ob_kube_get(f->kube, &kube_fixture_peer, kube_fixture_reply, f, &call);
	for (int i = 0; i < 20; i++)
		sd_event_run(f->event, 5000);
	ob_kube_cancel(call);
	f->silent = false;
	assert_int_equal(kube_fixture_get(f), 0);
	assert_int_equal(f->calls, 1);
}

static void cancels_all_when_freed(void **state)
{
	struct kube_fixture *f = *state;

	f->silent = true;
	for (int i = 0; i < 3; i++)
		ob_kube_get(f->kube, &kube_fixture_peer, kube_fixture_reply, f,
			    NULL);
	for (int i = 0; i < 10; i++)
		sd_event_run(f->event, 5000);
	ob_kube_free(TAKE_PTR(f->kube));
	assert_int_equal(f->calls, 0);
}

static void free_from_inside(void *arg, int r,
			     const struct ob_kube_reply *reply)
{
	struct kube_fixture *f = arg;

	kube_fixture_reply(f, r, reply);
	ob_kube_free(TAKE_PTR(f->kube));
}

static void may_be_freed_by_its_own_function(void **state)
{
	struct kube_fixture *f = *state;
	int calls;

	/* Which is answered first, is not known. */
	ob_kube_get(f->kube, &kube_fixture_peer, kube_fixture_reply, f, NULL);
	ob_kube_get(f->kube, &kube_fixture_peer, free_from_inside, f, NULL);
	ob_kube_get(f->kube, &kube_fixture_peer, kube_fixture_reply, f, NULL);
	for (int i = 0; f->kube && i < 1000; i++)
		sd_event_run(f->event, 10000);
	assert_null(f->kube);
	calls = f->calls;
	for (int i = 0; i < 10; i++)
		sd_event_run(f->event, 1000);
	assert_int_equal(f->calls, calls);
}

static void send_from_inside(void *arg, int r,
			     const struct ob_kube_reply *reply)
{
	struct kube_fixture *f = arg;

	kube_fixture_reply(f, r, reply);
	assert_int_equal(ob_kube_get(f->kube, &kube_fixture_peer,
				     kube_fixture_reply, f, NULL),
			 0);
}

static void may_send_from_its_own_function(void **state)
{
	struct kube_fixture *f = *state;

	ob_kube_get(f->kube, &kube_fixture_peer, send_from_inside, f, NULL);
	kube_fixture_turn(f, 2);
	assert_int_equal(f->r, 0);
}

static void waits_without_a_loop(void **state)
{
	struct kube_fixture *f = *state;
	struct ob_kube_reply reply = { 0 };

	f->body = "{\"gitVersion\":\"v1\"}";
	assert_int_equal(
		ob_kube_raw_get_wait(f->kube, f->arena, "/version", &reply), 0);
	assert_string_equal(ob_json_string(reply.body, "gitVersion"), "v1");
	f->body = "ok";
	assert_int_equal(
		ob_kube_raw_get_wait(f->kube, f->arena, "/healthz", &reply), 0);
	assert_null(reply.body);
}

static int end_loop(sd_event_source *s, void *arg)
{
	(void)arg;
	return sd_event_exit(sd_event_source_get_event(s), 0);
}

static void waits_after_the_loop_has_ended(void **state)
{
	struct kube_fixture *f = *state;
	struct ob_kube_reply reply = { 0 };

	assert_int_equal(kube_fixture_get(f), 0);
	sd_event_add_defer(f->event, NULL, end_loop, NULL);
	assert_int_equal(sd_event_loop(f->event), 0);
	assert_int_equal(
		ob_kube_get_wait(f->kube, f->arena, &kube_fixture_peer, &reply),
		0);
	f->code = 404;
	assert_int_equal(ob_kube_delete_wait(f->kube, f->arena,
					     &kube_fixture_peer, &reply),
			 -ENOENT);
}

static void says_why_there_is_no_token(void **state)
{
	struct kube_fixture *f = *state;
	struct ob_kube_reply reply = { 0 };

	assert_int_equal(unlink(f->token), 0);
	assert_int_equal(
		ob_kube_get_wait(f->kube, f->arena, &kube_fixture_peer, &reply),
		-ENOENT);
	assert_non_null(strstr(reply.status.message, f->token));
}

static void counts(void **state)
{
	struct kube_fixture *f = *state;
	struct ob_kube_stats stats;

	assert_int_equal(kube_fixture_get(f), 0);
	f->code = 404;
	kube_fixture_get(f);
	stats = ob_kube_stats_get(f->kube);
	assert_int_equal(stats.requests, 2);
	assert_int_equal(stats.failures, 1);
	assert_int_equal(stats.received_bytes, 4);
	assert_true(stats.last_answer_ms > 0);
}

static void ignores_proxies_of_the_environment(void **state)
{
	struct kube_fixture *f = *state;

	assert_int_equal(setenv("HTTPS_PROXY", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(kube_fixture_get(f), 0);
	unsetenv("HTTPS_PROXY");
	unsetenv("ALL_PROXY");
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, kube_fixture_setup,                 \
					kube_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(does_not_call_what_was_cancelled),
		TEST(cancels_all_when_freed),
		TEST(may_be_freed_by_its_own_function),
		TEST(may_send_from_its_own_function),
		TEST(waits_without_a_loop),
		TEST(waits_after_the_loop_has_ended),
		TEST(says_why_there_is_no_token),
		TEST(counts),
		TEST(ignores_proxies_of_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
