// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "http/transfer.h"

#define REASON	    "HTTPClient"
/* Over HTTP/1.1, where each request under way has one; more of them wait. They
 * stay for the next ones, and what TLS needs with them. */
#define CONNECTIONS 12L

/* A descriptor that curl wants to know about. */
struct sock {
	LIST_ENTRY(sock) all;
	struct ob_http_client *client;
	sd_event_source *source;
	curl_socket_t fd;
	int what; /* CURL_POLL_... */
};

struct ob_http_client {
	sd_event *event;
	CURLM *multi;
	struct ob_http_identity identity;
	sd_event_source *timer;
	uint64_t due_ms; /* of curl's timer; 0: none */
	TAILQ_HEAD(, ob_http_call) calls, ready;
	LIST_HEAD(, sock) socks;
	unsigned int busy;
	bool freed; /* by one of the functions it calls */
};

/* A connection that the server has closed is an error, not the end of us;
 * OpenSSL writes without MSG_NOSIGNAL. */
static void ignore_sigpipe(void)
{
	struct sigaction now = { 0 };

	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

static void global_init(void)
{
	ignore_sigpipe();
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void secret_free(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

static void call_free(struct ob_http_call *call)
{
	struct ob_http_client *c = call->client;

	if (c) {
		curl_multi_remove_handle(c->multi, call->easy);
		TAILQ_REMOVE(&c->calls, call, all);
		if (call->is_ready)
			TAILQ_REMOVE(&c->ready, call, ready);
		call->is_ready = false;
		call->client = NULL;
	}
	ob_http_transfer_done(call);
	free(call);
}

void ob_http_call_cancel(struct ob_http_call *call)
{
	call->cancelled = true;
	if (!call->busy)
		call_free(call);
}

static void set_ready(struct ob_http_call *call)
{
	if (call->is_ready)
		return;
	call->is_ready = true;
	TAILQ_INSERT_TAIL(&call->client->ready, call, ready);
}

static bool has_news(const struct ob_http_call *call)
{
	return call->finished || call->pending_size ||
	       (call->headed && !call->told_head);
}

static bool tell_head(struct ob_http_call *call)
{
	if (!call->headed || call->told_head)
		return true;
	call->told_head = true;
	if (call->ops->head)
		call->ops->head(call->arg, call->answer.code);
	return !call->cancelled;
}

/* 0, or why the call ends now. */
static int tell_data(struct ob_http_call *call)
{
	_free_ char *bytes = TAKE_PTR(call->pending);
	size_t size = call->pending_size;

	call->pending_size = call->pending_room = 0;
	return size ? call->ops->data(call->arg, bytes, size) : 0;
}

/* Says what is new; whoever is called may cancel the call or free all. */
static void deliver(struct ob_http_call *call)
{
	int r;

	call->busy = true;
	if (!tell_head(call))
		goto out;
	r = tell_data(call);
	if (call->cancelled)
		goto out;
	if (r == 0 && !call->finished) {
		call->busy = false;
		if (has_news(call)) /* it has turned the client */
			set_ready(call);
		return;
	}
	if (r == 0)
		r = ob_http_transfer_result(call);
	call->ops->done(call->arg, r, &call->answer);
out:
	call_free(call);
}

static void client_release(struct ob_http_client *c)
{
	if (--c->busy == 0 && c->freed)
		free(c);
}

/* What curl has done since the last time, told to those who wait. */
static void dispatch(struct ob_http_client *c)
{
	struct ob_http_call *call;

	c->busy++;
	while (!c->freed && (call = TAILQ_FIRST(&c->ready))) {
		TAILQ_REMOVE(&c->ready, call, ready);
		call->is_ready = false;
		deliver(call);
	}
	client_release(c);
}

static void collect(struct ob_http_client *c)
{
	struct ob_http_call *call;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(c->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
				  (char **)&call);
		call->finished = true;
		call->result = message->data.result;
	}
	TAILQ_FOREACH(call, &c->calls, all)
	if (!call->busy && has_news(call))
		set_ready(call);
}

static void act(struct ob_http_client *c, curl_socket_t fd, int mask)
{
	int running;

	curl_multi_socket_action(c->multi, fd, mask, &running);
	collect(c);
	dispatch(c);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	int mask = 0;

	(void)source;
	if (events & EPOLLIN)
		mask |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (events & (EPOLLERR | EPOLLHUP))
		mask |= CURL_CSELECT_ERR;
	act(arg, fd, mask);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_http_client *c = arg;

	(void)source;
	(void)usec;
	c->due_ms = 0;
	act(c, CURL_SOCKET_TIMEOUT, 0);
	return 0;
}

static void sock_free(struct sock *s)
{
	LIST_REMOVE(s, all);
	sd_event_source_disable_unref(s->source);
	free(s);
}

static uint32_t epoll_mask(int what)
{
	return (what & CURL_POLL_IN ? EPOLLIN : 0) |
	       (what & CURL_POLL_OUT ? EPOLLOUT : 0);
}

/*
 * A loop that has ended takes no sources and changes none: from then on only
 * _turn() looks at the descriptors.
 */
static bool ended(int r)
{
	return r == -ESTALE;
}

static int sock_add(struct ob_http_client *c, curl_socket_t fd, int what)
{
	_free_ struct sock *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -1;
	r = sd_event_add_io(c->event, &s->source, fd, epoll_mask(what), on_io,
			    c);
	if (r < 0 && !ended(r))
		return -1;
	s->client = c;
	s->fd = fd;
	s->what = what;
	LIST_INSERT_HEAD(&c->socks, s, all);
	curl_multi_assign(c->multi, fd, s);
	TAKE_PTR(s);
	return 0;
}

/* Of curl: watch this descriptor, or no longer. */
static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *arg,
			    void *assigned)
{
	struct sock *s = assigned;
	int r;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s)
			sock_free(s);
		return 0;
	}
	if (!s)
		return sock_add(arg, fd, what);
	s->what = what;
	if (!s->source)
		return 0;
	r = sd_event_source_set_io_events(s->source, epoll_mask(what));
	return r < 0 && !ended(r) ? -1 : 0;
}

static int set_timer(struct ob_http_client *c, uint64_t usec)
{
	int r = sd_event_source_set_time_relative(c->timer, usec);

	if (r < 0)
		return r;
	return sd_event_source_set_enabled(c->timer, SD_EVENT_ONESHOT);
}

/* Of curl: wake me up then. */
static int on_timer_wanted(CURLM *multi, long timeout_ms, void *arg)
{
	struct ob_http_client *c = arg;
	int r;

	(void)multi;
	c->due_ms = 0;
	if (timeout_ms < 0) {
		r = sd_event_source_set_enabled(c->timer, SD_EVENT_OFF);
	} else {
		c->due_ms = ob_clock_monotonic_ms() + (uint64_t)timeout_ms;
		r = set_timer(c, (uint64_t)timeout_ms * 1000);
	}
	return r < 0 && !ended(r) ? -1 : 0;
}

static int copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

static int copy_identity(struct ob_http_identity *id,
			 const struct ob_http_client_options *o)
{
	if (copy(&id->url, o->url) < 0 ||
	    copy(&id->tls_server_name, o->tls_server_name) < 0 ||
	    copy(&id->ca_pem, o->ca_pem) < 0 ||
	    copy(&id->cert_pem, o->cert_pem) < 0 ||
	    copy(&id->key_pem, o->key_pem) < 0 ||
	    copy(&id->agent, o->agent) < 0)
		return -ENOMEM;
	return 0;
}

static int multi_init(struct ob_http_client *c)
{
	int r;

	c->multi = curl_multi_init();
	if (!c->multi)
		return -ENOMEM;
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_PIPELINING,
			  (long)CURLPIPE_MULTIPLEX);
	curl_multi_setopt(c->multi, CURLMOPT_MAX_HOST_CONNECTIONS, CONNECTIONS);
	/* The accuracy of 0 would be a quarter of a second. */
	r = sd_event_add_time(c->event, &c->timer, CLOCK_MONOTONIC, 0, 1,
			      on_timer, c);
	return r < 0 ? r : sd_event_source_set_enabled(c->timer, SD_EVENT_OFF);
}

/* A request that is never sent tells what this libcurl cannot do. */
static int probe(struct ob_http_client *c)
{
	static const struct ob_http_request request = { .method = "GET",
							.path = "/" };
	struct ob_http_call call = { 0 };
	int r = ob_http_transfer_init(&call, &c->identity, &request);

	ob_http_transfer_done(&call);
	return r;
}

int ob_http_client_new(sd_event *event,
		       const struct ob_http_client_options *options,
		       struct ob_http_client **ret, struct ob_status *status)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	_cleanup_(ob_http_client_freep) struct ob_http_client *c = NULL;
	int r;

	pthread_once(&once, global_init);
	c = calloc(1, sizeof(*c));
	if (!c)
		return ob_status_set(status, ENOMEM, REASON, "out of memory");
	TAILQ_INIT(&c->calls);
	TAILQ_INIT(&c->ready);
	LIST_INIT(&c->socks);
	c->event = sd_event_ref(event);
	r = copy_identity(&c->identity, options);
	if (r == 0)
		r = multi_init(c);
	if (r >= 0)
		r = probe(c);
	if (r < 0)
		return ob_status_set(status, -r, REASON,
				     "%s: libcurl (%s) cannot be used: %s",
				     options->url, curl_version(),
				     strerror(-r));
	*ret = TAKE_PTR(c);
	return 0;
}

static void identity_done(struct ob_http_identity *id)
{
	free(id->url);
	free(id->tls_server_name);
	free(id->ca_pem);
	free(id->cert_pem);
	secret_free(id->key_pem);
	free(id->agent);
}

/* One inside of its own function is freed when that returns. */
static void calls_free(struct ob_http_client *c)
{
	struct ob_http_call *call;

	while ((call = TAILQ_FIRST(&c->calls))) {
		call->cancelled = true;
		if (!call->busy) {
			call_free(call);
			continue;
		}
		curl_multi_remove_handle(c->multi, call->easy);
		TAILQ_REMOVE(&c->calls, call, all);
		call->client = NULL;
	}
}

void ob_http_client_free(struct ob_http_client *c)
{
	struct sock *s;

	if (!c)
		return;
	calls_free(c);
	if (c->multi)
		curl_multi_cleanup(c->multi);
	while ((s = LIST_FIRST(&c->socks)))
		sock_free(s);
	sd_event_source_disable_unref(c->timer);
	sd_event_unref(c->event);
	identity_done(&c->identity);
	c->freed = true;
	if (!c->busy)
		free(c);
}

int ob_http_client_send(struct ob_http_client *c,
			const struct ob_http_request *request,
			const struct ob_http_call_ops *ops, void *arg,
			struct ob_http_call **ret)
{
	struct ob_http_call *call = calloc(1, sizeof(*call));
	int r;

	if (!call)
		return -ENOMEM;
	call->ops = ops;
	call->arg = arg;
	r = ob_http_transfer_init(call, &c->identity, request);
	if (r == 0 && curl_multi_add_handle(c->multi, call->easy) != CURLM_OK)
		r = -ENOMEM;
	if (r < 0) {
		call_free(call);
		return r;
	}
	call->client = c;
	TAILQ_INSERT_TAIL(&c->calls, call, all);
	*ret = call;
	return 0;
}

static int until_due(const struct ob_http_client *c, uint32_t timeout_ms)
{
	uint64_t now = ob_clock_monotonic_ms();
	uint64_t left = c->due_ms > now ? c->due_ms - now : 0;

	if (!c->due_ms || left > timeout_ms)
		left = timeout_ms;
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

static size_t poll_set(const struct ob_http_client *c, struct pollfd *v,
		       size_t room)
{
	const struct sock *s;
	size_t n = 0;

	LIST_FOREACH(s, &c->socks, all)
	{
		if (n == room)
			break;
		v[n++] = (struct pollfd){
			.fd = s->fd,
			.events =
				(short)((s->what & CURL_POLL_IN ? POLLIN : 0) |
					(s->what & CURL_POLL_OUT ? POLLOUT
								 : 0)),
		};
	}
	return n;
}

static int poll_to_curl(short events)
{
	return (events & POLLIN ? CURL_CSELECT_IN : 0) |
	       (events & POLLOUT ? CURL_CSELECT_OUT : 0) |
	       (events & (POLLERR | POLLHUP | POLLNVAL) ? CURL_CSELECT_ERR : 0);
}

int ob_http_client_turn(struct ob_http_client *c, uint32_t timeout_ms)
{
	struct pollfd v[64];
	size_t n = poll_set(c, v, ARRAY_SIZE(v));
	int running;

	if (poll(v, n, until_due(c, timeout_ms)) < 0)
		return errno == EINTR ? 0 : -errno;
	for (size_t i = 0; i < n; i++)
		if (v[i].revents)
			curl_multi_socket_action(c->multi, v[i].fd,
						 poll_to_curl(v[i].revents),
						 &running);
	if (c->due_ms && ob_clock_monotonic_ms() >= c->due_ms) {
		c->due_ms = 0;
		curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0,
					 &running);
	}
	collect(c);
	dispatch(c);
	return 0;
}
