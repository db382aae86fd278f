// SPDX-License-Identifier: Apache-2.0
#include "syncer/writes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kube/mcs.h"
#include "kube_client_fixture.h"
#include "mcs_fixture.h"

#define KEY "shop/web"
#define SERVER                                                                 \
	"'apiVersion':'discovery.k8s.io/v1','kind':'EndpointSlice',"           \
	"'metadata':{'namespace':'shop','name':'one','uid':'u1',"              \
	"'resourceVersion':'%d','creationTimestamp':'2026-11-30T12:00:00Z',"   \
	"'labels':{'a':'b'},'managedFields':[{'manager':'syncer'}]}"

struct scene {
	struct kube_fixture *f;
	struct ob_kube_seed seed;
	struct ob_kube_resource exports, imports;
	struct ob_writes *writes;
	struct ob_write want; /* the slice shop/one */
	const cJSON *tree;
	struct ob_actual actual;
	uint64_t now_ms;
	const char *failure;
};

static void on_again(void *arg, const char *key)
{
	struct scene *s = arg;

	assert_string_equal(key, KEY);
	s->f->calls++;
}

/* As a new process: it knows nothing but what it watches. */
static void restart(struct scene *s)
{
	const struct ob_writes_options o = {
		.hub = s->f->kube,
		.local = s->f->kube,
		.seed = &s->seed,
		.exports = &s->exports,
		.imports = &s->imports,
		.again = on_again,
		.arg = s,
	};

	if (s->writes)
		ob_writes_free(s->writes);
	assert_int_equal(ob_writes_new(&o, &s->writes), 0);
	s->f->calls = 0;
}

/* What the server has, in this version and with these members as well. */
static const char *object(struct scene *s, int version, const char *more)
{
	struct ob_arena *a = s->f->arena;
	cJSON *o = mcs_json(a, "{" SERVER "%s}", version, more);

	ob_actual_of(&s->seed, o, &s->actual);
	s->want.actual = &s->actual;
	return ob_json_print(a, o);
}

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	void *fixture = NULL;

	if (!s || kube_fixture_setup(&fixture) < 0)
		return -1;
	s->f = fixture;
	ob_kube_seed_init(&s->seed);
	s->exports = ob_mcs_exports(OB_MCS_V1BETA1);
	s->imports = ob_mcs_imports(OB_MCS_V1BETA1);
	s->tree = mcs_json(s->f->arena,
			   "{'apiVersion':'discovery.k8s.io/v1',"
			   "'kind':'EndpointSlice','metadata':{"
			   "'namespace':'shop','name':'one','labels':{"
			   "'a':'b'}},'addressType':'IPv4'}");
	s->want = (struct ob_write){ .target = OB_TARGET_SLICE,
				     .key = KEY,
				     .namespace = "shop",
				     .name = "one",
				     .tree = s->tree };
	restart(s);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	void *fixture = s->f;

	ob_writes_free(s->writes);
	free(s);
	return kube_fixture_teardown(&fixture);
}

/* after_ms: from now on. */
static enum ob_written want_after(struct scene *s, uint64_t after_ms)
{
	s->now_ms = ob_clock_monotonic_ms() + after_ms;
	return ob_writes_want(s->writes, &s->want, s->now_ms, &s->failure);
}

static enum ob_written want(struct scene *s)
{
	return want_after(s, 0);
}

static uint64_t written(const struct scene *s)
{
	return ob_writes_stats_get(s->writes).written[OB_TARGET_SLICE];
}

static size_t remembered(const struct scene *s)
{
	return ob_writes_stats_get(s->writes).remembered;
}

static void applies_what_is_not_there_and_once(void **state)
{
	struct scene *s = *state;

	s->f->body = object(s, 7, ",'addressType':'IPv4'");
	s->want.actual = NULL;
	assert_int_equal(want(s), OB_WRITTEN_SENT);
	assert_int_equal(want(s), OB_WRITTEN_WAITING);
	assert_false(ob_writes_idle(s->writes));
	kube_fixture_turn(s->f, 1);
	assert_true(ob_writes_idle(s->writes));
	assert_string_equal(s->f->last.method, "PATCH");
	assert_non_null(strstr(s->f->last.target,
			       "/namespaces/shop/endpointslices/one?"));
	assert_non_null(strstr(s->f->last.content_type, "apply-patch"));
	/* The watch is behind: it has nothing of it yet. */
	assert_int_equal(want(s), OB_WRITTEN_SETTLED);
	s->want.actual = &s->actual;
	assert_int_equal(want(s), OB_WRITTEN_SETTLED);
	assert_int_equal(written(s), 1);
	assert_int_equal(remembered(s), 0);
}

static void writes_nothing_anew_after_a_restart(void **state)
{
	struct scene *s = *state;

	(void)object(s, 7, ",'addressType':'IPv4','ports':[]");
	restart(s);
	assert_int_equal(want(s), OB_WRITTEN_SETTLED);
	assert_true(ob_writes_idle(s->writes));
	assert_int_equal(remembered(s), 0);
	/* Somebody has changed it meanwhile: so it is put right. */
	(void)object(s, 8, ",'addressType':'IPv6'");
	assert_int_equal(want(s), OB_WRITTEN_SENT);
}

static void what_the_server_makes_of_it_is_no_difference(void **state)
{
	struct scene *s = *state;

	s->f->body = object(s, 7, ",'addressType':'IPv4','default':1");
	s->want.actual = NULL;
	assert_int_equal(want(s), OB_WRITTEN_SENT);
	kube_fixture_turn(s->f, 1);
	s->want.actual = &s->actual;
	assert_int_equal(want(s), OB_WRITTEN_SETTLED);
	assert_int_equal(remembered(s), 1);
	/* But a change of somebody else's is. */
	(void)object(s, 8, ",'addressType':'IPv4','default':2");
	assert_int_equal(want(s), OB_WRITTEN_SENT);
}

static void waits_for_its_own_write_to_come_back(void **state)
{
	struct scene *s = *state;

	s->f->body = object(s, 10, ",'addressType':'IPv4'");
	(void)object(s, 9, ",'addressType':'IPv6'");
	assert_int_equal(want(s), OB_WRITTEN_SENT);
	kube_fixture_turn(s->f, 1);
	assert_int_equal(want(s), OB_WRITTEN_SETTLED);
	/* After a while it may have been overwritten: it is looked at again. */
	ob_writes_tick(s->writes, ob_clock_monotonic_ms() + 11000);
	assert_int_equal(s->f->calls, 2);
	assert_int_equal(want(s), OB_WRITTEN_SENT);
}

static void so_many_at_a_time_and_the_rest_later(void **state)
{
	struct scene *s = *state;
	char name[16];

	s->f->silent = true;
	s->want.name = name;
	for (int i = 0; i < OB_WRITES_PARALLEL; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		assert_int_equal(want(s), OB_WRITTEN_SENT);
	}
	s->want.name = "late";
	assert_int_equal(want(s), OB_WRITTEN_BUSY);
	assert_int_equal(remembered(s), OB_WRITES_PARALLEL);
	/* The hub is another server. */
	s->want.target = OB_TARGET_HUB_SLICE;
	assert_int_equal(want(s), OB_WRITTEN_SENT);
	s->want.target = OB_TARGET_SLICE;
	s->f->silent = false;
	kube_fixture_turn(s->f, OB_WRITES_PARALLEL + 1);
	assert_int_equal(want(s), OB_WRITTEN_SENT);
}

static void a_conflict_is_tried_again_later(void **state)
{
	struct scene *s = *state;

	s->f->code = 409;
	s->f->body = "{\"kind\":\"Status\",\"reason\":\"Conflict\","
		     "\"message\":\"somebody was faster\"}";
	assert_int_equal(want(s), OB_WRITTEN_SENT);
	kube_fixture_turn(s->f, 1);
	assert_int_equal(want(s), OB_WRITTEN_FAILED);
	assert_non_null(strstr(s->failure, "somebody was faster"));
	ob_writes_tick(s->writes, ob_clock_monotonic_ms());
	assert_int_equal(s->f->calls, 1);
	assert_int_equal(ob_writes_stats_get(s->writes).failing, 1);
	ob_writes_tick(s->writes, ob_clock_monotonic_ms() + 600);
	assert_int_equal(s->f->calls, 2);
	s->f->code = 200;
	s->f->body = object(s, 7, ",'addressType':'IPv4'");
	s->want.actual = NULL;
	assert_int_equal(want_after(s, 600), OB_WRITTEN_SENT);
	kube_fixture_turn(s->f, 3);
	assert_int_equal(want(s), OB_WRITTEN_SETTLED);
	ob_writes_tick(s->writes, ob_clock_monotonic_ms());
	assert_int_equal(ob_writes_stats_get(s->writes).failing, 0);
}

static void a_busy_server_says_when(void **state)
{
	struct scene *s = *state;

	s->f->code = 429;
	s->f->extra = "Retry-After: 20\r\n";
	assert_int_equal(want(s), OB_WRITTEN_SENT);
	kube_fixture_turn(s->f, 1);
	assert_int_equal(want_after(s, 15000), OB_WRITTEN_FAILED);
	ob_writes_tick(s->writes, ob_clock_monotonic_ms() + 15000);
	assert_int_equal(s->f->calls, 1);
	assert_int_equal(want_after(s, 21000), OB_WRITTEN_SENT);
}

static void what_is_gone_is_deleted(void **state)
{
	struct scene *s = *state;

	(void)object(s, 7, "");
	s->want.tree = NULL;
	s->f->code = 404;
	assert_int_equal(want(s), OB_WRITTEN_SENT);
	kube_fixture_turn(s->f, 1);
	assert_string_equal(s->f->last.method, "DELETE");
	/* The watch is behind. */
	assert_int_equal(want(s), OB_WRITTEN_SETTLED);
	s->want.actual = NULL;
	assert_int_equal(want(s), OB_WRITTEN_SETTLED);
	assert_int_equal(
		ob_writes_stats_get(s->writes).deleted[OB_TARGET_SLICE], 1);
	assert_int_equal(remembered(s), 0);
}

static void what_nobody_wants_any_more_is_forgotten(void **state)
{
	struct scene *s = *state;
	uint64_t now_ms;

	(void)object(s, 7, "");
	s->want.tree = NULL;
	assert_int_equal(want(s), OB_WRITTEN_SENT);
	kube_fixture_turn(s->f, 1);
	assert_int_equal(remembered(s), 1);
	now_ms = ob_clock_monotonic_ms();
	for (int i = 0; i < 1000; i++)
		ob_writes_tick(s->writes, now_ms += 500);
	/* Other objects may still be wanted, by the next audit. */
	assert_int_equal(remembered(s), 1);
	for (int i = 0; i < 1000; i++)
		ob_writes_tick(s->writes, now_ms += 500);
	assert_int_equal(remembered(s), 0);
}

static void a_status_goes_with_its_object(void **state)
{
	struct scene *s = *state;

	s->want.target = OB_TARGET_EXPORT_STATUS;
	s->f->code = 404;
	assert_int_equal(want(s), OB_WRITTEN_SENT);
	kube_fixture_turn(s->f, 1);
	assert_non_null(
		strstr(s->f->last.target, "/serviceexports/one/status?"));
	assert_int_equal(remembered(s), 0);
	assert_int_equal(
		ob_writes_stats_get(s->writes).failed[OB_TARGET_EXPORT_STATUS],
		0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(applies_what_is_not_there_and_once),
		TEST(writes_nothing_anew_after_a_restart),
		TEST(what_the_server_makes_of_it_is_no_difference),
		TEST(waits_for_its_own_write_to_come_back),
		TEST(so_many_at_a_time_and_the_rest_later),
		TEST(a_conflict_is_tried_again_later),
		TEST(a_busy_server_says_when),
		TEST(what_is_gone_is_deleted),
		TEST(what_nobody_wants_any_more_is_forgotten),
		TEST(a_status_goes_with_its_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
