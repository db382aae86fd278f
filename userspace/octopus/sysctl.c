// SPDX-License-Identifier: Apache-2.0
#include "octopus/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/file.h"

static int open_sysctl(const char *name, int flags)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int ob_sysctl_read(const char *name, unsigned int *ret)
{
	_close_ int fd = open_sysctl(name, O_RDONLY);
	char buf[32], *end;
	unsigned long v;
	ssize_t n;

	if (fd < 0)
		return fd;
	n = ob_file_read(fd, buf, sizeof(buf) - 1);
	if (n < 0)
		return (int)n;
	buf[n] = '\0';
	errno = 0;
	v = strtoul(buf, &end, 10);
	if (errno || end == buf || v > UINT_MAX)
		return -EINVAL;
	*ret = (unsigned int)v;
	return 0;
}

int ob_sysctl_write(const char *name, unsigned int value)
{
	_close_ int fd = open_sysctl(name, O_WRONLY);
	char buf[32];
	int n = snprintf(buf, sizeof(buf), "%u\n", value);

	if (fd < 0)
		return fd;
	return write(fd, buf, (size_t)n) == n ? 0 : -errno;
}
