/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries in datagrams: received and answered many at a time, with one system
 * call each way (recvmmsg(2), sendmmsg(2)). Of one worker.
 */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"
#include "crossdns/limit.h"
#include "crossdns/respond.h"

#define OB_UDP_SIZE_MAX 4096 /* of an answer, whatever is configured */

struct ob_udp;

/* limit: NULL: none. reader: the worker's number. */
int ob_udp_new(struct ob_responder *responder, struct ob_names *names,
	       unsigned int reader, struct ob_limit *limit,
	       struct ob_udp **ret);
void ob_udp_free(struct ob_udp *u);
OB_DEFINE_CLEANUP(struct ob_udp *, ob_udp_free)

/* Answers what is there, up to a bound. any: bound to all addresses. */
void ob_udp_run(struct ob_udp *u, int fd, bool any);
