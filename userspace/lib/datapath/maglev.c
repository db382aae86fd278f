// SPDX-License-Identifier: Apache-2.0
#include "datapath/maglev.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define SLOTS_EACH 16
#define NOBODY	   UINT32_MAX

/* The largest prime below each power of two: tables fill their blocks. */
static const uint32_t sizes[] = {
	31,   61,   127,   251,	  509,	 1021,	       2039,
	4093, 8191, 16381, 32749, 65521, OB_MAX_TABLE,
};

/* A backend's own order of the slots: offset, offset + skip, ... */
struct preference {
	uint32_t next;
	uint32_t skip;
};

uint32_t ob_maglev_size(size_t n)
{
	if (n < 2)
		return (uint32_t)n;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] >= n * SLOTS_EACH)
			return sizes[i];
	}
	return OB_MAX_TABLE;
}

int ob_maglev_compare(const struct ob_backend *a, const struct ob_backend *b)
{
	int order = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	return order ? order : (int)a->port - (int)b->port;
}

/* The finalizer of SplitMix64: every bit in, every bit out. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/* Byte by byte, so that every machine comes to the same. */
static uint64_t hash(const struct ob_backend *b)
{
	uint64_t halves[2] = { 0, 0 };

	for (size_t i = 0; i < sizeof(b->addr.b); i++)
		halves[i / 8] = halves[i / 8] << 8 | b->addr.b[i];
	return mix(mix(mix(halves[0]) ^ halves[1]) ^ b->port);
}

static struct preference preference_of(const struct ob_backend *b,
				       uint32_t size)
{
	uint64_t h = hash(b);

	return (struct preference){
		.next = (uint32_t)(h % size),
		.skip = (uint32_t)(mix(h) % (size - 1) + 1),
	};
}

/* The backend's turn: the first slot of its order that is free. */
static void take_slot(struct preference *p, uint32_t size, uint32_t *table,
		      uint32_t who)
{
	while (table[p->next] != NOBODY)
		p->next = (uint32_t)(((uint64_t)p->next + p->skip) % size);
	table[p->next] = who;
}

int ob_maglev_fill(const struct ob_backend *backends, size_t n, uint32_t *table)
{
	uint32_t size = ob_maglev_size(n);
	_free_ struct preference *order = NULL;

	if (n > OB_MAGLEV_MAX)
		return -E2BIG;
	if (n < 2) {
		memset(table, 0, n * sizeof(*table));
		return 0;
	}
	order = calloc(n, sizeof(*order));
	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		order[i] = preference_of(&backends[i], size);
	for (uint32_t i = 0; i < size; i++)
		table[i] = NOBODY;
	for (uint32_t i = 0; i < size; i++)
		take_slot(&order[i % n], size, table, i % n);
	return 0;
}
