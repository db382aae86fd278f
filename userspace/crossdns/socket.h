/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets that queries come to: one of each kind for each worker, and the
 * kernel spreads clients over them (SO_REUSEPORT, socket(7)). */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/status.h"

union ob_sockaddr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct ob_listen {
	struct ob_addr addr; /* all zero bytes: all addresses of the family */
	uint16_t port;	     /* 0: one the kernel picks */
};

/* Where an answer has to be sent from is part of what such a socket receives:
 * it is bound to all addresses. */
bool ob_listen_is_any(const struct ob_listen *l);
/*
 * They do not block. port 0 becomes the port that was picked. Otherwise a
 * status with reason ListenFailed that names address and port; -EAFNOSUPPORT:
 * this kernel has no IPv6.
 */
int ob_listen_udp(struct ob_listen *l, int *ret_fd, struct ob_status *status);
int ob_listen_tcp(struct ob_listen *l, int *ret_fd, struct ob_status *status);
struct ob_addr ob_sockaddr_addr(const union ob_sockaddr *sa);
