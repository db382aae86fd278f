// SPDX-License-Identifier: Apache-2.0
#include "octopus/watch.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "netlink/monitor.h"

#define USEC_PER_MS   1000
#define USEC_PER_SEC  1000000
#define AUDIT_FACTOR  10 /* audits take at most a tenth of a processor */
#define CHANGE_FACTOR 1	 /* changes at most half of one */

struct ob_watch {
	struct ob_nlmon *monitor;
	struct ob_resolver *resolver;
	const struct ob_watch_ops *ops;
	void *arg;
	sd_event_source *monitor_io, *resolver_io;
	sd_event_source *pass_timer, *resolver_timer;
	sd_event_source *hup, *term, *interrupt;
	bool soon;	       /* the pass timer is set for a change */
	uint64_t last_pass_us; /* what comparing cost */
};

static uint64_t at_least(uint64_t least_ms, uint64_t us)
{
	return us > least_ms * USEC_PER_MS ? us : least_ms * USEC_PER_MS;
}

static void check(int r, const char *what)
{
	if (r < 0)
		ob_error("event loop", "cannot=\"%s\" error=%d", what, r);
}

static void pass_in(struct ob_watch *w, uint64_t us)
{
	check(sd_event_source_set_time_relative(w->pass_timer, us),
	      "set a timer");
	check(sd_event_source_set_enabled(w->pass_timer, SD_EVENT_ONESHOT),
	      "enable a timer");
}

void ob_watch_dirty(struct ob_watch *w)
{
	/* More changes while the timer runs do not put it off. */
	if (w->soon)
		return;
	w->soon = true;
	pass_in(w, at_least(OB_COALESCE_MS, w->last_pass_us * CHANGE_FACTOR));
}

static int on_pass(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_watch *w = arg;

	(void)source;
	(void)usec;
	w->soon = false;
	w->last_pass_us = w->ops->pass(w->arg) / 1000;
	pass_in(w, at_least(OB_AUDIT_MS, w->last_pass_us * AUDIT_FACTOR));
	return 0;
}

static int on_netlink(sd_event_source *source, int fd, uint32_t revents,
		      void *arg)
{
	struct ob_watch *w = arg;
	bool changed = false;
	int r = ob_nlmon_read(w->monitor, &changed);

	(void)source;
	(void)fd;
	(void)revents;
	if (r < 0)
		ob_warning("netlink notifications", "error=%d", r);
	if (changed)
		ob_watch_dirty(w);
	return 0;
}

void ob_watch_resolve(struct ob_watch *w)
{
	uint64_t us = (uint64_t)ob_resolver_delay_s(w->resolver) * USEC_PER_SEC;

	check(ob_resolver_start(w->resolver), "start the resolver");
	check(sd_event_source_set_time_relative(w->resolver_timer, us),
	      "set a timer");
	check(sd_event_source_set_enabled(w->resolver_timer, SD_EVENT_ONESHOT),
	      "enable a timer");
}

static int on_resolve(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	ob_watch_resolve(arg);
	return 0;
}

static int on_resolved(sd_event_source *source, int fd, uint32_t revents,
		       void *arg)
{
	struct ob_watch *w = arg;

	(void)source;
	(void)fd;
	(void)revents;
	if (ob_resolver_finish(w->resolver))
		ob_watch_dirty(w);
	return 0;
}

static int on_hup(sd_event_source *source, const struct signalfd_siginfo *si,
		  void *arg)
{
	struct ob_watch *w = arg;

	(void)source;
	(void)si;
	w->ops->reload(w->arg);
	return 0;
}

static int on_exit_signal(sd_event_source *source,
			  const struct signalfd_siginfo *si, void *arg)
{
	(void)arg;
	ob_info("exiting, traffic goes on", "signal=%u", si->ssi_signo);
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int add_signals(struct ob_watch *w, sd_event *event)
{
	int r = sd_event_add_signal(event, &w->hup, SIGHUP, on_hup, w);

	if (r >= 0)
		r = sd_event_add_signal(event, &w->term, SIGTERM,
					on_exit_signal, w);
	if (r >= 0)
		r = sd_event_add_signal(event, &w->interrupt, SIGINT,
					on_exit_signal, w);
	return r;
}

static int add_sources(struct ob_watch *w, sd_event *event)
{
	int r = sd_event_add_io(event, &w->monitor_io, ob_nlmon_fd(w->monitor),
				EPOLLIN, on_netlink, w);

	if (r >= 0)
		r = sd_event_add_io(event, &w->resolver_io,
				    ob_resolver_fd(w->resolver), EPOLLIN,
				    on_resolved, w);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &w->pass_timer,
					       CLOCK_MONOTONIC, 0, USEC_PER_MS,
					       on_pass, w);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &w->resolver_timer,
					       CLOCK_MONOTONIC, 0, 0,
					       on_resolve, w);
	return r < 0 ? r : add_signals(w, event);
}

int ob_watch_new(sd_event *event, struct ob_resolver *resolver,
		 const struct ob_watch_ops *ops, void *arg,
		 struct ob_watch **ret)
{
	_cleanup_(ob_watch_freep) struct ob_watch *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	w->resolver = resolver;
	w->ops = ops;
	w->arg = arg;
	r = ob_nlmon_new(&w->monitor);
	if (r < 0)
		return r;
	r = add_sources(w, event);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(w);
	return 0;
}

void ob_watch_free(struct ob_watch *w)
{
	sd_event_source_disable_unref(w->interrupt);
	sd_event_source_disable_unref(w->term);
	sd_event_source_disable_unref(w->hup);
	sd_event_source_disable_unref(w->resolver_timer);
	sd_event_source_disable_unref(w->pass_timer);
	sd_event_source_disable_unref(w->resolver_io);
	sd_event_source_disable_unref(w->monitor_io);
	ob_nlmon_freep(&w->monitor);
	free(w);
}
