/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of Maglev consistent hashing (Eisenbud et al., "Maglev: A Fast and
 * Reliable Software Network Load Balancer", NSDI 2016, section 3.4): which
 * backend gets the connections whose hash is n modulo the size of the table.
 *
 * The same backends make the same table everywhere, whatever their order and
 * numbers, so that another gateway goes on with the connections of this one.
 * No backend has more than one slot more than another, and when one goes, few
 * slots of the others change hands.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ob/abi/service.h"

/* As many backends as the largest table has room for: 16 slots each. */
#define OB_MAGLEV_MAX 8191

/* Slots of a table for n backends: 0, 1, or a prime of at least 16 n. */
uint32_t ob_maglev_size(size_t n);
/*
 * Fills table, of ob_maglev_size(n) slots, with indexes of backends, 0 to
 * n - 1. Only address and port of the backends count; they are sorted by
 * ob_maglev_compare and no two are the same. -ENOMEM, -E2BIG.
 */
int ob_maglev_fill(const struct ob_backend *backends, size_t n,
		   uint32_t *table);
/* Orders by address and port, as strcmp does. */
int ob_maglev_compare(const struct ob_backend *a, const struct ob_backend *b);
