// SPDX-License-Identifier: Apache-2.0
#include "space.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>

#include "child.h"

int ob_space_here(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int ob_space_new(int home, int *ret)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		return -errno;
	fd = ob_space_here();
	if (ob_space_enter(home))
		abort();
	if (fd < 0)
		return fd;
	*ret = fd;
	/* No router solicitations or duplicate detection during a sample. */
	return ob_child_sysctl(fd, "net/ipv6/conf/default/disable_ipv6", "1");
}

int ob_space_enter(int space)
{
	return setns(space, CLONE_NEWNET) ? -errno : 0;
}
