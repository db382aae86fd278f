// SPDX-License-Identifier: Apache-2.0
#include "reconcile/plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define KEY_LEN 256

static const char *const verbs[] = {
	[OB_VERB_ADD] = "add",
	[OB_VERB_CHANGE] = "change",
	[OB_VERB_DEL] = "del",
};

const char *ob_verb_name(enum ob_verb verb)
{
	return verbs[verb];
}

void ob_plan_init(struct ob_plan *plan, struct ob_arena *a)
{
	*plan = (struct ob_plan){ .arena = a };
}

struct ob_op *ob_plan_add(struct ob_plan *plan, unsigned int stage,
			  enum ob_verb verb, const char *kind, const char *key)
{
	struct ob_op *op = OB_PUSH(plan->arena, &plan->ops);

	op->stage = stage;
	op->verb = verb;
	op->kind = kind;
	op->key = ob_arena_strdup(plan->arena, key);
	return op;
}

static int by_stage(const void *a, const void *b)
{
	const struct ob_op *x = *(const struct ob_op *const *)a;
	const struct ob_op *y = *(const struct ob_op *const *)b;

	if (x->stage != y->stage)
		return x->stage < y->stage ? -1 : 1;
	/* Both are in one array: its order is the order of adding. */
	return (x > y) - (x < y);
}

static const struct ob_op **in_order(struct ob_plan *plan)
{
	size_t n = plan->ops.n;
	const struct ob_op **ops;

	ops = ob_arena_array(plan->arena, n, sizeof(struct ob_op *));
	for (size_t i = 0; i < n; i++)
		ops[i] = &plan->ops.v[i];
	qsort(ops, n, sizeof(struct ob_op *), by_stage);
	return ops;
}

static void explain(const struct ob_op *op, int err, struct ob_status *status)
{
	if (status->reason)
		return;
	ob_status_set(status, err, "ApplyFailed", "cannot %s %s %s: %s",
		      ob_verb_name(op->verb), op->kind, op->key,
		      strerrordesc_np(err) ?: "unknown error");
}

static void log_failure(const struct ob_op *op, int err,
			const struct ob_status *status)
{
	char message[OB_STATUS_MESSAGE_LEN + 2], key[KEY_LEN];

	ob_error("cannot apply",
		 "verb=%s kind=\"%s\" key=%s reason=%s errno=%s error=%s",
		 ob_verb_name(op->verb), op->kind,
		 ob_log_quote(op->key, key, sizeof(key)), status->reason,
		 strerrorname_np(err) ?: "unknown",
		 ob_log_quote(status->message, message, sizeof(message)));
}

/* A call site for each verb, so that one cannot silence another. */
static void log_success(const struct ob_op *op)
{
	static struct ob_log_site sites[ARRAY_SIZE(verbs)];
	char key[KEY_LEN];

	ob_log_write(&sites[op->verb], OB_LOG_INFO, ob_verb_name(op->verb),
		     "kind=\"%s\" key=%s", op->kind,
		     ob_log_quote(op->key, key, sizeof(key)));
}

void ob_plan_apply(struct ob_plan *plan, void *context,
		   struct ob_plan_result *ret)
{
	struct ob_plan_result result = { .first = OB_STATUS_INIT };
	const struct ob_op **ops = in_order(plan);

	for (size_t i = 0; i < plan->ops.n; i++) {
		const struct ob_op *op = ops[i];
		struct ob_status status = OB_STATUS_INIT;
		int r;

		assert(op->apply);
		r = op->apply(context, op, &status);
		if (r >= 0) {
			log_success(op);
			result.applied++;
			continue;
		}
		explain(op, -r, &status);
		log_failure(op, -r, &status);
		if (result.failed++ == 0)
			result.first = status;
	}
	*ret = result;
}

const char *ob_plan_format(struct ob_plan *plan)
{
	const struct ob_op **ops = in_order(plan);
	size_t size = 1, len = 0;
	char *text;

	for (size_t i = 0; i < plan->ops.n; i++)
		size += strlen(ob_verb_name(ops[i]->verb)) +
			strlen(ops[i]->kind) + strlen(ops[i]->key) + 3;
	text = ob_arena_alloc(plan->arena, size);
	for (size_t i = 0; i < plan->ops.n; i++)
		len += (size_t)snprintf(text + len, size - len, "%s %s %s\n",
					ob_verb_name(ops[i]->verb),
					ops[i]->kind, ops[i]->key);
	return text;
}
