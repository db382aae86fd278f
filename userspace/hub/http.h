/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport: HTTP/1.1 over TLS on the event loop, with limits on
 * everything that a client can size or hold on to. Requests are collected
 * while the sockets are read and handed over together, once a turn, so that
 * the writes of all of them are one transaction; no reply leaves before the
 * end of its turn.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/prefix.h"
#include "base/status.h"

#define OB_HUB_MAX_BODY	   ((size_t)3 * 1024 * 1024)
#define OB_HUB_MAX_HEADERS 16

struct ob_hub_http;
struct ob_hub_exchange;

/* A reply that is made while it is sent. */
struct ob_hub_stream_ops {
	/*
	 * Fills buf. Bytes; 0: nothing now, ob_hub_exchange_wake() says when;
	 * -ENODATA: that was all; another error breaks the connection.
	 */
	ssize_t (*read)(void *stream, char *buf, size_t size);
	void (*free)(void *stream);
};

struct ob_hub_header {
	const char *name, *value;
};

struct ob_hub_reply {
	unsigned int code; /* 0: none yet */
	const char *content_type;
	const char *body; /* in the exchange's arena */
	size_t size;
	const struct ob_hub_stream_ops *stream_ops; /* instead of a body */
	void *stream;
	struct ob_hub_header headers[OB_HUB_MAX_HEADERS];
	size_t n_headers;
};

/* A request and its reply. Strings live in the arena. */
struct ob_hub_exchange {
	struct ob_arena *arena;
	const char *method, *target;
	/* Headers; NULL: not sent. */
	const char *accept, *content_type, *authorization, *user_agent;
	uint64_t content_length; /* 0: none, or not said */
	const char *address;	 /* of the client */
	const char *body;
	size_t body_size;
	bool too_large;	   /* the body was, and is not here */
	uint64_t begin_ms; /* monotonic */
	void *user;	   /* the handler's, see ops->begin */
	struct ob_hub_reply reply;
	struct ob_hub_wire *wire; /* http.c's own */
};

struct ob_hub_http_ops {
	/* The headers are in. A reply set here spares reading the body. */
	void (*begin)(void *arg, struct ob_hub_exchange *x);
	/* The request is complete: set the reply. */
	void (*handle)(void *arg, struct ob_hub_exchange *x);
	/* All requests of this turn were handled: make it last. Negative: they
	 * failed, and each gets fail(). */
	int (*commit)(void *arg);
	void (*fail)(void *arg, struct ob_hub_exchange *x, int error);
	/* The exchange is over, and gone after this. */
	void (*end)(void *arg, struct ob_hub_exchange *x);
};

/* cert callbacks come from pki.h, which must be loaded before. */
int ob_hub_http_new(sd_event *event, const struct ob_addr *addr, uint16_t port,
		    const struct ob_hub_http_ops *ops, void *arg,
		    struct ob_hub_http **ret, struct ob_status *status);
void ob_hub_http_free(struct ob_hub_http *h);
OB_DEFINE_CLEANUP(struct ob_hub_http *, ob_hub_http_free)
uint16_t ob_hub_http_port(const struct ob_hub_http *h);
unsigned int ob_hub_http_connections(const struct ob_hub_http *h);
/* Runs a turn soon, with or without requests. */
void ob_hub_http_kick(struct ob_hub_http *h);

/* The stream of x may have something to send. */
void ob_hub_exchange_wake(struct ob_hub_exchange *x);
/* Ends the connection now, whatever is unsent. */
void ob_hub_exchange_abort(struct ob_hub_exchange *x);
/* name is static, value in the arena; those beyond the limit are dropped. */
void ob_hub_reply_header(struct ob_hub_reply *reply, const char *name,
			 const char *value);
