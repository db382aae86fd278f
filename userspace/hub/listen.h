/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as text. */
#pragma once

#include <stdint.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/prefix.h"

/* "192.0.2.1", "2001:db8::1"; "" when it is neither. */
const char *ob_hub_listen_address(struct ob_arena *a,
				  const struct sockaddr *sa);
/* "ADDRESS:PORT", "[ADDRESS]:PORT", ":PORT" or "ADDRESS". -EINVAL. */
int ob_hub_listen_parse(const char *s, struct ob_addr *ret_addr,
			uint16_t *ret_port);
