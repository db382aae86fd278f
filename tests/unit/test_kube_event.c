// SPDX-License-Identifier: Apache-2.0
#include "kube/event.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kube/event_object.h"
#include "kube_server.h"

#define DEADLINE_MS 10000

static const struct ob_kube_resource peers = {
	"octopus.io", "v1alpha1", "peers", "Peer", true,
};
static const struct ob_kube_ref peer = {
	.resource = &peers,
	.namespace = "ns",
	.name = "one",
};

struct fixture {
	struct kube_server *server;
	sd_event *event;
	struct ob_kube *kube;
	struct ob_kube_events *events;
	volatile unsigned int posts, patches, running, most;
	char body[4096], target[4096];
};

static void handler(void *arg, struct kube_conn *c,
		    const struct kube_request *q)
{
	struct fixture *f = arg;

	if (++f->running > f->most)
		f->most = f->running;
	snprintf(f->body, sizeof(f->body), "%s", q->body);
	snprintf(f->target, sizeof(f->target), "%s", q->target);
	f->running--;
	f->posts += !strcmp(q->method, "POST");
	f->patches += !strcmp(q->method, "PATCH");
	kube_answer(c, 201, "", "{}");
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
	    ob_kube_new(f->event, config, "test/1", &f->kube, NULL) < 0 ||
	    ob_kube_events_new(f->kube, "octopus.io/octopus", "pod-1",
			       &f->events) < 0)
		return -1;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_kube_events_free(f->events);
	ob_kube_free(f->kube);
	sd_event_unref(f->event);
	kube_server_stop(f->server);
	free(f);
	return 0;
}

static void turn_until_posts(struct fixture *f, unsigned int n)
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	while (f->posts < n && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	/* And what it is not expected to send. */
	for (int i = 0; i < 10; i++)
		assert_true(sd_event_run(f->event, 10000) >= 0);
	assert_int_equal(f->posts, n);
}

static void send_note(struct fixture *f, const char *note)
{
	struct ob_kube_event event = {
		.regarding = &peer,
		.uid = "u",
		.type = "Warning",
		.reason = "Conflict",
		.action = "Accept",
		.note = note,
	};

	ob_kube_events_send(f->events, &event);
}

static void writes_an_event(void **state)
{
	struct fixture *f = *state;

	send_note(f, "overlaps");
	turn_until_posts(f, 1);
	assert_string_equal(f->target, "/apis/events.k8s.io/v1/namespaces/ns/"
				       "events?fieldManager=test");
	assert_non_null(strstr(f->body, "\"note\":\"overlaps\""));
	assert_non_null(strstr(
		f->body, "\"regarding\":{\"apiVersion\":\"octopus.io/"
			 "v1alpha1\",\"kind\":\"Peer\",\"namespace\":\"ns\","
			 "\"name\":\"one\",\"uid\":\"u\"}"));
	assert_non_null(strstr(f->body, "\"name\":\"one."));
}

static void does_not_repeat_itself(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 100; i++)
		send_note(f, "overlaps");
	turn_until_posts(f, 1);
	assert_int_equal(f->patches, 0);
}

static void keeps_only_so_many_waiting(void **state)
{
	struct fixture *f = *state;
	char note[16];

	for (int i = 0; i < 100; i++) {
		snprintf(note, sizeof(note), "note %d", i);
		send_note(f, note);
	}
	turn_until_posts(f, 26); /* one under way, 25 waiting */
	assert_int_equal(f->most, 1);
}

static void cuts_a_long_note_between_characters(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_event_meta meta = { .namespace = "ns", .name = "n" };
	struct ob_kube_event event = { .regarding = &peer };
	char note[1500];
	const char *kept;

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(note); i += 2)
		memcpy(note + i, i ? "\xc3\xa4" : "ab", 3);
	memmove(note, note + 1, sizeof(note) - 1);
	event.note = note;
	kept = ob_json_string(ob_kube_event_make(a, &event, &meta), "note");
	assert_int_equal(strlen(kept), 1023);
}

static void counts_a_series_up(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	(void)state;
	assert_string_equal(ob_json_print(a, ob_kube_event_series(a, 3, 0)),
			    "{\"series\":{\"count\":3,\"lastObservedTime\":"
			    "\"1970-01-01T00:00:00.000000Z\"}}");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writes_an_event),
		TEST(does_not_repeat_itself),
		TEST(keeps_only_so_many_waiting),
		cmocka_unit_test(cuts_a_long_note_between_characters),
		cmocka_unit_test(counts_a_series_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
