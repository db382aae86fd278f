/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTP server for metrics and health, over libmicrohttpd, driven by
 * the caller's event loop. GET and HEAD only, no request body, bounded number
 * of connections; everything else gets 404 or 405.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/prefix.h"
#include "base/status.h"

struct ob_http_server;

struct ob_http_reply {
	unsigned int code; /* 200, ... */
	const char *content_type;
	const char *body; /* in the arena */
	size_t size;
};

/*
 * Fills *reply, which comes as a 404, for path ("/metrics"); a is freed after
 * the reply is sent.
 */
typedef void (*ob_http_handler)(void *arg, struct ob_arena *a, const char *path,
				struct ob_http_reply *reply);

/* addr family 0: all addresses. port 0: one the kernel picks. */
int ob_http_server_new(const struct ob_addr *addr, uint16_t port,
		       ob_http_handler handler, void *arg,
		       struct ob_http_server **ret, struct ob_status *status);
void ob_http_server_free(struct ob_http_server *s);
OB_DEFINE_CLEANUP(struct ob_http_server *, ob_http_server_free)

/* Readable when there is work: poll it, then call _run. */
int ob_http_server_fd(const struct ob_http_server *s);
int ob_http_server_run(struct ob_http_server *s);
/* Milliseconds until _run must be called anyway; -1: never. */
int ob_http_server_timeout_ms(const struct ob_http_server *s);
uint16_t ob_http_server_port(const struct ob_http_server *s);
