// SPDX-License-Identifier: Apache-2.0
#include "hub/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "hub_store_fixture.h"

static struct ob_hub_key key(const char *name)
{
	return (struct ob_hub_key){ "peers.octopus.io", "n", name };
}

/* The uid is the name. */
static void put(struct store_fixture *f, const char *name, const char *text)
{
	struct ob_hub_key k = key(name);

	assert_int_equal(ob_hub_store_put(f->s, &k, name, text), 0);
}

static void drop(struct store_fixture *f, const char *name)
{
	struct ob_hub_key k = key(name);

	assert_int_equal(ob_hub_store_delete(f->s, &k, "{}"), 0);
}

/* Names of a list at rv, with spaces between them. */
static const char *names(struct store_fixture *f, uint64_t rv,
			 const char *after, size_t max)
{
	const struct ob_hub_range range = { .resource = "peers.octopus.io",
					    .namespace = "n",
					    .rv = rv,
					    .after_name = after,
					    .max = max };
	struct ob_hub_objects list = { 0 };
	const char *s = "";

	assert_int_equal(ob_hub_store_list(f->s, &range, f->a, &list), 0);
	for (size_t i = 0; i < list.n; i++)
		s = ob_arena_printf(f->a, "%s%s%s", s, i ? " " : "",
				    list.v[i].name);
	return s;
}

static void keeps_what_was_committed(void **state)
{
	struct store_fixture *f = *state;
	struct ob_hub_key k = key("a");
	struct ob_hub_object o;
	uint64_t rv;

	put(f, "a", "{\"x\":1}");
	assert_int_equal(store_commit(f), 1);
	rv = ob_hub_store_rv(f->s);
	store_reopen(f);
	assert_int_equal(ob_hub_store_get(f->s, &k, f->a, &o), 0);
	assert_string_equal(o.text, "{\"x\":1}");
	assert_int_equal(o.rv, rv);
	assert_int_equal(ob_hub_store_rv(f->s), rv);
}

static void forgets_what_was_not_committed(void **state)
{
	struct store_fixture *f = *state;
	struct ob_hub_key k = key("a");
	struct ob_hub_object o;

	put(f, "a", "{}");
	store_reopen(f);
	assert_int_equal(ob_hub_store_get(f->s, &k, f->a, &o), -ENOENT);
}

static void numbers_never_go_back(void **state)
{
	struct store_fixture *f = *state;
	uint64_t rv;

	put(f, "a", "{}");
	drop(f, "a");
	store_commit(f);
	rv = ob_hub_store_rv(f->s);
	assert_true(ob_hub_store_compact(f->s, INT64_MAX, 0, 1000) > 0);
	store_reopen(f);
	assert_int_equal(ob_hub_store_rv(f->s), rv);
	assert_int_equal(ob_hub_store_compacted(f->s), rv);
}

static void pages_read_one_state(void **state)
{
	struct store_fixture *f = *state;
	uint64_t rv;

	put(f, "a", "{}");
	put(f, "c", "{}");
	store_commit(f);
	rv = ob_hub_store_rv(f->s);
	put(f, "b", "{}");
	drop(f, "c");
	store_commit(f);
	assert_string_equal(names(f, rv, "", 1), "a");
	assert_string_equal(names(f, rv, "a", 9), "c");
	assert_string_equal(names(f, 0, "", 9), "a b");
}

static void history_tells_what_was_before(void **state)
{
	struct store_fixture *f = *state;
	uint64_t rv = ob_hub_store_rv(f->s);
	struct ob_hub_change **list;
	size_t n;

	put(f, "a", "{\"x\":1}");
	put(f, "a", "{\"x\":2}");
	drop(f, "a");
	store_commit(f);
	assert_int_equal(ob_hub_store_history(f->s, "peers.octopus.io", rv, 9,
					      f->a, &list, &n),
			 0);
	assert_int_equal(n, 3);
	assert_int_equal(list[0]->type, OB_HUB_ADDED);
	assert_null(list[0]->old);
	assert_int_equal(list[1]->type, OB_HUB_MODIFIED);
	assert_string_equal(list[1]->old->bytes, "{\"x\":1}");
	assert_int_equal(list[2]->type, OB_HUB_DELETED);
	for (size_t i = 0; i < n; i++)
		ob_hub_change_unref(list[i]);
}

static void compaction_keeps_the_state_and_the_newest(void **state)
{
	struct store_fixture *f = *state;
	uint64_t rv;

	put(f, "a", "{\"x\":1}");
	put(f, "b", "{}");
	drop(f, "b");
	put(f, "a", "{\"x\":2}");
	store_commit(f);
	rv = ob_hub_store_rv(f->s);
	put(f, "a", "{\"x\":3}");
	put(f, "c", "{}");
	store_commit(f);
	assert_true(ob_hub_store_compact(f->s, INT64_MAX, 2, 1000) > 0);
	assert_int_equal(ob_hub_store_compacted(f->s), rv);
	assert_string_equal(names(f, rv, "", 9), "a");
	assert_string_equal(names(f, 0, "", 9), "a c");
	assert_int_equal(ob_hub_store_compact(f->s, 0, 0, 1000), 0);
}

static void finds_owners_and_the_owned(void **state)
{
	struct store_fixture *f = *state;
	struct ob_hub_key a = key("a"), found;
	struct ob_hub_keys owned = { 0 };

	put(f, "a", "{}");
	assert_int_equal(ob_hub_store_own(f->s, "owner", &a), 0);
	store_commit(f);
	assert_int_equal(ob_hub_store_find(f->s, "a", f->a, &found), 0);
	assert_true(ob_hub_key_equal(&a, &found));
	ob_hub_store_owned(f->s, "owner", 9, f->a, &owned);
	assert_int_equal(owned.n, 1);
	assert_true(ob_hub_key_equal(&a, &owned.v[0]));
	assert_int_equal(ob_hub_store_find(f->s, "owner", f->a, &found),
			 -ENOENT);
}

static void is_nobody_elses_to_read(void **state)
{
	struct store_fixture *f = *state;
	struct stat st;

	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void says_that_a_file_is_damaged(void **state)
{
	struct store_fixture *f = *state;
	struct ob_status status = OB_STATUS_INIT;
	struct ob_hub_store *s = NULL;
	char path[96];
	_close_ int fd = -1;

	snprintf(path, sizeof(path), "%s-shm", f->path);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "this is not a database, at all", 30), 30);
	assert_int_equal(ob_hub_store_open(path, true, &s, &status), -EUCLEAN);
	assert_non_null(strstr(status.message, "damaged"));
	assert_non_null(strstr(status.message, path));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_what_was_committed),
		TEST(forgets_what_was_not_committed),
		TEST(numbers_never_go_back),
		TEST(pages_read_one_state),
		TEST(history_tells_what_was_before),
		TEST(compaction_keeps_the_state_and_the_newest),
		TEST(finds_owners_and_the_owned),
		TEST(is_nobody_elses_to_read),
		TEST(says_that_a_file_is_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
