/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual addresses of one family, out of this cluster's service block: who
 * has which. What ServiceImports have already is adopted; a new one gets an
 * address that follows from its name, or the next free one, so that a Service
 * that comes back mostly finds its old one. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/prefix.h"

#define OB_ADDRESSES_MAX 65536 /* the first of a block that is larger */

struct ob_addresses;

/* NULL: out of memory. */
struct ob_addresses *ob_addresses_new(const struct ob_prefix *block);
void ob_addresses_free(struct ob_addresses *p);
OB_DEFINE_CLEANUP(struct ob_addresses *, ob_addresses_free)
const struct ob_prefix *ob_addresses_block(const struct ob_addresses *p);

/* The key, NAMESPACE/NAME, has it from now on, unless somebody else has. True:
 * it is the key's. False: it is not, or not of the block. */
bool ob_addresses_take(struct ob_addresses *p, const char *key,
		       const struct ob_addr *addr);
/* One that the key may have already. -ENOSPC: none is free. */
int ob_addresses_allocate(struct ob_addresses *p, const char *key,
			  struct ob_addr *ret);
/* It is free, if it is the key's. */
void ob_addresses_release(struct ob_addresses *p, const char *key,
			  const struct ob_addr *addr);
uint32_t ob_addresses_used(const struct ob_addresses *p);
uint32_t ob_addresses_size(const struct ob_addresses *p);
