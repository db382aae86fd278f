// SPDX-License-Identifier: Apache-2.0
/*
 * What the kernel's verifier makes of the programs: it gives up at a million
 * instructions, and what is close to that on one kernel fails on another.
 */
#include "harness.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <sys/utsname.h>

/* A fifth of the verifier's own limit. */
#define MOST_VERIFIED	200000
/* Unprivileged programs may have 4,096; more cost cache, not correctness. */
#define MOST_TRANSLATED 8192

static const char *const names[OB_HOOK_COUNT] = { "from_pod", "to_tunnel",
						  "from_tunnel" };

static void verifies_far_below_the_limit(void **state)
{
	const struct harness *h = *state;
	struct utsname kernel;

	uname(&kernel);
	for (int hook = 0; hook < OB_HOOK_COUNT; hook++) {
		struct bpf_prog_info info = { 0 };
		uint32_t len = sizeof(info);

		assert_int_equal(
			bpf_obj_get_info_by_fd(h->prog[hook], &info, &len), 0);
		printf("%s: %s: verified %u, translated %zu, native %u bytes\n",
		       kernel.release, names[hook], info.verified_insns,
		       info.xlated_prog_len / sizeof(struct bpf_insn),
		       info.jited_prog_len);
		assert_in_range(info.verified_insns, 1, MOST_VERIFIED);
		assert_in_range(info.xlated_prog_len / sizeof(struct bpf_insn),
				1, MOST_TRANSLATED);
	}
}

/* Names that bpftool shows: the kernel keeps fifteen characters. */
static void shows_programs_by_the_names_of_their_hooks(void **state)
{
	const struct harness *h = *state;

	for (int hook = 0; hook < OB_HOOK_COUNT; hook++) {
		struct bpf_prog_info info = { 0 };
		uint32_t len = sizeof(info);

		assert_int_equal(
			bpf_obj_get_info_by_fd(h->prog[hook], &info, &len), 0);
		assert_string_equal(info.name, names[hook]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(verifies_far_below_the_limit),
		harness_test(shows_programs_by_the_names_of_their_hooks),
	};

	return harness_main(tests);
}
