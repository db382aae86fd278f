/* SPDX-License-Identifier: Apache-2.0 */
/* What a cluster, and what a place to dial, may be called. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/prefix.h"

/* A DNS label in lower case, RFC 1123: what a cluster ID has to be. */
bool ob_name_is_label(const char *s);
/* An IP address or a DNS name. */
bool ob_name_is_host(const char *s);
/*
 * Why nobody can dial this endpoint, as the end of a sentence ("is a loopback
 * address"), or NULL: it makes sense. A name is not looked up.
 */
const char *ob_endpoint_fault(const char *host, const struct ob_prefix *global,
			      size_t n_global);
/* The same for an address. */
const char *ob_endpoint_addr_fault(const struct ob_addr *addr,
				   const struct ob_prefix *global,
				   size_t n_global);
