// SPDX-License-Identifier: Apache-2.0
#include "octopus/run.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/serve.h"
#include "octopus/balancer.h"
#include "octopus/control.h"
#include "octopus/exposition.h"
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

/* Hub mode. */

static void on_network(void *arg, bool different)
{
	struct loop *l = arg;
	struct ob_octopus *o = l->o;
	int r;

	o->network = ob_control_network(o->control);
	if (!different)
		return;
	ob_info("network", "cluster_cidrs=%zu mappings=%zu peers=%zu",
		o->network->n_cidrs, o->network->n_mappings,
		o->network->n_clusters);
	r = ob_resolver_set(o->resolver, o->network);
	if (r < 0)
		ob_error("resolver", "error=%d", r);
	ob_holds_clear(&o->holds);
	ob_watch_resolve(l->watch);
	ob_watch_dirty(l->watch);
}

static int on_device(void *arg, struct ob_arena *a, struct ob_wg_device *ret,
		     uint32_t *ret_mtu)
{
	struct loop *l = arg;
	const struct ob_octopus *o = l->o;

	*ret_mtu = o->state.mtu;
	/* Before the first pass peers may be missing that are wanted. */
	if (o->state.passes == 0)
		return -ENODEV;
	return ob_wg_device_dump(o->kernel.wg, a, o->config->network.device,
				 ret);
}

static void on_service(void *arg, const char *key)
{
	struct loop *l = arg;

	ob_balancer_changed(l->o->balancer, key);
}

static void on_services(void *arg)
{
	struct loop *l = arg;

	ob_balancer_state(l->o->balancer);
}

static const struct ob_control_ops control_ops = {
	.network = on_network,
	.device = on_device,
	.service = on_service,
	.services = on_services,
};

/* Addresses that nobody serves have a route of their own. */
static void on_unserved(void *arg)
{
	struct loop *l = arg;

	ob_watch_dirty(l->watch);
}

static void balance(struct ob_octopus *o)
{
	ob_balancer_set_imports(o->balancer,
				o->control ? ob_control_imports(o->control)
					   : NULL);
}

static int control_start(struct loop *l, struct ob_status *status)
{
	struct ob_octopus *o = l->o;
	int r = ob_control_new(l->event, o->config, &control_ops, l,
			       &o->control, status);

	if (r == 0)
		ob_control_set_key(o->control, &o->public_key);
	return r;
}

/* The kernel. */

static uint64_t on_pass(void *arg)
{
	struct loop *l = arg;
	size_t operations;

	if (l->o->network)
		(void)ob_pass_run(l->o, &operations);
	else
		(void)ob_pass_wait(l->o);
	if (l->o->control)
		ob_control_set_key(l->o->control, &l->o->public_key);
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

/* What a reload has made and not handed over yet. */
struct fresh {
	struct ob_config_file *config;
	struct ob_identity identity;
	struct ob_control *control;
	bool keep_control; /* the one there is goes with the configuration */
};

static void fresh_done(struct fresh *f)
{
	ob_control_freep(&f->control);
	ob_identity_done(&f->identity);
	ob_config_freep(&f->config);
}

static int reload_check(const struct loop *l, const struct fresh *f,
			struct ob_status *status)
{
	const char *device = l->o->config->network.device;

	if (!strcmp(f->config->network.device, device))
		return 0;
	return ob_status_set(status, EINVAL, "InvalidConfiguration",
			     "%s: device: cannot change from %s while octopus "
			     "runs; use --cleanup",
			     l->options->config, device);
}

static int reload_prepare(struct loop *l, struct fresh *f,
			  struct ob_status *status)
{
	struct ob_octopus *o = l->o;
	int r = ob_config_load(l->options->config, &f->config, status);

	if (r == 0)
		r = reload_check(l, f, status);
	if (r == 0 && !same_key_file(o->config, f->config))
		r = ob_identity_load(f->config->key_file, &f->identity, status);
	if (r < 0)
		return r;
	f->keep_control = o->control && ob_control_fits(o->control, f->config);
	if (f->config->hub && !f->keep_control)
		return ob_control_new(l->event, f->config, &control_ops, l,
				      &f->control, status);
	if (!f->config->hub)
		return ob_resolver_set(o->resolver, &f->config->network);
	return 0;
}

/* Of hub mode the last network stays as long as the connections do; new ones
 * say what they know when they do, and until then nothing changes. */
static void reload_network(struct ob_octopus *o, struct fresh *f)
{
	struct ob_control *old = o->control;

	if (f->keep_control) {
		ob_control_set_config(o->control, o->config);
		return;
	}
	o->control = f->control;
	f->control = old;
	o->network = o->config->hub ? NULL : &o->config->network;
	if (o->control)
		ob_control_set_key(o->control, &o->public_key);
	balance(o);
}

static int reload(struct loop *l, struct ob_status *status)
{
	_cleanup_(fresh_done) struct fresh f = { 0 };
	struct ob_octopus *o = l->o;
	struct ob_config_file *old = o->config;
	bool other_metrics;
	int r = reload_prepare(l, &f, status);

	if (r < 0)
		return r;
	/* Without a file the device keeps the key it has. */
	if (f.identity.has_secret)
		o->identity = f.identity;
	other_metrics = !same_metrics(o->config, f.config);
	o->config = f.config;
	f.config = old;
	reload_network(o, &f);
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

static int loop_open(struct loop *l, struct ob_status *status)
{
	int r = sd_event_new(&l->event);

	if (r >= 0)
		r = ob_watch_new(l->event, l->o->resolver, &watch_ops, l,
				 &l->watch);
	if (r >= 0)
		r = ob_balancer_new(l->event, l->o->kernel.dp, on_unserved, l,
				    &l->o->balancer);
	if (r >= 0 && l->o->config->hub)
		r = control_start(l, status);
	if (r >= 0)
		balance(l->o);
	return r < 0 ? r : 0;
}

static int loop_run(struct loop *l)
{
	int r;

	serve_start(l);
	ob_watch_resolve(l->watch);
	r = sd_event_loop(l->event);
	sd_notify(0, "STOPPING=1");
	if (l->o->control)
		ob_control_release(l->o->control);
	return r;
}

int ob_run(struct ob_octopus *o, const struct ob_options *options,
	   struct ob_status *status)
{
	struct loop l = { .o = o, .options = options };
	int r = loop_open(&l, status);

	if (r == 0)
		r = loop_run(&l);
	if (r < 0)
		ob_error("event loop", "error=%d", r);
	ob_serve_freep(&l.serve);
	o->network = NULL;
	ob_balancer_freep(&o->balancer);
	o->balancer = NULL;
	ob_control_freep(&o->control);
	o->control = NULL;
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
