// SPDX-License-Identifier: Apache-2.0
#include "syncer/quota.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/table.h"

#define NAME_LEN 256 /* of an object, with the NUL */
#define KEY_LEN	 (2 + NAME_LEN)

struct ob_quota_share {
	struct ob_kube_entry *entry;
	size_t n, endpoints;
	bool dirty;
	/* The first that does not count. */
	bool barred;
	int64_t bar_s;
	char bar[NAME_LEN];
};

struct ob_quota {
	struct ob_quota_limits limits;
	struct ob_kube_table *shares; /* KIND/CLUSTER */
};

struct ob_quota *ob_quota_new(const struct ob_quota_limits *limits)
{
	_cleanup_(ob_quota_freep) struct ob_quota *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->limits = *limits;
	q->shares = ob_kube_table_new();
	return q->shares ? TAKE_PTR(q) : NULL;
}

void ob_quota_free(struct ob_quota *q)
{
	struct ob_kube_entry *entry;
	size_t at = 0;

	while (q->shares && (entry = ob_kube_table_next(q->shares, &at)))
		free(entry->value);
	ob_kube_table_free(q->shares);
	free(q);
}

enum ob_quota_kind ob_quota_kind(const struct ob_quota_share *s)
{
	return (enum ob_quota_kind)(s->entry->key[0] - '0');
}

const char *ob_quota_cluster(const struct ob_quota_share *s)
{
	return s->entry->key + 2;
}

bool ob_quota_is_over(const struct ob_quota_share *s)
{
	return s->barred;
}

static const char *key_of(enum ob_quota_kind kind, const char *cluster,
			  char *buf, size_t size)
{
	snprintf(buf, size, "%d/%s", (int)kind, cluster);
	return buf;
}

static struct ob_quota_share *find(const struct ob_quota *q,
				   enum ob_quota_kind kind, const char *cluster)
{
	char key[KEY_LEN];
	struct ob_kube_entry *entry = ob_kube_table_get(
		q->shares, key_of(kind, cluster, key, sizeof(key)));

	return entry ? entry->value : NULL;
}

static struct ob_quota_share *add(struct ob_quota *q, enum ob_quota_kind kind,
				  const char *cluster)
{
	struct ob_quota_share *s = find(q, kind, cluster);
	char key[KEY_LEN];
	struct ob_kube_entry *entry = NULL;

	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s || ob_kube_table_add(q->shares,
				    key_of(kind, cluster, key, sizeof(key)),
				    &entry) < 0) {
		free(s);
		return NULL;
	}
	entry->value = s;
	s->entry = entry;
	return s;
}

/* Its next object starts anew: with nothing there, there is nothing to bar. */
static void drop_if_empty(struct ob_quota *q, struct ob_quota_share *s)
{
	if (s->n > 0)
		return;
	ob_kube_table_del(q->shares, s->entry);
	free(s);
}

int ob_quota_change(struct ob_quota *q, enum ob_quota_kind kind,
		    const char *cluster, const struct ob_quota_object *before,
		    const struct ob_quota_object *after)
{
	struct ob_quota_share *s =
		after ? add(q, kind, cluster) : find(q, kind, cluster);

	if (!s)
		return after ? -ENOMEM : 0;
	if (after) {
		s->n++;
		s->endpoints += after->endpoints;
	}
	if (before) {
		s->n--;
		s->endpoints -= before->endpoints;
	}
	s->dirty |= !before || !after || before->endpoints != after->endpoints;
	drop_if_empty(q, s);
	return 0;
}

static int compare_with(const struct ob_quota_object *o, int64_t created_s,
			const char *name)
{
	if (o->created_s != created_s)
		return o->created_s < created_s ? -1 : 1;
	return strcmp(o->name, name);
}

static int compare(const void *a, const void *b)
{
	const struct ob_quota_object *y = b;

	return compare_with(a, y->created_s, y->name);
}

bool ob_quota_takes(const struct ob_quota *q, enum ob_quota_kind kind,
		    const char *cluster, const struct ob_quota_object *o)
{
	const struct ob_quota_share *s = find(q, kind, cluster);

	return !s || !s->barred || compare_with(o, s->bar_s, s->bar) < 0;
}

static size_t most_of(const struct ob_quota *q, enum ob_quota_kind kind)
{
	switch (kind) {
	case OB_QUOTA_EXPORTED:
		return q->limits.services;
	case OB_QUOTA_SLICE:
		return q->limits.slices;
	}
	return 0;
}

static bool is_over(const struct ob_quota *q, const struct ob_quota_share *s)
{
	return s->n > most_of(q, ob_quota_kind(s)) ||
	       s->endpoints > q->limits.endpoints;
}

struct ob_quota_share *ob_quota_due(struct ob_quota *q, bool all)
{
	struct ob_kube_entry *entry;
	size_t at = 0;

	while ((entry = ob_kube_table_next(q->shares, &at))) {
		struct ob_quota_share *s = entry->value;

		if (s->dirty && (s->barred ? all : is_over(q, s)))
			return s;
	}
	return NULL;
}

static size_t count_taken(const struct ob_quota *q, enum ob_quota_kind kind,
			  const struct ob_quota_object *v, size_t n)
{
	size_t endpoints = 0, i = 0;

	while (i < n && i < most_of(q, kind)) {
		endpoints += v[i].endpoints;
		if (endpoints > q->limits.endpoints)
			break;
		i++;
	}
	return i;
}

size_t ob_quota_weigh(struct ob_quota *q, struct ob_quota_share *s,
		      struct ob_quota_object *v, size_t n,
		      void (*changed)(void *arg,
				      const struct ob_quota_object *o),
		      void *arg)
{
	const struct ob_quota_share was = *s;
	size_t taken;

	if (n > 0)
		qsort(v, n, sizeof(*v), compare);
	taken = count_taken(q, ob_quota_kind(s), v, n);
	s->dirty = false;
	s->barred = taken < n;
	if (s->barred) {
		s->bar_s = v[taken].created_s;
		snprintf(s->bar, sizeof(s->bar), "%s", v[taken].name);
	}
	for (size_t i = 0; i < n; i++) {
		bool counted = !was.barred ||
			       compare_with(&v[i], was.bar_s, was.bar) < 0;

		if (counted != (i < taken))
			changed(arg, &v[i]);
	}
	return taken;
}
