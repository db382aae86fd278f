// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

#define EXIT_NO_PROGRAM 127

/* ip and iptables live in sbin, which a user's PATH may lack. */
#define TOOL_PATH "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"

static _Noreturn void child(int netns, const char *const argv[], int in,
			    bool quiet)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(in >= 0 ? in : null, 0);
	dup2(null, 1);
	if (quiet)
		dup2(null, 2);
	if (setns(netns, CLONE_NEWNET))
		_exit(EXIT_FAILURE);
	setenv("PATH", TOOL_PATH, 1);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(EXIT_NO_PROGRAM);
}

static int write_all(int fd, const char *s)
{
	for (size_t left = strlen(s); left;) {
		ssize_t n = write(fd, s, left);

		if (n < 0)
			return -errno;
		s += n;
		left -= (size_t)n;
	}
	return 0;
}

static int reap(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_PROGRAM)
		return -ENOENT;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

int ob_child_run(int netns, const char *const argv[], const char *input,
		 bool quiet)
{
	_close_ int in = -1;
	pid_t pid;

	if (input) {
		/* A file, not a pipe: nobody waits for anybody. */
		in = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (in < 0)
			return -errno;
		if (write_all(in, input) || lseek(in, 0, SEEK_SET))
			return -EIO;
	}
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		child(netns, argv, in, quiet);
	return reap(pid);
}

int ob_child_ip(int netns, const char *commands)
{
	static const char *const argv[] = { "ip", "-batch", "-", NULL };

	return ob_child_run(netns, argv, commands, false);
}

static int set_sysctl(int netns, const char *path, const char *value)
{
	char file[256];
	_close_ int fd = -1;

	if (setns(netns, CLONE_NEWNET))
		return -errno;
	snprintf(file, sizeof(file), "/proc/sys/%s", path);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return write_all(fd, value);
}

int ob_child_sysctl(int netns, const char *path, const char *value)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(set_sysctl(netns, path, value) ? EXIT_FAILURE : 0);
	return reap(pid);
}
