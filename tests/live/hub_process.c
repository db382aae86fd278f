// SPDX-License-Identifier: Apache-2.0
#include "hub_process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define DEADLINE_MS 20000
#define POLL_US	    10000

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "hub: %s\n", what);
	abort();
}

static const char *binary(void)
{
	static char path[4096];
	const char *build = getenv("OB_BUILD_DIR");

	snprintf(path, sizeof(path), "%s/bin/hub", build ?: "build");
	if (access(path, X_OK) < 0)
		die(path);
	return path;
}

const char *hub_process_path(const struct hub_process *h, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", h->dir, name);
	return path;
}

static bool listens(const struct hub_process *h)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)strtoul(strchr(h->listen, ':') + 1,
						    NULL, 10)),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0;

	close(fd);
	return ok;
}

static void pick_port(struct hub_process *h)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&in, &len) < 0)
		die("no port");
	close(fd);
	snprintf(h->listen, sizeof(h->listen), "127.0.0.1:%u",
		 ntohs(in.sin_port));
}

/* Never returns in the child. */
static pid_t spawn(const struct hub_process *h, const char *const *words,
		   const char *out)
{
	const char *argv[16] = { binary(), "--dir", h->dir, "--listen",
				 h->listen };
	pid_t pid;
	int n = 5, fd;

	if (h->history) {
		argv[n++] = "--history";
		argv[n++] = h->history;
	}
	for (; *words; words++)
		argv[n++] = *words;
	pid = fork();
	if (pid)
		return pid;
	fd = open(out ?: "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	if (!getenv("OB_VERBOSE"))
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

void hub_process_serve(struct hub_process *h)
{
	static const char *const words[] = { "serve", NULL };
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	h->pid = spawn(h, words, NULL);
	while (!listens(h)) {
		if (ob_clock_monotonic_ms() > until ||
		    waitpid(h->pid, NULL, WNOHANG) > 0)
			die("does not serve");
		usleep(POLL_US);
	}
}

void hub_process_start(struct hub_process *h)
{
	snprintf(h->dir, sizeof(h->dir), "/tmp/ob-hub-XXXXXX");
	if (!mkdtemp(h->dir))
		die("no directory");
	pick_port(h);
	hub_process_serve(h);
}

void hub_process_kill(struct hub_process *h)
{
	if (h->pid <= 0)
		return;
	kill(h->pid, SIGKILL);
	waitpid(h->pid, NULL, 0);
	h->pid = 0;
}

void hub_process_crash(struct hub_process *h)
{
	hub_process_kill(h);
	hub_process_serve(h);
}

void hub_process_member(const struct hub_process *h, const char *cluster)
{
	const char *words[] = { "kubeconfig", cluster, NULL };
	char path[256];
	int status = 0;

	snprintf(path, sizeof(path), "%s/%s.kubeconfig", h->dir, cluster);
	waitpid(spawn(h, words, path), &status, 0);
	if (status)
		die("no kubeconfig of a member");
}

void hub_process_stop(struct hub_process *h)
{
	char command[128];

	hub_process_kill(h);
	snprintf(command, sizeof(command), "rm -rf '%s'", h->dir);
	if (system(command))
		die("cannot clean up");
}
