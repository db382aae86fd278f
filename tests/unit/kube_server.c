// SPDX-License-Identifier: Apache-2.0
#include "kube_server.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNECTIONS 4096
#define HEAD_MAX	8192
#define POLL_MS		20

struct kube_conn {
	struct kube_server *server;
	int fd;
	gnutls_session_t tls; /* NULL: plain */
	bool hung_up;
	pthread_t thread;
};

struct kube_server {
	kube_handler handler;
	void *arg;
	int fd;
	uint16_t port;
	gnutls_certificate_credentials_t credentials;
	bool tls, ask_cert;
	volatile bool stopping;
	volatile unsigned int n;
	struct kube_conn *connections[MAX_CONNECTIONS];
	pthread_t thread;
};

static ssize_t receive(struct kube_conn *c, char *bytes, size_t size)
{
	if (c->tls)
		return gnutls_record_recv(c->tls, bytes, size);
	return recv(c->fd, bytes, size, 0);
}

/* Data, or a reason not to wait for any. */
static bool await(struct kube_conn *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	while (!c->server->stopping && !c->hung_up) {
		if (c->tls && gnutls_record_check_pending(c->tls))
			return true;
		if (poll(&p, 1, POLL_MS) > 0)
			return true;
	}
	return false;
}

bool kube_send(struct kube_conn *c, const char *bytes, size_t size)
{
	while (size > 0 && !c->hung_up) {
		ssize_t n = c->tls ? gnutls_record_send(c->tls, bytes, size)
				   : send(c->fd, bytes, size, MSG_NOSIGNAL);

		if (n <= 0) {
			c->hung_up = true;
			break;
		}
		bytes += n;
		size -= (size_t)n;
	}
	return !c->hung_up;
}

bool kube_sendf(struct kube_conn *c, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	bool ok;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		abort();
	ok = kube_send(c, text, (size_t)n);
	free(text);
	return ok;
}

bool kube_answer(struct kube_conn *c, int code, const char *extra,
		 const char *body)
{
	return kube_sendf(c,
			  "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
			  "Content-Length: %zu\r\n%s\r\n%s",
			  code, strlen(body), extra, body);
}

bool kube_stream(struct kube_conn *c)
{
	return kube_sendf(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n"
			     "Content-Type: application/json\r\n\r\n");
}

void kube_hang_up(struct kube_conn *c)
{
	c->hung_up = true;
	shutdown(c->fd, SHUT_RDWR);
}

bool kube_stopping(const struct kube_conn *c)
{
	return c->server->stopping || c->hung_up;
}

static void header_value(const char *head, const char *name, char *value,
			 size_t size)
{
	const char *at = strcasestr(head, name);

	if (!at)
		return;
	at += strlen(name);
	at += strspn(at, " ");
	snprintf(value, size, "%.*s", (int)strcspn(at, "\r\n"), at);
}

static bool read_head(struct kube_conn *c, char *head)
{
	size_t n = 0;

	while (n < HEAD_MAX - 1 && await(c) && receive(c, head + n, 1) == 1) {
		head[++n] = '\0';
		if (n >= 4 && !strcmp(head + n - 4, "\r\n\r\n"))
			return true;
	}
	return false;
}

static bool read_body(struct kube_conn *c, const char *head,
		      struct kube_request *q)
{
	char length[16] = "0";
	size_t n = 0;

	header_value(head, "\r\nContent-Length:", length, sizeof(length));
	q->body_size = strtoul(length, NULL, 10);
	q->body = calloc(1, q->body_size + 1);
	while (n < q->body_size && await(c)) {
		ssize_t got = receive(c, q->body + n, q->body_size - n);

		if (got <= 0)
			return false;
		n += (size_t)got;
	}
	return n == q->body_size;
}

static bool serve_one(struct kube_conn *c)
{
	struct kube_request q = { 0 };
	char head[HEAD_MAX] = "";
	bool ok;

	if (!read_head(c, head))
		return false;
	sscanf(head, "%15s %4095s", q.method, q.target);
	header_value(head, "\r\nAuthorization:", q.authorization,
		     sizeof(q.authorization));
	header_value(head, "\r\nContent-Type:", q.content_type,
		     sizeof(q.content_type));
	header_value(head, "\r\nHost:", q.host, sizeof(q.host));
	ok = read_body(c, head, &q);
	if (ok)
		c->server->handler(c->server->arg, c, &q);
	free(q.body);
	return ok && !c->hung_up;
}

static bool tls_begin(struct kube_conn *c)
{
	struct kube_server *s = c->server;
	int r;

	gnutls_init(&c->tls, GNUTLS_SERVER);
	gnutls_set_default_priority(c->tls);
	gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, s->credentials);
	gnutls_certificate_server_set_request(
		c->tls, s->ask_cert ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_IGNORE);
	if (s->ask_cert)
		gnutls_session_set_verify_cert(c->tls, NULL, 0);
	gnutls_transport_set_int(c->tls, c->fd);
	do
		r = await(c) ? gnutls_handshake(c->tls) : -1;
	while (r < 0 && r != -1 && !gnutls_error_is_fatal(r));
	return r == 0;
}

static void *connection_main(void *arg)
{
	struct kube_conn *c = arg;

	if (!c->server->tls || tls_begin(c))
		while (serve_one(c))
			;
	if (c->tls)
		gnutls_deinit(c->tls);
	close(c->fd);
	return NULL;
}

static void *server_main(void *arg)
{
	struct kube_server *s = arg;
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	while (!s->stopping && s->n < MAX_CONNECTIONS) {
		struct kube_conn *c;

		if (poll(&p, 1, POLL_MS) <= 0)
			continue;
		c = calloc(1, sizeof(*c));
		c->server = s;
		c->fd = accept(s->fd, NULL, NULL);
		if (c->fd < 0 ||
		    pthread_create(&c->thread, NULL, connection_main, c))
			abort();
		s->connections[s->n] = c;
		s->n++;
	}
	return NULL;
}

static void use_tls(struct kube_server *s, const struct kube_tls *tls)
{
	gnutls_datum_t cert = { (unsigned char *)tls->cert_pem,
				(unsigned int)strlen(tls->cert_pem) };
	gnutls_datum_t key = { (unsigned char *)tls->key_pem,
			       (unsigned int)strlen(tls->key_pem) };
	gnutls_datum_t ca = { (unsigned char *)tls->ca_pem,
			      (unsigned int)strlen(tls->ca_pem) };

	gnutls_certificate_allocate_credentials(&s->credentials);
	if (gnutls_certificate_set_x509_key_mem(s->credentials, &cert, &key,
						GNUTLS_X509_FMT_PEM) < 0 ||
	    gnutls_certificate_set_x509_trust_mem(s->credentials, &ca,
						  GNUTLS_X509_FMT_PEM) < 0)
		abort();
	s->tls = true;
}

struct kube_server *kube_server_start(kube_handler handler, void *arg,
				      const struct kube_tls *tls, bool ask_cert)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	struct kube_server *s = calloc(1, sizeof(*s));

	s->handler = handler;
	s->arg = arg;
	s->ask_cert = ask_cert;
	if (tls)
		use_tls(s, tls);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->fd, (struct sockaddr *)&in, sizeof(in)) < 0 ||
	    listen(s->fd, 128) < 0 ||
	    getsockname(s->fd, (struct sockaddr *)&in, &len) < 0)
		abort();
	s->port = ntohs(in.sin_port);
	if (pthread_create(&s->thread, NULL, server_main, s))
		abort();
	return s;
}

void kube_server_stop(struct kube_server *s)
{
	if (!s)
		return;
	s->stopping = true;
	pthread_join(s->thread, NULL);
	for (unsigned int i = 0; i < s->n; i++) {
		pthread_join(s->connections[i]->thread, NULL);
		free(s->connections[i]);
	}
	if (s->tls)
		gnutls_certificate_free_credentials(s->credentials);
	close(s->fd);
	free(s);
}

uint16_t kube_server_port(const struct kube_server *s)
{
	return s->port;
}

struct ob_kube *kube_server_client(const struct kube_server *s, sd_event *event)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube_config *config = NULL;
	struct ob_kube *k = NULL;
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u", kube_server_port(s));
	if (ob_kube_config_new(url, NULL, NULL, &config, &status) < 0 ||
	    ob_kube_new(event, config, "test/1", &k, &status) < 0)
		abort();
	return k;
}

unsigned int kube_server_connections(const struct kube_server *s)
{
	return s->n;
}
