// SPDX-License-Identifier: Apache-2.0
#include "syncer/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "kube/table.h"

struct entry {
	struct ob_queued s; /* first: it is what others see */
	STAILQ_ENTRY(entry) next;
	struct ob_kube_entry *in_table;
	bool queued;
};

struct ob_queue {
	struct ob_kube_table *known;
	STAILQ_HEAD(, entry) dirty;
	size_t length;
};

struct ob_queue *ob_queue_new(void)
{
	struct ob_queue *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	STAILQ_INIT(&q->dirty);
	q->known = ob_kube_table_new();
	if (!q->known) {
		free(q);
		return NULL;
	}
	return q;
}

void ob_queue_free(struct ob_queue *q)
{
	struct ob_kube_entry *entry;
	size_t at = 0;

	while ((entry = ob_kube_table_next(q->known, &at)))
		free(entry->value);
	ob_kube_table_free(q->known);
	free(q);
}

static void push(struct ob_queue *q, struct entry *e, uint64_t now_ms)
{
	if (!e->s.since_ms)
		e->s.since_ms = now_ms;
	if (e->queued)
		return;
	e->queued = true;
	STAILQ_INSERT_TAIL(&q->dirty, e, next);
	q->length++;
}

int ob_queue_add(struct ob_queue *q, const char *key, uint64_t now_ms)
{
	struct ob_kube_entry *in_table;
	struct entry *e;
	int r = ob_kube_table_add(q->known, key, &in_table);

	if (r < 0)
		return r;
	if (!in_table->value) {
		e = calloc(1, sizeof(*e));
		if (!e) {
			ob_kube_table_del(q->known, in_table);
			return -ENOMEM;
		}
		e->s.key = in_table->key;
		e->in_table = in_table;
		in_table->value = e;
	}
	push(q, in_table->value, now_ms);
	return 0;
}

void ob_queue_add_all(struct ob_queue *q, const char *namespace,
		      uint64_t now_ms)
{
	size_t n = namespace ? strlen(namespace) : 0, at = 0;
	struct ob_kube_entry *entry;

	while ((entry = ob_kube_table_next(q->known, &at)))
		if (!namespace || (!strncmp(entry->key, namespace, n) &&
				   entry->key[n] == '/'))
			push(q, entry->value, now_ms);
}

struct ob_queued *ob_queue_take(struct ob_queue *q)
{
	struct entry *e = STAILQ_FIRST(&q->dirty);

	if (!e)
		return NULL;
	STAILQ_REMOVE_HEAD(&q->dirty, next);
	q->length--;
	e->queued = false;
	return &e->s;
}

void ob_queue_forget(struct ob_queue *q, struct ob_queued *s)
{
	struct entry *e = (struct entry *)s;

	if (e->queued) {
		STAILQ_REMOVE(&q->dirty, e, entry, next);
		q->length--;
	}
	ob_kube_table_del(q->known, e->in_table);
	free(e);
}

size_t ob_queue_known(const struct ob_queue *q)
{
	return ob_kube_table_count(q->known);
}

size_t ob_queue_length(const struct ob_queue *q)
{
	return q->length;
}
