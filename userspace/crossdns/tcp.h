/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries over TCP (RFC 7766): each after two bytes with its length, as many
 * one after the other as the client likes, answered in their order. Of one
 * worker.
 *
 * A connection on which no whole query arrived for a while is closed, and so
 * is one that does not take its answers; while answers wait, nothing more is
 * read. At the limit of connections the one that was silent for longest makes
 * room; of one network only so many are accepted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "crossdns/respond.h"

#define OB_TCP_QUERY_MAX 2048 /* bytes */

struct ob_tcp_options {
	uint32_t connections; /* of this worker */
	uint32_t connections_per_client;
	uint32_t idle_ms;
};

struct ob_tcp;
struct ob_tcp_connection;

/* epoll: where connections are added, with themselves as data. */
int ob_tcp_new(struct ob_responder *responder, struct ob_names *names,
	       unsigned int reader, const struct ob_tcp_options *options,
	       int epoll, struct ob_tcp **ret);
void ob_tcp_free(struct ob_tcp *t);
OB_DEFINE_CLEANUP(struct ob_tcp *, ob_tcp_free)

/* A listening socket has somebody. */
void ob_tcp_accept(struct ob_tcp *t, int listener, uint64_t now_ms);
/* A connection has something. It may be closed afterwards, or have been before
 * by the others' events; until ob_tcp_expire() it is still there. */
void ob_tcp_run(struct ob_tcp *t, struct ob_tcp_connection *c, uint32_t events,
		uint64_t now_ms);
/* After all events: closes who was silent for too long. Returns milliseconds
 * until the next one may have to be; -1: never. */
int ob_tcp_expire(struct ob_tcp *t, uint64_t now_ms);
