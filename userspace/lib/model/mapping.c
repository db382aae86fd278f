// SPDX-License-Identifier: Apache-2.0
#include "model/mapping.h"

#include <errno.h>
#include <stdlib.h>

#include "model/allocate.h"
#include "model/space.h"

#define MOST_BLOCKS (OB_MAX_PREFIXES - 1) /* one is for our own address */

struct block {
	struct ob_prefix local;
	struct ob_prefix wish; /* its place; or, as it has none, local */
};

typedef OB_LIST(struct block) blocks_t;

static bool has_family(const struct ob_mapping_input *in, uint8_t family)
{
	for (size_t i = 0; i < in->n_cidrs; i++)
		if (in->cidrs[i].addr.family == family)
			return true;
	return false;
}

/* Sorted, what p lies in stands right before it. */
static bool has_block(const blocks_t *blocks, const struct ob_prefix *p)
{
	return blocks->n > 0 &&
	       ob_prefix_overlaps(&blocks->v[blocks->n - 1].local, p);
}

static int compare(const void *a, const void *b)
{
	return ob_prefix_compare(a, b);
}

/* The place of a block in our first prefix that is large enough. */
static bool place(const struct ob_mapping_input *in,
		  const struct ob_prefix *local, struct ob_prefix *ret)
{
	for (size_t i = 0; i < in->n_cidrs; i++) {
		const struct ob_prefix *c = &in->cidrs[i];

		if (c->addr.family != local->addr.family || c->len > local->len)
			continue;
		ret->len = local->len;
		ret->addr = ob_prefix_translate(c, &local->addr);
		return true;
	}
	return false;
}

/* As the file says: in its order. */
static void take_configured(struct ob_arena *a,
			    const struct ob_mapping_input *in, blocks_t *blocks)
{
	for (size_t i = 0; i < in->n_pods; i++) {
		struct block *b;

		if (!has_family(in, in->pods[i].addr.family))
			continue;
		b = OB_PUSH(a, blocks);
		b->local = b->wish = in->pods[i];
	}
}

static bool owns(const struct ob_mapping_input *in, const struct ob_prefix *p)
{
	for (size_t i = 0; i < in->n_cidrs; i++)
		if (ob_prefix_covers(&in->cidrs[i], p))
			return true;
	return false;
}

static void take_nodes(struct ob_arena *a, const struct ob_mapping_input *in,
		       blocks_t *blocks)
{
	struct ob_prefix *sorted =
		ob_arena_array(a, in->n_nodes, sizeof(*sorted));
	struct ob_space taken = { .arena = a };

	for (size_t i = 0; i < in->n_nodes; i++)
		sorted[i] = in->nodes[i];
	if (in->n_nodes > 0)
		qsort(sorted, in->n_nodes, sizeof(*sorted), compare);
	for (size_t i = 0; i < in->n_nodes; i++) {
		struct ob_prefix *p = &sorted[i], at;
		struct block *b;

		if (!has_family(in, p->addr.family) || has_block(blocks, p) ||
		    blocks->n == MOST_BLOCKS)
			continue;
		b = OB_PUSH(a, blocks);
		b->local = b->wish = *p;
		if (owns(in, p))
			(void)ob_space_add(&taken, p, i);
		else if (place(in, p, &at) && ob_space_add(&taken, &at, i) == 0)
			b->wish = at;
	}
}

/* The allocator leaves a block that is in our prefixes where it is: that is
 * how a wish comes true. */
static size_t allocate(struct ob_arena *a, const struct ob_mapping_input *in,
		       const blocks_t *blocks, struct ob_mapping *ret)
{
	struct ob_prefix *wishes =
		ob_arena_array(a, blocks->n, sizeof(*wishes));
	size_t failed = blocks->n;

	for (size_t i = 0; i < blocks->n; i++)
		wishes[i] = blocks->v[i].wish;
	(void)ob_mappings_allocate(a, in->cidrs, in->n_cidrs, wishes, blocks->n,
				   ret, &failed);
	for (size_t i = 0; i < blocks->n; i++)
		ret[i].local = blocks->v[i].local;
	return failed;
}

void ob_mappings_make(struct ob_arena *a, const struct ob_mapping_input *in,
		      struct ob_mapped *ret)
{
	OB_LIST(struct ob_prefix) unmapped = { 0 };
	struct ob_mapped m = { 0 };
	blocks_t blocks = { 0 };
	size_t failed;

	if (in->n_pods > 0)
		take_configured(a, in, &blocks);
	else
		take_nodes(a, in, &blocks);
	m.v = ob_arena_array(a, blocks.n, sizeof(*m.v));
	for (;;) {
		failed = allocate(a, in, &blocks, m.v);
		if (failed >= blocks.n)
			break;
		*OB_PUSH(a, &unmapped) = blocks.v[failed].local;
		for (size_t i = failed + 1; i < blocks.n; i++)
			blocks.v[i - 1] = blocks.v[i];
		blocks.n--;
	}
	m.n = blocks.n;
	m.unmapped = unmapped.v;
	m.n_unmapped = unmapped.n;
	*ret = m;
}

bool ob_mappings_global(const struct ob_mapping *v, size_t n,
			const struct ob_addr *local, struct ob_addr *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (!ob_prefix_contains(&v[i].local, local))
			continue;
		*ret = ob_prefix_translate(&v[i].global, local);
		return true;
	}
	return false;
}
