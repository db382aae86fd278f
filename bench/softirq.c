// SPDX-License-Identifier: Apache-2.0
#include "softirq.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static int read_file(const char *path, char *buf, size_t size)
{
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return 0;
}

int ob_softirq_thread(int cpu)
{
	char wanted[32], path[300], comm[32];
	int found = -ESRCH;
	struct dirent *e;
	DIR *d;

	snprintf(wanted, sizeof(wanted), "ksoftirqd/%d\n", cpu);
	d = opendir("/proc");
	if (!d)
		return -errno;
	while (found < 0 && (e = readdir(d))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
		    !read_file(path, comm, sizeof(comm)) &&
		    !strcmp(comm, wanted))
			found = (int)strtol(e->d_name, NULL, 10);
	}
	closedir(d);
	return found;
}

uint64_t ob_softirq_cpu_ns(int thread)
{
	char path[64], line[128];

	snprintf(path, sizeof(path), "/proc/%d/schedstat", thread);
	if (thread <= 0 || read_file(path, line, sizeof(line)))
		return 0;
	return strtoull(line, NULL, 10);
}
