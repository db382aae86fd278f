// SPDX-License-Identifier: Apache-2.0
#include "octopus/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "octopus/sysctl.h"

/* libcap-ng would be a library for the two system calls below. */

static uint64_t bit(unsigned int cap)
{
	return UINT64_C(1) << cap;
}

static uint64_t wanted(unsigned int last)
{
	if (last < CAP_BPF)
		return bit(CAP_NET_ADMIN) | bit(CAP_SYS_ADMIN);
	/* The verifier allows pointer arithmetic with CAP_PERFMON only. */
	return bit(CAP_NET_ADMIN) | bit(CAP_BPF) | bit(CAP_PERFMON);
}

static int get_permitted(uint64_t *ret)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	*ret = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	return 0;
}

static int set_all(uint64_t caps)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		uint32_t half = (uint32_t)(caps >> (32 * i));

		data[i] = (struct __user_cap_data_struct){
			.effective = half,
			.permitted = half,
			.inheritable = 0,
		};
	}
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

/* What a program we would execute could get back. */
static void drop_bounding(unsigned int last, uint64_t keep)
{
	for (unsigned int cap = 0; cap <= last; cap++)
		/* EPERM without CAP_SETPCAP: then there is less to lose. */
		if (!(keep & bit(cap)))
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int ob_privileges_drop(struct ob_status *status)
{
	unsigned int last = CAP_LAST_CAP;
	uint64_t have = 0, keep;
	int r = ob_sysctl_read("kernel/cap_last_cap", &last);

	if (r == 0)
		r = get_permitted(&have);
	if (r == 0) {
		keep = wanted(last);
		drop_bounding(last, keep);
		r = set_all(have & keep);
	}
	if (r < 0)
		return ob_status_set(status, -r, "PrivilegesKept",
				     "cannot drop capabilities: %s",
				     strerror(-r));
	return 0;
}
