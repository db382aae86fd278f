// SPDX-License-Identifier: Apache-2.0
#include "model/allocate.h"

#include <errno.h>
#include <string.h>

#define MAX_BITS 128

/* Free blocks of one length: a binary heap, the first to use on top. */
struct heap {
	struct block *v;
	size_t n, room;
};

struct block {
	size_t pool; /* index: the order of use */
	struct ob_prefix prefix;
};

struct allocator {
	struct ob_arena *arena;
	const struct ob_prefix *pools;
	size_t n_pools;
	struct heap free4[33], free6[MAX_BITS + 1]; /* by length */
};

static struct heap *heap_of(struct allocator *al, const struct ob_prefix *p)
{
	return p->addr.family == AF_INET ? &al->free4[p->len]
					 : &al->free6[p->len];
}

static bool before(const struct block *a, const struct block *b)
{
	if (a->pool != b->pool)
		return a->pool < b->pool;
	return ob_prefix_compare(&a->prefix, &b->prefix) < 0;
}

static void swap(struct block *a, struct block *b)
{
	struct block t = *a;

	*a = *b;
	*b = t;
}

static void give(struct allocator *al, const struct block *block)
{
	struct heap *h = heap_of(al, &block->prefix);
	size_t i;

	*OB_PUSH(al->arena, h) = *block;
	for (i = h->n - 1; i > 0 && before(&h->v[i], &h->v[(i - 1) / 2]);
	     i = (i - 1) / 2)
		swap(&h->v[i], &h->v[(i - 1) / 2]);
}

static struct block take(struct heap *h)
{
	struct block top = h->v[0];
	size_t i = 0;

	h->v[0] = h->v[--h->n];
	for (;;) {
		size_t least = i, left = 2 * i + 1, right = left + 1;

		if (left < h->n && before(&h->v[left], &h->v[least]))
			least = left;
		if (right < h->n && before(&h->v[right], &h->v[least]))
			least = right;
		if (least == i)
			return top;
		swap(&h->v[i], &h->v[least]);
		i = least;
	}
}

/* The two halves of a block, one bit longer. */
static void halve(const struct block *b, struct block *lower,
		  struct block *upper)
{
	uint8_t bit = b->prefix.len;

	*lower = *b;
	lower->prefix.len++;
	*upper = *lower;
	upper->prefix.addr.b[bit / 8] |= (uint8_t)(0x80 >> (bit % 8));
}

/* Frees what of a block the sorted prefixes do not use. */
static void carve(struct allocator *al, const struct block *b,
		  const struct ob_prefix *used, size_t n)
{
	struct block lower, upper;
	size_t split = 0;

	if (n == 0) {
		give(al, b);
		return;
	}
	if (ob_prefix_covers(&used[0], &b->prefix))
		return;
	halve(b, &lower, &upper);
	while (split < n && ob_prefix_covers(&lower.prefix, &used[split]))
		split++;
	carve(al, &lower, used, split);
	carve(al, &upper, used + split, n - split);
}

static int compare(const void *a, const void *b)
{
	return ob_prefix_compare(a, b);
}

static bool in_pool(const struct allocator *al, const struct ob_prefix *block,
		    size_t *ret_pool)
{
	for (size_t i = 0; i < al->n_pools; i++) {
		if (!ob_prefix_covers(&al->pools[i], block))
			continue;
		*ret_pool = i;
		return true;
	}
	return false;
}

/* Fills the heaps with the pools less the blocks that keep their address. */
static void prepare(struct allocator *al, const struct ob_prefix *blocks,
		    size_t n_blocks)
{
	OB_LIST(struct ob_prefix) * used;

	used = ob_arena_array(al->arena, al->n_pools, sizeof(*used));
	for (size_t i = 0; i < n_blocks; i++) {
		size_t pool;

		if (in_pool(al, &blocks[i], &pool))
			*OB_PUSH(al->arena, &used[pool]) = blocks[i];
	}
	for (size_t i = 0; i < al->n_pools; i++) {
		struct block whole = { i, al->pools[i] };

		if (used[i].n > 0)
			qsort(used[i].v, used[i].n, sizeof(*used[i].v),
			      compare);
		carve(al, &whole, used[i].v, used[i].n);
	}
}

/* The first free block that is large enough, cut to length. */
static int allocate(struct allocator *al, const struct ob_prefix *want,
		    struct ob_prefix *ret)
{
	struct ob_prefix size = *want;
	struct heap *best = NULL;
	struct block b, upper;

	for (int len = 0; len <= want->len; len++) {
		struct heap *h;

		size.len = (uint8_t)len;
		h = heap_of(al, &size);
		if (h->n > 0 && (!best || before(&h->v[0], &best->v[0])))
			best = h;
	}
	if (!best)
		return -ENOSPC;
	b = take(best);
	while (b.prefix.len < want->len) {
		struct block lower;

		halve(&b, &lower, &upper);
		give(al, &upper);
		b = lower;
	}
	*ret = b.prefix;
	return 0;
}

int ob_mappings_allocate(struct ob_arena *scratch,
			 const struct ob_prefix *pools, size_t n_pools,
			 const struct ob_prefix *blocks, size_t n_blocks,
			 struct ob_mapping *ret, size_t *ret_index)
{
	struct allocator *al = ob_arena_alloc(scratch, sizeof(*al));
	size_t pool;

	*al = (struct allocator){ .arena = scratch,
				  .pools = pools,
				  .n_pools = n_pools };
	prepare(al, blocks, n_blocks);
	for (size_t i = 0; i < n_blocks; i++) {
		int r = 0;

		ret[i].local = ret[i].global = blocks[i];
		if (!in_pool(al, &blocks[i], &pool))
			r = allocate(al, &blocks[i], &ret[i].global);
		if (r < 0) {
			*ret_index = i;
			return r;
		}
	}
	return 0;
}
