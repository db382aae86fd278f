// SPDX-License-Identifier: Apache-2.0
#include "datapath/pins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "gateway.h"
#include "ob/abi/version.h"

#define DIRECTORY GATEWAY_ROOT "/" OB_ABI_VERSION

struct fixture {
	struct ob_arena *a;
	struct ob_datapath *dp;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->a = ob_arena_new();
	f->dp = gateway_load();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_datapath_free(f->dp);
	ob_arena_free(f->a);
	free(f);
	return ob_datapath_unpin(GATEWAY_ROOT);
}

static bool has_pin(struct fixture *f, enum ob_map map)
{
	struct ob_pins pins;

	assert_int_equal(0, ob_pin_dump(f->dp, f->a, &pins));
	for (size_t i = 0; i < pins.n; i++)
		if (pins.v[i].map == map)
			return true;
	return false;
}

static const char *path_of(struct fixture *f, enum ob_map map)
{
	return ob_arena_printf(f->a, DIRECTORY "/%s", ob_map_name(map));
}

static void add(struct fixture *f, enum ob_map map)
{
	const struct ob_pin pin = { map };

	assert_int_equal(0, ob_pin_add(f->dp, &pin));
}

static void names_every_map(void **state)
{
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++)
		assert_true(has_pin(*state, i));
}

static void brings_a_name_back_that_was_removed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(0, unlink(path_of(f, OB_MAP_OUT4)));
	assert_false(has_pin(f, OB_MAP_OUT4));
	assert_true(has_pin(f, OB_MAP_IN4));
	add(f, OB_MAP_OUT4);
	assert_true(has_pin(f, OB_MAP_OUT4));
}

static void takes_a_name_back_from_another_map(void **state)
{
	struct fixture *f = *state;
	const char *path = path_of(f, OB_MAP_OUT4);
	_close_ int fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "other", 4, 4, 1, NULL);

	assert_int_equal(0, unlink(path));
	assert_int_equal(0, bpf_obj_pin(fd, path));
	assert_false(has_pin(f, OB_MAP_OUT4));
	add(f, OB_MAP_OUT4);
	assert_true(has_pin(f, OB_MAP_OUT4));
}

static void makes_directories_that_were_removed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(0, ob_datapath_unpin(GATEWAY_ROOT));
	add(f, OB_MAP_DROPS);
	assert_true(has_pin(f, OB_MAP_DROPS));
	assert_false(has_pin(f, OB_MAP_OUT4));
}

/* What is attached is passed on; names that nobody of us makes are not. */
static void lists_what_is_left_of_devices_that_are_gone(void **state)
{
	struct ob_attachment alive = { OB_HOOK_FROM_POD, 7, true, true };
	struct ob_attachments list = { &alive, 1 };
	static const char *const names[] = {
		"link_from_pod_7",  "link_from_pod_8", "link_to_tunnel_8",
		"link_from_pod_",   "link_from_pod_x", "link_from_pod_0",
		"link_elsewhere_9", "clsact_7",	       "clsact_9",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(0, mkdir(ob_arena_printf(f->a, DIRECTORY "/%s",
							  names[i]),
					  0700));
	assert_int_equal(0, ob_pin_dump_dead_links(f->dp, f->a, &list));
	assert_int_equal(4, list.n);
	for (size_t i = 0; i < list.n; i++) {
		const struct ob_attachment *a = &list.v[i];

		assert_int_equal(a->ifindex == 7, a->current);
		assert_int_equal(a->ifindex != 9, a->tcx);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(names_every_map),
		TEST(brings_a_name_back_that_was_removed),
		TEST(takes_a_name_back_from_another_map),
		TEST(makes_directories_that_were_removed),
		TEST(lists_what_is_left_of_devices_that_are_gone),
	};

	return cmocka_run_group_tests(tests, gateway_setup, NULL);
}
