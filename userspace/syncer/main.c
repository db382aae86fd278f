// SPDX-License-Identifier: Apache-2.0
/*
 * syncer exports Services to other clusters and imports theirs: see syncer(8).
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "syncer/leave.h"
#include "syncer/options.h"
#include "syncer/run.h"

#define MMAP_THRESHOLD (32 * 1024)

static int complain(int r, const struct ob_status *status)
{
	fprintf(stderr, "syncer: %s\n",
		status->reason ? status->message : strerror(-r));
	return r;
}

/* Messages about the file begin with its name, for editors. */
static int load_config(const char *path, struct ob_syncer_config **ret)
{
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_syncer_config_load(path, ret, &status);

	if (r < 0)
		fprintf(stderr, "%s\n", status.message);
	return r;
}

static int check(const char *path, const struct ob_syncer_config *c)
{
	printf("%s: valid: cluster %s, hub %s\n", path, c->cluster,
	       c->hub.url ?: c->hub.kubeconfig);
	return 0;
}

/* sd-event takes signals from a descriptor: they must not be delivered. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int run(const struct ob_syncer_config *config)
{
	struct ob_status status = OB_STATUS_INIT;
	int r;

	block_signals();
	/* Answers of megabytes come and go: they go back to the kernel. By
	 * itself glibc would raise the limit after the first of them. */
	(void)mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
	(void)mallopt(M_TRIM_THRESHOLD, MMAP_THRESHOLD);
	r = ob_syncer_run(config, &status);
	return r < 0 ? complain(r, &status) : 0;
}

static int leave(const struct ob_syncer_config *config)
{
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_syncer_leave(config, &status);

	return r < 0 ? complain(r, &status) : 0;
}

int main(int argc, char **argv)
{
	_cleanup_(ob_syncer_config_freep) struct ob_syncer_config *config =
		NULL;
	struct ob_options options;
	int r = ob_syncer_options_parse(argc, argv, &options);

	if (r < 0)
		return 2;
	if (options.mode == OB_MODE_DONE)
		return 0;
	ob_log_set_level(options.log_level);
	if (load_config(options.config, &config) < 0)
		return 1;
	switch (options.mode) {
	case OB_MODE_CHECK:
		r = check(options.config, config);
		break;
	case OB_MODE_LEAVE:
		r = leave(config);
		break;
	case OB_MODE_RUN:
		r = run(config);
		break;
	case OB_MODE_DONE:
		break;
	}
	return r < 0 ? 1 : 0;
}
