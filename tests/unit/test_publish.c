// SPDX-License-Identifier: Apache-2.0
#include "octopus/publish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kube_client_fixture.h"

#define VERSION(v) "{\"metadata\":{\"resourceVersion\":\"" v "\"}}"

struct scene {
	struct kube_fixture *f;
	struct ob_publisher *publisher;
	struct ob_config_file *config;
	struct ob_peer_spec spec;
	struct ob_peer own;
};

static void on_done(void *arg)
{
	struct kube_fixture *f = arg;

	f->calls++;
}

static int setup(void **state)
{
	static const char text[] = "cluster_id: c1\nhub: {kubeconfig: /k}\n"
				   "cluster_cidr: 10.113.0.0/16\n";
	struct scene *s = calloc(1, sizeof(*s));
	struct ob_status status = OB_STATUS_INIT;
	struct ob_key key = { { 1 } };
	void *fixture = NULL;

	if (!s || kube_fixture_setup(&fixture) < 0)
		return -1;
	s->f = fixture;
	assert_int_equal(
		ob_config_parse("f", text, strlen(text), &s->config, &status),
		0);
	assert_int_equal(ob_publisher_new(s->f->kube, "ns", on_done, s->f,
					  &s->publisher),
			 0);
	ob_publish_spec(s->f->arena, s->config, &key, &s->spec);
	s->own = (struct ob_peer){ .name = "c1",
				   .resource_version = "5",
				   .spec = s->spec };
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	void *fixture = s->f;

	ob_publisher_free(s->publisher);
	ob_config_free(s->config);
	free(s);
	return kube_fixture_teardown(&fixture);
}

static bool want(struct scene *s, const struct ob_peer *own)
{
	return ob_publisher_want(s->publisher, "c1", &s->spec, own);
}

static void applies_what_the_hub_has_not(void **state)
{
	struct scene *s = *state;

	s->f->body = VERSION("7");
	assert_false(want(s, NULL));
	kube_fixture_turn(s->f, 1);
	assert_string_equal(s->f->last.method, "PATCH");
	assert_non_null(strstr(s->f->last.target, "/namespaces/ns/peers/c1?"));
	assert_non_null(strstr(s->f->last.content_type, "apply-patch"));
	assert_non_null(strstr(s->f->last_body, "\"10.113.0.0/16\""));
	assert_null(strstr(s->f->last_body, "\"status\""));
	assert_null(ob_publisher_trouble(s->publisher)->reason);
}

static void writes_nothing_when_it_is_so(void **state)
{
	struct scene *s = *state;

	assert_true(want(s, &s->own));
	s->own.spec.endpoint = "somebody.else";
	assert_false(want(s, &s->own));
	kube_fixture_turn(s->f, 1);
}

static void writes_once_at_a_time(void **state)
{
	struct scene *s = *state;

	s->f->silent = true;
	assert_false(want(s, NULL));
	assert_false(want(s, NULL));
	s->f->silent = false;
	kube_fixture_turn(s->f, 1);
	/* What was written has not come back yet. */
	assert_false(want(s, NULL));
	assert_true(sd_event_run(s->f->event, 50000) >= 0);
	assert_int_equal(s->f->calls, 1);
}

static void waits_for_its_own_write_to_come_back(void **state)
{
	struct scene *s = *state;

	s->f->body = VERSION("10");
	s->own.spec.endpoint = "old";
	s->own.resource_version = "9";
	assert_false(want(s, &s->own));
	kube_fixture_turn(s->f, 1);
	assert_false(want(s, &s->own));
	assert_true(sd_event_run(s->f->event, 50000) >= 0);
	assert_int_equal(s->f->calls, 1);
}

static void says_why_the_hub_refused(void **state)
{
	struct scene *s = *state;

	s->f->code = 403;
	s->f->body = "{\"kind\":\"Status\",\"reason\":\"Forbidden\","
		     "\"message\":\"not yours\"}";
	assert_false(want(s, NULL));
	kube_fixture_turn(s->f, 1);
	assert_string_equal(ob_publisher_trouble(s->publisher)->reason,
			    "PublishFailed");
	assert_non_null(strstr(ob_publisher_trouble(s->publisher)->message,
			       "not yours"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(applies_what_the_hub_has_not),
		TEST(writes_nothing_when_it_is_so),
		TEST(writes_once_at_a_time),
		TEST(waits_for_its_own_write_to_come_back),
		TEST(says_why_the_hub_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
