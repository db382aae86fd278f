/* SPDX-License-Identifier: Apache-2.0 */
/* A listening TCP socket, for servers. */
#pragma once

#include <stdint.h>

#include "base/prefix.h"
#include "base/status.h"

/*
 * addr family 0: all addresses, both families on one socket where the kernel
 * has IPv6. port 0: one the kernel picks. The socket does not block.
 * Otherwise a status with reason ListenFailed that names address and port.
 */
int ob_http_listen(const struct ob_addr *addr, uint16_t port, int backlog,
		   int *ret_fd, uint16_t *ret_port, struct ob_status *status);
