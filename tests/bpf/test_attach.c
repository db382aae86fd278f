// SPDX-License-Identifier: Apache-2.0
/* Every test runs with tcx links and with clsact filters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "datapath/private.h"
#include "datapath/uapi.h"
#include "gateway.h"
#include "ob/abi/version.h"

struct fixture {
	bool tcx;
	struct ob_datapath *dp;
	struct ob_arena *arena;
	int ifindex;
};

static bool use_tcx;

static struct ob_datapath *load(void)
{
	struct ob_datapath *dp = gateway_load();

	dp->tcx = use_tcx;
	return dp;
}

static int set_up(void **state)
{
	static struct fixture f;

	f.tcx = use_tcx;
	f.dp = load();
	f.arena = ob_arena_new();
	f.ifindex = gateway_veth(1);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (if_nametoindex("a1"))
		gateway_veth_del(1);
	ob_datapath_free(f->dp);
	ob_arena_free(f->arena);
	return ob_datapath_unpin(GATEWAY_ROOT);
}

static struct ob_attachments dump(struct fixture *f)
{
	struct ob_attachments list = { 0 };

	assert_int_equal(
		0, ob_attachment_dump(f->dp, f->arena, &f->ifindex, 1, &list));
	return list;
}

static void add(struct fixture *f, enum ob_hook hook)
{
	assert_int_equal(0, ob_attachment_add(f->dp, hook, f->ifindex));
}

/* Programs the kernel runs at a hook of the device. */
static size_t attached(struct fixture *f, enum ob_hook hook)
{
	LIBBPF_OPTS(bpf_prog_query_opts, opts);

	if (!f->tcx)
		return dump(f).n;
	assert_int_equal(0, bpf_prog_query_opts(f->ifindex,
						hook == OB_HOOK_TO_TUNNEL
							? OB_BPF_TCX_EGRESS
							: OB_BPF_TCX_INGRESS,
						&opts));
	return opts.prog_cnt;
}

/* Another program than the one loaded: what an older version left behind. */
static int other_program(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = -1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "other", "GPL", insns,
			       ARRAY_SIZE(insns), NULL);

	assert_true(fd >= 0);
	return fd;
}

static uint32_t program_id(int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	assert_int_equal(0, bpf_obj_get_info_by_fd(fd, &info, &size));
	return info.id;
}

/* Makes dp want to run another program at the hook. */
static void change_program(struct ob_datapath *dp, enum ob_hook hook)
{
	ob_closep(&dp->prog_fd[hook]);
	dp->prog_fd[hook] = other_program();
	dp->prog_id[hook] = program_id(dp->prog_fd[hook]);
}

static void dump_shows_what_was_added(void **state)
{
	struct fixture *f = *state;
	struct ob_attachments list;

	add(f, OB_HOOK_TO_TUNNEL);
	list = dump(f);
	assert_int_equal(1, list.n);
	assert_int_equal(OB_HOOK_TO_TUNNEL, list.v[0].hook);
	assert_int_equal(f->ifindex, list.v[0].ifindex);
	assert_int_equal(f->tcx, list.v[0].tcx);
	assert_true(list.v[0].current);
	assert_int_equal(1, attached(f, OB_HOOK_TO_TUNNEL));
}

static void adding_twice_attaches_once(void **state)
{
	struct fixture *f = *state;

	add(f, OB_HOOK_FROM_POD);
	add(f, OB_HOOK_FROM_POD);
	assert_int_equal(1, dump(f).n);
	assert_int_equal(1, attached(f, OB_HOOK_FROM_POD));
}

static void ingress_programs_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct ob_attachments list;

	add(f, OB_HOOK_FROM_TUNNEL);
	add(f, OB_HOOK_TO_TUNNEL);
	list = dump(f);
	assert_int_equal(2, list.n);
	for (size_t i = 0; i < list.n; i++)
		assert_int_not_equal(OB_HOOK_FROM_POD, list.v[i].hook);
}

static void deleting_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct ob_attachments list;

	add(f, OB_HOOK_FROM_TUNNEL);
	add(f, OB_HOOK_TO_TUNNEL);
	list = dump(f);
	for (size_t i = 0; i < list.n; i++)
		assert_int_equal(0, ob_attachment_del(f->dp, &list.v[i]));
	assert_int_equal(0, dump(f).n);
	assert_int_equal(0, gateway_pins("link_"));
	assert_int_equal(0, gateway_pins("clsact_"));
	gateway_run("! tc qdisc show dev a1 | grep -q clsact");
}

static void deleting_what_is_gone_succeeds(void **state)
{
	struct fixture *f = *state;
	struct ob_attachment a = { .hook = OB_HOOK_FROM_POD,
				   .ifindex = f->ifindex,
				   .tcx = f->tcx };

	assert_int_equal(0, ob_attachment_del(f->dp, &a));
	add(f, OB_HOOK_FROM_POD);
	gateway_veth_del(1);
	assert_int_equal(0, ob_attachment_del(f->dp, &a));
	assert_int_equal(0, gateway_pins("link_"));
}

static void new_loader_finds_its_programs_current(void **state)
{
	struct fixture *f = *state;
	struct ob_attachments list;

	add(f, OB_HOOK_FROM_TUNNEL);
	ob_datapath_free(f->dp);
	f->dp = load();
	list = dump(f);
	assert_int_equal(1, list.n);
	assert_true(list.v[0].current);
}

static void other_program_is_replaced_in_place(void **state)
{
	struct fixture *f = *state;
	struct ob_attachments list;

	add(f, OB_HOOK_FROM_POD);
	change_program(f->dp, OB_HOOK_FROM_POD);
	list = dump(f);
	assert_int_equal(1, list.n);
	assert_false(list.v[0].current);
	add(f, OB_HOOK_FROM_POD);
	assert_true(dump(f).v[0].current);
	assert_int_equal(1, attached(f, OB_HOOK_FROM_POD));
}

/* As a loader of another version leaves it: its own pins, its own program. */
static void become_other_version(struct fixture *f)
{
	ob_datapath_free(f->dp);
	gateway_run("mv " GATEWAY_ROOT "/" OB_ABI_VERSION " " GATEWAY_ROOT
		    "/v1");
	f->dp = load();
	change_program(f->dp, OB_HOOK_TO_TUNNEL);
}

static bool other_version_is_left(void)
{
	return access(GATEWAY_ROOT "/v1", F_OK) == 0;
}

static void takes_over_what_another_version_attached(void **state)
{
	struct fixture *f = *state;
	struct ob_attachments list;

	add(f, OB_HOOK_TO_TUNNEL);
	become_other_version(f);
	list = dump(f);
	assert_int_equal(1, list.n);
	assert_false(list.v[0].current);
	add(f, OB_HOOK_TO_TUNNEL);
	list = dump(f);
	assert_int_equal(1, list.n);
	assert_true(list.v[0].current);
	assert_int_equal(1, attached(f, OB_HOOK_TO_TUNNEL));
	assert_false(other_version_is_left());
	if (!f->tcx)
		assert_int_equal(1, gateway_pins("clsact_"));
}

static void removes_what_another_version_attached(void **state)
{
	struct fixture *f = *state;
	struct ob_attachments list;

	add(f, OB_HOOK_FROM_POD);
	become_other_version(f);
	list = dump(f);
	assert_int_equal(1, list.n);
	assert_int_equal(0, ob_attachment_del(f->dp, &list.v[0]));
	assert_int_equal(0, dump(f).n);
	assert_int_equal(0, attached(f, OB_HOOK_FROM_POD));
	assert_false(other_version_is_left());
}

static void missing_device_is_an_error(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(-ENODEV,
			 ob_attachment_add(f->dp, OB_HOOK_FROM_POD, 123456));
	assert_int_equal(0, gateway_pins("link_"));
}

static void device_with_a_reused_index_is_attached_anew(void **state)
{
	struct fixture *f = *state;
	char command[128];

	add(f, OB_HOOK_FROM_POD);
	gateway_veth_del(1);
	assert_int_equal(0, dump(f).n);
	snprintf(command, sizeof(command),
		 "ip link add a1 index %d type veth peer name b1", f->ifindex);
	gateway_run(command);
	assert_int_equal(0, dump(f).n);
	add(f, OB_HOOK_FROM_POD);
	assert_int_equal(1, dump(f).n);
	assert_int_equal(1, attached(f, OB_HOOK_FROM_POD));
}

/* tcx only */
static void link_detached_by_hand_is_not_listed(void **state)
{
	struct fixture *f = *state;
	char path[128];
	int fd;

	add(f, OB_HOOK_FROM_POD);
	snprintf(path, sizeof(path),
		 GATEWAY_ROOT "/" OB_ABI_VERSION "/link_from_pod_%d",
		 f->ifindex);
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	assert_int_equal(0, bpf_link_detach(fd));
	close(fd);
	assert_int_equal(0, dump(f).n);
	add(f, OB_HOOK_FROM_POD);
	assert_int_equal(1, dump(f).n);
	assert_int_equal(1, attached(f, OB_HOOK_FROM_POD));
}

/* tcx only */
/* A link without a pin detaches when a worker of the kernel gets to it. */
static void wait_until_detached(struct fixture *f, enum ob_hook hook)
{
	uint64_t deadline = ob_clock_monotonic_ms() + 10000;

	while (attached(f, hook) > 0 && ob_clock_monotonic_ms() < deadline)
		usleep(1000);
	assert_int_equal(0, attached(f, hook));
}

static void removed_pin_detaches_and_is_put_back(void **state)
{
	struct fixture *f = *state;

	add(f, OB_HOOK_FROM_POD);
	gateway_run("rm " GATEWAY_ROOT "/" OB_ABI_VERSION "/link_from_pod_*");
	assert_int_equal(0, dump(f).n);
	wait_until_detached(f, OB_HOOK_FROM_POD);
	add(f, OB_HOOK_FROM_POD);
	assert_int_equal(1, dump(f).n);
}

/* tcx only */
static void goes_before_programs_of_others(void **state)
{
	struct fixture *f = *state;
	uint32_t ids[4] = { 0 };
	LIBBPF_OPTS(bpf_prog_query_opts, opts, .prog_ids = ids,
		    .prog_cnt = ARRAY_SIZE(ids));
	int other = other_program();
	int link = bpf_link_create(other, f->ifindex, OB_BPF_TCX_INGRESS, NULL);

	assert_true(link >= 0);
	add(f, OB_HOOK_FROM_TUNNEL);
	assert_int_equal(
		0, bpf_prog_query_opts(f->ifindex, OB_BPF_TCX_INGRESS, &opts));
	assert_int_equal(2, opts.prog_cnt);
	assert_int_equal(f->dp->prog_id[OB_HOOK_FROM_TUNNEL], ids[0]);
	close(link);
	close(other);
}

/* tcx only */
static void unpin_detaches_at_once(void **state)
{
	struct fixture *f = *state;

	add(f, OB_HOOK_TO_TUNNEL);
	assert_int_equal(0, ob_datapath_unpin(GATEWAY_ROOT));
	assert_int_equal(0, attached(f, OB_HOOK_TO_TUNNEL));
}

/* clsact only */
static void keeps_the_qdisc_that_was_there(void **state)
{
	struct fixture *f = *state;
	struct ob_attachments list;

	gateway_run("tc qdisc add dev a1 clsact");
	add(f, OB_HOOK_FROM_POD);
	list = dump(f);
	assert_int_equal(0, ob_attachment_del(f->dp, &list.v[0]));
	gateway_run("tc qdisc show dev a1 | grep -q clsact");
}

/* clsact only */
static void keeps_the_qdisc_others_use(void **state)
{
	struct fixture *f = *state;
	LIBBPF_OPTS(bpf_tc_hook, egress, .ifindex = f->ifindex,
		    .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = 1);
	struct ob_attachments list;

	add(f, OB_HOOK_FROM_POD);
	opts.prog_fd = other_program();
	assert_int_equal(0, bpf_tc_attach(&egress, &opts));
	close(opts.prog_fd);
	list = dump(f);
	assert_int_equal(1, list.n);
	assert_int_equal(0, ob_attachment_del(f->dp, &list.v[0]));
	opts.prog_fd = 0;
	opts.prog_id = 0;
	opts.flags = 0;
	assert_int_equal(0, bpf_tc_query(&egress, &opts));
}

/* clsact only */
static void filter_deleted_by_hand_is_put_back(void **state)
{
	struct fixture *f = *state;

	add(f, OB_HOOK_FROM_POD);
	gateway_run("tc qdisc del dev a1 clsact");
	assert_int_equal(0, dump(f).n);
	add(f, OB_HOOK_FROM_POD);
	assert_int_equal(1, dump(f).n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define BOTH                                                                   \
	TEST(dump_shows_what_was_added), TEST(adding_twice_attaches_once),     \
		TEST(ingress_programs_are_told_apart),                         \
		TEST(deleting_leaves_nothing),                                 \
		TEST(deleting_what_is_gone_succeeds),                          \
		TEST(new_loader_finds_its_programs_current),                   \
		TEST(other_program_is_replaced_in_place),                      \
		TEST(takes_over_what_another_version_attached),                \
		TEST(removes_what_another_version_attached),                   \
		TEST(missing_device_is_an_error),                              \
		TEST(device_with_a_reused_index_is_attached_anew)

static int run_clsact(void)
{
	const struct CMUnitTest tests[] = {
		BOTH,
		TEST(keeps_the_qdisc_that_was_there),
		TEST(keeps_the_qdisc_others_use),
		TEST(filter_deleted_by_hand_is_put_back),
	};

	use_tcx = false;
	return cmocka_run_group_tests_name("clsact", tests, NULL, NULL);
}

static int run_tcx(void)
{
	const struct CMUnitTest tests[] = {
		BOTH,
		TEST(link_detached_by_hand_is_not_listed),
		TEST(removed_pin_detaches_and_is_put_back),
		TEST(goes_before_programs_of_others),
		TEST(unpin_detaches_at_once),
	};

	use_tcx = true;
	return cmocka_run_group_tests_name("tcx", tests, NULL, NULL);
}

/* What this kernel can do is known from its release alone. */
static bool kernel_has_tcx(void)
{
	return system("test \"$(printf '6.6\\n%s\\n' \"$(uname -r)\" | "
		      "sort -V | head -n 1)\" = 6.6") == 0;
}

int main(void)
{
	struct ob_datapath *dp;
	bool tcx;
	int failed;

	if (gateway_setup(NULL) < 0)
		return 1;
	dp = gateway_load();
	tcx = ob_datapath_has_tcx(dp);
	ob_datapath_free(dp);
	if (tcx != kernel_has_tcx()) {
		print_error("tcx: probe says %d, the release %d\n", tcx, !tcx);
		return 1;
	}
	failed = run_clsact();
	return tcx ? run_tcx() + failed : failed;
}
