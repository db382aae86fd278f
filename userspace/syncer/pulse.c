// SPDX-License-Identifier: Apache-2.0
#include "syncer/pulse.h"

#include <stdlib.h>
#include <string.h>

#include "kube/table.h"

struct beat {
	uint64_t at_ms; /* by the clock of struct ob_pulse */
	bool dead;	/* as it was told last */
};

struct ob_pulse {
	char *own;
	uint64_t step_ms, expiry_ms;
	uint64_t clock_ms;
	uint64_t own_ms; /* when our own was seen last; 0: never */
	struct ob_kube_table *beats;
};

struct ob_pulse *ob_pulse_new(const char *own, uint64_t step_ms,
			      uint64_t expiry_ms)
{
	_cleanup_(ob_pulse_freep) struct ob_pulse *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->own = strdup(own);
	p->beats = ob_kube_table_new();
	if (!p->own || !p->beats)
		return NULL;
	p->step_ms = step_ms;
	p->expiry_ms = expiry_ms;
	return TAKE_PTR(p);
}

void ob_pulse_free(struct ob_pulse *p)
{
	struct ob_kube_entry *entry;
	size_t at = 0;

	while (p->beats && (entry = ob_kube_table_next(p->beats, &at)))
		free(entry->value);
	ob_kube_table_free(p->beats);
	free(p->own);
	free(p);
}

/* NULL: out of memory, and it counts as alive. */
static struct beat *get(struct ob_pulse *p, const char *cluster)
{
	struct ob_kube_entry *entry;
	struct beat *b;

	if (ob_kube_table_add(p->beats, cluster, &entry) < 0)
		return NULL;
	if (entry->value)
		return entry->value;
	b = calloc(1, sizeof(*b));
	if (!b) {
		ob_kube_table_del(p->beats, entry);
		return NULL;
	}
	b->at_ms = p->clock_ms;
	entry->value = b;
	return b;
}

static void pass_time(struct ob_pulse *p, uint64_t now_ms)
{
	uint64_t step = now_ms - p->own_ms;

	if (p->own_ms)
		p->clock_ms += step < p->step_ms ? step : p->step_ms;
	p->own_ms = now_ms;
}

void ob_pulse_beat(struct ob_pulse *p, const char *cluster, uint64_t now_ms)
{
	struct beat *b;

	if (!strcmp(cluster, p->own)) {
		pass_time(p, now_ms);
		return;
	}
	b = get(p, cluster);
	if (b)
		b->at_ms = p->clock_ms;
}

static bool is_dead(const struct ob_pulse *p, const struct beat *b)
{
	return p->clock_ms - b->at_ms > p->expiry_ms;
}

bool ob_pulse_alive(struct ob_pulse *p, const char *cluster)
{
	struct beat *b;

	if (!strcmp(cluster, p->own))
		return true;
	b = get(p, cluster);
	return !b || !is_dead(p, b);
}

bool ob_pulse_changed(struct ob_pulse *p)
{
	struct ob_kube_entry *entry;
	bool changed = false;
	size_t at = 0;

	while ((entry = ob_kube_table_next(p->beats, &at))) {
		struct beat *b = entry->value;
		bool dead = is_dead(p, b);

		changed |= dead != b->dead;
		b->dead = dead;
	}
	return changed;
}

size_t ob_pulse_dead(const struct ob_pulse *p)
{
	struct ob_kube_entry *entry;
	size_t at = 0, n = 0;

	while ((entry = ob_kube_table_next(p->beats, &at)))
		if (is_dead(p, entry->value))
			n++;
	return n;
}
