// SPDX-License-Identifier: Apache-2.0
#include "syncer/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kube/mcs.h"
#include "syncer/names.h"
#include "syncer/store_private.h"

#define ASK_AGAIN_US  (2 * 1000 * 1000)
#define HUB_NOT_YET   "HubNotReachedYet"
#define LOCAL_NOT_YET "KubernetesNotReachedYet"

void ob_store_trouble(struct ob_store *s, enum ob_store_part part,
		      const struct ob_status *now)
{
	struct ob_status *which = &s->trouble[part];
	bool same = now->reason && which->reason &&
		    strcmp(now->reason, which->reason) == 0;

	if (same || (!now->reason && !which->reason))
		return;
	*which = *now;
	s->ops->state(s->arg);
}

/* Which version of the MCS API there is. */

static void ask(struct ob_store *s);

static void take_version(struct ob_store *s, const char *version)
{
	int r;

	s->exports_resource.version = s->imports_resource.version = version;
	r = ob_store_watch_mcs(s);
	if (r < 0)
		ob_status_set(&s->trouble[OB_STORE_EXPORTS], -r, "OutOfMemory",
			      "ServiceExports cannot be watched: %s",
			      strerrordesc_np(-r) ?: "unknown error");
}

static void on_group(void *arg, int r, const struct ob_kube_reply *reply)
{
	const char *version = r == 0 ? ob_mcs_version(reply->body) : NULL;
	struct ob_status none = OB_STATUS_INIT;
	struct ob_store *s = arg;

	s->asking = NULL;
	if (version) {
		take_version(s, version);
		return;
	}
	if (r == 0 || r == -ENOENT) {
		ob_status_set(&none, ENOENT, "NoServiceExports",
			      "%s does not have the API " OB_MCS_GROUP
			      ": apply its CustomResourceDefinitions",
			      ob_kube_config_get(s->local)->server);
		ob_store_trouble(s, OB_STORE_EXPORTS, &none);
	} else {
		ob_store_trouble(s, OB_STORE_EXPORTS, &reply->status);
	}
	sd_event_source_set_time_relative(s->again, ASK_AGAIN_US);
	sd_event_source_set_enabled(s->again, SD_EVENT_ONESHOT);
}

static int on_again(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	ask(arg);
	return 0;
}

static void ask(struct ob_store *s)
{
	int r = ob_kube_raw_get(s->local, OB_MCS_PATH, on_group, s, &s->asking);

	if (r < 0) {
		sd_event_source_set_time_relative(s->again, ASK_AGAIN_US);
		sd_event_source_set_enabled(s->again, SD_EVENT_ONESHOT);
	}
}

/* Making and ending. */

static void on_peers(void *arg)
{
	struct ob_store *s = arg;

	/* Called from inside of its own making, too. */
	if (s->peers)
		ob_store_trouble(s, OB_STORE_PEERS, ob_peers_trouble(s->peers));
	s->ops->network(s->arg);
}

static void on_nodes(void *arg)
{
	struct ob_store *s = arg;

	s->ops->network(s->arg);
}

static const struct ob_peers_ops peers_ops = { .changed = on_peers };

static int start(struct ob_store *s, sd_event *event)
{
	const struct ob_syncer_config *c = s->config;
	int r = sd_event_add_time_relative(event, &s->again, CLOCK_MONOTONIC,
					   ASK_AGAIN_US, 0, on_again, s);

	if (r >= 0)
		r = sd_event_source_set_enabled(s->again, SD_EVENT_OFF);
	if (r >= 0)
		r = ob_peers_new(s->hub, c->hub_namespace, false, &peers_ops, s,
				 &s->peers);
	if (r >= 0 && c->profile == OB_PROFILE_NAT && c->n_pods == 0)
		r = ob_nodes_new(s->local, on_nodes, s, &s->nodes);
	if (r >= 0)
		r = ob_store_watch_hub(s);
	if (r >= 0)
		r = ob_store_watch_local(s);
	if (r >= 0)
		ask(s);
	return r;
}

int ob_store_new(sd_event *event, struct ob_kube *hub, struct ob_kube *local,
		 const struct ob_syncer_config *config,
		 const struct ob_store_ops *ops, void *arg,
		 struct ob_store **ret)
{
	_cleanup_(ob_store_freep) struct ob_store *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->hub = hub;
	s->local = local;
	s->config = config;
	s->ops = ops;
	s->arg = arg;
	ob_kube_seed_init(&s->seed);
	s->quota = ob_quota_new(&config->limits);
	if (!s->quota)
		return -ENOMEM;
	s->context = (struct ob_value_context){ &s->seed, config->cluster };
	s->exports_resource = ob_mcs_exports(OB_MCS_V1BETA1);
	s->imports_resource = ob_mcs_imports(OB_MCS_V1BETA1);
	for (size_t i = 0; i < OB_STORE_EXPORTS; i++)
		ob_status_set(&s->trouble[i], EAGAIN, HUB_NOT_YET,
			      "the hub has not answered yet");
	for (size_t i = OB_STORE_EXPORTS; i < OB_STORE_PODS; i++)
		ob_status_set(&s->trouble[i], EAGAIN, LOCAL_NOT_YET,
			      "our own API server has not answered yet");
	r = start(s, event);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(s);
	return 0;
}

void ob_store_free(struct ob_store *s)
{
	struct ob_kube_informer *all[] = { s->exports,	  s->imports,
					   s->services,	  s->slices,
					   s->namespaces, s->pods,
					   s->exported,	  s->hub_slices,
					   s->beats };

	ob_kube_cancel(s->asking);
	sd_event_source_disable_unref(s->again);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		ob_kube_informer_free(all[i]);
	ob_peers_freep(&s->peers);
	ob_nodes_freep(&s->nodes);
	ob_quota_freep(&s->quota);
	free(s);
}

/* What there is. */

const char *ob_store_missing(const struct ob_store *s)
{
	const struct {
		const struct ob_kube_informer *informer;
		const char *what;
	} all[] = {
		{ s->exports, "ServiceExports" },
		{ s->imports, "ServiceImports" },
		{ s->services, "Services" },
		{ s->slices, "EndpointSlices" },
		{ s->namespaces, "Namespaces" },
		{ s->exported, "ExportedServices on the hub" },
		{ s->hub_slices, "EndpointSlices on the hub" },
		{ s->beats, "Leases on the hub" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (!all[i].informer ||
		    !ob_kube_informer_synced(all[i].informer))
			return all[i].what;
	if (s->pods && !ob_kube_informer_synced(s->pods))
		return "Pods";
	if (s->nodes && !ob_nodes_synced(s->nodes))
		return "Nodes";
	return ob_peers_synced(s->peers) ? NULL : "Peers on the hub";
}

bool ob_store_synced(const struct ob_store *s)
{
	return !ob_store_missing(s);
}

/* A refusal says more than that there was no answer yet. */
static const struct ob_status *worst(const struct ob_store *s, size_t from,
				     size_t to, const char *not_yet)
{
	const struct ob_status *found = &s->trouble[from];

	for (size_t i = from; i < to; i++) {
		const struct ob_status *t = &s->trouble[i];

		if (t->reason && strcmp(t->reason, not_yet) != 0)
			return t;
		if (!found->reason)
			found = t;
	}
	return found;
}

const struct ob_status *ob_store_hub_trouble(const struct ob_store *s)
{
	return worst(s, OB_STORE_PEERS, OB_STORE_EXPORTS, HUB_NOT_YET);
}

const struct ob_status *ob_store_local_trouble(const struct ob_store *s)
{
	return worst(s, OB_STORE_EXPORTS, OB_STORE_PARTS, LOCAL_NOT_YET);
}

const struct ob_kube_seed *ob_store_seed(const struct ob_store *s)
{
	return &s->seed;
}

const struct ob_kube_resource *ob_store_exports(const struct ob_store *s)
{
	return &s->exports_resource;
}

const struct ob_kube_resource *ob_store_imports(const struct ob_store *s)
{
	return &s->imports_resource;
}

const struct ob_value_export *ob_store_export(const struct ob_store *s,
					      const char *key)
{
	return s->exports ? ob_kube_informer_get(s->exports, key) : NULL;
}

const struct ob_service *ob_store_service(const struct ob_store *s,
					  const char *key)
{
	return ob_kube_informer_get(s->services, key);
}

const struct ob_value_import *ob_store_import(const struct ob_store *s,
					      const char *key)
{
	return s->imports ? ob_kube_informer_get(s->imports, key) : NULL;
}

/* One that is being deleted takes no objects any more. */
bool ob_store_has_namespace(const struct ob_store *s, const char *namespace)
{
	const bool *going = ob_kube_informer_get(s->namespaces, namespace);

	return going && !*going;
}

static const void *by_name(const struct ob_kube_informer *i,
			   const char *namespace, const char *name)
{
	_free_ char *key = NULL;

	if (asprintf(&key, "%s/%s", namespace, name) < 0)
		return NULL;
	return ob_kube_informer_get(i, key);
}

const struct ob_value_slice *ob_store_slice(const struct ob_store *s,
					    const char *namespace,
					    const char *name)
{
	return by_name(s->slices, namespace, name);
}

const struct ob_value_exported *ob_store_exported(const struct ob_store *s,
						  const char *name)
{
	return by_name(s->exported, s->config->hub_namespace, name);
}

const struct ob_value_hub_slice *ob_store_hub_slice(const struct ob_store *s,
						    const char *name)
{
	return by_name(s->hub_slices, s->config->hub_namespace, name);
}

void ob_store_each_slice(const struct ob_store *s, const char *key,
			 ob_store_fn fn, void *arg)
{
	ob_kube_informer_each_by(s->slices, OB_STORE_INDEX_SERVICE, key, fn,
				 arg);
}

void ob_store_each_exported(const struct ob_store *s, const char *key,
			    ob_store_fn fn, void *arg)
{
	ob_kube_informer_each_by(s->exported, OB_STORE_INDEX_SERVICE, key, fn,
				 arg);
}

void ob_store_each_hub_slice(const struct ob_store *s, const char *key,
			     ob_store_fn fn, void *arg)
{
	ob_kube_informer_each_by(s->hub_slices, OB_STORE_INDEX_SERVICE, key, fn,
				 arg);
}

void ob_store_each_stray(const struct ob_store *s, ob_store_fn fn, void *arg)
{
	ob_store_each_hub_slice(s, OB_STORE_STRAY, fn, arg);
}

void ob_store_each_import(const struct ob_store *s, ob_store_fn fn, void *arg)
{
	if (s->imports)
		ob_kube_informer_each(s->imports, fn, arg);
}

const struct ob_peer *const *ob_store_peers(const struct ob_store *s,
					    struct ob_arena *a, size_t *ret_n)
{
	return ob_peers_list(s->peers, a, ret_n);
}

const struct ob_prefix *ob_store_pods(const struct ob_store *s,
				      struct ob_arena *a, size_t *ret_n)
{
	*ret_n = 0;
	return s->nodes ? ob_nodes_pods(s->nodes, a, ret_n) : NULL;
}

static size_t count(const struct ob_kube_informer *i, uint64_t *refused)
{
	if (!i)
		return 0;
	*refused += ob_kube_informer_stats_get(i).refused;
	return ob_kube_informer_count(i);
}

struct ob_store_counts ob_store_counts_get(const struct ob_store *s)
{
	struct ob_store_counts c = { 0 };

	c.exports = count(s->exports, &c.refused);
	c.services = count(s->services, &c.refused);
	c.slices = count(s->slices, &c.refused);
	c.imports = count(s->imports, &c.refused);
	c.exported = count(s->exported, &c.refused);
	c.hub_slices = count(s->hub_slices, &c.refused);
	return c;
}
