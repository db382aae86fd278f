// SPDX-License-Identifier: Apache-2.0
#include "hub/http.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/listen.h"
#include "hub/http_private.h"
#include "hub/listen.h"
#include "hub/pki.h"

#define BACKLOG		       512
#define MAX_CONNECTIONS	       4096U
#define MAX_CONNECTIONS_OF_ONE 1024U
/* Bounds the request line and all headers, and is a chunk of a stream. */
#define CONNECTION_BYTES       ((size_t)64 * 1024)
#define STREAM_BYTES	       ((size_t)32 * 1024)
/* Without any byte moving. Clients keep idle connections for 90 s. */
#define SILENCE_S	       120U
#define OWN_SILENCE_S	       (SILENCE_S + 1)
/* Turns at a stretch, before other sources of the event loop get theirs. */
#define MAX_TURNS	       8

/* --- requests --- */

static const char *address_of(struct ob_arena *a,
			      struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info ? ob_hub_listen_address(a, info->client_addr) : "";
}

static struct ob_hub_client *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* The request line is in. */
static void *on_target(void *arg, const char *target,
		       struct MHD_Connection *connection)
{
	struct ob_hub_wire *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->http = arg;
	w->connection = connection;
	w->x.arena = ob_arena_new();
	w->x.target = ob_arena_strdup(w->x.arena, target);
	w->x.wire = w;
	w->x.begin_ms = ob_clock_monotonic_ms();
	w->client = client_of(connection);
	if (w->client) {
		w->client->wire = w;
		w->client->since_ms = w->x.begin_ms;
		w->client->asked = true;
	}
	return w;
}

static const char *header(struct ob_hub_wire *w, const char *name)
{
	const char *v = MHD_lookup_connection_value(w->connection,
						    MHD_HEADER_KIND, name);

	return v ? ob_arena_strdup(w->x.arena, v) : NULL;
}

static void headers_take(struct ob_hub_wire *w, const char *method)
{
	struct ob_hub_exchange *x = &w->x;
	const char *length = header(w, MHD_HTTP_HEADER_CONTENT_LENGTH);

	x->method = ob_arena_strdup(x->arena, method);
	x->accept = header(w, MHD_HTTP_HEADER_ACCEPT);
	x->content_type = header(w, MHD_HTTP_HEADER_CONTENT_TYPE);
	x->authorization = header(w, MHD_HTTP_HEADER_AUTHORIZATION);
	x->user_agent = header(w, MHD_HTTP_HEADER_USER_AGENT);
	x->address = address_of(x->arena, w->connection);
	x->content_length = length ? strtoull(length, NULL, 10) : 0;
}

/* Nothing of it is kept, but the answer can only follow the whole request. */
static bool upload_drop(struct ob_hub_wire *w)
{
	w->x.too_large = true;
	w->x.body = NULL;
	w->x.body_size = 0;
	free(w->upload);
	w->upload = NULL;
	w->room = 0;
	return true;
}

static bool upload_add(struct ob_hub_wire *w, const char *data, size_t size)
{
	size_t need = w->x.body_size + size + 1;

	if (w->x.too_large || need > OB_HUB_MAX_BODY + 1)
		return upload_drop(w);
	if (need > w->room) {
		size_t room = need > 4096 ? 2 * need : 4096;
		char *p = realloc(w->upload, room);

		if (!p)
			return false;
		w->upload = p;
		w->room = room;
	}
	memcpy(w->upload + w->x.body_size, data, size);
	w->x.body_size += size;
	w->upload[w->x.body_size] = '\0';
	w->x.body = w->upload;
	return true;
}

static void suspend(struct ob_hub_wire *w)
{
	w->suspended = true;
	MHD_suspend_connection(w->connection);
}

static void resume(struct ob_hub_wire *w)
{
	if (!w->suspended)
		return;
	w->suspended = false;
	MHD_resume_connection(w->connection);
	/* Which MHD notices when it runs: driven from outside, it has no
	 * descriptor that says so. */
	if (!w->http->working)
		ob_hub_http_kick(w->http);
}

static void wait_for_turn(struct ob_hub_wire *w)
{
	struct ob_hub_http *h = w->http;

	w->phase = OB_HUB_PHASE_WAITING;
	suspend(w);
	w->next = NULL;
	*h->waiting_end = w;
	h->waiting_end = &w->next;
}

/* --- replies --- */

static ssize_t on_stream(void *arg, uint64_t position, char *buf, size_t size)
{
	struct ob_hub_wire *w = arg;
	ssize_t n;

	(void)position;
	if (w->hung_up)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = w->x.reply.stream_ops->read(w->x.reply.stream, buf, size);
	if (n > 0)
		return n;
	if (n == 0) {
		suspend(w);
		return 0;
	}
	return n == -ENODATA ? MHD_CONTENT_READER_END_OF_STREAM
			     : MHD_CONTENT_READER_END_WITH_ERROR;
}

/* While a connection is suspended, MHD does not see that it is gone. */
static int on_hangup(sd_event_source *source, int fd, uint32_t events,
		     void *arg)
{
	struct ob_hub_wire *w = arg;

	(void)fd;
	(void)events;
	sd_event_source_set_enabled(source, SD_EVENT_OFF);
	w->hung_up = true;
	ob_hub_exchange_wake(&w->x);
	return 0;
}

static struct MHD_Response *response_make(struct ob_hub_wire *w)
{
	const struct ob_hub_reply *reply = &w->x.reply;

	if (!reply->stream_ops)
		return MHD_create_response_from_buffer(
			reply->size, (void *)(uintptr_t)reply->body,
			MHD_RESPMEM_PERSISTENT);
	w->phase = OB_HUB_PHASE_STREAM;
	sd_event_add_io(w->http->event, &w->hangup,
			ob_hub_http_fd(w->connection), EPOLLRDHUP, on_hangup,
			w);
	return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BYTES,
						 on_stream, w, NULL);
}

static enum MHD_Result reply_queue(struct ob_hub_wire *w)
{
	const struct ob_hub_reply *reply = &w->x.reply;
	struct MHD_Response *response;
	enum MHD_Result ok;

	w->phase = OB_HUB_PHASE_REPLY;
	response = response_make(w);
	if (!response)
		return MHD_NO;
	ok = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				     reply->content_type);
	if (ok == MHD_YES)
		ok = MHD_add_response_header(response,
					     MHD_HTTP_HEADER_CACHE_CONTROL,
					     "no-cache, private");
	for (size_t i = 0; ok == MHD_YES && i < reply->n_headers; i++)
		ok = MHD_add_response_header(response, reply->headers[i].name,
					     reply->headers[i].value);
	if (ok == MHD_YES)
		ok = MHD_queue_response(w->connection, reply->code, response);
	MHD_destroy_response(response);
	return ok;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *size, void **state)
{
	struct ob_hub_wire *w = *state;
	struct ob_hub_http *h = arg;

	(void)connection;
	(void)url;
	if (!w)
		return MHD_NO;
	if (w->phase == OB_HUB_PHASE_HEADERS) {
		w->phase = OB_HUB_PHASE_BODY;
		w->last = strcmp(version, MHD_HTTP_VERSION_1_1) != 0;
		headers_take(w, method);
		h->ops->begin(h->arg, &w->x);
		return w->x.reply.code ? reply_queue(w) : MHD_YES;
	}
	if (w->phase == OB_HUB_PHASE_BODY && *size) {
		size_t n = *size;

		*size = 0;
		return upload_add(w, data, n) ? MHD_YES : MHD_NO;
	}
	if (w->phase == OB_HUB_PHASE_BODY)
		wait_for_turn(w);
	else if (w->x.reply.code)
		return reply_queue(w);
	return MHD_YES;
}

/*
 * MHD 0.9.75 forgets a connection that ends while more of its reply is asked
 * for: it was taken out of the epoll set when it was suspended, and is looked
 * at again only once it is the one that was silent longest, up to SILENCE_S
 * later. Until then it has its descriptor and its place in the limits. Those
 * with a time-out of their own are looked at in every run.
 */
static void clean_up_soon(struct ob_hub_http *h,
			  struct MHD_Connection *connection)
{
	MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
				  OWN_SILENCE_S);
	h->ended = true;
}

static void on_completed(void *arg, struct MHD_Connection *connection,
			 void **state, enum MHD_RequestTerminationCode why)
{
	struct ob_hub_wire *w = *state;
	struct ob_hub_http *h = arg;

	if (!w)
		return;
	*state = NULL;
	if (w->last || why != MHD_REQUEST_TERMINATED_COMPLETED_OK)
		clean_up_soon(h, connection);
	sd_event_source_disable_unref(w->hangup);
	if (w->x.reply.stream_ops)
		w->x.reply.stream_ops->free(w->x.reply.stream);
	h->ops->end(h->arg, &w->x);
	if (w->client) {
		w->client->wire = NULL;
		w->client->since_ms = ob_clock_monotonic_ms();
	}
	free(w->upload);
	ob_arena_free(w->x.arena);
	free(w);
}

/* --- the loop --- */

static struct ob_hub_wire *waiting_take(struct ob_hub_http *h)
{
	struct ob_hub_wire *first = h->waiting;

	h->waiting = NULL;
	h->waiting_end = &h->waiting;
	return first;
}

static void turn(struct ob_hub_http *h)
{
	struct ob_hub_wire *first = waiting_take(h), *next;
	int r;

	for (struct ob_hub_wire *w = first; w; w = w->next)
		h->ops->handle(h->arg, &w->x);
	r = h->ops->commit(h->arg);
	for (struct ob_hub_wire *w = first; w; w = next) {
		next = w->next;
		if (r < 0)
			h->ops->fail(h->arg, &w->x, r);
		resume(w);
	}
}

static int schedule(struct ob_hub_http *h)
{
	MHD_UNSIGNED_LONG_LONG ms;
	int r;

	if (h->waiting || h->ended)
		ms = 0;
	else if (MHD_get_timeout(h->daemon, &ms) != MHD_YES)
		return sd_event_source_set_enabled(h->timer, SD_EVENT_OFF);
	r = sd_event_source_set_time_relative(h->timer, ms * 1000);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(h->timer, SD_EVENT_ONESHOT);
}

static int work(struct ob_hub_http *h)
{
	int turns = 0;

	h->working = true;
	for (;;) {
		h->ended = false;
		if (MHD_run(h->daemon) != MHD_YES)
			return -EIO;
		if (!h->waiting || turns++ == MAX_TURNS)
			break;
		turn(h);
	}
	h->working = false;
	return schedule(h);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	(void)source;
	(void)fd;
	(void)events;
	return work(arg);
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	return work(arg);
}

static int on_kick(sd_event_source *source, void *arg)
{
	struct ob_hub_http *h = arg;

	(void)source;
	h->working = true;
	turn(h);
	return work(h);
}

void ob_hub_http_kick(struct ob_hub_http *h)
{
	sd_event_source_set_enabled(h->kick, SD_EVENT_ONESHOT);
}

static int add_sources(struct ob_hub_http *h)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	int r;

	if (!info)
		return -EIO;
	r = sd_event_add_io(h->event, &h->io, info->epoll_fd, EPOLLIN, on_io,
			    h);
	if (r >= 0)
		/* To the microsecond: 0 would be "within 250 ms". */
		r = sd_event_add_time_relative(
			h->event, &h->timer, CLOCK_MONOTONIC, 0, 1, on_time, h);
	if (r >= 0)
		r = sd_event_add_time_relative(h->event, &h->sweep,
					       CLOCK_MONOTONIC, OB_HUB_SWEEP_US,
					       0, ob_hub_client_sweep, h);
	if (r >= 0)
		r = sd_event_add_defer(h->event, &h->kick, on_kick, h);
	if (r >= 0)
		r = sd_event_source_set_enabled(h->kick, SD_EVENT_OFF);
	return r < 0 ? r : 0;
}

static void on_log(void *arg, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
static void on_log(void *arg, const char *format, va_list args)
{
	char line[256], quoted[300];

	(void)arg;
	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	ob_debug("HTTP", "text=%s", ob_log_quote(line, quoted, sizeof(quoted)));
}

static int daemon_start(struct ob_hub_http *h, int fd)
{
	h->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME |
			MHD_USE_ERROR_LOG,
		0, NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER,
		on_log, h, MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
		MHD_OPTION_HTTPS_CERT_CALLBACK, ob_hub_pki_present,
		MHD_OPTION_HTTPS_PRIORITIES, OB_HUB_PKI_PRIORITIES,
		MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, MAX_CONNECTIONS_OF_ONE,
		MHD_OPTION_CONNECTION_TIMEOUT, SILENCE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, h,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
		MHD_OPTION_NOTIFY_CONNECTION, ob_hub_client_notify, h,
		MHD_OPTION_END);
	return h->daemon ? 0 : -EIO;
}

int ob_hub_http_new(sd_event *event, const struct ob_addr *addr, uint16_t port,
		    const struct ob_hub_http_ops *ops, void *arg,
		    struct ob_hub_http **ret, struct ob_status *status)
{
	_cleanup_(ob_hub_http_freep) struct ob_hub_http *h = NULL;
	_close_ int fd = -1;
	int r;

	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	h->event = event;
	h->ops = ops;
	h->arg = arg;
	h->waiting_end = &h->waiting;
	r = ob_http_listen(addr, port, BACKLOG, &fd, &h->port, status);
	if (r < 0)
		return r;
	r = daemon_start(h, TAKE_FD(fd));
	if (r == 0)
		r = add_sources(h);
	if (r < 0)
		return ob_status_set(status, -r, "ListenFailed",
				     "cannot start the HTTP server: %s",
				     strerrordesc_np(-r));
	*ret = TAKE_PTR(h);
	return 0;
}

/* MHD wants nothing suspended when it stops. */
static void resume_all(struct ob_hub_http *h)
{
	waiting_take(h);
	for (struct ob_hub_client *c = h->clients; c; c = c->next) {
		if (!c->wire)
			continue;
		c->wire->hung_up = true;
		resume(c->wire);
	}
}

void ob_hub_http_free(struct ob_hub_http *h)
{
	if (!h)
		return;
	if (h->daemon) {
		resume_all(h);
		MHD_stop_daemon(h->daemon);
	}
	sd_event_source_disable_unref(h->io);
	sd_event_source_disable_unref(h->timer);
	sd_event_source_disable_unref(h->sweep);
	sd_event_source_disable_unref(h->kick);
	free(h);
}

uint16_t ob_hub_http_port(const struct ob_hub_http *h)
{
	return h->port;
}

unsigned int ob_hub_http_connections(const struct ob_hub_http *h)
{
	return h->n_clients;
}

void ob_hub_exchange_wake(struct ob_hub_exchange *x)
{
	/* One that waits for its turn is resumed at the end of it. */
	if (x->wire->phase == OB_HUB_PHASE_STREAM)
		resume(x->wire);
}

void ob_hub_exchange_abort(struct ob_hub_exchange *x)
{
	x->wire->hung_up = true;
	if (x->wire->client)
		shutdown(x->wire->client->fd, SHUT_RDWR);
	ob_hub_exchange_wake(x);
}

void ob_hub_reply_header(struct ob_hub_reply *reply, const char *name,
			 const char *value)
{
	if (reply->n_headers == OB_HUB_MAX_HEADERS)
		return;
	reply->headers[reply->n_headers++] =
		(struct ob_hub_header){ .name = name, .value = value };
}
