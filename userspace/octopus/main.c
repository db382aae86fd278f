// SPDX-License-Identifier: Apache-2.0
/*
 * octopus joins this cluster with others: see octopus(8).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "datapath/claim.h"
#include "netlink/netns.h"
#include "octopus/cleanup.h"
#include "octopus/leave.h"
#include "octopus/options.h"
#include "octopus/pass.h"
#include "octopus/privileges.h"
#include "octopus/run.h"

static int complain(int r, const struct ob_status *status)
{
	if (status->reason)
		fprintf(stderr, "octopus: %s\n", status->message);
	else
		fprintf(stderr, "octopus: %s\n", strerror(-r));
	return r;
}

/* Messages about the file begin with its name, for editors. */
static int load_config(const char *path, struct ob_config_file **ret)
{
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_config_load(path, ret, &status);

	if (r < 0)
		fprintf(stderr, "%s\n", status.message);
	return r;
}

static int check(const struct ob_options *options)
{
	_cleanup_(ob_config_freep) struct ob_config_file *config = NULL;
	int r = load_config(options->config, &config);

	if (r < 0)
		return r;
	if (config->hub)
		printf("%s: valid: cluster %s, hub %s\n", options->config,
		       config->network.id,
		       config->hub->url ?: config->hub->kubeconfig);
	else
		printf("%s: valid: cluster %s, %zu mappings, %zu peers\n",
		       options->config, config->network.id,
		       config->network.n_mappings, config->network.n_clusters);
	return 0;
}

static int enter_netns(const struct ob_options *options)
{
	int r;

	if (!options->netns)
		return 0;
	r = ob_netns_enter(options->netns);
	if (r < 0)
		fprintf(stderr, "octopus: network namespace %s: %s\n",
			options->netns, strerror(-r));
	return r;
}

static int leave(const struct ob_config_file *config)
{
	struct ob_status status = OB_STATUS_INIT;
	int r;

	if (!config || !config->hub) {
		fputs("octopus: --leave needs a file with hub\n", stderr);
		return -EINVAL;
	}
	r = ob_leave(config, &status);
	return r < 0 ? complain(r, &status) : 0;
}

static int cleanup(const struct ob_options *options)
{
	_cleanup_(ob_config_freep) struct ob_config_file *config = NULL;
	struct ob_status status = OB_STATUS_INIT;
	_close_ int claim = -1;
	int r = 0;

	if (options->config)
		r = load_config(options->config, &config);
	if (r == 0)
		r = enter_netns(options);
	if (r < 0)
		return r;
	/* One that runs would make again what is removed here. */
	r = ob_claim_take_existing(options->pin_root, &claim, &status);
	if (r < 0)
		return complain(r, &status);
	if (options->mode == OB_MODE_LEAVE)
		r = leave(config);
	if (r < 0)
		return r;
	r = ob_cleanup(config ? config->network.device : OB_DEFAULT_DEVICE,
		       options->pin_root, &status);
	return r < 0 ? complain(r, &status) : 0;
}

static void octopus_done(struct ob_octopus *o)
{
	ob_resolver_freep(&o->resolver);
	ob_kernel_close(&o->kernel);
	ob_identity_done(&o->identity);
	ob_told_done(&o->told);
	ob_state_done(&o->state);
	ob_config_freep(&o->config);
	ob_arena_freep(&o->arena);
}

static int octopus_open(struct ob_octopus *o, const struct ob_options *options,
			int *ret_claim, struct ob_status *status)
{
	int r;

	o->arena = ob_arena_new();
	o->config_path = options->config;
	o->state.config_valid = true;
	o->network = o->config->hub ? NULL : &o->config->network;
	r = ob_identity_load(o->config->key_file, &o->identity, status);
	if (r == 0)
		r = ob_claim_take(options->pin_root, ret_claim, status);
	if (r == 0)
		r = ob_kernel_open(options->pin_root, &o->kernel, status);
	if (r == 0)
		r = ob_resolver_new(&o->resolver);
	if (r == 0)
		r = ob_resolver_set(o->resolver, &o->config->network);
	return r < 0 ? r : ob_privileges_drop(status);
}

/* sd-event takes signals from a descriptor: they must not be delivered. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int run(const struct ob_options *options)
{
	_close_ int claim = -1; /* the last to go */
	_cleanup_(octopus_done) struct ob_octopus o = { 0 };
	struct ob_status status = OB_STATUS_INIT;
	int r = load_config(options->config, &o.config);

	if (r == 0 && options->mode == OB_MODE_ONCE && o.config->hub) {
		fputs("octopus: --once needs a file with peers\n", stderr);
		return -EINVAL;
	}
	if (r == 0)
		r = enter_netns(options);
	if (r < 0)
		return r;
	if (options->mode == OB_MODE_RUN)
		block_signals();
	r = octopus_open(&o, options, &claim, &status);
	if (r < 0)
		return complain(r, &status);
	ob_info("octopus " OB_VERSION, "cluster=%s device=%s peers=%zu",
		o.config->network.id, o.config->network.device,
		o.config->network.n_clusters);
	if (options->mode == OB_MODE_ONCE)
		return ob_run_once(&o);
	r = ob_run(&o, options, &status);
	return r < 0 ? complain(r, &status) : 0;
}

int main(int argc, char **argv)
{
	struct ob_options options;
	int r = ob_options_parse(argc, argv, &options);

	if (r < 0)
		return 2;
	ob_log_set_level(options.log_level);
	switch (options.mode) {
	case OB_MODE_DONE:
		return 0;
	case OB_MODE_CHECK:
		r = check(&options);
		break;
	case OB_MODE_CLEANUP:
	case OB_MODE_LEAVE:
		r = cleanup(&options);
		break;
	case OB_MODE_RUN:
	case OB_MODE_ONCE:
		r = run(&options);
		break;
	}
	return r < 0 ? 1 : 0;
}
