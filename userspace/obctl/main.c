// SPDX-License-Identifier: Apache-2.0
/* obctl: what a gateway does, for people and scripts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "netlink/netns.h"
#include "obctl/options.h"

static int open_datapath(struct ob_ctl *ctl)
{
	const char *root = ctl->options.pin_root;
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_datapath_open(root, &ctl->dp, &status);

	if (r == 0)
		return OB_CTL_OK;
	if (r != -ENOENT) {
		fprintf(stderr, "obctl: %s\n",
			status.reason ? status.message : strerror(-r));
		return OB_CTL_FAILURE;
	}
	fprintf(stderr,
		"obctl: %s.\n"
		"Start it with \"octopus --config FILE\", or name the "
		"gateway's "
		"pins with --pin-root DIR.\n",
		status.message);
	return OB_CTL_NOT_PINNED;
}

static void ctl_done(struct ob_ctl *ctl)
{
	ob_datapath_free(ctl->dp);
	ob_arena_free(ctl->arena);
}

static int run(struct ob_ctl *ctl, const struct ob_ctl_verb *verb)
{
	int r;

	if (verb->needs_datapath && ctl->options.netns) {
		r = ob_netns_enter(ctl->options.netns);
		if (r < 0)
			return ob_ctl_fail(r, ctl->options.netns);
	}
	if (verb->needs_datapath) {
		r = open_datapath(ctl);
		if (r != OB_CTL_OK)
			return r;
	}
	r = verb->run(ctl);
	if (fflush(stdout) != 0)
		return ob_ctl_fail(-errno, "standard output");
	return r;
}

int main(int argc, char **argv)
{
	_cleanup_(ctl_done) struct ob_ctl ctl = { .arena = ob_arena_new() };
	struct ob_status status = OB_STATUS_INIT;
	struct ob_ctl_command command;

	ob_log_set_level(OB_LOG_ERROR);
	if (ob_ctl_options_parse(argc, argv, &command, &status) < 0) {
		fprintf(stderr, "obctl: %s\nTry \"obctl help\".\n",
			status.message);
		return OB_CTL_USAGE;
	}
	if (command.version) {
		puts("obctl " OB_VERSION);
		return OB_CTL_OK;
	}
	if (command.help && !command.verb) {
		ob_ctl_help_all();
		return OB_CTL_OK;
	}
	if (command.help) {
		ob_ctl_help_verb(command.verb);
		return OB_CTL_OK;
	}
	ctl.options = command.options;
	return run(&ctl, command.verb);
}
