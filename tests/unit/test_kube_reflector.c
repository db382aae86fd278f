// SPDX-License-Identifier: Apache-2.0
#include "kube/reflector.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kube_fake.h"

#define DEADLINE_MS 60000
#define OBJECTS	    23
#define PAGE	    5

struct receiver {
	unsigned int value[KUBE_FAKE_MAX];
	unsigned int n, sets, dels, synced, states;
	struct ob_status state;
	struct ob_kube_reflector **free_on_set, **free_on_del, **free_on_synced;
	bool refuse;
};

struct fixture {
	struct kube_fake *server;
	sd_event *event;
	struct ob_kube *kube;
	struct ob_kube_reflector *reflector;
	struct receiver got;
};

static unsigned int index_of(const char *key)
{
	static const char prefix[] = "ns/obj-";
	const size_t n = sizeof(prefix) - 1;
	unsigned long i;
	char *end;

	assert_int_equal(strncmp(key, prefix, n), 0);
	i = strtoul(key + n, &end, 10);
	assert_true(end != key + n && *end == '\0' && i < KUBE_FAKE_MAX);
	return (unsigned int)i;
}

static int on_set(void *arg, const char *key, const cJSON *object,
		  struct ob_status *status)
{
	unsigned int i = index_of(key);
	struct receiver *got = arg;
	unsigned int value = (unsigned int)strtoul(
		ob_json_string(object, "data.v"), NULL, 10);

	got->sets++;
	/* Values only grow: the same again, or an older one, is a mistake. */
	assert_true(value > got->value[i]);
	got->n += got->value[i] == 0;
	got->value[i] = value;
	if (got->free_on_set) {
		ob_kube_reflector_free(*got->free_on_set);
		*got->free_on_set = NULL;
	}
	return got->refuse ? ob_status_set(status, EINVAL, "No", "no") : 0;
}

static void on_del(void *arg, const char *key)
{
	unsigned int i = index_of(key);
	struct receiver *got = arg;

	assert_true(got->value[i] != 0);
	got->value[i] = 0;
	got->n--;
	got->dels++;
	if (got->free_on_del) {
		ob_kube_reflector_free(*got->free_on_del);
		*got->free_on_del = NULL;
	}
}

static void on_synced(void *arg)
{
	struct receiver *got = arg;

	got->synced++;
	if (got->free_on_synced) {
		ob_kube_reflector_free(*got->free_on_synced);
		*got->free_on_synced = NULL;
	}
}

static void on_state(void *arg, const struct ob_status *status)
{
	struct receiver *got = arg;

	got->states++;
	got->state = *status;
}

static const struct ob_kube_reflector_ops ops = {
	.set = on_set,
	.del = on_del,
	.synced = on_synced,
	.state = on_state,
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || sd_event_new(&f->event) < 0)
		return -1;
	f->server = kube_fake_start(1);
	f->kube = kube_fake_client(f->server, f->event);
	for (unsigned int i = 0; i < OBJECTS; i++)
		kube_fake_set(f->server, i, 1);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_kube_reflector_free(f->reflector);
	ob_kube_free(f->kube);
	sd_event_unref(f->event);
	kube_fake_stop(f->server);
	free(f);
	return 0;
}

static void begin_paged(struct fixture *f, unsigned int page)
{
	struct ob_kube_reflector_options options = { .ref = kube_fake_ref,
						     .page = page };

	assert_int_equal(ob_kube_reflector_new(f->kube, &options, &ops, &f->got,
					       &f->reflector),
			 0);
}

static void begin(struct fixture *f)
{
	begin_paged(f, PAGE);
}

static bool equal(struct fixture *f)
{
	if (f->got.n != kube_fake_count(f->server))
		return false;
	for (unsigned int i = 0; i < KUBE_FAKE_MAX; i++)
		if (f->got.value[i] != kube_fake_value(f->server, i))
			return false;
	return true;
}

static bool is_equal(struct fixture *f)
{
	return f->got.synced && equal(f);
}

static void turn_until(struct fixture *f, bool (*done)(struct fixture *f))
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	while (!done(f) && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 2000) >= 0);
	assert_true(done(f));
}

static void turn_until_equal(struct fixture *f)
{
	turn_until(f, is_equal);
}

static struct ob_kube_reflector_stats stats(struct fixture *f)
{
	return ob_kube_reflector_stats_get(f->reflector);
}

static void lists_in_pages_and_watches(void **state)
{
	struct fixture *f = *state;

	begin(f);
	turn_until_equal(f);
	kube_fake_set(f->server, 100, 1);
	kube_fake_set(f->server, 0, 2);
	kube_fake_del(f->server, 1);
	turn_until_equal(f);
	assert_int_equal(f->got.sets, OBJECTS + 2);
	assert_int_equal(f->got.dels, 1);
	assert_int_equal(f->got.synced, 1);
	assert_int_equal(stats(f).lists, 1);
	assert_int_equal(stats(f).objects, OBJECTS);
}

static bool watches_twice(struct fixture *f)
{
	return stats(f).watches >= 2;
}

static void resumes_where_a_watch_ended(void **state)
{
	struct fixture *f = *state;

	begin(f);
	turn_until_equal(f);
	kube_fake_set(f->server, 0, 2);
	kube_fake_set(f->server, 0, 3);
	turn_until_equal(f);
	kube_fake_end_watches(f->server);
	kube_fake_set(f->server, 0, 4);
	turn_until(f, watches_twice);
	turn_until_equal(f);
	assert_int_equal(stats(f).lists, 1);
	assert_int_equal(f->got.sets, OBJECTS + 3);
}

static bool lists_twice(struct fixture *f)
{
	return stats(f).lists >= 2;
}

static void lists_again_when_history_is_gone(void **state)
{
	struct fixture *f = *state;

	begin(f);
	turn_until_equal(f);
	kube_fake_end_watches(f->server);
	kube_fake_del(f->server, 3);
	kube_fake_set(f->server, 4, 2);
	kube_fake_compact(f->server);
	turn_until(f, lists_twice);
	turn_until_equal(f);
	assert_int_equal(f->got.sets, OBJECTS + 1);
	assert_int_equal(f->got.dels, 1);
	assert_int_equal(f->got.synced, 1);
	assert_true(stats(f).expired >= 1);
}

static unsigned int expire_once;

static void change_and_expire(struct kube_fake *s)
{
	if (expire_once++ != 1)
		return;
	kube_fake_del(s, 0);
	kube_fake_set(s, 1, 2);
	kube_fake_compact(s);
}

static void begins_anew_when_pages_expire(void **state)
{
	struct fixture *f = *state;

	expire_once = 0;
	kube_fake_between(f->server, change_and_expire);
	begin(f);
	turn_until_equal(f);
	/* Told of once, and of what changed; what went is deleted. */
	assert_int_equal(f->got.sets, OBJECTS + 1);
	assert_int_equal(f->got.dels, 1);
	assert_int_equal(stats(f).expired, 1);
}

static void always_expire(struct kube_fake *s)
{
	kube_fake_compact(s);
}

static void asks_for_all_when_pages_never_last(void **state)
{
	struct fixture *f = *state;

	kube_fake_between(f->server, always_expire);
	begin(f);
	turn_until_equal(f);
	assert_int_equal(kube_fake_whole_lists(f->server), 1);
	assert_int_equal(f->got.sets, OBJECTS);
}

static void change_some(struct kube_fake *s)
{
	static unsigned int round;

	round++;
	for (unsigned int i = 0; i < 50; i++)
		kube_fake_set(s, (round * 7919 + i * 131) % 10000,
			      100000 + round * 50 + i);
	kube_fake_del(s, (round * 104729) % 10000);
}

static void follows_a_long_list_that_changes_between_pages(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 10000; i++)
		kube_fake_set(f->server, i, 2);
	kube_fake_between(f->server, change_some);
	begin_paged(f, 500);
	turn_until_equal(f);
	assert_int_equal(stats(f).lists, 1);
}

static void takes_100_megabytes_in_pages(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 1000; i++)
		kube_fake_set(f->server, i, 2);
	kube_fake_pad(f->server, 100 * 1024);
	begin_paged(f, 50);
	turn_until_equal(f);
	assert_true(ob_kube_stats_get(f->kube).received_bytes > 100000000);
}

#define META(name, version)                                                    \
	"{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"ns\","           \
	"\"resourceVersion\":\"" version "\"},\"data\":{\"v\":\"9\"}}"

static void takes_events_out_of_the_blue(void **state)
{
	struct fixture *f = *state;

	kube_fake_say(
		f->server,
		"\n{\"type\":\"DELETED\",\"object\":" META(
			"obj-77",
			"24") "}\n{\"type\":\"MODIFIED\","
			      "\"object\":" META(
				      "obj-78",
				      "24") "}\n{\"type\":"
					    "\"ADDED\","
					    "\"object\":" META(
						    "obj-78",
						    "24") "}\r"
							  "\n{"
							  "\"t"
							  "ype"
							  "\":"
							  "\"B"
							  "OOK"
							  "MAR"
							  "K\""
							  ",\""
							  "obj"
							  "ect"
							  "\""
							  ":" META("x",
								   "24") "}\n");
	begin(f);
	turn_until(f, watches_twice);
	assert_int_equal(f->got.value[78], 9);
	assert_int_equal(f->got.sets, OBJECTS + 1);
	assert_int_equal(f->got.dels, 0);
	assert_int_equal(stats(f).bookmarks, 1);
	assert_string_equal(ob_kube_reflector_resource_version(f->reflector),
			    "24");
}

static bool has_failed(struct fixture *f)
{
	return stats(f).errors > 0;
}

static void says_what_is_wrong_with_garbage(void **state)
{
	struct fixture *f = *state;

	kube_fake_say(f->server, "<html>\n");
	begin(f);
	turn_until(f, has_failed);
	assert_non_null(strstr(f->got.state.message, "no JSON"));
	turn_until(f, watches_twice);
	turn_until_equal(f);
	assert_int_equal(stats(f).lists, 1);
}

static void drops_what_is_torn(void **state)
{
	struct fixture *f = *state;

	kube_fake_say(f->server, "{\"type\":\"ADDED\",\"object\":" META(
					 "obj-78", "24") "}");
	begin(f);
	turn_until(f, watches_twice);
	assert_int_equal(f->got.value[78], 0);
	kube_fake_set(f->server, 1, 2);
	turn_until_equal(f);
	assert_int_equal(stats(f).errors, 0);
}

static void passes_an_error_event_on(void **state)
{
	struct fixture *f = *state;

	kube_fake_say(f->server,
		      "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\","
		      "\"code\":500,\"message\":\"etcd is away\"}}\n");
	begin(f);
	turn_until(f, has_failed);
	assert_non_null(strstr(f->got.state.message, "etcd is away"));
}

static void cuts_an_endless_event(void **state)
{
	struct fixture *f = *state;
	size_t size = (size_t)9 * 1024 * 1024;
	char *line = malloc(size + 1);

	memset(line, 'x', size);
	line[size] = '\0';
	kube_fake_say(f->server, line);
	begin(f);
	turn_until(f, has_failed);
	assert_non_null(strstr(f->got.state.message, "8388608"));
	ob_kube_reflector_free(TAKE_PTR(f->reflector));
	free(line);
}

static bool failed_thrice(struct fixture *f)
{
	return stats(f).errors >= 3;
}

static bool is_well(struct fixture *f)
{
	return !f->got.state.reason;
}

static void keeps_what_it_knows_while_the_server_fails(void **state)
{
	const struct kube_faults all = { .list_error = 1000,
					 .watch_error = 1000 };
	const struct kube_faults none = { 0 };
	struct fixture *f = *state;

	begin(f);
	turn_until_equal(f);
	kube_fake_faults(f->server, &all);
	kube_fake_end_watches(f->server);
	turn_until(f, failed_thrice);
	assert_int_equal(f->got.n, OBJECTS);
	assert_int_equal(f->got.dels, 0);
	assert_non_null(f->got.state.reason);
	kube_fake_faults(f->server, &none);
	turn_until(f, is_well);
}

static bool is_restored(struct fixture *f)
{
	return equal(f) && lists_twice(f);
}

static void follows_a_server_that_was_restored(void **state)
{
	struct fixture *f = *state;

	begin(f);
	turn_until_equal(f);
	kube_fake_end_watches(f->server);
	kube_fake_forget(f->server);
	/* The versions of before, for other contents. */
	for (unsigned int i = 0; i < OBJECTS - 3; i++)
		kube_fake_set(f->server, i, 5);
	turn_until(f, is_restored);
	assert_int_equal(f->got.dels, 3);
}

static void counts_what_makes_no_sense(void **state)
{
	struct fixture *f = *state;

	f->got.refuse = true;
	begin(f);
	turn_until_equal(f);
	assert_int_equal(stats(f).refused, OBJECTS);
	assert_int_equal(stats(f).objects, OBJECTS);
}

static bool is_freed(struct fixture *f)
{
	return !f->reflector;
}

static void may_be_freed_when_something_is_set(void **state)
{
	struct fixture *f = *state;

	f->got.free_on_set = &f->reflector;
	begin(f);
	turn_until(f, is_freed);
	assert_int_equal(f->got.sets, 1);
	assert_int_equal(f->got.synced, 0);
}

static void may_be_freed_when_something_is_deleted(void **state)
{
	struct fixture *f = *state;

	f->got.free_on_del = &f->reflector;
	begin(f);
	turn_until_equal(f);
	kube_fake_del(f->server, 0);
	kube_fake_del(f->server, 1);
	turn_until(f, is_freed);
	assert_int_equal(f->got.dels, 1);
}

static void may_be_freed_when_it_is_synced(void **state)
{
	struct fixture *f = *state;

	f->got.free_on_synced = &f->reflector;
	begin(f);
	turn_until(f, is_freed);
	assert_int_equal(f->got.n, OBJECTS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists_in_pages_and_watches),
		TEST(resumes_where_a_watch_ended),
		TEST(lists_again_when_history_is_gone),
		TEST(begins_anew_when_pages_expire),
		TEST(asks_for_all_when_pages_never_last),
		TEST(follows_a_long_list_that_changes_between_pages),
		TEST(takes_100_megabytes_in_pages),
		TEST(takes_events_out_of_the_blue),
		TEST(says_what_is_wrong_with_garbage),
		TEST(drops_what_is_torn),
		TEST(passes_an_error_event_on),
		TEST(cuts_an_endless_event),
		TEST(keeps_what_it_knows_while_the_server_fails),
		TEST(follows_a_server_that_was_restored),
		TEST(counts_what_makes_no_sense),
		TEST(may_be_freed_when_something_is_set),
		TEST(may_be_freed_when_something_is_deleted),
		TEST(may_be_freed_when_it_is_synced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
