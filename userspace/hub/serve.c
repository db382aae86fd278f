// SPDX-License-Identifier: Apache-2.0
#include "hub/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "hub/api.h"
#include "hub/hub.h"
#include "hub/init.h"
#include "hub/listen.h"
#include "hub/pki.h"
#include "hub/state.h"
#include "hub/watch.h"

#define TICK_US	     (1000 * 1000)
#define RENEW_EVERY  (6 * 60 * 60) /* ticks */
#define EXPIRE_EVERY 60
#define COMPACT_MAX  2000
#define EVENT_TTL_S  3600

static void hub_done(struct ob_hub *hub)
{
	ob_hub_http_free(hub->http);
	ob_hub_janitor_free(hub->janitor);
	ob_hub_feed_free(hub->feed);
	ob_hub_catalog_free(hub->catalog);
	ob_hub_store_free(hub->store);
	sd_event_unref(hub->event);
	ob_hub_pki_unload();
}

/* Everything but the socket. */
static int hub_open(struct ob_hub *hub, const struct ob_hub_options *o,
		    struct ob_status *status)
{
	int r = ob_hub_init_state(o, &hub->store, status);

	if (r < 0)
		return r;
	hub->dir = o->dir;
	hub->history_revisions = o->history_revisions;
	hub->history_s = o->history_s;
	hub->feed = ob_hub_feed_new(hub->store);
	hub->janitor = ob_hub_janitor_new(hub);
	r = ob_hub_catalog_new(hub->store, &hub->catalog);
	if (r == 0)
		r = ob_hub_init_objects(hub, status);
	if (r == 0)
		r = ob_hub_init_admin(o->dir, hub->store, status);
	return r;
}

int ob_hub_serve_init(const struct ob_hub_options *o, struct ob_status *status)
{
	_cleanup_(hub_done) struct ob_hub hub = { 0 };
	_close_ int lock = -1;
	int r = ob_hub_state_ensure(o->dir, status);

	if (r == 0)
		r = ob_hub_state_lock(o->dir, &lock, status);
	return r < 0 ? r : hub_open(&hub, o, status);
}

/* --- serving --- */

static int on_signal(sd_event_source *source,
		     const struct signalfd_siginfo *info, void *arg)
{
	struct ob_hub *hub = arg;

	(void)info;
	if (hub->stopping)
		return 0;
	hub->stopping = true;
	ob_info("stopping", "");
	sd_notify(0, "STOPPING=1");
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static void certificates_renew(struct ob_hub *hub)
{
	struct ob_status status = OB_STATUS_INIT;

	if (ob_hub_init_certificates(hub->dir, hub->store, &status) < 0 ||
	    ob_hub_pki_load(hub->dir, &status) < 0)
		ob_error("the server certificate is not renewed", "why=\"%s\"",
			 status.message);
}

static void compact(struct ob_hub *hub, int64_t now_s)
{
	int r;

	if (ob_hub_store_dirty(hub->store))
		return;
	r = ob_hub_store_compact(hub->store, now_s - hub->history_s,
				 hub->history_revisions, COMPACT_MAX);
	if (r < 0)
		ob_warning("history cannot be compacted", "error=%d", -r);
}

static int on_tick(sd_event_source *source, uint64_t usec, void *arg)
{
	static unsigned int ticks;
	struct ob_hub *hub = arg;
	int64_t now_s = (int64_t)ob_clock_realtime_s();

	(void)usec;
	ob_hub_watch_tick(hub, now_s);
	compact(hub, now_s);
	if (++ticks % EXPIRE_EVERY == 0)
		ob_hub_janitor_expire(hub->janitor, now_s - EVENT_TTL_S);
	if (ticks % RENEW_EVERY == 0)
		certificates_renew(hub);
	sd_event_source_set_time_relative(source, TICK_US);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int add_sources(struct ob_hub *hub)
{
	int r = sd_event_add_signal(hub->event, NULL, SIGTERM, on_signal, hub);

	if (r >= 0)
		r = sd_event_add_signal(hub->event, NULL, SIGINT, on_signal,
					hub);
	if (r >= 0)
		r = sd_event_add_time_relative(hub->event, NULL,
					       CLOCK_MONOTONIC, TICK_US, 0,
					       on_tick, hub);
	return r < 0 ? r : 0;
}

/* Every client is a descriptor. */
static void descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int hub_listen(struct ob_hub *hub, const struct ob_hub_options *o,
		      struct ob_status *status)
{
	uint16_t port = OB_HUB_DEFAULT_PORT;
	struct ob_addr addr;
	int r = ob_hub_listen_parse(o->listen, &addr, &port);

	if (r < 0)
		return ob_status_set(status, EINVAL, "ListenFailed",
				     "--listen %s: not like 192.0.2.1:6443",
				     o->listen);
	r = ob_hub_pki_load(o->dir, status);
	if (r < 0)
		return r;
	return ob_hub_http_new(hub->event, &addr, port, &ob_hub_api_ops, hub,
			       &hub->http, status);
}

static int run(struct ob_hub *hub, const struct ob_hub_options *o,
	       struct ob_status *status)
{
	int r = sd_event_new(&hub->event);

	if (r >= 0)
		r = add_sources(hub);
	if (r >= 0)
		r = hub_listen(hub, o, status);
	if (r >= 0)
		r = ob_hub_janitor_scan(hub->janitor);
	if (r < 0)
		return r;
	ob_hub_http_kick(hub->http);
	ob_info("hub " OB_VERSION, "dir=%s port=%u rv=%llu", o->dir,
		ob_hub_http_port(hub->http),
		(unsigned long long)ob_hub_store_rv(hub->store));
	sd_notify(0, "READY=1");
	return sd_event_loop(hub->event);
}

int ob_hub_serve(const struct ob_hub_options *o, struct ob_status *status)
{
	_cleanup_(hub_done) struct ob_hub hub = { 0 };
	_close_ int lock = -1;
	int r;

	block_signals();
	descriptors_raise();
	r = ob_hub_state_ensure(o->dir, status);
	if (r == 0)
		r = ob_hub_state_lock(o->dir, &lock, status);
	if (r == 0)
		r = hub_open(&hub, o, status);
	return r < 0 ? r : run(&hub, o, status);
}
