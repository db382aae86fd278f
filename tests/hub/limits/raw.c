// SPDX-License-Identifier: Apache-2.0
#include "raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"

#define SEND_S 10

struct ob_raw {
	int fd;
	gnutls_session_t tls;
	gnutls_certificate_credentials_t credentials;
};

static struct sockaddr_in address_of(const char *text, uint16_t port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };

	sa.sin_port = htons(port);
	inet_pton(AF_INET, text, &sa.sin_addr);
	return sa;
}

static bool dial(struct ob_raw *r, const struct ob_raw_to *to)
{
	struct sockaddr_in sa = address_of(to->address, to->port);
	const struct timeval patience = { .tv_sec = SEND_S };
	struct sockaddr_in from;
	int on = 1;

	r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (r->fd < 0)
		return false;
	if (to->receive_bytes)
		setsockopt(r->fd, SOL_SOCKET, SO_RCVBUF, &to->receive_bytes,
			   sizeof(to->receive_bytes));
	setsockopt(r->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(r->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	setsockopt(r->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (to->from) {
		from = address_of(to->from, 0);
		if (bind(r->fd, (struct sockaddr *)&from, sizeof(from)) < 0)
			return false;
	}
	return connect(r->fd, (struct sockaddr *)&sa, sizeof(sa)) == 0;
}

/* Whose certificate it is does not matter here. */
static bool greet(struct ob_raw *r, const char *priorities)
{
	int n;

	if (!priorities)
		return true;
	gnutls_certificate_allocate_credentials(&r->credentials);
	gnutls_init(&r->tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
	if (gnutls_priority_set_direct(r->tls, priorities, NULL) < 0)
		return false;
	gnutls_credentials_set(r->tls, GNUTLS_CRD_CERTIFICATE, r->credentials);
	gnutls_transport_set_int(r->tls, r->fd);
	gnutls_handshake_set_timeout(r->tls, SEND_S * 1000);
	do
		n = gnutls_handshake(r->tls);
	while (n < 0 && !gnutls_error_is_fatal(n));
	return n == 0;
}

struct ob_raw *ob_raw_open(const struct ob_raw_to *to)
{
	struct ob_raw *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	if (dial(r, to) && greet(r, to->priorities))
		return r;
	ob_raw_close(r);
	return NULL;
}

void ob_raw_close(struct ob_raw *r)
{
	if (!r)
		return;
	if (r->tls)
		gnutls_deinit(r->tls);
	if (r->credentials)
		gnutls_certificate_free_credentials(r->credentials);
	if (r->fd >= 0)
		close(r->fd);
	free(r);
}

bool ob_raw_send(struct ob_raw *r, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t n = r->tls ? gnutls_record_send(r->tls, at, size)
				   : send(r->fd, at, size, MSG_NOSIGNAL);

		if (n == GNUTLS_E_INTERRUPTED)
			continue;
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

ssize_t ob_raw_read(struct ob_raw *r, char *buf, size_t size, int timeout_ms)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };
	ssize_t n;

	for (;;) {
		bool ready = r->tls && gnutls_record_check_pending(r->tls) > 0;

		if (!ready && poll(&p, 1, timeout_ms) <= 0)
			return -ETIMEDOUT;
		n = r->tls ? gnutls_record_recv(r->tls, buf, size)
			   : recv(r->fd, buf, size, 0);
		if (r->tls && n < 0 && !gnutls_error_is_fatal((int)n))
			continue; /* a session ticket */
		return n > 0 ? n : 0;
	}
}

static int rest_ms(uint64_t end)
{
	uint64_t now = ob_clock_monotonic_ms();

	return now < end ? (int)(end - now) : 0;
}

bool ob_raw_ended(struct ob_raw *r, int timeout_ms)
{
	uint64_t end = ob_clock_monotonic_ms() + (uint64_t)timeout_ms;
	static char dropped[65536];
	ssize_t n;

	do
		n = ob_raw_read(r, dropped, sizeof(dropped), rest_ms(end));
	while (n > 0);
	return n == 0;
}

bool ob_raw_request(struct ob_raw *r, const struct ob_raw_request *q)
{
	_free_ char *head = NULL;
	char length[64] = "";

	if (q->body)
		snprintf(length, sizeof(length), "Content-Length: %zu\r\n",
			 q->size);
	if (asprintf(&head, "%s %s HTTP/1.1\r\nHost: hub\r\n%s%s%s%s%s\r\n",
		     q->method, q->path,
		     q->token ? "Authorization: Bearer " : "",
		     q->token ? q->token : "", q->token ? "\r\n" : "",
		     q->headers ? q->headers : "", length) < 0)
		abort();
	return ob_raw_send(r, head, strlen(head)) &&
	       (!q->body || ob_raw_send(r, q->body, q->size));
}

/* Of a reply that is complete, as far as its headers tell. */
static bool complete(const char *text, size_t n)
{
	const char *end = strstr(text, "\r\n\r\n"), *length;

	if (!end)
		return false;
	length = strcasestr(text, "\r\nContent-Length:");
	if (!length || length > end)
		return true;
	return n >= (size_t)(end + 4 - text) +
			    strtoul(strchr(length, ':') + 1, NULL, 10);
}

unsigned int ob_raw_reply(struct ob_raw *r, char *text, size_t size,
			  int timeout_ms)
{
	uint64_t end = ob_clock_monotonic_ms() + (uint64_t)timeout_ms;
	size_t n = 0;
	ssize_t got;

	text[0] = '\0';
	while (n < size - 1 && !complete(text, n)) {
		got = ob_raw_read(r, text + n, size - 1 - n, rest_ms(end));
		if (got <= 0)
			break;
		n += (size_t)got;
		text[n] = '\0';
	}
	if (strncmp(text, "HTTP/1.1 ", 9) != 0 || !strstr(text, "\r\n\r\n"))
		return 0;
	return (unsigned int)strtoul(text + 9, NULL, 10);
}
