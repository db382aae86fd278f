// SPDX-License-Identifier: Apache-2.0
#include "netlink/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define NETNS_DIR "/run/netns"

int ob_netns_enter(const char *name_or_path)
{
	char path[PATH_MAX];
	const char *dir = strchr(name_or_path, '/') ? "" : NETNS_DIR "/";
	int n = snprintf(path, sizeof(path), "%s%s", dir, name_or_path);

	if (name_or_path[0] == '\0')
		return -ENOENT;
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;

	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	/* Refuses what is not a network namespace: -EINVAL. */
	return setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;
}
