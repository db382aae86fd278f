// SPDX-License-Identifier: Apache-2.0
#include "syncer/slice.h"

#include <errno.h>
#include <string.h>

#include "kube/mcs.h"
#include "model/exported_service.h"
#include "model/service_port.h"
#include "syncer/names.h"

static cJSON *encode_endpoint(struct ob_arena *a, const struct ob_endpoint *e)
{
	cJSON *o = ob_json_object(a), *addresses = ob_json_array(a);
	cJSON *conditions = ob_json_object(a);
	char text[OB_ADDR_STRLEN];

	ob_addr_format(&e->addr, text, sizeof(text));
	ob_json_append(a, addresses, ob_json_string_new(a, text));
	ob_json_set(a, o, "addresses", addresses);
	ob_json_set_bool(a, conditions, "ready", e->ready);
	ob_json_set_bool(a, conditions, "serving", e->serving);
	ob_json_set_bool(a, conditions, "terminating", e->terminating);
	ob_json_set(a, o, "conditions", conditions);
	if (e->hostname[0])
		ob_json_set_string(a, o, "hostname", e->hostname);
	if (e->zone[0])
		ob_json_set_string(a, o, "zone", e->zone);
	return o;
}

static cJSON *encode_port(struct ob_arena *a, const struct ob_slice_port *p)
{
	cJSON *o = ob_json_object(a);

	ob_json_set_string(a, o, "name", p->name);
	ob_json_set_string(a, o, "protocol",
			   ob_service_protocol_name(p->protocol));
	if (p->port)
		ob_json_set_number(a, o, "port", p->port);
	return o;
}

static void add_labels(struct ob_arena *a, const struct ob_slice_of *of,
		       cJSON *o)
{
	const struct {
		const char *key, *value;
	} labels[] = {
		{ OB_LABEL_SERVICE_NAME, of->service },
		{ OB_LABEL_SOURCE_CLUSTER, of->cluster },
		{ OB_LABEL_REF_NAME, of->service },
		{ OB_LABEL_REF_NAMESPACE, of->namespace },
		{ OB_LABEL_REF_CLUSTER, of->cluster },
		{ OB_LABEL_KUBE_SERVICE,
		  ob_derived_label(a, of->cluster, of->namespace,
				   of->service) },
		{ OB_LABEL_MANAGED_BY, OB_MANAGED_BY },
	};

	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		ob_object_label(a, o, labels[i].key, labels[i].value);
}

cJSON *ob_slice_encode(struct ob_arena *a, const struct ob_slice_of *of,
		       const char *at, const char *name,
		       const struct ob_endpoint_slice *slice,
		       const struct ob_endpoint *endpoints, size_t n)
{
	cJSON *o = ob_object_new(a, &ob_endpoint_slices, at, name);
	cJSON *ports = ob_json_array(a), *list = ob_json_array(a);

	add_labels(a, of, o);
	ob_object_annotate(a, o, OB_ANNOTATION_SERVICE_PORTS,
			   ob_service_ports_format(a, slice->service_ports,
						   slice->n_service_ports));
	ob_json_set_string(a, o, "addressType",
			   slice->family == AF_INET ? "IPv4" : "IPv6");
	for (size_t i = 0; i < slice->n_ports; i++)
		ob_json_append(a, ports, encode_port(a, &slice->ports[i]));
	for (size_t i = 0; i < n; i++)
		ob_json_append(a, list, encode_endpoint(a, &endpoints[i]));
	ob_json_set(a, o, "ports", ports);
	ob_json_set(a, o, "endpoints", list);
	return o;
}

static int check_label(const cJSON *object, const char *name, const char *key,
		       const char *want, struct ob_status *status)
{
	const cJSON *labels = ob_json_at(object, "metadata.labels");
	const char *value = cJSON_GetStringValue(ob_json_get(labels, key));

	if (value && strcmp(value, want) == 0)
		return 0;
	return ob_status_set(status, EINVAL, "InvalidEndpointSlice",
			     "EndpointSlice %s: metadata.labels.%s: is not %s",
			     name, key, want);
}

int ob_slice_check(struct ob_arena *a, const cJSON *object,
		   const struct ob_endpoint_slice *slice,
		   struct ob_slice_of *ret, struct ob_status *status)
{
	struct ob_exported_name name;
	struct ob_slice_of of;
	int r;

	if (!ob_exported_name_parse(a, slice->name, &name))
		return ob_status_set(status, EINVAL, "InvalidEndpointSlice",
				     "EndpointSlice %s: metadata.name: is not "
				     "CLUSTER.NAMESPACE.SLICE",
				     slice->name);
	if (!slice->service[0])
		return check_label(object, slice->name, OB_LABEL_SERVICE_NAME,
				   "the name of a Service", status);
	of = (struct ob_slice_of){ name.cluster, name.namespace,
				   slice->service };
	r = check_label(object, slice->name, OB_LABEL_SOURCE_CLUSTER,
			of.cluster, status);
	if (r == 0)
		r = check_label(object, slice->name, OB_LABEL_REF_CLUSTER,
				of.cluster, status);
	if (r == 0)
		r = check_label(object, slice->name, OB_LABEL_REF_NAMESPACE,
				of.namespace, status);
	if (r == 0)
		r = check_label(object, slice->name, OB_LABEL_REF_NAME,
				of.service, status);
	if (r == 0)
		*ret = of;
	return r;
}
