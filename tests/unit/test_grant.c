// SPDX-License-Identifier: Apache-2.0
#include "octopus/grant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kube_client_fixture.h"

#define DEADLINE_MS 10000

struct scene {
	struct kube_fixture *f;
	struct ob_granter *granter;
	struct ob_config_file *config;
	struct ob_peer peers[4];
	const struct ob_peer *list[4];
	const char *cidrs[4];
	size_t n;
};

static void on_done(void *arg)
{
	struct kube_fixture *f = arg;

	f->calls++;
}

static int setup(void **state)
{
	static const char text[] = "cluster_id: hub\nhub: {kubeconfig: /k}\n"
				   "ishub: true\nendpoint: 192.0.2.1\n"
				   "global_cidr: 10.112.0.0/12\n";
	struct scene *s = calloc(1, sizeof(*s));
	struct ob_status status = OB_STATUS_INIT;
	void *fixture = NULL;

	if (!s || kube_fixture_setup(&fixture) < 0)
		return -1;
	s->f = fixture;
	assert_int_equal(
		ob_config_parse("f", text, strlen(text), &s->config, &status),
		0);
	assert_int_equal(
		ob_granter_new(s->f->kube, "ns", on_done, s->f, &s->granter),
		0);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	void *fixture = s->f;

	ob_granter_free(s->granter);
	ob_config_free(s->config);
	free(s);
	return kube_fixture_teardown(&fixture);
}

static struct ob_peer *add(struct scene *s, const char *name, const char *cidr)
{
	struct ob_peer *p = &s->peers[s->n];

	s->cidrs[s->n] = cidr;
	*p = (struct ob_peer){
		.name = name,
		.uid = name,
		.resource_version = "5",
		.spec = { .cluster_id = name,
			  .cluster_cidr = &s->cidrs[s->n],
			  .n_cluster_cidr = 1,
			  .endpoint = "",
			  .public_key = "" },
		.status = { .endpoint = "", .tunnel.endpoint = "" },
	};
	s->list[s->n++] = p;
	return p;
}

static void run(struct scene *s)
{
	const struct ob_wg_device none = { 0 };
	const struct ob_grant_view view = { .wg = &none };
	const struct ob_key key = { { 9 } };

	ob_granter_run(s->granter, s->f->arena, s->config, &key, s->list, s->n,
		       &view);
}

/* Runs until there were so many answers. */
static void run_until(struct scene *s, int calls)
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	while (s->f->calls < calls && ob_clock_monotonic_ms() < until) {
		run(s);
		assert_true(sd_event_run(s->f->event, 20000) >= 0);
	}
	assert_int_equal(s->f->calls, calls);
}

static void writes_the_status_it_judged(void **state)
{
	struct scene *s = *state;

	add(s, "c1", "10.113.0.0/16");
	run(s);
	kube_fixture_turn(s->f, 1);
	assert_string_equal(s->f->last.method, "PATCH");
	assert_non_null(strstr(s->f->last.target, "/peers/c1/status?"));
	assert_non_null(strstr(s->f->last.content_type, "merge-patch"));
	assert_non_null(strstr(s->f->last_body, "\"resourceVersion\":\"5\""));
	assert_non_null(strstr(s->f->last_body,
			       "\"cluster_cidr\":[\"10.113.0.0/16\"]"));
	assert_int_equal(ob_granter_totals(s->granter).clusters, 1);
}

static void writes_once_until_it_comes_back(void **state)
{
	struct scene *s = *state;

	s->f->body = "{\"metadata\":{\"resourceVersion\":\"6\"}}";
	add(s, "c1", "10.113.0.0/16");
	run(s);
	run(s);
	kube_fixture_turn(s->f, 1);
	run(s);
	assert_true(sd_event_run(s->f->event, 50000) >= 0);
	assert_int_equal(s->f->calls, 1);
	/* The watch shows something newer, which is not what was written. */
	s->peers[0].resource_version = "7";
	run_until(s, 2);
	assert_non_null(strstr(s->f->last_body, "\"resourceVersion\":\"7\""));
}

static void a_conflict_is_tried_again_with_what_is_there_then(void **state)
{
	struct scene *s = *state;

	s->f->code = 409;
	s->f->body = "{\"kind\":\"Status\",\"reason\":\"Conflict\"}";
	add(s, "c1", "10.113.0.0/16");
	run_until(s, 1);
	assert_null(ob_granter_trouble(s->granter)->reason);
	s->f->code = 200;
	s->peers[0].resource_version = "8";
	run_until(s, 2);
	assert_non_null(strstr(s->f->last_body, "\"resourceVersion\":\"8\""));
}

/* Nobody knows whether the status was written. */
static void what_may_have_been_given_is_given_to_nobody_else(void **state)
{
	struct scene *s = *state;

	s->f->cut = true;
	add(s, "c1", "10.113.0.0/16")->resource_version = "9";
	run(s);
	kube_fixture_turn(s->f, 1);
	s->f->cut = false;
	/* Written before c1, as it seems, and seen only now. */
	add(s, "c2", "10.113.0.0/16");
	run(s);
	kube_fixture_turn(s->f, 2);
	assert_non_null(strstr(s->f->last.target, "/peers/c2/status?"));
	assert_non_null(strstr(s->f->last_body, "\"CIDROverlap\""));
	assert_non_null(strstr(s->f->last_body, "\"cluster_cidr\":null"));
}

static void what_was_refused_is_free(void **state)
{
	struct scene *s = *state;

	s->f->code = 403;
	s->f->body = "{\"kind\":\"Status\",\"message\":\"no such right\"}";
	add(s, "c1", "10.113.0.0/16")->resource_version = "9";
	run(s);
	kube_fixture_turn(s->f, 1);
	assert_non_null(strstr(ob_granter_trouble(s->granter)->message,
			       "no such right"));
	s->f->code = 200;
	add(s, "c2", "10.113.0.0/16");
	run(s);
	kube_fixture_turn(s->f, 2);
	assert_non_null(strstr(s->f->last.target, "/peers/c2/status?"));
	assert_non_null(strstr(s->f->last_body,
			       "\"cluster_cidr\":[\"10.113.0.0/16\"]"));
}

static void a_peer_that_is_gone_is_forgotten(void **state)
{
	struct scene *s = *state;

	s->f->silent = true;
	add(s, "c1", "10.113.0.0/16");
	run(s);
	assert_true(sd_event_run(s->f->event, 50000) >= 0);
	s->n = 0;
	run(s);
	s->f->silent = false;
	assert_true(sd_event_run(s->f->event, 50000) >= 0);
	assert_int_equal(s->f->calls, 0);
	assert_int_equal(ob_granter_totals(s->granter).clusters, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(writes_the_status_it_judged),
		TEST(writes_once_until_it_comes_back),
		TEST(a_conflict_is_tried_again_with_what_is_there_then),
		TEST(what_may_have_been_given_is_given_to_nobody_else),
		TEST(what_was_refused_is_free),
		TEST(a_peer_that_is_gone_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
