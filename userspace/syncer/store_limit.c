// SPDX-License-Identifier: Apache-2.0
/* How much of what store.h sees of one cluster on the hub counts. */
#include <string.h>

#include "base/log.h"
#include "syncer/store_private.h"

/* NULL: it makes no sense, and counts for nothing anyway. */
static const struct ob_quota_object *
exported_object(const struct ob_value_exported *v, struct ob_quota_object *o)
{
	if (!v || !v->e)
		return NULL;
	*o = (struct ob_quota_object){ .name = v->e->object,
				       .created_s = v->created_s,
				       .of = v->key };
	return o;
}

static const struct ob_quota_object *
slice_object(const struct ob_value_hub_slice *v, struct ob_quota_object *o)
{
	if (!v || !v->slice)
		return NULL;
	*o = (struct ob_quota_object){ .name = ob_kept_slice_name(v->slice),
				       .created_s = v->created_s,
				       .endpoints = ob_kept_slice_endpoints(
					       v->slice),
				       .of = v->key };
	return o;
}

static void count(struct ob_store *s, enum ob_quota_kind kind,
		  const char *cluster, const struct ob_quota_object *before,
		  const struct ob_quota_object *after)
{
	if (ob_quota_change(s->quota, kind, cluster, before, after) < 0)
		ob_error("out of memory", "cluster=%s", cluster);
}

/* An object's name is its cluster's, before and after. */
void ob_store_count_exported(struct ob_store *s,
			     const struct ob_value_exported *before,
			     const struct ob_value_exported *after)
{
	struct ob_quota_object was, is;
	const struct ob_value_exported *v = after && after->e ? after : before;

	if (v && v->e)
		count(s, OB_QUOTA_EXPORTED, v->e->cluster,
		      exported_object(before, &was),
		      exported_object(after, &is));
}

void ob_store_count_slice(struct ob_store *s,
			  const struct ob_value_hub_slice *before,
			  const struct ob_value_hub_slice *after)
{
	const struct ob_value_hub_slice *v = after ?: before;
	struct ob_quota_object was, is;

	if (v)
		count(s, OB_QUOTA_SLICE, v->cluster, slice_object(before, &was),
		      slice_object(after, &is));
}

bool ob_store_takes_exported(const struct ob_store *s,
			     const struct ob_value_exported *v)
{
	struct ob_quota_object o;

	return exported_object(v, &o) &&
	       ob_quota_takes(s->quota, OB_QUOTA_EXPORTED, v->e->cluster, &o);
}

bool ob_store_takes_slice(const struct ob_store *s,
			  const struct ob_value_hub_slice *v)
{
	struct ob_quota_object o;

	return slice_object(v, &o) &&
	       ob_quota_takes(s->quota, OB_QUOTA_SLICE, v->cluster, &o);
}

/* All of one cluster. */
struct weighing {
	struct ob_arena *arena;
	const char *cluster;
	OB_LIST(struct ob_quota_object) objects;
};

static void gather_exported(void *arg, const char *key, const void *value)
{
	const struct ob_value_exported *v = value;
	struct weighing *w = arg;
	struct ob_quota_object o;

	(void)key;
	if (exported_object(v, &o) && !strcmp(v->e->cluster, w->cluster))
		*OB_PUSH(w->arena, &w->objects) = o;
}

static void gather_slice(void *arg, const char *key, const void *value)
{
	const struct ob_value_hub_slice *v = value;
	struct weighing *w = arg;
	struct ob_quota_object o;

	(void)key;
	if (slice_object(v, &o) && !strcmp(v->cluster, w->cluster))
		*OB_PUSH(w->arena, &w->objects) = o;
}

static void tell(void *arg, const struct ob_quota_object *o)
{
	struct ob_store *s = arg;

	s->ops->service(s->arg, o->of);
}

static void weigh(struct ob_store *s, struct ob_quota_share *share)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	bool slices = ob_quota_kind(share) == OB_QUOTA_SLICE;
	bool was_over = ob_quota_is_over(share);
	struct weighing w = { .arena = a, .cluster = ob_quota_cluster(share) };
	size_t taken;

	ob_kube_informer_each(slices ? s->hub_slices : s->exported,
			      slices ? gather_slice : gather_exported, &w);
	taken = ob_quota_weigh(s->quota, share, w.objects.v, w.objects.n, tell,
			       s);
	if (was_over == ob_quota_is_over(share))
		return;
	if (!was_over)
		ob_warning("a cluster writes more to the hub than counts",
			   "cluster=%s kind=%s there=%zu taken=%zu", w.cluster,
			   slices ? "EndpointSlice" : "ExportedService",
			   w.objects.n, taken);
	else
		ob_info("all that a cluster writes to the hub counts",
			"cluster=%s kind=%s taken=%zu", w.cluster,
			slices ? "EndpointSlice" : "ExportedService", taken);
}

void ob_store_weigh(struct ob_store *s, bool all)
{
	struct ob_quota_share *share;

	while ((share = ob_quota_due(s->quota, all)))
		weigh(s, share);
}
