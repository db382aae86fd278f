// SPDX-License-Identifier: Apache-2.0
/*
 * crossdns answers the names of exported Services: see crossdns(8).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/capability.h"
#include "base/log.h"
#include "crossdns/crossdns.h"
#include "crossdns/exposition.h"
#include "crossdns/options.h"
#include "http/serve.h"

static int complain(int r, const struct ob_status *status)
{
	fprintf(stderr, "crossdns: %s\n",
		status->reason ? status->message : strerror(-r));
	return r;
}

/* Messages about the file begin with its name, for editors. */
static int load_config(const char *path, struct ob_crossdns_config **ret)
{
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_crossdns_config_load(path, ret, &status);

	if (r < 0)
		fprintf(stderr, "%s\n", status.message);
	return r;
}

static int check(const struct ob_crossdns_options *options)
{
	_cleanup_(ob_crossdns_config_freep) struct ob_crossdns_config *c = NULL;
	int r = load_config(options->config, &c);

	if (r < 0)
		return r;
	printf("%s: valid: %zu zones, first %s\n", options->config, c->n_zones,
	       c->zones[0].name);
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

static void crossdns_done(struct ob_crossdns *c)
{
	ob_crossdns_watch_freep(&c->watch);
	/* They read what comes next. */
	ob_workers_freep(&c->workers);
	ob_names_freep(&c->names);
	for (size_t i = 0; i < OB_CROSSDNS_ZONES_MAX; i++)
		ob_dns_zone_freep(&c->dns_zones[i]);
	ob_crossdns_config_freep(&c->config);
}

static int open_zones(struct ob_crossdns *c)
{
	const struct ob_crossdns_config *config = c->config;

	for (size_t i = 0; i < config->n_zones; i++) {
		enum ob_view view = config->zones[i].view;
		const struct ob_dns_zone_options options = {
			.name = config->zones[i].name,
			.ttl_s = config->workers.ttl_s,
			.has_version = view == OB_VIEW_STANDARD,
			.servers = config->servers,
			.n_servers = config->n_servers,
		};
		int r = ob_dns_zone_new(&options, &c->dns_zones[i]);

		if (r < 0)
			return r;
		c->zones[i] =
			(struct ob_crossdns_zone){ c->dns_zones[i], view };
	}
	return 0;
}

static int open_workers(struct ob_crossdns *c, struct ob_status *status)
{
	struct ob_workers_options options = c->config->workers;
	int r = ob_names_new(&c->names);

	options.zones = c->zones;
	options.n_zones = c->config->n_zones;
	if (r == 0)
		r = ob_workers_new(&options, c->names, &c->workers, status);
	/* Nothing needs any from here on, and there are no threads yet. */
	return r < 0 ? r : ob_capability_keep(0, status);
}

static int open_watch(struct ob_crossdns *c, sd_event *event,
		      struct ob_status *status)
{
	const struct ob_records_options options = {
		.ttl_s = c->config->workers.ttl_s,
		.cluster_id = c->config->cluster_id,
	};

	return ob_crossdns_watch_new(event, &c->config->api, &options, c->names,
				     &c->watch, status);
}

static int on_exit_signal(sd_event_source *source,
			  const struct signalfd_siginfo *si, void *arg)
{
	(void)arg;
	ob_info("exiting", "signal=%u", si->ssi_signo);
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int loop(struct ob_crossdns *c, sd_event *event)
{
	_cleanup_(ob_serve_freep) struct ob_serve *serve = NULL;
	const struct ob_crossdns_config *config = c->config;
	int r = sd_event_add_signal(event, NULL, SIGTERM, on_exit_signal, NULL);

	if (r >= 0)
		r = sd_event_add_signal(event, NULL, SIGINT, on_exit_signal,
					NULL);
	if (r >= 0)
		r = ob_workers_start(c->workers);
	if (r < 0)
		return r;
	/* A port that is taken is no reason not to answer. */
	if (config->has_metrics &&
	    ob_serve_new(event, &config->metrics_addr, config->metrics_port,
			 ob_crossdns_exposition, c, &serve, &c->http) < 0)
		ob_error("no metrics", "error=\"%s\"", c->http.message);
	sd_notify(0, "READY=1");
	r = sd_event_loop(event);
	sd_notify(0, "STOPPING=1");
	return r;
}

static int run(const struct ob_crossdns_options *options)
{
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	_cleanup_(crossdns_done) struct ob_crossdns c = { 0 };
	struct ob_status status = OB_STATUS_INIT;
	int r = load_config(options->config, &c.config);

	if (r < 0)
		return r;
	block_signals();
	r = sd_event_new(&event);
	if (r >= 0)
		r = open_zones(&c);
	if (r >= 0)
		r = open_workers(&c, &status);
	if (r >= 0)
		r = open_watch(&c, event, &status);
	if (r < 0)
		return complain(r, &status);
	ob_info("crossdns " OB_VERSION, "zones=%zu workers=%zu",
		c.config->n_zones, ob_workers_n(c.workers));
	r = loop(&c, event);
	return r < 0 ? complain(r, &status) : 0;
}

int main(int argc, char **argv)
{
	struct ob_crossdns_options options;
	int r = ob_crossdns_options_parse(argc, argv, &options);

	if (r < 0)
		return 2;
	ob_log_set_level(options.log_level);
	switch (options.mode) {
	case OB_CROSSDNS_DONE:
		return 0;
	case OB_CROSSDNS_CHECK:
		r = check(&options);
		break;
	case OB_CROSSDNS_RUN:
		r = run(&options);
		break;
	}
	return r < 0 ? 1 : 0;
}
