// SPDX-License-Identifier: Apache-2.0
#include "octopus/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>

#include "base/capability.h"
#include "octopus/sysctl.h"

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

int ob_privileges_drop(struct ob_status *status)
{
	unsigned int last = CAP_LAST_CAP;
	int r = ob_sysctl_read("kernel/cap_last_cap", &last);

	if (r < 0)
		return ob_status_set(status, -r, "PrivilegesKept",
				     "cannot drop capabilities: %s",
				     strerror(-r));
	return ob_capability_keep(wanted(last), status);
}
