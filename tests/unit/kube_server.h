/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP/1.1 server for tests of the client: a thread for each connection,
 * and a handler that writes whatever it likes, byte by byte.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kube/client.h"

struct kube_server;
struct kube_conn;

struct kube_request {
	char method[16];
	char target[4096]; /* path and query, as sent */
	char authorization[256];
	char content_type[128];
	char host[128];
	char *body; /* "" : none */
	size_t body_size;
};

/* Runs in the connection's own thread. */
typedef void (*kube_handler)(void *arg, struct kube_conn *c,
			     const struct kube_request *request);

/* A certificate of a CA of its own for name and addresses "127.0.0.1". */
struct kube_tls {
	char *ca_pem, *cert_pem, *key_pem;
	char *client_cert_pem, *client_key_pem; /* of the same CA */
};
void kube_tls_make(struct kube_tls *tls, const char *name, bool with_address);
void kube_tls_done(struct kube_tls *tls);

/* tls: NULL: plain. ask_cert: clients have to show a certificate of the CA. */
struct kube_server *kube_server_start(kube_handler handler, void *arg,
				      const struct kube_tls *tls,
				      bool ask_cert);
/* Closes all connections and joins all threads. */
void kube_server_stop(struct kube_server *s);
uint16_t kube_server_port(const struct kube_server *s);
/* A client of one without TLS. */
struct ob_kube *kube_server_client(const struct kube_server *s,
				   sd_event *event);
unsigned int kube_server_connections(const struct kube_server *s);

/* All of these return false when the client is gone. */
bool kube_send(struct kube_conn *c, const char *bytes, size_t size);
bool kube_sendf(struct kube_conn *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A whole answer with a body; extra: "Name: value\r\n" or "". */
bool kube_answer(struct kube_conn *c, int code, const char *extra,
		 const char *body);
/* The head of a stream that ends with the connection. */
bool kube_stream(struct kube_conn *c);
/* The client has to notice that the connection is gone. */
void kube_hang_up(struct kube_conn *c);
/* Is the server about to stop? Handlers that wait have to look. */
bool kube_stopping(const struct kube_conn *c);
