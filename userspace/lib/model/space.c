// SPDX-License-Identifier: Apache-2.0
#include "model/space.h"

#include <errno.h>
#include <string.h>

/* The first holding that does not lie wholly before p. As none overlaps
 * another, it is the first that may overlap p. */
static size_t lower_bound(const struct ob_space *s, const struct ob_prefix *p)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct ob_prefix *q = &s->v[mid].prefix;

		if (!ob_prefix_overlaps(q, p) && ob_prefix_compare(q, p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool overlaps_at(const struct ob_space *s, size_t i,
			const struct ob_prefix *p)
{
	return i < s->n && ob_prefix_overlaps(&s->v[i].prefix, p);
}

const struct ob_holding *ob_space_conflict(const struct ob_space *s,
					   const struct ob_prefix *p,
					   size_t owner)
{
	for (size_t i = lower_bound(s, p); overlaps_at(s, i, p); i++)
		if (s->v[i].owner != owner)
			return &s->v[i];
	return NULL;
}

static void remove_covered(struct ob_space *s, size_t at,
			   const struct ob_prefix *p)
{
	size_t n = 0;

	while (overlaps_at(s, at + n, p))
		n++;
	memmove(&s->v[at], &s->v[at + n], (s->n - at - n) * sizeof(*s->v));
	s->n -= n;
}

int ob_space_add(struct ob_space *s, const struct ob_prefix *p, size_t owner)
{
	size_t at = lower_bound(s, p);

	if (ob_space_conflict(s, p, owner))
		return -EEXIST;
	if (at < s->n && ob_prefix_covers(&s->v[at].prefix, p))
		return 0;
	if (overlaps_at(s, at, p))
		remove_covered(s, at, p);
	(void)OB_PUSH(s->arena, s);
	memmove(&s->v[at + 1], &s->v[at], (s->n - 1 - at) * sizeof(*s->v));
	s->v[at] = (struct ob_holding){ *p, owner };
	return 0;
}

/* The next prefix of the same length; false at the end of the addresses. */
static bool next_prefix(struct ob_prefix *p)
{
	int bit = p->len;

	while (bit-- > 0) {
		uint8_t mask = (uint8_t)(0x80 >> (bit % 8));

		p->addr.b[bit / 8] ^= mask;
		if (p->addr.b[bit / 8] & mask)
			return true;
	}
	return false;
}

/* The prefix of length len that starts where p ends or, when p is smaller,
 * after the one that p lies in. */
static bool after(const struct ob_prefix *p, uint8_t len, struct ob_prefix *ret)
{
	struct ob_prefix next = *p;

	if (p->len > len) {
		next = (struct ob_prefix){ .addr = { .family = p->addr.family },
					   .len = len };
		for (int bit = 0; bit < len; bit++)
			next.addr.b[bit / 8] |= p->addr.b[bit / 8] &
						(uint8_t)(0x80 >> (bit % 8));
	}
	if (!next_prefix(&next))
		return false;
	next.len = len;
	*ret = next;
	return true;
}

int ob_space_find_free(const struct ob_space *s, const struct ob_prefix *in,
		       uint8_t len, struct ob_prefix *ret)
{
	struct ob_prefix p = { .addr = in->addr, .len = len };

	if (len < in->len)
		return -ENOSPC;
	while (ob_prefix_covers(in, &p)) {
		size_t i = lower_bound(s, &p);

		if (!overlaps_at(s, i, &p)) {
			*ret = p;
			return 0;
		}
		if (!after(&s->v[i].prefix, len, &p))
			return -ENOSPC;
	}
	return -ENOSPC;
}

static uint64_t count(unsigned int bits)
{
	return bits >= 32 ? UINT32_MAX : UINT64_C(1) << bits;
}

uint64_t ob_space_count_free(const struct ob_space *s,
			     const struct ob_prefix *in, uint8_t len)
{
	struct ob_prefix p = { .addr = in->addr, .len = len }, next;
	uint64_t used = 0, total;

	if (len < in->len)
		return 0;
	total = count(len - in->len);
	for (size_t i = lower_bound(s, in); i < s->n; i++) {
		const struct ob_prefix *q = &s->v[i].prefix;

		if (!ob_prefix_overlaps(in, q))
			break;
		/* p is the first slice that has not been counted. */
		if (ob_prefix_compare(q, &p) < 0 && !ob_prefix_overlaps(q, &p))
			continue;
		used += q->len < len ? count(len - q->len) : 1;
		if (!after(q, len, &next))
			break;
		p = next;
	}
	return used < total ? total - used : 0;
}
