// SPDX-License-Identifier: Apache-2.0
#include "http/serve.h"

#include <errno.h>
#include <sys/epoll.h>

#include "base/log.h"

struct ob_serve {
	struct ob_http_server *server;
	sd_event_source *io, *timer;
};

/* Lets the server work, and asks when it wants to be called at the latest. */
static int work(struct ob_serve *s)
{
	int r = ob_http_server_run(s->server);
	int timeout_ms;

	if (r < 0)
		ob_warning("HTTP server failed", "error=%d", r);
	timeout_ms = ob_http_server_timeout_ms(s->server);
	if (timeout_ms < 0)
		return sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	r = sd_event_source_set_time_relative(s->timer,
					      (uint64_t)timeout_ms * 1000);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(s->timer, SD_EVENT_ONESHOT);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	(void)source;
	(void)fd;
	(void)revents;
	return work(arg);
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	return work(arg);
}

static int add_sources(struct ob_serve *s, sd_event *event)
{
	int r = sd_event_add_io(event, &s->io, ob_http_server_fd(s->server),
				EPOLLIN, on_io, s);

	if (r < 0)
		return r;
	r = sd_event_add_time_relative(event, &s->timer, CLOCK_MONOTONIC, 0, 0,
				       on_time, s);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
}

int ob_serve_new(sd_event *event, const struct ob_addr *addr, uint16_t port,
		 ob_http_handler handler, void *arg, struct ob_serve **ret,
		 struct ob_status *status)
{
	_cleanup_(ob_serve_freep) struct ob_serve *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	r = ob_http_server_new(addr, port, handler, arg, &s->server, status);
	if (r < 0)
		return r;
	r = add_sources(s, event);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(s);
	return 0;
}

void ob_serve_free(struct ob_serve *s)
{
	sd_event_source_disable_unref(s->timer);
	sd_event_source_disable_unref(s->io);
	ob_http_server_freep(&s->server);
	free(s);
}
