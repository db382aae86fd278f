// SPDX-License-Identifier: Apache-2.0
#include "hub/catalog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub_store_fixture.h"

#define ID "gadgets.example.com"

/* A definition; properties: of the only version's schema. */
static const char *definition(struct store_fixture *f, const char *properties)
{
	return ob_arena_printf(
		f->a,
		"{\"apiVersion\":\"apiextensions.k8s.io/v1\","
		"\"kind\":\"CustomResourceDefinition\",\"metadata\":{\"name\":"
		"\"" ID "\"},\"spec\":{\"group\":\"example.com\",\"names\":{"
		"\"kind\":\"Gadget\",\"plural\":\"gadgets\",\"singular\":"
		"\"gadget\",\"listKind\":\"GadgetList\"},\"scope\":"
		"\"Namespaced\",\"versions\":[{\"name\":\"v1\",\"served\":true,"
		"\"storage\":true,\"schema\":{\"openAPIV3Schema\":{\"type\":"
		"\"object\",\"properties\":%s}}}]}}",
		properties);
}

#define PORT "{\"port\":{\"type\":\"integer\",\"default\":1}}"
#define WAY  "{\"way\":{\"type\":\"string\",\"default\":\"x\"}}"
#define NONE "{\"port\":{\"type\":\"integer\"}}"

static void put(struct store_fixture *f, const char *resource, const char *name,
		const char *text)
{
	const struct ob_hub_key key = { resource, "", name };

	assert_int_equal(ob_hub_store_put(f->s, &key, name, text), 0);
}

/* Objects of something, so that revisions go by. */
static void others(struct store_fixture *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(f, "others", "other", "{}");
	store_commit(f);
}

/* As a turn of the hub does it: also of objects behind the definition. */
static void define(struct store_fixture *f, struct ob_hub_catalog *c,
		   const char *properties)
{
	const char *text = definition(f, properties);
	uint64_t rv;

	put(f, OB_HUB_CRDS, ID, text);
	rv = ob_hub_store_rv(f->s);
	others(f, 3);
	if (c)
		assert_int_equal(ob_hub_catalog_set(c, ID, text, strlen(text),
						    rv, ob_hub_store_rv(f->s)),
				 0);
}

static struct ob_hub_catalog *catalog(struct store_fixture *f)
{
	struct ob_hub_catalog *c;

	assert_int_equal(ob_hub_catalog_new(f->s, &c), 0);
	return c;
}

static uint64_t incomplete(struct ob_hub_catalog *c)
{
	const struct ob_hub_kind *k = ob_hub_catalog_by_id(c, ID);

	assert_non_null(k);
	return k->incomplete_rv;
}

static uint64_t incomplete_after_restart(struct store_fixture *f)
{
	_cleanup_(ob_hub_catalog_freep) struct ob_hub_catalog *c = NULL;

	store_reopen(f);
	c = catalog(f);
	return incomplete(c);
}

static void knows_after_a_restart_what_is_complete(void **state)
{
	struct store_fixture *f = *state;
	_cleanup_(ob_hub_catalog_freep) struct ob_hub_catalog *c = catalog(f);
	uint64_t rv;

	define(f, c, PORT);
	rv = ob_hub_store_rv(f->s);
	assert_int_equal(incomplete(c), rv);
	others(f, 5);
	assert_int_equal(incomplete_after_restart(f), rv);
}

static void knows_it_when_the_same_schema_is_written_again(void **state)
{
	struct store_fixture *f = *state;
	_cleanup_(ob_hub_catalog_freep) struct ob_hub_catalog *c = catalog(f);
	uint64_t rv;

	define(f, c, PORT);
	rv = ob_hub_store_rv(f->s);
	define(f, c, PORT);
	assert_int_equal(incomplete_after_restart(f), rv);
}

static void takes_all_for_incomplete_behind_another_schema(void **state)
{
	struct store_fixture *f = *state;
	_cleanup_(ob_hub_catalog_freep) struct ob_hub_catalog *c = catalog(f);

	define(f, c, PORT);
	others(f, 5);
	define(f, c, WAY);
	assert_int_equal(incomplete_after_restart(f), ob_hub_store_rv(f->s));
}

/* The definition is on disk, and what would have been noted of it is not. */
static void takes_all_for_incomplete_after_a_crash(void **state)
{
	struct store_fixture *f = *state;
	_cleanup_(ob_hub_catalog_freep) struct ob_hub_catalog *c = catalog(f);
	uint64_t rv;

	define(f, c, PORT);
	define(f, NULL, WAY);
	others(f, 5);
	rv = ob_hub_store_rv(f->s);
	assert_int_equal(incomplete_after_restart(f), rv);
	others(f, 5);
	assert_int_equal(incomplete_after_restart(f), rv);
}

static void without_defaults_all_is_complete(void **state)
{
	struct store_fixture *f = *state;
	_cleanup_(ob_hub_catalog_freep) struct ob_hub_catalog *c = catalog(f);

	define(f, c, PORT);
	define(f, c, NONE);
	assert_int_equal(incomplete(c), 0);
	assert_int_equal(incomplete_after_restart(f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
		TEST(knows_after_a_restart_what_is_complete),
		TEST(knows_it_when_the_same_schema_is_written_again),
		TEST(takes_all_for_incomplete_behind_another_schema),
		TEST(takes_all_for_incomplete_after_a_crash),
		TEST(without_defaults_all_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
