// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/builtin.h"

#include "apimachinery/model.h"
#include "apimachinery/schema.h"

#define NAMES(...)                                                             \
	.short_names = (const char *const[]){ __VA_ARGS__ },                   \
	.n_short_names = ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ }))
#define CATEGORIES(...)                                                        \
	.categories = (const char *const[]){ __VA_ARGS__ },                    \
	.n_categories = ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ }))
#define COLUMN(n, t, path, wide)                                               \
	{                                                                      \
		.name = (n), .type = (t), .format = "", .description = "",     \
		.json_path = (path), .priority = (wide)                        \
	}
#define AGE			 COLUMN("Age", "string", "=age", 0)
#define VERSION(v, status, list) SCALED_VERSION(v, status, false, list)
#define SCALED_VERSION(v, status, scale, list)                                 \
	.n_versions = 1, .versions = (const struct ob_api_version[])           \
	{                                                                      \
		{ .name = (v),                                                 \
		  .served = true,                                              \
		  .has_status = (status),                                      \
		  .has_scale = (scale),                                        \
		  .columns = (list),                                           \
		  .n_columns = ARRAY_SIZE(list) },                             \
	}

static const struct ob_api_column namespace_columns[] = {
	COLUMN("Status", "string", ".status.phase", 0),
	AGE,
};
static const struct ob_api_column node_columns[] = {
	COLUMN("Status", "string", "=node.status", 0),
	COLUMN("Roles", "string", "=node.roles", 0),
	AGE,
	COLUMN("Version", "string", ".status.nodeInfo.kubeletVersion", 0),
	COLUMN("Internal-IP", "string", "=node.internal", 1),
	COLUMN("External-IP", "string", "=node.external", 1),
	COLUMN("OS-Image", "string", ".status.nodeInfo.osImage", 1),
	COLUMN("Kernel-Version", "string", ".status.nodeInfo.kernelVersion", 1),
	COLUMN("Container-Runtime", "string",
	       ".status.nodeInfo.containerRuntimeVersion", 1),
};
static const struct ob_api_column pod_columns[] = {
	COLUMN("Ready", "string", "=pod.ready", 0),
	COLUMN("Status", "string", "=pod.status", 0),
	COLUMN("Restarts", "string", "=pod.restarts", 0),
	AGE,
	COLUMN("IP", "string", "=pod.ip", 1),
	COLUMN("Node", "string", "=pod.node", 1),
	COLUMN("Nominated Node", "string", "=pod.nominated", 1),
	COLUMN("Readiness Gates", "string", "=pod.gates", 1),
};
static const struct ob_api_column service_columns[] = {
	COLUMN("Type", "string", "=service.type", 0),
	COLUMN("Cluster-IP", "string", "=service.ip", 0),
	COLUMN("External-IP", "string", "=service.external", 0),
	COLUMN("Port(s)", "string", "=service.ports", 0),
	AGE,
	COLUMN("Selector", "string", "=service.selector", 1),
};
static const struct ob_api_column endpoints_columns[] = {
	COLUMN("Endpoints", "string", "=endpoints", 0),
	AGE,
};
static const struct ob_api_column secret_columns[] = {
	COLUMN("Type", "string", ".type", 0),
	COLUMN("Data", "string", "=data", 0),
	AGE,
};
static const struct ob_api_column config_map_columns[] = {
	COLUMN("Data", "string", "=data", 0),
	AGE,
};
static const struct ob_api_column service_account_columns[] = {
	COLUMN("Secrets", "string", "=secrets", 0),
	AGE,
};
static const struct ob_api_column event_columns[] = {
	COLUMN("Last Seen", "string", "=event.last", 0),
	COLUMN("Type", "string", ".type", 0),
	COLUMN("Reason", "string", ".reason", 0),
	COLUMN("Object", "string", "=event.object", 0),
	COLUMN("Subobject", "string", ".involvedObject.fieldPath", 1),
	COLUMN("Source", "string", "=event.source", 1),
	COLUMN("Message", "string", "=event.message", 0),
	COLUMN("First Seen", "string", "=event.first", 1),
	COLUMN("Count", "string", "=event.count", 1),
	{ .name = "Name",
	  .type = "string",
	  .format = "name",
	  .description = "",
	  .json_path = ".metadata.name",
	  .priority = 1 },
};
static const struct ob_api_column deployment_columns[] = {
	COLUMN("Ready", "string", "=deployment.ready", 0),
	COLUMN("Up-to-date", "string", "=deployment.updated", 0),
	COLUMN("Available", "string", "=deployment.available", 0),
	AGE,
	COLUMN("Containers", "string", "=deployment.containers", 1),
	COLUMN("Images", "string", "=deployment.images", 1),
	COLUMN("Selector", "string", "=deployment.selector", 1),
};
static const struct ob_api_column slice_columns[] = {
	COLUMN("AddressType", "string", ".addressType", 0),
	COLUMN("Ports", "string", "=slice.ports", 0),
	COLUMN("Endpoints", "string", "=slice.endpoints", 0),
	AGE,
};
static const struct ob_api_column lease_columns[] = {
	COLUMN("Holder", "string", ".spec.holderIdentity", 0),
	AGE,
};
static const struct ob_api_column crd_columns[] = {
	COLUMN("Created At", "date", "=created", 0),
};

static const struct ob_api_resource resources[] = {
	{ .group = "",
	  .kind = "ConfigMap",
	  .list_kind = "ConfigMapList",
	  .plural = "configmaps",
	  .singular = "configmap",
	  .namespaced = true,
	  NAMES("cm"),
	  VERSION("v1", false, config_map_columns) },
	{ .group = "",
	  .kind = "Endpoints",
	  .list_kind = "EndpointsList",
	  .plural = "endpoints",
	  .singular = "endpoints",
	  .namespaced = true,
	  NAMES("ep"),
	  VERSION("v1", false, endpoints_columns) },
	{ .group = "",
	  .kind = "Event",
	  .list_kind = "EventList",
	  .plural = "events",
	  .singular = "event",
	  .namespaced = true,
	  NAMES("ev"),
	  VERSION("v1", false, event_columns) },
	{ .group = "",
	  .kind = "Namespace",
	  .list_kind = "NamespaceList",
	  .plural = "namespaces",
	  .singular = "namespace",
	  NAMES("ns"),
	  VERSION("v1", true, namespace_columns) },
	{ .group = "",
	  .kind = "Node",
	  .list_kind = "NodeList",
	  .plural = "nodes",
	  .singular = "node",
	  NAMES("no"),
	  VERSION("v1", true, node_columns) },
	{ .group = "",
	  .kind = "Pod",
	  .list_kind = "PodList",
	  .plural = "pods",
	  .singular = "pod",
	  .namespaced = true,
	  NAMES("po"),
	  CATEGORIES("all"),
	  VERSION("v1", true, pod_columns) },
	{ .group = "",
	  .kind = "Secret",
	  .list_kind = "SecretList",
	  .plural = "secrets",
	  .singular = "secret",
	  .namespaced = true,
	  VERSION("v1", false, secret_columns) },
	{ .group = "",
	  .kind = "ServiceAccount",
	  .list_kind = "ServiceAccountList",
	  .plural = "serviceaccounts",
	  .singular = "serviceaccount",
	  .namespaced = true,
	  NAMES("sa"),
	  VERSION("v1", false, service_account_columns) },
	{ .group = "",
	  .kind = "Service",
	  .list_kind = "ServiceList",
	  .plural = "services",
	  .singular = "service",
	  .namespaced = true,
	  NAMES("svc"),
	  CATEGORIES("all"),
	  VERSION("v1", true, service_columns) },
	{ .group = "apiextensions.k8s.io",
	  .kind = "CustomResourceDefinition",
	  .list_kind = "CustomResourceDefinitionList",
	  .plural = "customresourcedefinitions",
	  .singular = "customresourcedefinition",
	  NAMES("crd", "crds"),
	  CATEGORIES("api-extensions"),
	  VERSION("v1", true, crd_columns) },
	{ .group = "apps",
	  .kind = "Deployment",
	  .list_kind = "DeploymentList",
	  .plural = "deployments",
	  .singular = "deployment",
	  .namespaced = true,
	  NAMES("deploy"),
	  CATEGORIES("all"),
	  SCALED_VERSION("v1", true, true, deployment_columns) },
	{ .group = "coordination.k8s.io",
	  .kind = "Lease",
	  .list_kind = "LeaseList",
	  .plural = "leases",
	  .singular = "lease",
	  .namespaced = true,
	  VERSION("v1", false, lease_columns) },
	{ .group = "discovery.k8s.io",
	  .kind = "EndpointSlice",
	  .list_kind = "EndpointSliceList",
	  .plural = "endpointslices",
	  .singular = "endpointslice",
	  .namespaced = true,
	  VERSION("v1", false, slice_columns) },
	{ .group = "events.k8s.io",
	  .kind = "Event",
	  .list_kind = "EventList",
	  .plural = "events",
	  .singular = "event",
	  .namespaced = true,
	  NAMES("ev"),
	  VERSION("v1", false, event_columns) },
};

/* The version with the schema of the kind's model. */
static const struct ob_api_version *with_schema(struct ob_arena *a,
						const struct ob_api_resource *r)
{
	const struct ob_api_model *m = ob_api_model_of(r->group, r->kind);
	struct ob_api_version *v = ob_arena_alloc(a, sizeof(*v));
	struct ob_api_causes causes = { .n = 0 };

	*v = r->versions[0];
	if (!m)
		return v;
	v->openapi = ob_api_model_schema(a, m);
	/* One that does not compile is a mistake of ours; a test tells. */
	(void)ob_api_schema_compile(a, v->openapi, &v->schema, &causes);
	return v;
}

void ob_api_builtin(struct ob_arena *a, struct ob_api_catalog *ret)
{
	size_t n = ARRAY_SIZE(resources);
	const struct ob_api_resource **v = ob_arena_array(a, n, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		struct ob_api_resource *r = ob_arena_alloc(a, sizeof(*r));

		*r = resources[i];
		r->versions = with_schema(a, r);
		v[i] = r;
	}
	ret->v = v;
	ret->n = n;
}
