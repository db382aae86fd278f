// SPDX-License-Identifier: Apache-2.0
#include "hub/gc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/*
 * A small API server: objects named by letters, uid "u-NAME", and the loop that
 * the hub has too. Owners are written "a b!": b! is one that is held back.
 */
struct world {
	struct ob_arena *a;
	cJSON *objects;
	struct ob_hub_gc_uids look, owned;
	unsigned int writes;
};

static int setup(void **state)
{
	struct ob_arena *a = ob_arena_new();
	struct world *w = ob_arena_alloc(a, sizeof(*w));

	w->a = a;
	w->objects = ob_json_array(a);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	ob_arena_free(((struct world *)*state)->a);
	return 0;
}

static const char *uid(struct world *w, const char *name)
{
	return ob_arena_printf(w->a, "u-%s", name);
}

static cJSON *find(struct world *w, const char *u)
{
	cJSON *o;

	cJSON_ArrayForEach(o, w->objects)
	{
		if (strcmp(ob_json_string(o, "metadata.uid"), u) == 0)
			return o;
	}
	return NULL;
}

static bool lives(struct world *w, const char *name)
{
	return find(w, uid(w, name));
}

static cJSON *reference(struct world *w, const char *name, bool blocks)
{
	cJSON *ref = ob_json_object(w->a);

	ob_json_set_string(w->a, ref, "apiVersion", "v1");
	ob_json_set_string(w->a, ref, "kind", "ConfigMap");
	ob_json_set_string(w->a, ref, "name", name);
	ob_json_set_string(w->a, ref, "uid", uid(w, name));
	if (blocks)
		ob_json_set_bool(w->a, ref, "blockOwnerDeletion", true);
	return ref;
}

static cJSON *owners(struct world *w, const char *text)
{
	cJSON *list = ob_json_array(w->a);

	while (*text) {
		size_t n = strcspn(text, " !");
		const char *name = ob_arena_printf(w->a, "%.*s", (int)n, text);

		ob_json_append(w->a, list, reference(w, name, text[n] == '!'));
		text += n;
		text += strspn(text, " !");
	}
	return list;
}

static cJSON *object(struct world *w, const char *name, const char *owner_names)
{
	cJSON *o = ob_json_object(w->a), *meta = ob_json_object(w->a);

	ob_json_set_string(w->a, o, "apiVersion", "v1");
	ob_json_set_string(w->a, o, "kind", "ConfigMap");
	ob_json_set(w->a, o, "metadata", meta);
	ob_json_set_string(w->a, meta, "name", name);
	ob_json_set_string(w->a, meta, "namespace", "n");
	ob_json_set_string(w->a, meta, "uid", uid(w, name));
	if (*owner_names)
		ob_json_set(w->a, meta, "ownerReferences",
			    owners(w, owner_names));
	return o;
}

/* now NULL: it is deleted. */
static void change(struct world *w, cJSON *before, cJSON *now)
{
	ob_hub_gc_after(w->a, before, now, &w->look, &w->owned);
	if (before)
		ob_json_detach(w->objects, before);
	if (now)
		ob_json_append(w->a, w->objects, now);
	w->writes++;
}

/* As an update does it: what was to be deleted and is held no more, goes. */
static void write_object(struct world *w, cJSON *now)
{
	cJSON *before = find(w, ob_json_string(now, "metadata.uid"));
	bool goes = ob_json_at(now, "metadata.deletionTimestamp") &&
		    !ob_json_at(now, "metadata.finalizers");

	change(w, before, goes ? NULL : now);
}

static void delete_object(struct world *w, cJSON *o, const char *policy)
{
	cJSON *now = ob_json_copy(w->a, o);

	ob_hub_gc_prepare(w->a, now, policy);
	ob_json_set_string(w->a, ob_json_get(now, "metadata"),
			   "deletionTimestamp", "2026-01-01T00:00:00Z");
	write_object(w, now);
}

static int index_scope(void *data, const char *api_version, const char *kind)
{
	(void)data;
	if (strcmp(api_version, "v1") != 0)
		return -ENOENT;
	return strcmp(kind, "Node") != 0;
}

static int index_find(void *data, const char *u, const cJSON **ret)
{
	*ret = find(data, u);
	return *ret ? 0 : -ENOENT;
}

static bool owns(const char *u, const cJSON *o)
{
	const cJSON *ref;

	cJSON_ArrayForEach(ref, ob_json_at(o, "metadata.ownerReferences"))
	{
		if (strcmp(ob_json_string(ref, "uid"), u) == 0)
			return true;
	}
	return false;
}

static int index_owned(void *data, const char *u,
		       bool (*visit)(void *arg, const cJSON *object), void *arg)
{
	struct world *w = data;
	const cJSON *o;

	cJSON_ArrayForEach(o, w->objects)
	{
		if (owns(u, o) && !visit(arg, o))
			break;
	}
	return 0;
}

static struct ob_hub_gc_decision decide(struct world *w, const cJSON *o)
{
	const struct ob_hub_gc_index index = {
		.data = w,
		.scope = index_scope,
		.find = index_find,
		.owned = index_owned,
	};
	struct ob_hub_gc_decision d;

	assert_int_equal(ob_hub_gc_decide(w->a, &index, o, &d), 0);
	return d;
}

static void let_go(struct world *w, const char *u)
{
	cJSON *o, *next;

	for (o = w->objects->child; o; o = next) {
		cJSON *now = ob_hub_gc_disown(w->a, o, u);

		next = o->next;
		if (now)
			change(w, o, now);
	}
}

static void look_at(struct world *w, const char *u)
{
	cJSON *o = find(w, u);
	struct ob_hub_gc_decision d;

	if (!o)
		return;
	d = decide(w, o);
	if (d.verdict == OB_HUB_GC_LET_GO_OF)
		let_go(w, u);
	if (d.update)
		write_object(w, d.update);
	if (d.verdict == OB_HUB_GC_DELETE)
		delete_object(w, find(w, u), d.policy);
}

static void queue_owned(struct world *w, const char *u)
{
	const cJSON *o;

	cJSON_ArrayForEach(o, w->objects)
	{
		if (owns(u, o))
			*OB_PUSH(w->a, &w->look) =
				ob_json_string(o, "metadata.uid");
	}
}

static void settle(struct world *w)
{
	unsigned int limit = w->writes + 10000;

	while (w->look.n || w->owned.n) {
		if (w->owned.n)
			queue_owned(w, w->owned.v[--w->owned.n]);
		else
			look_at(w, w->look.v[--w->look.n]);
		assert_true(w->writes < limit);
	}
}

static void create(struct world *w, const char *name, const char *owner_names)
{
	change(w, NULL, object(w, name, owner_names));
}

static void del(struct world *w, const char *name, const char *policy)
{
	delete_object(w, find(w, uid(w, name)), policy);
}

static void deletes_what_has_no_owner_left(void **state)
{
	struct world *w = *state;

	create(w, "a", "");
	create(w, "b", "a");
	create(w, "c", "b");
	create(w, "d", "");
	del(w, "a", "Background");
	settle(w);
	assert_false(lives(w, "b"));
	assert_false(lives(w, "c"));
	assert_true(lives(w, "d"));
}

static void
keeps_what_another_owns_and_forgets_the_one_that_is_gone(void **state)
{
	struct world *w = *state;

	create(w, "a", "");
	create(w, "b", "");
	create(w, "c", "a b");
	del(w, "a", NULL);
	settle(w);
	assert_true(lives(w, "c"));
	assert_false(owns("u-a", find(w, "u-c")));
	assert_true(owns("u-b", find(w, "u-c")));
	del(w, "b", NULL);
	settle(w);
	assert_false(lives(w, "c"));
}

static void deletes_what_is_made_for_an_owner_that_is_gone(void **state)
{
	struct world *w = *state;

	create(w, "b", "nobody");
	settle(w);
	assert_false(lives(w, "b"));
}

static void waits_in_the_foreground_for_those_that_block(void **state)
{
	struct world *w = *state;
	cJSON *held;

	create(w, "a", "");
	held = object(w, "b", "a!");
	ob_json_set(w->a, ob_json_get(held, "metadata"), "finalizers",
		    ob_json_array(w->a));
	ob_json_append(w->a, ob_json_at(held, "metadata.finalizers"),
		       ob_json_string_new(w->a, "example.org/hold"));
	change(w, NULL, held);
	create(w, "c", "a");
	del(w, "a", "Foreground");
	settle(w);
	assert_true(lives(w, "a"));
	assert_true(lives(w, "b"));
	assert_false(lives(w, "c"));
	change(w, find(w, "u-b"), NULL);
	settle(w);
	assert_false(lives(w, "a"));
}

static void deletes_the_leaves_first_in_the_foreground(void **state)
{
	struct world *w = *state;

	create(w, "a", "");
	create(w, "b", "a!");
	create(w, "c", "b!");
	create(w, "d", "c");
	del(w, "a", "Foreground");
	assert_true(lives(w, "a"));
	settle(w);
	assert_int_equal(cJSON_GetArraySize(w->objects), 0);
}

static void lets_go_of_those_that_do_not_block_any_more(void **state)
{
	struct world *w = *state;

	create(w, "a", "");
	create(w, "k", "");
	create(w, "b", "a! k");
	del(w, "a", "Foreground");
	settle(w);
	assert_false(lives(w, "a"));
	assert_true(lives(w, "b"));
	assert_false(owns("u-a", find(w, "u-b")));
}

static void breaks_a_circle_of_owners(void **state)
{
	struct world *w = *state;

	ob_json_append(w->a, w->objects, object(w, "a", "b!"));
	ob_json_append(w->a, w->objects, object(w, "b", "a!"));
	ob_json_append(w->a, w->objects, object(w, "s", "s!"));
	del(w, "a", "Foreground");
	del(w, "s", "Foreground");
	settle(w);
	assert_int_equal(cJSON_GetArraySize(w->objects), 0);
}

static void orphans_when_asked_to(void **state)
{
	struct world *w = *state;

	create(w, "a", "");
	create(w, "b", "a!");
	create(w, "c", "b");
	del(w, "a", "Orphan");
	settle(w);
	assert_false(lives(w, "a"));
	assert_true(lives(w, "b"));
	assert_null(ob_json_at(find(w, "u-b"), "metadata.ownerReferences"));
	assert_true(lives(w, "c"));
}

static void keeps_an_object_whose_owner_it_cannot_know(void **state)
{
	struct world *w = *state;
	cJSON *o = object(w, "b", "gone"), *ref;

	ref = ob_json_at(o, "metadata.ownerReferences")->child;
	ob_json_set_string(w->a, ref, "apiVersion", "apps/v1");
	change(w, NULL, o);
	settle(w);
	assert_true(lives(w, "b"));
}

static void keeps_a_global_object_with_an_owner_in_a_namespace(void **state)
{
	struct world *w = *state;
	cJSON *o = object(w, "b", "gone");

	ob_json_set(w->a, ob_json_get(o, "metadata"), "namespace", NULL);
	change(w, NULL, o);
	settle(w);
	assert_true(lives(w, "b"));
}

static cJSON *owned_through(struct world *w, const char *key, const char *value)
{
	cJSON *o = object(w, "b", "a");

	ob_json_set_string(w->a,
			   ob_json_at(o, "metadata.ownerReferences")->child,
			   key, value);
	return o;
}

static void takes_only_the_owner_that_is_meant(void **state)
{
	struct world *w = *state;
	cJSON *elsewhere = object(w, "b", "a");

	create(w, "a", "");
	ob_json_set_string(w->a, ob_json_get(elsewhere, "metadata"),
			   "namespace", "m");
	assert_int_equal(decide(w, elsewhere).verdict, OB_HUB_GC_DELETE);
	assert_int_equal(decide(w, owned_through(w, "kind", "Secret")).verdict,
			 OB_HUB_GC_DELETE);
	assert_int_equal(decide(w, owned_through(w, "name", "x")).verdict,
			 OB_HUB_GC_DELETE);
	assert_int_equal(decide(w, owned_through(w, "name", "a")).verdict,
			 OB_HUB_GC_KEEP);
}

static void survives_references_that_are_nonsense(void **state)
{
	static const char text[] =
		"{\"metadata\":{\"namespace\":\"n\",\"uid\":\"u\","
		"\"finalizers\":[1,null,{}],"
		"\"ownerReferences\":[null,1,{},[],{\"uid\":1}]}}";
	struct world *w = *state;
	cJSON *o = NULL;

	assert_int_equal(
		ob_json_parse(w->a, text, strlen(text), 4096, &o, NULL), 0);
	assert_int_equal(decide(w, o).verdict, OB_HUB_GC_KEEP);
	change(w, NULL, o);
	change(w, o, ob_json_copy(w->a, o));
}

static int failing_find(void *data, const char *u, const cJSON **ret)
{
	(void)data;
	(void)u;
	(void)ret;
	return -EIO;
}

static void decides_nothing_when_the_index_fails(void **state)
{
	struct world *w = *state;
	const struct ob_hub_gc_index index = {
		.data = w,
		.scope = index_scope,
		.find = failing_find,
		.owned = index_owned,
	};
	struct ob_hub_gc_decision d;

	assert_int_equal(
		ob_hub_gc_decide(w->a, &index, object(w, "b", "a"), &d), -EIO);
}

static const char *finalizers_after(struct world *w, const char *had,
				    const char *policy)
{
	cJSON *o = object(w, "a", ""), *list = ob_json_array(w->a);

	if (had)
		ob_json_append(w->a, list, ob_json_string_new(w->a, had));
	ob_json_append(w->a, list, ob_json_string_new(w->a, "x"));
	ob_json_set(w->a, ob_json_get(o, "metadata"), "finalizers", list);
	ob_hub_gc_prepare(w->a, o, policy);
	return ob_json_print(w->a, ob_json_at(o, "metadata.finalizers"));
}

static void gives_the_finalizer_of_the_policy(void **state)
{
	struct world *w = *state;
	const char *fg = "foregroundDeletion";

	assert_string_equal(finalizers_after(w, NULL, NULL), "[\"x\"]");
	assert_string_equal(finalizers_after(w, NULL, "Orphan"),
			    "[\"x\",\"orphan\"]");
	assert_string_equal(finalizers_after(w, fg, "Orphan"),
			    "[\"x\",\"orphan\"]");
	assert_string_equal(finalizers_after(w, fg, NULL),
			    "[\"foregroundDeletion\",\"x\"]");
	assert_string_equal(finalizers_after(w, fg, "Background"), "[\"x\"]");
	assert_string_equal(finalizers_after(w, "orphan", "Foreground"),
			    "[\"x\",\"foregroundDeletion\"]");
}

/* Numbers that look random and are the same every time. */
static uint32_t dice(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % n;
}

#define MANY 12

/* Object i has some of those before it as owners; bits of them. */
static void random_world(struct world *w, uint32_t *seed,
			 uint32_t owned_by[MANY])
{
	for (uint32_t i = 0; i < MANY; i++) {
		char names[64] = "";

		owned_by[i] = 0;
		for (uint32_t n = dice(seed, 4); i && n; n--)
			owned_by[i] |= 1U << dice(seed, i);
		for (uint32_t j = 0; j < i; j++)
			if (owned_by[i] >> j & 1)
				snprintf(names + strlen(names), 4, "%c%s ",
					 'a' + j, dice(seed, 2) ? "!" : "");
		create(w, (char[]){ (char)('a' + i), '\0' }, names);
	}
	settle(w);
}

static void leaves_what_still_has_an_owner_whatever_the_policy(void **state)
{
	static const char *const policies[] = { "Background", "Foreground" };
	uint32_t seed = 1, owned_by[MANY];

	(void)state;
	for (unsigned int round = 0; round < 200; round++) {
		void *fresh = NULL;
		uint32_t dead = 1;

		setup(&fresh);
		random_world(fresh, &seed, owned_by);
		del(fresh, "a", policies[dice(&seed, 2)]);
		settle(fresh);
		for (uint32_t i = 1; i < MANY; i++)
			if (owned_by[i] && !(owned_by[i] & ~dead))
				dead |= 1U << i;
		for (uint32_t i = 0; i < MANY; i++)
			assert_int_equal(
				lives(fresh, (char[]){ (char)('a' + i), 0 }),
				!(dead >> i & 1));
		teardown(&fresh);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(deletes_what_has_no_owner_left),
		TEST(keeps_what_another_owns_and_forgets_the_one_that_is_gone),
		TEST(deletes_what_is_made_for_an_owner_that_is_gone),
		TEST(waits_in_the_foreground_for_those_that_block),
		TEST(deletes_the_leaves_first_in_the_foreground),
		TEST(lets_go_of_those_that_do_not_block_any_more),
		TEST(breaks_a_circle_of_owners),
		TEST(orphans_when_asked_to),
		TEST(keeps_an_object_whose_owner_it_cannot_know),
		TEST(keeps_a_global_object_with_an_owner_in_a_namespace),
		TEST(takes_only_the_owner_that_is_meant),
		TEST(survives_references_that_are_nonsense),
		TEST(decides_nothing_when_the_index_fails),
		TEST(gives_the_finalizer_of_the_policy),
		TEST(leaves_what_still_has_an_owner_whatever_the_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
