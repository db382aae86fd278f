// SPDX-License-Identifier: Apache-2.0
#include "octopus/join_map.h"

#include <errno.h>
#include <stdlib.h>

#include "octopus/allocate.h"
#include "octopus/space.h"

#define MOST_BLOCKS (OB_MAX_PREFIXES - 1) /* one is for our own address */

struct block {
	struct ob_prefix local;
	struct ob_prefix wish; /* its place; or, as it has none, local */
};

typedef OB_LIST(struct block) blocks_t;

static bool has_family(const struct ob_network *net, uint8_t family)
{
	for (size_t i = 0; i < net->n_cidrs; i++)
		if (net->cidrs[i].addr.family == family)
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
static bool place(const struct ob_network *net, const struct ob_prefix *local,
		  struct ob_prefix *ret)
{
	for (size_t i = 0; i < net->n_cidrs; i++) {
		const struct ob_prefix *c = &net->cidrs[i];

		if (c->addr.family != local->addr.family || c->len > local->len)
			continue;
		ret->len = local->len;
		ret->addr = ob_prefix_translate(c, &local->addr);
		return true;
	}
	return false;
}

/* As the file says: in its order. */
static void take_configured(struct ob_arena *a, const struct ob_hub_mode *h,
			    const struct ob_network *net, blocks_t *blocks)
{
	for (size_t i = 0; i < h->n_pods; i++) {
		struct block *b;

		if (!has_family(net, h->pods[i].addr.family))
			continue;
		b = OB_PUSH(a, blocks);
		b->local = b->wish = h->pods[i];
	}
}

static bool owns(const struct ob_network *net, const struct ob_prefix *p)
{
	for (size_t i = 0; i < net->n_cidrs; i++)
		if (ob_prefix_covers(&net->cidrs[i], p))
			return true;
	return false;
}

static void take_nodes(struct ob_arena *a, const struct ob_join_input *in,
		       const struct ob_network *net, blocks_t *blocks)
{
	struct ob_prefix *sorted =
		ob_arena_array(a, in->n_node_pods, sizeof(*sorted));
	struct ob_space taken = { .arena = a };

	for (size_t i = 0; i < in->n_node_pods; i++)
		sorted[i] = in->node_pods[i];
	if (in->n_node_pods > 0)
		qsort(sorted, in->n_node_pods, sizeof(*sorted), compare);
	for (size_t i = 0; i < in->n_node_pods; i++) {
		struct ob_prefix *p = &sorted[i], at;
		struct block *b;

		if (!has_family(net, p->addr.family) || has_block(blocks, p) ||
		    blocks->n == MOST_BLOCKS)
			continue;
		b = OB_PUSH(a, blocks);
		b->local = b->wish = *p;
		if (owns(net, p))
			(void)ob_space_add(&taken, p, i);
		else if (place(net, p, &at) &&
			 ob_space_add(&taken, &at, i) == 0)
			b->wish = at;
	}
}

static void note_unmapped(struct ob_arena *a, const struct block *b,
			  struct ob_joined *j)
{
	char p[OB_PREFIX_STRLEN];

	ob_prefix_format(&b->local, p, sizeof(p));
	ob_status_set(OB_PUSH(a, &j->conditions), ENOSPC, "PodCIDRUnmapped",
		      "pod CIDR %s does not fit in what is left of our cluster "
		      "CIDR: its pods cannot be reached from other clusters",
		      p);
}

/* The allocator leaves a block that is in our prefixes where it is: that is
 * how a wish comes true. */
static size_t allocate(struct ob_arena *a, const struct ob_network *net,
		       const blocks_t *blocks, struct ob_mapping *ret)
{
	struct ob_prefix *wishes =
		ob_arena_array(a, blocks->n, sizeof(*wishes));
	size_t failed = blocks->n;

	for (size_t i = 0; i < blocks->n; i++)
		wishes[i] = blocks->v[i].wish;
	(void)ob_mappings_allocate(a, net->cidrs, net->n_cidrs, wishes,
				   blocks->n, ret, &failed);
	for (size_t i = 0; i < blocks->n; i++)
		ret[i].local = blocks->v[i].local;
	return failed;
}

void ob_join_map(struct ob_arena *a, const struct ob_join_input *in,
		 struct ob_joined *j)
{
	const struct ob_hub_mode *h = in->config->hub;
	struct ob_network *net = &j->network;
	blocks_t blocks = { 0 };
	size_t failed;

	if (h->n_pods > 0)
		take_configured(a, h, net, &blocks);
	else
		take_nodes(a, in, net, &blocks);
	net->mappings = ob_arena_array(a, blocks.n, sizeof(*net->mappings));
	net->n_mappings = 0;
	if (!blocks.v)
		return;
	for (;;) {
		failed = allocate(a, net, &blocks, net->mappings);
		if (failed == blocks.n)
			break;
		note_unmapped(a, &blocks.v[failed], j);
		for (size_t i = failed + 1; i < blocks.n; i++)
			blocks.v[i - 1] = blocks.v[i];
		blocks.n--;
	}
	net->n_mappings = blocks.n;
}
