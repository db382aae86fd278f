// SPDX-License-Identifier: Apache-2.0
#include "base/capability.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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
static void drop_bounding(uint64_t keep)
{
	/* PR_CAPBSET_READ knows where the kernel's end. */
	for (unsigned int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0;
	     cap++)
		/* EPERM without CAP_SETPCAP: then there is less to lose. */
		if (!(keep & UINT64_C(1) << cap))
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int ob_capability_keep(uint64_t keep, struct ob_status *status)
{
	uint64_t have = 0;
	int r = get_permitted(&have);

	if (r == 0) {
		drop_bounding(keep);
		r = set_all(have & keep);
	}
	if (r < 0)
		return ob_status_set(status, -r, "PrivilegesKept",
				     "cannot drop capabilities: %s",
				     strerror(-r));
	return 0;
}
