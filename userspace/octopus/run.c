// SPDX-License-Identifier: Apache-2.0
#include "octopus/run.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/log.h"
#include "octopus/exposition.h"
#include "octopus/serve.h"
#include "octopus/watch.h"

#define MAX_PASSES 10 /* of --once */

struct loop {
	struct ob_octopus *o;
	const struct ob_options *options;
	sd_event *event;
	struct ob_serve *serve;
	struct ob_watch *watch;
	bool ready; /* told the service manager */
};

static void serve_start(struct loop *l)
{
	const struct ob_config_file *c = l->o->config;

	ob_serve_freep(&l->serve);
	l->serve = NULL;
	l->o->http = (struct ob_status)OB_STATUS_INIT;
	if (!c->has_metrics)
		return;
	/* A port that is taken is no reason not to connect clusters. */
	(void)ob_serve_new(l->event, &c->metrics_addr, c->metrics_port,
			   ob_exposition_handle, l->o, &l->serve, &l->o->http);
}

static uint64_t on_pass(void *arg)
{
	struct loop *l = arg;
	size_t operations;

	(void)ob_pass_run(l->o, &operations);
	if (!l->ready) {
		l->ready = true;
		sd_notifyf(0, "READY=1\nSTATUS=cluster %s",
			   l->o->config->network.id);
	}
	return l->o->state.last_compare_ns;
}

static bool same_metrics(const struct ob_config_file *a,
			 const struct ob_config_file *b)
{
	return a->has_metrics == b->has_metrics &&
	       a->metrics_port == b->metrics_port &&
	       ob_addr_equal(&a->metrics_addr, &b->metrics_addr);
}

static bool same_key_file(const struct ob_config_file *a,
			  const struct ob_config_file *b)
{
	if (!a->key_file || !b->key_file)
		return a->key_file == b->key_file;
	return !strcmp(a->key_file, b->key_file);
}

static int reload(struct loop *l, struct ob_status *status)
{
	_cleanup_(ob_config_freep) struct ob_config_file *fresh = NULL;
	_cleanup_(ob_identity_done) struct ob_identity identity = { 0 };
	struct ob_octopus *o = l->o;
	struct ob_config_file *old;
	bool other_metrics;
	int r = ob_config_load(l->options->config, &fresh, status);

	if (r < 0)
		return r;
	if (strcmp(fresh->network.device, o->config->network.device) != 0)
		return ob_status_set(status, EINVAL, "InvalidConfiguration",
				     "%s: device: cannot change from %s while "
				     "octopus runs; use --cleanup",
				     l->options->config,
				     o->config->network.device);
	if (!same_key_file(o->config, fresh))
		r = ob_identity_load(fresh->key_file, &identity, status);
	if (r == 0)
		r = ob_resolver_set(o->resolver, &fresh->network);
	if (r < 0)
		return r;
	/* Without a file the device keeps the key it has. */
	if (identity.has_secret)
		o->identity = identity;
	other_metrics = !same_metrics(o->config, fresh);
	old = o->config;
	o->config = TAKE_PTR(fresh);
	fresh = old;
	if (other_metrics)
		serve_start(l);
	return 0;
}

static void on_reload(void *arg)
{
	struct loop *l = arg;
	struct ob_state *state = &l->o->state;
	char message[OB_STATUS_MESSAGE_LEN + 2];
	struct ob_status status = OB_STATUS_INIT;
	int r;

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)ob_clock_monotonic_ns() / 1000);
	r = reload(l, &status);
	state->config_valid = r == 0;
	if (r == 0) {
		state->reloads_good++;
		ob_holds_clear(&l->o->holds);
		ob_info("configuration reloaded", "peers=%zu",
			l->o->config->network.n_clusters);
		ob_watch_resolve(l->watch);
		ob_watch_dirty(l->watch);
	} else {
		state->reloads_bad++;
		ob_error(
			"configuration refused, the old one stays", "error=%s",
			ob_log_quote(status.message, message, sizeof(message)));
	}
	sd_notify(0, "READY=1");
}

static const struct ob_watch_ops watch_ops = {
	.pass = on_pass,
	.reload = on_reload,
};

static int loop_run(struct loop *l)
{
	int r = sd_event_new(&l->event);

	if (r >= 0)
		r = ob_watch_new(l->event, l->o->resolver, &watch_ops, l,
				 &l->watch);
	if (r < 0)
		return r;
	serve_start(l);
	ob_watch_resolve(l->watch);
	r = sd_event_loop(l->event);
	sd_notify(0, "STOPPING=1");
	return r;
}

int ob_run(struct ob_octopus *o, const struct ob_options *options)
{
	struct loop l = { .o = o, .options = options };
	int r = loop_run(&l);

	if (r < 0)
		ob_error("event loop", "error=%d", r);
	ob_serve_freep(&l.serve);
	ob_watch_freep(&l.watch);
	sd_event_unrefp(&l.event);
	return r;
}

int ob_run_once(struct ob_octopus *o)
{
	size_t operations = 1;
	int r = ob_resolver_start(o->resolver);

	if (r < 0)
		return r;
	(void)ob_resolver_finish(o->resolver);
	for (int i = 0; i < MAX_PASSES && operations > 0; i++)
		r = ob_pass_run(o, &operations);
	if (r == 0 && operations > 0)
		r = -ETIME;
	return r;
}
