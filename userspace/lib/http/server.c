// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <string.h>

#include "http/listen.h"

#define MAX_CONNECTIONS	       32U
/* Nobody can keep all of them busy alone. */
#define MAX_CONNECTIONS_OF_ONE 16U
#define TIMEOUT_S	       10U
#define CONNECTION_BYTES       ((size_t)16 * 1024)
#define BACKLOG		       32

struct ob_http_server {
	struct MHD_Daemon *daemon;
	ob_http_handler handler;
	void *arg;
	int epoll_fd; /* the daemon's */
	uint16_t port;
};

static void body_free(void *arena)
{
	ob_arena_free(arena);
}

/* Takes the arena: it holds the body until the reply is gone. */
static enum MHD_Result reply_queue(struct MHD_Connection *connection,
				   struct ob_arena *arena,
				   const struct ob_http_reply *reply)
{
	struct MHD_Response *response;
	enum MHD_Result ok;

	/* Not const in MHD's prototype, but only read. */
	response = MHD_create_response_from_buffer_with_free_callback_cls(
		reply->size, (void *)(uintptr_t)reply->body, body_free, arena);
	if (!response) {
		ob_arena_free(arena);
		return MHD_NO;
	}
	ok = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				     reply->content_type);
	if (ok == MHD_YES && reply->code == MHD_HTTP_METHOD_NOT_ALLOWED)
		ok = MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					     "GET, HEAD");
	if (ok == MHD_YES)
		ok = MHD_queue_response(connection, reply->code, response);
	MHD_destroy_response(response);
	return ok;
}

static struct ob_http_reply plain_reply(unsigned int code, const char *body)
{
	return (struct ob_http_reply){
		.code = code,
		.content_type = "text/plain; charset=utf-8",
		.body = body,
		.size = strlen(body),
	};
}

/*
 * Called once when the headers are in, and again when the request is: only
 * then may the connection stay open behind the reply. MHD leaves the body out
 * of the answer to HEAD.
 */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *size, void **state)
{
	static char headers_seen;
	_cleanup_(ob_arena_freep) struct ob_arena *arena = NULL;
	struct ob_http_server *s = arg;
	struct ob_http_reply reply;

	(void)version;
	(void)data;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		reply = plain_reply(MHD_HTTP_METHOD_NOT_ALLOWED,
				    "method not allowed\n");
		return reply_queue(connection, NULL, &reply);
	}
	if (!*state) {
		*state = &headers_seen;
		return MHD_YES;
	}
	if (*size) /* a body nobody asked for: close */
		return MHD_NO;
	arena = ob_arena_new();
	reply = plain_reply(MHD_HTTP_NOT_FOUND, "not found\n");
	s->handler(s->arg, arena, url, &reply);
	return reply_queue(connection, TAKE_PTR(arena), &reply);
}

/* The listening socket is the daemon's from here on, also on failure. */
static int daemon_start(struct ob_http_server *s, int fd)
{
	const union MHD_DaemonInfo *info;

	s->daemon = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, on_request, s,
		MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
		MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, MAX_CONNECTIONS_OF_ONE,
		MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES,
		MHD_OPTION_END);
	if (!s->daemon)
		return -EIO;
	info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || info->epoll_fd < 0)
		return -EIO;
	s->epoll_fd = info->epoll_fd;
	return 0;
}

int ob_http_server_new(const struct ob_addr *addr, uint16_t port,
		       ob_http_handler handler, void *arg,
		       struct ob_http_server **ret, struct ob_status *status)
{
	_cleanup_(ob_http_server_freep) struct ob_http_server *s = NULL;
	_close_ int fd = -1;
	int r;

	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->handler = handler;
	s->arg = arg;
	r = ob_http_listen(addr, port, BACKLOG, &fd, &s->port, status);
	if (r < 0)
		return r;
	r = daemon_start(s, TAKE_FD(fd));
	if (r < 0)
		return ob_status_set(status, -r, "ListenFailed",
				     "cannot start the HTTP server: %s",
				     strerrordesc_np(-r));
	*ret = TAKE_PTR(s);
	return 0;
}

void ob_http_server_free(struct ob_http_server *s)
{
	if (!s)
		return;
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	free(s);
}

int ob_http_server_fd(const struct ob_http_server *s)
{
	return s->epoll_fd;
}

int ob_http_server_run(struct ob_http_server *s)
{
	return MHD_run(s->daemon) == MHD_YES ? 0 : -EIO;
}

int ob_http_server_timeout_ms(const struct ob_http_server *s)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(s->daemon, &ms) != MHD_YES)
		return -1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

uint16_t ob_http_server_port(const struct ob_http_server *s)
{
	return s->port;
}
