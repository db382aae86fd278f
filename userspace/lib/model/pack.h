/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A struct and all it points to in one piece of heap memory. The copying
 * function runs twice: once to measure (base NULL: what it gets is NULL), once
 * to copy. Private to this folder.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ob_pack {
	unsigned char *base; /* NULL: only measures */
	size_t used;
};

static inline void *ob_pack(struct ob_pack *p, const void *from, size_t size)
{
	size_t at = (p->used + 7) & ~(size_t)7;

	p->used = at + size;
	if (!p->base || size == 0)
		return NULL;
	return memcpy(p->base + at, from, size);
}

/* The empty string takes no room, nor does one that is equal to the one
 * before it. */
static inline const char *ob_pack_text(struct ob_pack *p, const char *from,
				       const char *before_from,
				       const char *before_to)
{
	size_t size = strlen(from) + 1, at = p->used;

	if (size == 1)
		return "";
	if (before_from && strcmp(from, before_from) == 0)
		return before_to;
	p->used += size;
	return p->base ? memcpy(p->base + at, from, size) : NULL;
}
