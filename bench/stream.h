/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes from one namespace to another, for as long as asked. The receiver is a
 * process of its own; it counts, so that what was lost on the way does not
 * count. A stream stays open between its windows: what is compared alternates
 * every fraction of a second, or the rest of the machine decides.
 */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"

enum ob_stream_kind {
	OB_STREAM_TCP, /* one connection, as fast as it goes */
	OB_STREAM_UDP, /* datagrams that fill the tunnel's MTU */
	OB_STREAM_KINDS
};

struct ob_stream_plan {
	enum ob_stream_kind kind;
	int home, from, to;	/* namespaces */
	uint32_t bind, connect; /* addresses of the sender, host order */
	uint16_t port;
	/* What the receiver must see as its own address, and the sender's. */
	uint32_t local, peer;
};

struct ob_stream;

const char *ob_stream_kind_name(enum ob_stream_kind kind);

int ob_stream_new(const struct ob_stream_plan *p, struct ob_stream **ret);
void ob_stream_free(struct ob_stream *s);
OB_DEFINE_CLEANUP(struct ob_stream *, ob_stream_free)

/*
 * Sends for a while and waits until what was sent has arrived or is lost.
 * Bits per second received in that time. -EBADMSG when the receiver saw other
 * addresses than it should: the packets were not translated, or were.
 */
int ob_stream_window(struct ob_stream *s, uint64_t duration_ns,
		     double *ret_bps);
/* The same, for as long as it takes until so many bytes have arrived. */
int ob_stream_carry(struct ob_stream *s, uint64_t bytes);
