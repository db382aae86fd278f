/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has which part of the global CIDR. Pure.
 *
 * Sorted prefixes that do not overlap, so that looking one up takes a binary
 * search. Owners are numbers; what an owner has twice is merged.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/prefix.h"

struct ob_holding {
	struct ob_prefix prefix;
	size_t owner;
};

struct ob_space {
	struct ob_arena *arena;
	struct ob_holding *v;
	size_t n, room;
};

/* The first holding of anybody but owner that shares an address with p. */
const struct ob_holding *ob_space_conflict(const struct ob_space *s,
					   const struct ob_prefix *p,
					   size_t owner);
/* -EEXIST, and nothing done, when it overlaps somebody else's. */
int ob_space_add(struct ob_space *s, const struct ob_prefix *p, size_t owner);
/* The lowest aligned prefix of this length in "in" that nobody has; -ENOSPC.
 * It is not added. */
int ob_space_find_free(const struct ob_space *s, const struct ob_prefix *in,
		       uint8_t len, struct ob_prefix *ret);
/* How many prefixes of this length _find_free could still find; at most
 * UINT32_MAX. */
uint64_t ob_space_count_free(const struct ob_space *s,
			     const struct ob_prefix *in, uint8_t len);
