// SPDX-License-Identifier: Apache-2.0
#include "syncer/address.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first address of a prefix, and of IPv4 the last, are no host's. */
#define RESERVED 2

struct ob_addresses {
	struct ob_prefix block;
	uint32_t size; /* without the reserved ones */
	uint32_t used;
	char *owner[]; /* of address RESERVED / 2 + i; NULL: free */
};

static uint32_t room(const struct ob_prefix *block)
{
	unsigned int bits = ob_addr_bits(&block->addr) - block->len;
	uint32_t n = bits >= 16 ? OB_ADDRESSES_MAX : 1U << bits;

	return n > RESERVED ? n - RESERVED : 0;
}

struct ob_addresses *ob_addresses_new(const struct ob_prefix *block)
{
	uint32_t size = room(block);
	struct ob_addresses *p =
		calloc(1, sizeof(*p) + size * sizeof(p->owner[0]));

	if (!p)
		return NULL;
	p->block = *block;
	p->size = size;
	return p;
}

void ob_addresses_free(struct ob_addresses *p)
{
	for (uint32_t i = 0; i < p->size; i++)
		free(p->owner[i]);
	free(p);
}

const struct ob_prefix *ob_addresses_block(const struct ob_addresses *p)
{
	return &p->block;
}

static struct ob_addr address_at(const struct ob_addresses *p, uint32_t i)
{
	return ob_addr_plus(&p->block.addr, i + RESERVED / 2);
}

/* UINT32_MAX: it is not one of ours. */
static uint32_t index_of(const struct ob_addresses *p,
			 const struct ob_addr *addr)
{
	size_t n = ob_addr_size(addr);
	uint32_t low = 0, i;
	struct ob_addr back;

	if (!ob_prefix_contains(&p->block, addr))
		return UINT32_MAX;
	for (size_t b = n - 4; b < n; b++)
		low = low << 8 | (uint32_t)(addr->b[b] ^ p->block.addr.b[b]);
	i = low - RESERVED / 2;
	if (low == 0 || i >= p->size)
		return UINT32_MAX;
	back = address_at(p, i);
	return ob_addr_equal(&back, addr) ? i : UINT32_MAX;
}

/* FNV-1a: the same in every run. */
static uint32_t place_of(const char *key)
{
	uint32_t h = 2166136261;

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 16777619;
	return h;
}

bool ob_addresses_take(struct ob_addresses *p, const char *key,
		       const struct ob_addr *addr)
{
	uint32_t i = index_of(p, addr);

	if (i == UINT32_MAX)
		return false;
	if (p->owner[i])
		return strcmp(p->owner[i], key) == 0;
	p->owner[i] = strdup(key);
	if (!p->owner[i])
		return false;
	p->used++;
	return true;
}

int ob_addresses_allocate(struct ob_addresses *p, const char *key,
			  struct ob_addr *ret)
{
	uint32_t first = p->size ? place_of(key) % p->size : 0;

	for (uint32_t n = 0; n < p->size; n++) {
		uint32_t i = (first + n) % p->size;
		struct ob_addr addr;

		if (p->owner[i] && strcmp(p->owner[i], key) != 0)
			continue;
		addr = address_at(p, i);
		if (!ob_addresses_take(p, key, &addr))
			return -ENOMEM;
		*ret = addr;
		return 0;
	}
	return -ENOSPC;
}

void ob_addresses_release(struct ob_addresses *p, const char *key,
			  const struct ob_addr *addr)
{
	uint32_t i = index_of(p, addr);

	if (i == UINT32_MAX || !p->owner[i] || strcmp(p->owner[i], key) != 0)
		return;
	free(p->owner[i]);
	p->owner[i] = NULL;
	p->used--;
}

uint32_t ob_addresses_used(const struct ob_addresses *p)
{
	return p->used;
}

uint32_t ob_addresses_size(const struct ob_addresses *p)
{
	return p->size;
}
