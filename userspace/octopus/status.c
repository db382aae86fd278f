// SPDX-License-Identifier: Apache-2.0
#include "octopus/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

void ob_state_done(struct ob_state *s)
{
	free(s->conditions);
	*s = (struct ob_state){ 0 };
}

static bool contains(const struct ob_condition *v, size_t n,
		     const struct ob_condition *c)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(v[i].reason, c->reason) &&
		    !strcmp(v[i].message, c->message))
			return true;
	return false;
}

void ob_conditions_add(struct ob_arena *a, struct ob_conditions *list,
		       const struct ob_status *s)
{
	struct ob_condition c = { 0 };

	if (!s->reason)
		return;
	snprintf(c.reason, sizeof(c.reason), "%s", s->reason);
	snprintf(c.message, sizeof(c.message), "%s", s->message);
	if (!contains(list->v, list->n, &c))
		*OB_PUSH(a, list) = c;
}

static void log_changes(const struct ob_state *s,
			const struct ob_conditions *now)
{
	char message[OB_STATUS_MESSAGE_LEN + 2];

	for (size_t i = 0; i < now->n; i++)
		if (!contains(s->conditions, s->n_conditions, &now->v[i]))
			ob_warning("condition", "reason=%s message=%s",
				   now->v[i].reason,
				   ob_log_quote(now->v[i].message, message,
						sizeof(message)));
	for (size_t i = 0; i < s->n_conditions; i++)
		if (!contains(now->v, now->n, &s->conditions[i]))
			ob_info("condition is over", "reason=%s message=%s",
				s->conditions[i].reason,
				ob_log_quote(s->conditions[i].message, message,
					     sizeof(message)));
}

void ob_state_set_conditions(struct ob_state *s,
			     const struct ob_conditions *now)
{
	struct ob_condition *copy = NULL;

	log_changes(s, now);
	if (now->n > 0) {
		copy = reallocarray(NULL, now->n, sizeof(*copy));
		if (!copy)
			return;
		memcpy(copy, now->v, now->n * sizeof(*copy));
	}
	free(s->conditions);
	s->conditions = copy;
	s->n_conditions = now->n;
}

bool ob_state_is_healthy(const struct ob_state *s, uint64_t now_ms)
{
	/* Passes come every ten times their duration; miss three. */
	uint64_t patience_ms = 30 * (s->last_compare_ns / 1000000);

	if (patience_ms < OB_HEALTHY_MS)
		patience_ms = OB_HEALTHY_MS;
	return s->last_success_ms && now_ms - s->last_success_ms <= patience_ms;
}
