// SPDX-License-Identifier: Apache-2.0
#include "crossdns/tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/prefix.h"
#include "crossdns/socket.h"

#define LENGTH	    2  /* bytes, before each message */
#define ACCEPTS	    64 /* in one go */
#define QUERIES	    64 /* of one connection in one go */
#define CLIENT_LEN6 64

struct ob_tcp_connection {
	struct ob_tcp_connection *before, *after; /* by when they spoke last */
	int fd;
	uint64_t heard_ms; /* a whole query */
	struct ob_addr client;
	uint8_t *waiting; /* answers that the client did not take yet */
	size_t n_waiting, sent;
	size_t n_in;
	uint8_t in[LENGTH + OB_TCP_QUERY_MAX];
};

struct ob_tcp {
	struct ob_responder *responder;
	struct ob_names *names;
	unsigned int reader;
	struct ob_tcp_options options;
	int epoll;
	struct ob_tcp_connection *oldest, *newest;
	/* Closed, but an event that is still to be handled may name them. */
	struct ob_tcp_connection *closed;
	uint32_t n;
	uint8_t out[LENGTH + OB_DNS_TCP_MAX];
};

int ob_tcp_new(struct ob_responder *responder, struct ob_names *names,
	       unsigned int reader, const struct ob_tcp_options *options,
	       int epoll, struct ob_tcp **ret)
{
	struct ob_tcp *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->responder = responder;
	t->names = names;
	t->reader = reader;
	t->options = *options;
	t->epoll = epoll;
	*ret = t;
	return 0;
}

/* The list, oldest first. */

static void list_remove(struct ob_tcp *t, struct ob_tcp_connection *c)
{
	*(c->before ? &c->before->after : &t->oldest) = c->after;
	*(c->after ? &c->after->before : &t->newest) = c->before;
	c->before = c->after = NULL;
}

static void list_append(struct ob_tcp *t, struct ob_tcp_connection *c)
{
	c->before = t->newest;
	*(t->newest ? &t->newest->after : &t->oldest) = c;
	t->newest = c;
}

static void heard(struct ob_tcp *t, struct ob_tcp_connection *c,
		  uint64_t now_ms)
{
	c->heard_ms = now_ms;
	list_remove(t, c);
	list_append(t, c);
}

static void connection_close(struct ob_tcp *t, struct ob_tcp_connection *c)
{
	list_remove(t, c);
	t->n--;
	ob_closep(&c->fd);
	c->fd = -1;
	free(c->waiting);
	c->waiting = NULL;
	c->after = t->closed;
	t->closed = c;
}

static void free_closed(struct ob_tcp *t)
{
	while (t->closed) {
		struct ob_tcp_connection *c = t->closed;

		t->closed = c->after;
		free(c);
	}
}

void ob_tcp_free(struct ob_tcp *t)
{
	while (t->oldest)
		connection_close(t, t->oldest);
	free_closed(t);
	free(t);
}

/* New connections. */

static uint32_t count_client(const struct ob_tcp *t,
			     const struct ob_addr *client)
{
	struct ob_prefix network = ob_prefix_host(client);
	uint32_t n = 0;

	if (client->family == AF_INET6)
		network.len = CLIENT_LEN6;
	for (const struct ob_tcp_connection *c = t->oldest; c; c = c->after)
		n += ob_prefix_contains(&network, &c->client);
	return n;
}

static int watch_for(const struct ob_tcp *t, struct ob_tcp_connection *c,
		     int operation, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = c };

	return epoll_ctl(t->epoll, operation, c->fd, &e) < 0 ? -errno : 0;
}

static int connection_add(struct ob_tcp *t, int fd,
			  const struct ob_addr *client, uint64_t now_ms)
{
	struct ob_tcp_connection *c = calloc(1, sizeof(*c));
	int on = 1, r;

	if (!c)
		return -ENOMEM;
	c->fd = fd;
	c->client = *client;
	c->heard_ms = now_ms;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	r = watch_for(t, c, EPOLL_CTL_ADD, EPOLLIN);
	if (r < 0) {
		free(c);
		return r;
	}
	list_append(t, c);
	t->n++;
	return 0;
}

static void take(struct ob_tcp *t, int fd, const struct ob_addr *client,
		 uint64_t now_ms)
{
	struct ob_counters *counters = t->responder->counters;
	bool refuse =
		count_client(t, client) >= t->options.connections_per_client;

	if (!refuse && t->n >= t->options.connections)
		connection_close(t, t->oldest);
	if (refuse || connection_add(t, fd, client, now_ms) < 0) {
		ob_count(&counters->tcp_refused, 1);
		close(fd);
		return;
	}
	ob_count(&counters->tcp_accepted, 1);
}

void ob_tcp_accept(struct ob_tcp *t, int listener, uint64_t now_ms)
{
	for (unsigned int i = 0; i < ACCEPTS; i++) {
		union ob_sockaddr sa = { .in6 = { 0 } };
		socklen_t len = sizeof(sa);
		struct ob_addr client;
		int fd = accept4(listener, &sa.sa, &len,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		client = ob_sockaddr_addr(&sa);
		take(t, fd, &client, now_ms);
	}
}

/* Answers. */

/* What the socket does not take now, waits. */
static int keep(struct ob_tcp_connection *c, const uint8_t *bytes, size_t n)
{
	c->waiting = malloc(n);
	if (!c->waiting)
		return -ENOMEM;
	memcpy(c->waiting, bytes, n);
	c->n_waiting = n;
	c->sent = 0;
	return 0;
}

/* How much was sent; a negative errno when the client is gone. */
static ssize_t send_some(int fd, const uint8_t *bytes, size_t n)
{
	ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent >= 0)
		return sent;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

static int send_answer(struct ob_tcp *t, struct ob_tcp_connection *c, size_t n)
{
	ssize_t sent = send_some(c->fd, t->out, n);

	if (sent < 0)
		return (int)sent;
	if ((size_t)sent == n)
		return 0;
	return keep(c, t->out + sent, n - (size_t)sent);
}

static int send_waiting(struct ob_tcp_connection *c)
{
	ssize_t sent =
		send_some(c->fd, c->waiting + c->sent, c->n_waiting - c->sent);

	if (sent < 0)
		return (int)sent;
	c->sent += (size_t)sent;
	if (c->sent < c->n_waiting)
		return 0;
	free(c->waiting);
	c->waiting = NULL;
	return 0;
}

static int answer(struct ob_tcp *t, struct ob_tcp_connection *c,
		  const uint8_t *query, size_t size)
{
	const struct ob_request request = {
		.bytes = query,
		.size = size,
		.transport = OB_TCP,
	};
	size_t n;

	ob_names_enter(t->names, t->reader);
	n = ob_respond(t->responder, &request, t->out + LENGTH, OB_DNS_TCP_MAX);
	ob_names_leave(t->names, t->reader);
	if (n == 0)
		return -EBADMSG;
	ob_dns_put16(t->out, (unsigned int)n);
	return send_answer(t, c, LENGTH + n);
}

/* All whole queries that are there. */
static int answer_all(struct ob_tcp *t, struct ob_tcp_connection *c,
		      uint64_t now_ms)
{
	size_t at = 0;
	int r = 0;

	while (r == 0 && !c->waiting && c->n_in - at >= LENGTH) {
		size_t size = ob_dns_get16(c->in + at);

		if (size > OB_TCP_QUERY_MAX)
			return -EMSGSIZE;
		if (c->n_in - at < LENGTH + size)
			break;
		heard(t, c, now_ms);
		r = answer(t, c, c->in + at + LENGTH, size);
		at += LENGTH + size;
	}
	memmove(c->in, c->in + at, c->n_in - at);
	c->n_in -= at;
	return r;
}

static int receive(struct ob_tcp *t, struct ob_tcp_connection *c,
		   uint64_t now_ms)
{
	for (unsigned int i = 0; i < QUERIES && !c->waiting; i++) {
		ssize_t n = recv(c->fd, c->in + c->n_in,
				 sizeof(c->in) - c->n_in, MSG_DONTWAIT);
		int r;

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		if (n == 0)
			return -ECONNRESET;
		c->n_in += (size_t)n;
		r = answer_all(t, c, now_ms);
		if (r < 0)
			return r;
	}
	return 0;
}

void ob_tcp_run(struct ob_tcp *t, struct ob_tcp_connection *c, uint32_t events,
		uint64_t now_ms)
{
	bool waited = c->waiting;
	int r;

	if (c->fd < 0)
		return;
	r = events & EPOLLERR ? -ECONNRESET : 0;

	if (r == 0 && c->waiting)
		r = send_waiting(c);
	/* What came in while answers waited is there already. */
	if (r == 0 && waited && !c->waiting)
		r = answer_all(t, c, now_ms);
	if (r == 0 && !c->waiting)
		r = receive(t, c, now_ms);
	if (r == 0 && waited != !!c->waiting)
		r = watch_for(t, c, EPOLL_CTL_MOD,
			      c->waiting ? EPOLLOUT : EPOLLIN);
	if (r < 0)
		connection_close(t, c);
}

int ob_tcp_expire(struct ob_tcp *t, uint64_t now_ms)
{
	free_closed(t);
	while (t->oldest) {
		uint64_t end = t->oldest->heard_ms + t->options.idle_ms;

		if (end > now_ms)
			return (int)(end - now_ms);
		ob_count(&t->responder->counters->tcp_timed_out, 1);
		connection_close(t, t->oldest);
	}
	free_closed(t);
	return -1;
}
