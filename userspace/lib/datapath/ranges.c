// SPDX-License-Identifier: Apache-2.0
#include "datapath/ranges.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * A complete binary tree in an array, as in a heap: the root is 1, the children
 * of i are 2 i and 2 i + 1, the leaves are the elements. Each node holds the
 * order of the largest free range below it, plus one; 0: none. What is below a
 * range in use is out of date.
 */
struct ob_ranges {
	unsigned int height; /* the order of the root */
	uint8_t largest[];
};

#define MAX_HEIGHT 24

static unsigned int order_of(uint32_t n)
{
	unsigned int order = 0;

	while (order < 31 && 1U << order < n)
		order++;
	return order;
}

struct ob_ranges *ob_ranges_new(uint32_t size)
{
	unsigned int height = order_of(size);
	struct ob_ranges *r;

	if (height > MAX_HEIGHT)
		return NULL;
	r = calloc(1, sizeof(*r) + ((size_t)2 << height));
	if (!r)
		return NULL;
	r->height = height;
	for (unsigned int level = 0; level <= height; level++) {
		for (uint32_t i = 1U << level; i < 2U << level; i++)
			r->largest[i] = (uint8_t)(height - level + 1);
	}
	return r;
}

void ob_ranges_free(struct ob_ranges *r)
{
	free(r);
}

static uint32_t node_of(const struct ob_ranges *r, uint32_t first,
			unsigned int order)
{
	return (1U << (r->height - order)) + (first >> order);
}

/* What the parents of a node must say. order: of the node. */
static void tell_parents(struct ob_ranges *r, uint32_t node, unsigned int order)
{
	while (node > 1) {
		uint8_t a = r->largest[node & ~1U], b = r->largest[node | 1];

		node /= 2;
		order++;
		if (a == order && b == order)
			r->largest[node] = (uint8_t)(order + 1);
		else
			r->largest[node] = a > b ? a : b;
	}
}

int ob_ranges_take(struct ob_ranges *r, uint32_t n, uint32_t *ret_first)
{
	unsigned int order = order_of(n), level = r->height;
	uint32_t node = 1;

	if (r->largest[1] <= order)
		return -ENOSPC;
	for (; level > order; level--) {
		node *= 2;
		if (r->largest[node] <= order)
			node++;
	}
	r->largest[node] = 0;
	tell_parents(r, node, order);
	*ret_first = (node - (1U << (r->height - order))) << order;
	return 0;
}

/* Below a range that is in use nothing is free. */
static bool has_parent_in_use(const struct ob_ranges *r, uint32_t node)
{
	while (node > 1) {
		node /= 2;
		if (!r->largest[node])
			return true;
	}
	return false;
}

int ob_ranges_claim(struct ob_ranges *r, uint32_t first, uint32_t n)
{
	unsigned int order = order_of(n);
	uint32_t node;

	if (!n || order > r->height || first & ((1U << order) - 1) ||
	    first >> r->height)
		return -EINVAL;
	node = node_of(r, first, order);
	if (r->largest[node] != order + 1 || has_parent_in_use(r, node))
		return -EBUSY;
	r->largest[node] = 0;
	tell_parents(r, node, order);
	return 0;
}

void ob_ranges_give(struct ob_ranges *r, uint32_t first, uint32_t n)
{
	unsigned int order = order_of(n);
	uint32_t node = node_of(r, first, order);

	r->largest[node] = (uint8_t)(order + 1);
	tell_parents(r, node, order);
}
