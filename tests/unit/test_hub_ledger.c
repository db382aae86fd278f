// SPDX-License-Identifier: Apache-2.0
#include "hub/crash/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct ob_arena *a;
	struct ob_ledger l;
	struct ob_violation v;
	cJSON *items;
};

static int setup(void **state)
{
	struct ob_arena *a = ob_arena_new();
	struct fixture *f = ob_arena_alloc(a, sizeof(*f));

	f->a = a;
	ob_ledger_init(&f->l, a, 2, 2);
	f->items = ob_json_array(a);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	ob_arena_free(((struct fixture *)*state)->a);
	return 0;
}

/* An object that the server has. */
static cJSON *has(struct fixture *f, const char *name, const char *rv,
		  uint64_t value)
{
	cJSON *o = ob_json_object(f->a), *meta = ob_json_object(f->a), *data;
	const char *text = ob_ledger_data(f->a, value);

	assert_int_equal(
		ob_json_parse(f->a, text, strlen(text), 65536, &data, NULL), 0);
	ob_json_set(f->a, o, "metadata", meta);
	ob_json_set_string(f->a, meta, "name", name);
	ob_json_set_string(f->a, meta, "resourceVersion", rv);
	ob_json_set(f->a, o, "data", data);
	ob_json_append(f->a, f->items, o);
	return o;
}

static struct ob_ledger_object *promised(struct fixture *f, const char *name,
					 uint64_t rv, uint64_t value)
{
	struct ob_ledger_object *o = ob_ledger_find(&f->l, name);

	ob_ledger_acknowledge(f->a, o,
			      &(struct ob_ledger_event){
				      .type = OB_LEDGER_ADDED,
				      .rv = rv,
				      .value = value,
			      });
	return o;
}

static void unsure(struct fixture *f, const char *name,
		   enum ob_ledger_type type, uint64_t value)
{
	struct ob_ledger_object *o = ob_ledger_find(&f->l, name);

	o->pending = true;
	o->unsure = (struct ob_ledger_event){ .type = type, .value = value };
}

static bool broken(struct fixture *f, const char *rv)
{
	cJSON *list = ob_json_object(f->a), *meta = ob_json_object(f->a);

	ob_json_set(f->a, list, "metadata", meta);
	ob_json_set_string(f->a, meta, "resourceVersion", rv);
	ob_json_set(f->a, list, "items", f->items);
	ob_ledger_check_list(&f->l, f->a, list, &f->v);
	return f->v.broken;
}

static void accepts_what_was_promised(void **state)
{
	struct fixture *f = *state;

	promised(f, "w0-0", 5, 700);
	has(f, "w0-0", "5", 700);
	assert_false(broken(f, "5"));
}

static void notices_a_write_that_is_lost(void **state)
{
	struct fixture *f = *state;

	promised(f, "w0-0", 5, 1);
	assert_true(broken(f, "5"));
}

static void notices_an_old_value(void **state)
{
	struct fixture *f = *state;

	promised(f, "w0-0", 5, 1);
	promised(f, "w0-0", 6, 2);
	has(f, "w0-0", "5", 1);
	assert_true(broken(f, "6"));
}

static void notices_another_version_of_the_same_value(void **state)
{
	struct fixture *f = *state;

	promised(f, "w0-0", 5, 1);
	has(f, "w0-0", "6", 1);
	assert_true(broken(f, "6"));
}

static void notices_half_a_write(void **state)
{
	struct fixture *f = *state;
	cJSON *o;

	promised(f, "w0-0", 5, 1);
	o = has(f, "w0-0", "5", 1);
	ob_json_set_string(f->a, ob_json_get(o, "data"), "last", "2");
	assert_true(broken(f, "5"));
}

static void notices_what_nobody_wrote(void **state)
{
	struct fixture *f = *state;

	has(f, "w1-1", "5", 1);
	assert_true(broken(f, "5"));
}

static void notices_a_version_that_goes_back(void **state)
{
	struct fixture *f = *state;

	f->l.max_rv = 6;
	assert_true(broken(f, "5"));
}

static void takes_an_unanswered_write_either_way(void **state)
{
	struct fixture *f = *state;

	promised(f, "w0-0", 5, 1);
	promised(f, "w0-1", 6, 2);
	unsure(f, "w0-0", OB_LEDGER_MODIFIED, 3);
	unsure(f, "w0-1", OB_LEDGER_MODIFIED, 4);
	unsure(f, "w1-0", OB_LEDGER_ADDED, 5);
	has(f, "w0-0", "7", 3);
	has(f, "w0-1", "6", 2);
	assert_false(broken(f, "7"));
	assert_int_equal(ob_ledger_find(&f->l, "w0-0")->rv, 7);
	assert_int_equal(ob_ledger_find(&f->l, "w0-0")->due.n, 2);
	assert_int_equal(ob_ledger_find(&f->l, "w0-1")->due.n, 1);
}

static void takes_an_unanswered_delete_either_way(void **state)
{
	struct fixture *f = *state;

	promised(f, "w0-0", 5, 1);
	promised(f, "w0-1", 6, 2);
	unsure(f, "w0-0", OB_LEDGER_DELETED, 1);
	unsure(f, "w0-1", OB_LEDGER_DELETED, 2);
	has(f, "w0-1", "6", 2);
	assert_false(broken(f, "7"));
	assert_false(ob_ledger_find(&f->l, "w0-0")->exists);
	assert_true(ob_ledger_find(&f->l, "w0-1")->exists);
}

static void sees(struct fixture *f, const char *name, uint64_t rv,
		 uint64_t value)
{
	struct ob_ledger_object *o = ob_ledger_find(&f->l, name);

	*OB_PUSH(f->a, &o->seen) = (struct ob_ledger_event){
		.type = OB_LEDGER_ADDED,
		.rv = rv,
		.value = value,
	};
}

static bool events_broken(struct fixture *f)
{
	ob_ledger_check_events(&f->l, &f->v);
	return f->v.broken;
}

static void accepts_every_event_once(void **state)
{
	struct fixture *f = *state;

	promised(f, "w0-0", 5, 1);
	sees(f, "w0-0", 5, 1);
	assert_false(events_broken(f));
	/* and the next round begins with none */
	assert_false(events_broken(f));
}

static void notices_an_event_that_is_missing_or_comes_twice(void **state)
{
	struct fixture *f = *state;

	promised(f, "w0-0", 5, 1);
	assert_true(events_broken(f));
	f->v.broken = false;
	promised(f, "w0-0", 6, 1);
	sees(f, "w0-0", 6, 1);
	sees(f, "w0-0", 6, 1);
	assert_true(events_broken(f));
}

static void notices_an_event_of_another_version_or_value(void **state)
{
	struct fixture *f = *state;

	promised(f, "w0-0", 5, 1);
	sees(f, "w0-0", 6, 1);
	assert_true(events_broken(f));
	f->v.broken = false;
	promised(f, "w0-0", 7, 1);
	sees(f, "w0-0", 7, 2);
	assert_true(events_broken(f));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(accepts_what_was_promised),
		TEST(notices_a_write_that_is_lost),
		TEST(notices_an_old_value),
		TEST(notices_another_version_of_the_same_value),
		TEST(notices_half_a_write),
		TEST(notices_what_nobody_wrote),
		TEST(notices_a_version_that_goes_back),
		TEST(takes_an_unanswered_write_either_way),
		TEST(takes_an_unanswered_delete_either_way),
		TEST(accepts_every_event_once),
		TEST(notices_an_event_that_is_missing_or_comes_twice),
		TEST(notices_an_event_of_another_version_or_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
