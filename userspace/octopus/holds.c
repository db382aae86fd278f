// SPDX-License-Identifier: Apache-2.0
#include "octopus/holds.h"

#include <errno.h>
#include <string.h>

/* What an operation was before it was wrapped. */
struct wrapped {
	struct ob_op op;
	struct ob_holds *holds;
	uint64_t now_ms;
};

static uint64_t hash(uint64_t h, const char *s)
{
	/* FNV-1a */
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t id_of(const struct ob_op *op)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	h = hash(h, ob_verb_name(op->verb));
	h = hash(h, op->kind);
	return hash(h, op->key);
}

static struct ob_hold *find(struct ob_holds *h, uint64_t id)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].id == id)
			return &h->v[i];
	return NULL;
}

void ob_holds_clear(struct ob_holds *h)
{
	h->n = 0;
}

static uint64_t delay_ms(unsigned int failures)
{
	uint64_t ms = OB_HOLD_FIRST_MS;

	while (--failures > 0 && ms < OB_HOLD_MOST_MS)
		ms *= 2;
	return ms;
}

static void note_failure(struct ob_holds *h, const struct ob_op *op,
			 uint64_t now_ms, const struct ob_status *status)
{
	struct ob_hold *hold = find(h, id_of(op));

	if (!hold && h->n == OB_HOLDS_MAX)
		return;
	if (!hold) {
		hold = &h->v[h->n++];
		*hold = (struct ob_hold){ .id = id_of(op) };
	}
	hold->failures++;
	hold->until_ms = now_ms + delay_ms(hold->failures);
	hold->status = *status;
}

static int apply_wrapped(void *context, const struct ob_op *op,
			 struct ob_status *status)
{
	const struct wrapped *w = op->args;
	int r = w->op.apply(context, &w->op, status);

	if (r < 0 && !status->reason)
		ob_status_set(status, -r, "ApplyFailed", "cannot %s %s %s: %s",
			      ob_verb_name(op->verb), op->kind, op->key,
			      strerror(-r));
	if (r < 0)
		note_failure(w->holds, &w->op, w->now_ms, status);
	else if (find(w->holds, id_of(&w->op)))
		ob_holds_clear(w->holds);
	return r;
}

/* Those that the plan does not have any more need not wait. */
static void forget_unwanted(struct ob_holds *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].wanted)
			h->v[n++] = h->v[i];
	h->n = n;
}

static void wrap(struct ob_holds *h, struct ob_plan *plan, struct ob_op *op,
		 uint64_t now_ms)
{
	struct wrapped *w = ob_arena_alloc(plan->arena, sizeof(*w));

	*w = (struct wrapped){ *op, h, now_ms };
	op->apply = apply_wrapped;
	op->args = w;
}

size_t ob_holds_filter(struct ob_holds *h, struct ob_plan *plan,
		       uint64_t now_ms)
{
	size_t n = 0, all = plan->ops.n;

	for (size_t i = 0; i < h->n; i++)
		h->v[i].wanted = false;
	for (size_t i = 0; i < all; i++) {
		struct ob_op *op = &plan->ops.v[i];
		struct ob_hold *hold = h->n ? find(h, id_of(op)) : NULL;

		if (hold)
			hold->wanted = true;
		if (hold && hold->until_ms > now_ms)
			continue;
		wrap(h, plan, op, now_ms);
		plan->ops.v[n++] = *op;
	}
	plan->ops.n = n;
	forget_unwanted(h);
	return all - n;
}
