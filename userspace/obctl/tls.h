/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a server's certificate, told apart: the handshake is made
 * without judging, then the chain is verified. Nothing is ever sent over such
 * a connection.
 */
#pragma once

#include "obctl/facts.h"

#define OB_CTL_TLS_TIMEOUT_MS 5000

/* A connected socket, or a negative errno. */
int ob_ctl_tls_connect(const struct ob_addr *addr, uint16_t port);
/* ca_pem NULL: the system's. detail: a phrase, whatever the verdict. */
enum ob_ctl_tls ob_ctl_tls_verify(int fd, const char *host, const char *ca_pem,
				  struct ob_arena *a, const char **ret_detail);
