/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection whose bytes the test has in hand: what it sends when, and that
 * it does not read. Well-behaved clients cannot reach the limits of a server.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

struct ob_raw;

#define OB_RAW_TLS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct ob_raw_to {
	const char *address; /* IPv4 */
	uint16_t port;
	const char *from;	/* own address; NULL: any */
	const char *priorities; /* NULL: no TLS */
	int receive_bytes;	/* of the socket; 0: the kernel's choice */
};
/* NULL: there is no connection, or the handshake failed. */
struct ob_raw *ob_raw_open(const struct ob_raw_to *to);
void ob_raw_close(struct ob_raw *r);
OB_DEFINE_CLEANUP(struct ob_raw *, ob_raw_close)

/* All of it, or false. */
bool ob_raw_send(struct ob_raw *r, const void *bytes, size_t size);
/*
 * Bytes; 0: it was ended, also by a reset; -ETIMEDOUT.
 */
ssize_t ob_raw_read(struct ob_raw *r, char *buf, size_t size, int timeout_ms);
/* It was ended, within timeout_ms; what comes before that is dropped. */
bool ob_raw_ended(struct ob_raw *r, int timeout_ms);
struct ob_raw_request {
	const char *method, *path;
	const char *token;   /* NULL: none */
	const char *headers; /* more of them, each with its end of line */
	const char *body;    /* NULL: none */
	size_t size;
};
bool ob_raw_request(struct ob_raw *r, const struct ob_raw_request *q);
/* The code of the reply, 0: there was none. Its beginning is in text. */
unsigned int ob_raw_reply(struct ob_raw *r, char *text, size_t size,
			  int timeout_ms);
