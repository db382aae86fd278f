/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which ranges of an array are in use: a buddy allocator. Ranges are powers of
 * two long and lie at multiples of their length, so that what is free always
 * joins to the largest range it can.
 */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"

struct ob_ranges;

/* For so many elements, a power of two of at most 2^24. NULL: no memory. */
struct ob_ranges *ob_ranges_new(uint32_t size);
void ob_ranges_free(struct ob_ranges *r);
OB_DEFINE_CLEANUP(struct ob_ranges *, ob_ranges_free)

/* The range of n elements is as long as the next power of two; n > 0. */
/* -ENOSPC. */
int ob_ranges_take(struct ob_ranges *r, uint32_t n, uint32_t *ret_first);
/* A range that is known. -EBUSY: part of it is in use; -EINVAL: no range. */
int ob_ranges_claim(struct ob_ranges *r, uint32_t first, uint32_t n);
/* One that was taken or claimed with this n. */
void ob_ranges_give(struct ob_ranges *r, uint32_t first, uint32_t n);
