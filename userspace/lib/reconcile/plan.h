/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ordered list of operations: what a reconcile pass is going to do.
 *
 * desired (pure) and actual are compared by the part, which adds operations;
 * the plan is then applied in the order of their stages, or printed, which is
 * how scenario tests see it. An operation that fails does not stop later ones;
 * its status is kept, and those that depend on it fail on their own.
 *
 * The plan and everything in it live in the arena of the pass.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"

enum ob_verb {
	OB_VERB_ADD,
	OB_VERB_CHANGE,
	OB_VERB_DEL,
};

struct ob_op {
	unsigned int stage; /* lower first; equal ones in order of adding */
	enum ob_verb verb;
	const char *kind; /* "route", "peer", "attachment", ... */
	const char *key;  /* which one, for people: "10.114.0.0/16 dev ob0" */
	/* 0 or negative errno and, when it can say more, a status. */
	int (*apply)(void *context, const struct ob_op *op,
		     struct ob_status *status);
	const void *args; /* for apply */
};

struct ob_plan {
	struct ob_arena *arena;
	OB_LIST(struct ob_op) ops;
};

/* The numbers of one run, for metrics and the log. */
struct ob_plan_result {
	size_t applied, failed;
	struct ob_status first; /* of the first failure; reason NULL: none */
};

void ob_plan_init(struct ob_plan *plan, struct ob_arena *a);
/* Returns the new operation to fill in further; key is copied. */
struct ob_op *ob_plan_add(struct ob_plan *plan, unsigned int stage,
			  enum ob_verb verb, const char *kind, const char *key);
/* Stable sort by stage; then apply all. Each op is logged at info. */
void ob_plan_apply(struct ob_plan *plan, void *context,
		   struct ob_plan_result *ret);
/* "add route 10.114.0.0/16 dev ob0\n" for each, in order of application. */
const char *ob_plan_format(struct ob_plan *plan);
const char *ob_verb_name(enum ob_verb verb);
