// SPDX-License-Identifier: Apache-2.0
/* What store.h watches of our own API server. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kube/mcs.h"
#include "model/service.h"
#include "syncer/object.h"
#include "syncer/store_private.h"

#define POD_ANNOTATION "ovn.kubernetes.io/ip_address"

static const struct ob_kube_resource services = {
	"", "v1", "services", "Service", true,
};
static const struct ob_kube_resource namespaces = {
	"", "v1", "namespaces", "Namespace", false,
};
static const struct ob_kube_resource pods = {
	"", "v1", "pods", "Pod", true,
};

static void on_synced(void *arg)
{
	struct ob_store *s = arg;

	s->ops->state(s->arg);
}

/* ServiceExports. */

static int decode_export(void *arg, const cJSON *object, void **ret,
			 struct ob_status *status)
{
	struct ob_value_export *v = NULL;
	struct ob_store *s = arg;
	int r = ob_value_export_new(&s->context, object, &v, status);

	*ret = v;
	return r;
}

static void free_export(void *value)
{
	ob_value_export_free(value);
}

static void on_service(void *arg, const char *key, const void *before,
		       const void *after)
{
	struct ob_store *s = arg;

	(void)before;
	(void)after;
	s->ops->service(s->arg, key);
}

static void exports_state(void *arg, const struct ob_status *status)
{
	ob_store_trouble(arg, OB_STORE_EXPORTS, status);
}

static const struct ob_kube_informer_ops exports_ops = {
	.decode = decode_export,
	.free_value = free_export,
	.changed = on_service,
	.synced = on_synced,
	.state = exports_state,
};

/* ServiceImports. */

static int decode_import(void *arg, const cJSON *object, void **ret,
			 struct ob_status *status)
{
	struct ob_value_import *v = NULL;
	struct ob_store *s = arg;
	int r = ob_value_import_new(&s->context, object, &v, status);

	*ret = v;
	return r;
}

static void on_import(void *arg, const char *key, const void *before,
		      const void *after)
{
	struct ob_store *s = arg;

	s->ops->import(s->arg, key, before, after);
	s->ops->service(s->arg, key);
}

static void imports_state(void *arg, const struct ob_status *status)
{
	ob_store_trouble(arg, OB_STORE_IMPORTS, status);
}

static const struct ob_kube_informer_ops imports_ops = {
	.decode = decode_import,
	.free_value = free,
	.changed = on_import,
	.synced = on_synced,
	.state = imports_state,
};

/* Services: only those that are exported are of interest. */

static int decode_service(void *arg, const cJSON *object, void **ret,
			  struct ob_status *status)
{
	struct ob_service *v = NULL;
	int r = ob_service_decode(object, &v, status);

	(void)arg;
	*ret = v;
	return r;
}

static void free_service(void *value)
{
	ob_service_free(value);
}

static void on_local_service(void *arg, const char *key, const void *before,
			     const void *after)
{
	struct ob_store *s = arg;

	if (!ob_store_export(s, key) ||
	    (before && after && ob_service_equal(before, after)))
		return;
	s->ops->service(s->arg, key);
}

static void services_state(void *arg, const struct ob_status *status)
{
	ob_store_trouble(arg, OB_STORE_SERVICES, status);
}

static const struct ob_kube_informer_ops services_ops = {
	.decode = decode_service,
	.free_value = free_service,
	.changed = on_local_service,
	.synced = on_synced,
	.state = services_state,
};

/* EndpointSlices: those of Services, and what we have made of imports. */

static int decode_slice(void *arg, const cJSON *object, void **ret,
			struct ob_status *status)
{
	struct ob_value_slice *v = NULL;
	struct ob_store *s = arg;
	int r = ob_value_slice_new(&s->context, object, &v, status);

	*ret = v;
	return r;
}

static void free_slice(void *value)
{
	ob_value_slice_free(value);
}

static void index_slice(void *arg, size_t i, const void *value,
			void (*add)(void *to, const char *key), void *to)
{
	const struct ob_value_slice *v = value;

	(void)arg;
	(void)i;
	if (v->key)
		add(to, v->key);
}

static void tell_slice(struct ob_store *s, const struct ob_value_slice *v)
{
	if (!v || !v->key)
		return;
	if (v->kind == OB_SLICE_OURS || ob_store_export(s, v->key))
		s->ops->service(s->arg, v->key);
}

static void on_slice(void *arg, const char *key, const void *before,
		     const void *after)
{
	(void)key;
	tell_slice(arg, before);
	tell_slice(arg, after);
}

static void slices_state(void *arg, const struct ob_status *status)
{
	ob_store_trouble(arg, OB_STORE_SLICES, status);
}

static const struct ob_kube_informer_ops slices_ops = {
	.decode = decode_slice,
	.free_value = free_slice,
	.index = index_slice,
	.changed = on_slice,
	.synced = on_synced,
	.state = slices_state,
};

/* Namespaces: whether they are being deleted. */

static int decode_namespace(void *arg, const cJSON *object, void **ret,
			    struct ob_status *status)
{
	bool *going = malloc(sizeof(*going));

	(void)arg;
	if (!going)
		return ob_status_set(status, ENOMEM, "OutOfMemory",
				     "out of memory");
	*going = ob_json_string(object, "metadata.deletionTimestamp");
	*ret = going;
	return 0;
}

static void on_namespace(void *arg, const char *key, const void *before,
			 const void *after)
{
	const bool *was = before, *is = after;
	struct ob_store *s = arg;

	if (!was || !is || *was != *is)
		s->ops->namespace(s->arg, key);
}

static void namespaces_state(void *arg, const struct ob_status *status)
{
	ob_store_trouble(arg, OB_STORE_NAMESPACES, status);
}

static const struct ob_kube_informer_ops namespaces_ops = {
	.decode = decode_namespace,
	.free_value = free,
	.changed = on_namespace,
	.synced = on_synced,
	.state = namespaces_state,
};

/* Pods: which global address they have. */

static void take_addr(const char *text, struct ob_addr v[2], size_t *n)
{
	if (text && *n < 2 && ob_addr_parse(text, &v[*n]) == 0)
		(*n)++;
}

/* "10.113.0.5,fd70:113::5" */
static void take_annotation(const cJSON *object, struct ob_store_pod *p)
{
	const char *text = cJSON_GetStringValue(ob_json_get(
		ob_json_at(object, "metadata.annotations"), POD_ANNOTATION));
	char copy[2 * OB_ADDR_STRLEN], *rest = copy, *one;

	if (!text || strlen(text) >= sizeof(copy))
		return;
	snprintf(copy, sizeof(copy), "%s", text);
	while ((one = strsep(&rest, ",")))
		take_addr(one, p->global, &p->n_global);
}

static int decode_pod(void *arg, const cJSON *object, void **ret,
		      struct ob_status *status)
{
	struct ob_store_pod *p = calloc(1, sizeof(*p));
	const cJSON *item;

	(void)arg;
	if (!p)
		return ob_status_set(status, ENOMEM, "OutOfMemory",
				     "out of memory");
	*ret = p;
	/* Many of them share an address. */
	if (ob_json_bool(object, "spec.hostNetwork", false))
		return 0;
	cJSON_ArrayForEach(item, ob_json_at(object, "status.podIPs"))
	{
		take_addr(ob_json_string(item, "ip"), p->local, &p->n_local);
	}
	if (p->n_local == 0)
		take_addr(ob_json_string(object, "status.podIP"), p->local,
			  &p->n_local);
	take_annotation(object, p);
	return 0;
}

static void index_pod(void *arg, size_t i, const void *value,
		      void (*add)(void *to, const char *key), void *to)
{
	const struct ob_store_pod *p = value;
	char text[OB_ADDR_STRLEN];

	(void)arg;
	(void)i;
	for (size_t n = 0; n < p->n_local; n++)
		add(to, ob_addr_format(&p->local[n], text, sizeof(text)));
}

static void on_pod(void *arg, const char *key, const void *before,
		   const void *after)
{
	const char *slash = strchr(key, '/');
	_free_ char *namespace =
		slash ? strndup(key, (size_t)(slash - key)) : NULL;
	struct ob_store *s = arg;

	if (before && after &&
	    memcmp(before, after, sizeof(struct ob_store_pod)) == 0)
		return;
	if (namespace)
		s->ops->namespace(s->arg, namespace);
}

static void pods_state(void *arg, const struct ob_status *status)
{
	ob_store_trouble(arg, OB_STORE_PODS, status);
}

static const struct ob_kube_informer_ops pods_ops = {
	.decode = decode_pod,
	.free_value = free,
	.index = index_pod,
	.changed = on_pod,
	.synced = on_synced,
	.state = pods_state,
};

struct pod_search {
	const char *namespace;
	uint8_t family;
	struct ob_addr found;
};

static void look_at_pod(void *arg, const char *key, const void *value)
{
	const struct ob_store_pod *p = value;
	struct pod_search *search = arg;
	size_t n = strlen(search->namespace);

	if (strncmp(key, search->namespace, n) != 0 || key[n] != '/')
		return;
	for (size_t i = 0; i < p->n_global; i++)
		if (p->global[i].family == search->family)
			search->found = p->global[i];
}

bool ob_store_pod(const struct ob_store *s, const char *namespace,
		  const struct ob_addr *local, struct ob_addr *ret)
{
	struct pod_search search = { .namespace = namespace,
				     .family = local->family };
	char text[OB_ADDR_STRLEN];

	if (!s->pods)
		return false;
	ob_kube_informer_each_by(s->pods, OB_STORE_INDEX_SERVICE,
				 ob_addr_format(local, text, sizeof(text)),
				 look_at_pod, &search);
	if (!search.found.family)
		return false;
	*ret = search.found;
	return true;
}

static int watch(struct ob_store *s, const struct ob_kube_resource *resource,
		 size_t n_indexes, const struct ob_kube_informer_ops *ops,
		 struct ob_kube_informer **ret)
{
	struct ob_kube_reflector_options options = {
		.ref = { .resource = resource },
	};

	return ob_kube_informer_new(s->local, &options, n_indexes, ops, s, ret);
}

int ob_store_watch_mcs(struct ob_store *s)
{
	int r = watch(s, &s->exports_resource, 0, &exports_ops, &s->exports);

	if (r < 0)
		return r;
	return watch(s, &s->imports_resource, 0, &imports_ops, &s->imports);
}

int ob_store_watch_local(struct ob_store *s)
{
	int r = watch(s, &namespaces, 0, &namespaces_ops, &s->namespaces);

	if (r == 0)
		r = watch(s, &services, 0, &services_ops, &s->services);
	if (r == 0)
		r = watch(s, &ob_endpoint_slices, 1, &slices_ops, &s->slices);
	if (r == 0 && s->config->profile == OB_PROFILE_PARALLEL)
		r = watch(s, &pods, 1, &pods_ops, &s->pods);
	return r;
}
