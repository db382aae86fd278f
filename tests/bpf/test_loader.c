// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "datapath/private.h"
#include "gateway.h"
#include "ob/abi/version.h"

#define DIRECTORY GATEWAY_ROOT "/" OB_ABI_VERSION

static int clean(void **state __attribute__((unused)))
{
	return ob_datapath_unpin(GATEWAY_ROOT);
}

static uint32_t map_id(const struct ob_datapath *dp, enum ob_map map)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	assert_int_equal(0, bpf_obj_get_info_by_fd(ob_datapath_map_fd(dp, map),
						   &info, &size));
	return info.id;
}

static void load_pins_every_map_by_name(void **state __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = gateway_load();

	assert_int_equal(OB_MAP_COUNT, gateway_pins("ob_"));
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++) {
		char path[256];
		_close_ int fd = -1;

		snprintf(path, sizeof(path), DIRECTORY "/%s", ob_map_name(i));
		fd = bpf_obj_get(path);
		assert_true(fd >= 0);
		assert_true(ob_datapath_map_fd(dp, i) >= 0);
	}
	assert_int_equal(OB_HOOK_COUNT, gateway_pins("prog_"));
}

static void directories_are_for_root_only(void **state __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = gateway_load();
	struct stat st;

	assert_non_null(dp);
	assert_int_equal(0, stat(GATEWAY_ROOT, &st));
	assert_int_equal(0700, st.st_mode & 07777);
	assert_int_equal(0, stat(DIRECTORY, &st));
	assert_int_equal(0700, st.st_mode & 07777);
}

static void second_load_adopts_maps_and_programs(void **state
						 __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *first = gateway_load();
	_cleanup_(ob_datapath_freep) struct ob_datapath *second =
		gateway_load();

	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++)
		assert_int_equal(map_id(first, i), map_id(second, i));
	for (enum ob_hook i = 0; i < OB_HOOK_COUNT; i++)
		assert_int_equal(first->prog_id[i], second->prog_id[i]);
}

static void maps_outlive_the_loader(void **state __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = gateway_load();
	uint32_t id = map_id(dp, OB_MAP_ROUTE4);

	ob_datapath_free(TAKE_PTR(dp));
	assert_int_equal(0, ob_datapath_open(GATEWAY_ROOT, &dp, NULL));
	assert_int_equal(id, map_id(dp, OB_MAP_ROUTE4));
}

static void open_says_what_is_missing(void **state __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = NULL;
	struct ob_status status = OB_STATUS_INIT;

	assert_int_equal(-ENOENT, ob_datapath_open(GATEWAY_ROOT, &dp, &status));
	assert_string_equal("NotPinned", status.reason);
	assert_non_null(strstr(status.message, DIRECTORY "/ob_config"));
	assert_null(dp);
}

static void replaced_map_gets_programs_that_use_it(void **state
						   __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *first = gateway_load();
	_cleanup_(ob_datapath_freep) struct ob_datapath *second = NULL;

	assert_int_equal(0, unlink(DIRECTORY "/ob_config"));
	second = gateway_load();
	assert_int_not_equal(map_id(first, OB_MAP_CONFIG),
			     map_id(second, OB_MAP_CONFIG));
	assert_int_equal(map_id(first, OB_MAP_IN4), map_id(second, OB_MAP_IN4));
}

static void program_with_unknown_constants_is_replaced(void **state
						       __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *first = gateway_load();
	_cleanup_(ob_datapath_freep) struct ob_datapath *second = NULL;

	assert_int_equal(0, unlink(DIRECTORY "/rodata_from_pod"));
	second = gateway_load();
	assert_int_not_equal(first->prog_id[OB_HOOK_FROM_POD],
			     second->prog_id[OB_HOOK_FROM_POD]);
	assert_int_equal(first->prog_id[OB_HOOK_TO_TUNNEL],
			 second->prog_id[OB_HOOK_TO_TUNNEL]);
}

static void refuses_a_pinned_map_of_another_kind(void **state
						 __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = NULL;
	struct ob_status status = OB_STATUS_INIT;
	_close_ int fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "ob_config", 4, 16, 1, NULL);

	assert_true(fd >= 0);
	assert_int_equal(0, mkdir(GATEWAY_ROOT, 0700));
	assert_int_equal(0, mkdir(DIRECTORY, 0700));
	assert_int_equal(0, bpf_obj_pin(fd, DIRECTORY "/ob_config"));
	assert_int_equal(-EINVAL, ob_datapath_load(GATEWAY_ROOT, &dp, &status));
	assert_string_equal("MapMismatch", status.reason);
	assert_non_null(strstr(status.message, "value 16"));
}

/* The kernel would copy 4096 bytes to where 132 are expected. */
static void open_refuses_a_map_of_another_size(void **state
					       __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = gateway_load();
	struct ob_datapath *opened = NULL;
	struct ob_status status = OB_STATUS_INIT;
	_close_ int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "ob_config", 4,
					4096, 1, NULL);

	assert_non_null(dp);
	assert_true(fd >= 0);
	assert_int_equal(0, unlink(DIRECTORY "/ob_config"));
	assert_int_equal(0, bpf_obj_pin(fd, DIRECTORY "/ob_config"));
	assert_int_equal(-EINVAL,
			 ob_datapath_open(GATEWAY_ROOT, &opened, &status));
	assert_string_equal("MapMismatch", status.reason);
	assert_null(opened);
}

/* Anybody may have been there before us: a bpffs has mode 1777. */
static void refuses_directories_that_others_own(void **state
						__attribute__((unused)))
{
	static const char *const dirs[] = { GATEWAY_ROOT, DIRECTORY };
	const uid_t nobody = 65534;

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		struct ob_datapath *dp = NULL;
		struct ob_status status = OB_STATUS_INIT;

		(void)mkdir(GATEWAY_ROOT, 0700);
		(void)mkdir(DIRECTORY, 0700);
		assert_int_equal(0, chown(dirs[i], nobody, (gid_t)-1));
		assert_int_equal(-EPERM,
				 ob_datapath_load(GATEWAY_ROOT, &dp, &status));
		assert_string_equal("UnsafePinRoot", status.reason);
		assert_int_equal(0, chown(dirs[i], 0, (gid_t)-1));
		assert_int_equal(0, chmod(dirs[i], 0770));
		assert_int_equal(-EPERM,
				 ob_datapath_load(GATEWAY_ROOT, &dp, NULL));
		assert_int_equal(0, ob_datapath_unpin(GATEWAY_ROOT));
	}
}

static void mounts_bpffs_where_it_is_missing(void **state
					     __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = NULL;

	/* Lazily: other tests' descriptors may still be open. */
	assert_int_equal(0, umount2("/sys/fs/bpf", MNT_DETACH));
	dp = gateway_load();
	assert_non_null(dp);
	assert_int_equal(OB_MAP_COUNT, gateway_pins("ob_"));
}

static void names_the_command_when_root_is_elsewhere(void **state
						     __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = NULL;
	struct ob_status status = OB_STATUS_INIT;

	assert_int_equal(-EXDEV,
			 ob_datapath_load("/tmp/no-bpffs/here", &dp, &status));
	assert_non_null(
		strstr(status.message, "mount -t bpf bpf /tmp/no-bpffs/here"));
	status.reason = NULL;
	assert_int_equal(-EINVAL, ob_datapath_load("pins", &dp, &status));
	assert_string_equal("InvalidPinRoot", status.reason);
}

static int load_in_child(void)
{
	struct ob_datapath *dp = NULL;
	int r = ob_datapath_load(GATEWAY_ROOT, &dp, NULL);

	ob_datapath_free(dp);
	return r == 0 ? 0 : 1;
}

static void concurrent_loaders_share_one_set_of_pins(void **state
						     __attribute__((unused)))
{
	enum {
		LOADERS = 6
	};
	pid_t pids[LOADERS];

	for (int i = 0; i < LOADERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(load_in_child());
	}
	for (int i = 0; i < LOADERS; i++) {
		int status = -1;

		assert_int_equal(pids[i], waitpid(pids[i], &status, 0));
		assert_int_equal(0, status);
	}
	assert_int_equal(OB_MAP_COUNT, gateway_pins("ob_"));
	assert_int_equal(OB_HOOK_COUNT, gateway_pins("prog_"));
}

static void unpin_removes_every_version_and_the_root(void **state
						     __attribute__((unused)))
{
	struct ob_datapath *dp = gateway_load();

	ob_datapath_free(dp);
	assert_int_equal(0, mkdir(GATEWAY_ROOT "/v0", 0700));
	assert_int_equal(0, ob_datapath_unpin(GATEWAY_ROOT));
	assert_int_equal(-1, access(GATEWAY_ROOT, F_OK));
	assert_int_equal(0, ob_datapath_unpin(GATEWAY_ROOT));
}

static void unpin_leaves_what_is_not_ours(void **state __attribute__((unused)))
{
	struct ob_datapath *dp = gateway_load();

	ob_datapath_free(dp);
	assert_int_equal(0, mkdir(GATEWAY_ROOT "/others", 0700));
	assert_int_equal(0, ob_datapath_unpin(GATEWAY_ROOT));
	assert_int_equal(0, access(GATEWAY_ROOT "/others", F_OK));
	assert_int_equal(0, rmdir(GATEWAY_ROOT "/others"));
}

/* Keeps these capabilities only (bits below and from 32). Still root for
 * files, as a container is. */
static int limit_capabilities(uint32_t low, uint32_t high)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = low, .permitted = low },
		{ .effective = high, .permitted = high },
	};

	return (int)syscall(SYS_capset, &header, data);
}

static int exit_status_of(int (*child)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(child());
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int load_without_capabilities(void)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_datapath *dp = NULL;

	if (limit_capabilities(0, 0) < 0)
		return 2;
	if (ob_datapath_load(GATEWAY_ROOT, &dp, &status) != -EPERM)
		return 3;
	return status.reason && strstr(status.message, "CAP_BPF") ? 0 : 4;
}

/* Pointer arithmetic as compilers write it is for CAP_PERFMON only. */
static int load_without_perfmon(void)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_datapath *dp = NULL;

	if (limit_capabilities(1U << CAP_NET_ADMIN, 1U << (CAP_BPF - 32)) < 0)
		return 2;
	if (ob_datapath_load(GATEWAY_ROOT, &dp, &status) != -EPERM) {
		print_error("%s\n", status.message);
		return 3;
	}
	return status.reason && strstr(status.message, "CAP_PERFMON") ? 0 : 4;
}

static void load_without_capabilities_names_them(void **state
						 __attribute__((unused)))
{
	ob_datapath_free(gateway_load());
	assert_int_equal(0, exit_status_of(load_without_capabilities));
	assert_int_equal(0, exit_status_of(load_without_perfmon));
}

/* Also attaching, and finding that current, without CAP_SYS_ADMIN. */
static int load_with_three_capabilities(void)
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = NULL;
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_attachments list = { 0 };
	struct ob_status status = OB_STATUS_INIT;
	const int loopback = 1;

	if (limit_capabilities(1U << CAP_NET_ADMIN,
			       1U << (CAP_BPF - 32) |
				       1U << (CAP_PERFMON - 32)) < 0)
		return 2;
	if (ob_datapath_load(GATEWAY_ROOT, &dp, &status) < 0) {
		print_error("%s\n", status.message);
		return 3;
	}
	if (ob_attachment_add(dp, OB_HOOK_FROM_POD, loopback) < 0)
		return 4;
	if (ob_attachment_dump(dp, a, &loopback, 1, &list) < 0)
		return 5;
	if (list.n != 1 || !list.v[0].current)
		return 6;
	return ob_attachment_del(dp, &list.v[0]) < 0 ? 7 : 0;
}

static void three_capabilities_are_enough(void **state __attribute__((unused)))
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *before = NULL;
	_cleanup_(ob_datapath_freep) struct ob_datapath *after = NULL;

	assert_int_equal(0, exit_status_of(load_with_three_capabilities));
	assert_int_equal(0, ob_datapath_open(GATEWAY_ROOT, &before, NULL));
	assert_int_equal(0, exit_status_of(load_with_three_capabilities));
	assert_int_equal(0, ob_datapath_open(GATEWAY_ROOT, &after, NULL));
	for (enum ob_hook i = 0; i < OB_HOOK_COUNT; i++)
		assert_int_equal(before->prog_id[i], after->prog_id[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, clean)
	const struct CMUnitTest tests[] = {
		TEST(load_pins_every_map_by_name),
		TEST(directories_are_for_root_only),
		TEST(second_load_adopts_maps_and_programs),
		TEST(maps_outlive_the_loader),
		TEST(open_says_what_is_missing),
		TEST(replaced_map_gets_programs_that_use_it),
		TEST(program_with_unknown_constants_is_replaced),
		TEST(refuses_a_pinned_map_of_another_kind),
		TEST(open_refuses_a_map_of_another_size),
		TEST(refuses_directories_that_others_own),
		TEST(mounts_bpffs_where_it_is_missing),
		TEST(names_the_command_when_root_is_elsewhere),
		TEST(concurrent_loaders_share_one_set_of_pins),
		TEST(unpin_removes_every_version_and_the_root),
		TEST(unpin_leaves_what_is_not_ours),
		TEST(load_without_capabilities_names_them),
		TEST(three_capabilities_are_enough),
	};

	return cmocka_run_group_tests(tests, gateway_setup, NULL);
}
