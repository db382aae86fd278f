// SPDX-License-Identifier: Apache-2.0
/* What store.h watches on the hub. */
#include <errno.h>
#include <string.h>

#include "kube/lease.h"
#include "kube/mcs.h"
#include "syncer/object.h"
#include "syncer/store_private.h"

static void on_synced(void *arg)
{
	struct ob_store *s = arg;

	s->ops->state(s->arg);
}

static void tell(struct ob_store *s, const char *key)
{
	if (key)
		s->ops->service(s->arg, key);
}

/* ExportedServices. */

static int decode_exported(void *arg, const cJSON *object, void **ret,
			   struct ob_status *status)
{
	struct ob_value_exported *v = NULL;
	struct ob_store *s = arg;
	int r = ob_value_exported_new(&s->context, object, &v, status);

	*ret = v;
	return r;
}

static void free_exported(void *value)
{
	ob_value_exported_free(value);
}

static void index_exported(void *arg, size_t i, const void *value,
			   void (*add)(void *to, const char *key), void *to)
{
	const struct ob_value_exported *v = value;

	(void)arg;
	(void)i;
	if (v->key)
		add(to, v->key);
}

static void on_exported(void *arg, const char *key, const void *before,
			const void *after)
{
	const struct ob_value_exported *v = after ?: before;

	(void)key;
	ob_store_count_exported(arg, before, after);
	tell(arg, v->key); /* by its name: it does not change */
}

static void exported_state(void *arg, const struct ob_status *status)
{
	ob_store_trouble(arg, OB_STORE_EXPORTED, status);
}

static const struct ob_kube_informer_ops exported_ops = {
	.decode = decode_exported,
	.free_value = free_exported,
	.index = index_exported,
	.changed = on_exported,
	.synced = on_synced,
	.state = exported_state,
};

/* EndpointSlices. */

static int decode_slice(void *arg, const cJSON *object, void **ret,
			struct ob_status *status)
{
	struct ob_value_hub_slice *v = NULL;
	struct ob_store *s = arg;
	int r = ob_value_hub_slice_new(&s->context, object, &v, status);

	*ret = v;
	return r;
}

static void free_slice(void *value)
{
	ob_value_hub_slice_free(value);
}

static void index_slice(void *arg, size_t i, const void *value,
			void (*add)(void *to, const char *key), void *to)
{
	const struct ob_value_hub_slice *v = value;

	(void)arg;
	(void)i;
	if (v->key)
		add(to, v->key);
	else if (v->own)
		add(to, OB_STORE_STRAY);
}

static void on_slice(void *arg, const char *key, const void *before,
		     const void *after)
{
	const struct ob_value_hub_slice *was = before, *is = after;

	(void)key;
	ob_store_count_slice(arg, was, is);
	if (was)
		tell(arg, was->key);
	if (is)
		tell(arg, is->key);
}

static void slices_state(void *arg, const struct ob_status *status)
{
	ob_store_trouble(arg, OB_STORE_HUB_SLICES, status);
}

static const struct ob_kube_informer_ops slices_ops = {
	.decode = decode_slice,
	.free_value = free_slice,
	.index = index_slice,
	.changed = on_slice,
	.synced = on_synced,
	.state = slices_state,
};

/* Heartbeats: only their names are of interest. */

static int decode_beat(void *arg, const cJSON *object, void **ret,
		       struct ob_status *status)
{
	const char *name = ob_json_string(object, "metadata.name") ?: "";
	size_t n = strlen(name), suffix = strlen(OB_HEARTBEAT_SUFFIX);
	char *cluster;

	(void)arg;
	if (n <= suffix || strcmp(name + n - suffix, OB_HEARTBEAT_SUFFIX) != 0)
		return ob_status_set(status, EINVAL, "InvalidLease",
				     "Lease %s: metadata.name: does not end "
				     "in " OB_HEARTBEAT_SUFFIX,
				     name);
	cluster = strndup(name, n - suffix);
	if (!cluster)
		return ob_status_set(status, ENOMEM, "OutOfMemory",
				     "out of memory");
	*ret = cluster;
	return 0;
}

static void on_beat(void *arg, const char *key, const void *before,
		    const void *after)
{
	struct ob_store *s = arg;

	(void)key;
	(void)before;
	if (after)
		s->ops->beat(s->arg, after);
}

static void beats_state(void *arg, const struct ob_status *status)
{
	ob_store_trouble(arg, OB_STORE_BEATS, status);
}

static const struct ob_kube_informer_ops beats_ops = {
	.decode = decode_beat,
	.free_value = free,
	.changed = on_beat,
	.synced = on_synced,
	.state = beats_state,
};

static int watch(struct ob_store *s, const struct ob_kube_resource *resource,
		 const char *selector, size_t n_indexes,
		 const struct ob_kube_informer_ops *ops,
		 struct ob_kube_informer **ret)
{
	struct ob_kube_reflector_options options = {
		.ref = { .resource = resource,
			 .namespace = s->config->hub_namespace },
		.label_selector = selector,
	};

	return ob_kube_informer_new(s->hub, &options, n_indexes, ops, s, ret);
}

int ob_store_watch_hub(struct ob_store *s)
{
	int r = watch(s, &ob_exported_services, NULL, 1, &exported_ops,
		      &s->exported);

	if (r == 0)
		r = watch(s, &ob_endpoint_slices, NULL, 1, &slices_ops,
			  &s->hub_slices);
	if (r == 0)
		r = watch(s, &ob_kube_leases,
			  OB_LABEL_HEARTBEAT "=" OB_HEARTBEAT_SYNCER, 0,
			  &beats_ops, &s->beats);
	return r;
}
