// SPDX-License-Identifier: Apache-2.0
#include "reconcile/plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What ran, in order, as "key " each. */
struct record {
	char ran[512];
	size_t len;
};

static int setup(void **state)
{
	*state = ob_arena_new();
	return 0;
}

static int teardown(void **state)
{
	ob_arena_free(*state);
	return 0;
}

static int apply_ok(void *context, const struct ob_op *op,
		    struct ob_status *status)
{
	struct record *r = context;

	(void)status;
	r->len += (size_t)snprintf(r->ran + r->len, sizeof(r->ran) - r->len,
				   "%s ", op->key);
	return 0;
}

static int apply_fails(void *context, const struct ob_op *op,
		       struct ob_status *status)
{
	apply_ok(context, op, status);
	return -ENETUNREACH;
}

static int apply_explains(void *context, const struct ob_op *op,
			  struct ob_status *status)
{
	apply_ok(context, op, status);
	return ob_status_set(status, EPERM, "NotAllowed", "no capability");
}

static void add(struct ob_plan *plan, unsigned int stage, const char *key,
		int (*apply)(void *, const struct ob_op *, struct ob_status *))
{
	ob_plan_add(plan, stage, OB_VERB_ADD, "route", key)->apply = apply;
}

static void an_empty_plan_does_nothing(void **state)
{
	struct ob_plan_result result = { .applied = 7, .failed = 7 };
	struct ob_plan plan;

	ob_plan_init(&plan, *state);
	ob_plan_apply(&plan, NULL, &result);
	assert_int_equal(result.applied, 0);
	assert_int_equal(result.failed, 0);
	assert_null(result.first.reason);
	assert_string_equal(ob_plan_format(&plan), "");
}

static void applies_in_order_of_stages(void **state)
{
	struct ob_plan_result result;
	struct record r = { .len = 0 };
	struct ob_plan plan;

	ob_plan_init(&plan, *state);
	add(&plan, 9, "last", apply_ok);
	add(&plan, 2, "b", apply_ok);
	add(&plan, 0, "first", apply_ok);
	add(&plan, 2, "a", apply_ok);
	ob_plan_apply(&plan, &r, &result);
	assert_string_equal(r.ran, "first b a last ");
	assert_int_equal(result.applied, 4);
}

/* Enough of them that an unstable sort would show. */
static void keeps_the_order_of_adding_within_a_stage(void **state)
{
	struct ob_plan plan;
	const char *line;
	char key[16];

	ob_plan_init(&plan, *state);
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "%d", i);
		add(&plan, i % 3 == 0, key, apply_ok);
	}
	line = ob_plan_format(&plan);
	for (int stage = 0; stage < 2; stage++)
		for (int i = 0; i < 1000; i++) {
			if ((i % 3 == 0) != stage)
				continue;
			snprintf(key, sizeof(key), "add route %d\n", i);
			assert_memory_equal(line, key, strlen(key));
			line += strlen(key);
		}
	assert_string_equal(line, "");
}

static void counts_failures_and_goes_on(void **state)
{
	struct ob_plan_result result;
	struct record r = { .len = 0 };
	struct ob_plan plan;

	ob_plan_init(&plan, *state);
	add(&plan, 1, "a", apply_ok);
	add(&plan, 2, "b", apply_explains);
	add(&plan, 3, "c", apply_fails);
	add(&plan, 4, "d", apply_ok);
	ob_plan_apply(&plan, &r, &result);
	assert_string_equal(r.ran, "a b c d ");
	assert_int_equal(result.applied, 2);
	assert_int_equal(result.failed, 2);
}

static void keeps_the_first_failure_in_order_of_application(void **state)
{
	struct ob_plan_result result;
	struct record r = { .len = 0 };
	struct ob_plan plan;

	ob_plan_init(&plan, *state);
	add(&plan, 2, "late", apply_fails);
	add(&plan, 1, "early", apply_explains);
	ob_plan_apply(&plan, &r, &result);
	assert_string_equal(result.first.reason, "NotAllowed");
	assert_string_equal(result.first.message, "no capability");
}

static void an_unexplained_failure_gets_a_sentence(void **state)
{
	struct ob_plan_result result;
	struct record r = { .len = 0 };
	struct ob_plan plan;

	ob_plan_init(&plan, *state);
	add(&plan, 1, "10.114.0.0/16", apply_fails);
	ob_plan_apply(&plan, &r, &result);
	assert_string_equal(result.first.reason, "ApplyFailed");
	assert_string_equal(result.first.message,
			    "cannot add route 10.114.0.0/16: "
			    "Network is unreachable");
}

static void copies_keys(void **state)
{
	struct ob_plan plan;
	char key[] = "old";

	ob_plan_init(&plan, *state);
	ob_plan_add(&plan, 0, OB_VERB_DEL, "peer", key);
	key[0] = 'O';
	assert_string_equal(ob_plan_format(&plan), "del peer old\n");
}

static void formats_in_order_of_application(void **state)
{
	struct ob_plan plan;

	ob_plan_init(&plan, *state);
	ob_plan_add(&plan, 3, OB_VERB_ADD, "route", "10.114.0.0/16 dev ob0");
	ob_plan_add(&plan, 1, OB_VERB_CHANGE, "link", "ob0");
	assert_string_equal(ob_plan_format(&plan),
			    "change link ob0\n"
			    "add route 10.114.0.0/16 dev ob0\n");
}

/* Standard error of a plan with one success and one failure. */
static void capture_log(struct ob_arena *a, char *buf, size_t size)
{
	struct record r = { .len = 0 };
	struct ob_plan_result result;
	int saved = dup(STDERR_FILENO), fds[2];
	struct ob_plan plan;
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	ob_plan_init(&plan, a);
	add(&plan, 1, "10.114.0.0/16 dev ob0", apply_ok);
	add(&plan, 2, "10.115.0.0/16 dev ob0", apply_explains);
	ob_plan_apply(&plan, &r, &result);
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = read(fds[0], buf, size - 1);
	buf[n > 0 ? n : 0] = '\0';
	close(fds[0]);
}

static void logs_every_operation(void **state)
{
	char log[1024];

	capture_log(*state, log, sizeof(log));
	assert_non_null(strstr(log, "level=info msg=\"add\" kind=\"route\" "
				    "key=\"10.114.0.0/16 dev ob0\"\n"));
	assert_non_null(strstr(log, "level=error msg=\"cannot apply\" "
				    "verb=add kind=\"route\" "
				    "key=\"10.115.0.0/16 dev ob0\" "
				    "reason=NotAllowed errno=EPERM "
				    "error=\"no capability\"\n"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(an_empty_plan_does_nothing),
		T(applies_in_order_of_stages),
		T(keeps_the_order_of_adding_within_a_stage),
		T(counts_failures_and_goes_on),
		T(keeps_the_first_failure_in_order_of_application),
		T(an_unexplained_failure_gets_a_sentence),
		T(copies_keys),
		T(formats_in_order_of_application),
		T(logs_every_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
