// SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "https.h"

#define POLL_US 5000

pid_t ob_server_start(char *const argv[], const char *log)
{
	pid_t pid = fork();
	int fd;

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0) {
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	execvp(argv[0], argv);
	_exit(127);
}

int ob_server_wait(pid_t pid, const struct ob_kube_config *c,
		   uint64_t timeout_ms)
{
	uint64_t end = ob_clock_monotonic_ms() + timeout_ms;
	struct ob_https_reply reply;

	while (ob_clock_monotonic_ms() < end) {
		_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(c);

		if (waitpid(pid, NULL, WNOHANG) == pid)
			return -ECHILD;
		ob_https_call(h, "GET", "/readyz", NULL, NULL, &reply);
		if (reply.code == 200)
			return 0;
		usleep(POLL_US);
	}
	return -ETIMEDOUT;
}

void ob_server_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
