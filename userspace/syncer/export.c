// SPDX-License-Identifier: Apache-2.0
#include "syncer/export.h"

#include <stdlib.h>
#include <string.h>

#include "kube/peers.h"
#include "syncer/names.h"
#include "syncer/slice.h"

#define MOST_PARTS 64 /* of a slice; a power of two */

void ob_export_validate(const struct ob_service_export *export,
			const struct ob_service *service, enum ob_validity *ret)
{
	if (!export || export->deleting)
		*ret = OB_NOT_EXPORTED;
	else if (!service || service->deleting)
		*ret = OB_NO_SERVICE;
	else if (service->external)
		*ret = OB_INVALID_TYPE;
	else if (export->problem[0])
		*ret = OB_INVALID_SPEC;
	else
		*ret = OB_VALID;
}

static void export_service(struct ob_arena *a, const struct ob_export_input *in,
			   struct ob_object *ret)
{
	const struct ob_service_export *x = in->export;
	struct ob_exported_service e = {
		.object = ob_hub_name(a, in->cluster, x->namespace, x->name),
		.cluster = in->cluster,
		.namespace = x->namespace,
		.name = x->name,
		.exported_s = x->created_s,
		.spec = in->service->spec,
	};

	e.spec.labels = x->labels;
	e.spec.n_labels = x->n_labels;
	e.spec.annotations = x->annotations;
	e.spec.n_annotations = x->n_annotations;
	ret->name = e.object;
	ret->tree = ob_exported_service_encode(a, in->hub_namespace, &e);
	ob_object_own(a, ret->tree, &ob_peers_resource, in->cluster,
		      in->peer_uid);
}

/* The pod's own address, with dashes: a DNS label. */
static const char *hostname_of(struct ob_arena *a, const struct ob_addr *addr)
{
	char text[OB_ADDR_STRLEN];
	size_t n;

	ob_addr_format(addr, text, sizeof(text));
	for (char *p = text; *p; p++)
		if (*p == '.' || *p == ':')
			*p = '-';
	n = strlen(text);
	return ob_arena_printf(a, "%s%s%s", text[0] == '-' ? "0" : "", text,
			       text[n - 1] == '-' ? "0" : "");
}

static int compare(const void *a, const void *b)
{
	const struct ob_endpoint *x = a, *y = b;

	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

/* Sorted: what order they come in makes no difference. */
static struct ob_endpoint *globalize(struct ob_arena *a,
				     const struct ob_export_input *in,
				     const struct ob_endpoint_slice *s,
				     size_t *ret_n)
{
	bool headless = in->service->spec.type == OB_SERVICE_HEADLESS;
	struct ob_endpoint *v = ob_arena_array(a, s->n_endpoints, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < s->n_endpoints; i++) {
		struct ob_endpoint e = s->endpoints[i];

		if (!ob_global_address(in->global, s->namespace, &e.addr,
				       &v[n].addr))
			continue;
		if (headless && !e.hostname[0])
			e.hostname = hostname_of(a, &e.addr);
		e.addr = v[n].addr;
		v[n++] = e;
	}
	if (n > 0)
		qsort(v, n, sizeof(*v), compare);
	*ret_n = n;
	return v;
}

/* FNV-1a: the same in every run. */
static size_t part_of(const struct ob_addr *addr, size_t parts)
{
	uint32_t h = 2166136261;

	for (size_t i = 0; i < sizeof(addr->b); i++)
		h = (h ^ addr->b[i]) * 16777619;
	return (h ^ h >> 16) & (parts - 1);
}

static bool fits(const struct ob_endpoint *v, size_t n, size_t parts)
{
	size_t count[MOST_PARTS] = { 0 };

	for (size_t i = 0; i < n; i++)
		if (++count[part_of(&v[i].addr, parts)] >
		    OB_EXPORT_MAX_ENDPOINTS)
			return false;
	return true;
}

/* A power of two, so that most stay where they are when it grows. */
static size_t parts_for(const struct ob_endpoint *v, size_t n)
{
	size_t parts = 1;

	while (parts < MOST_PARTS && !fits(v, n, parts))
		parts *= 2;
	return parts;
}

static void export_part(struct ob_arena *a, const struct ob_export_input *in,
			const struct ob_endpoint_slice *s, size_t part,
			const struct ob_endpoint *v, size_t n,
			struct ob_objects *ret)
{
	const struct ob_slice_of of = { in->cluster, in->export->namespace,
					in->export->name };
	const struct ob_service_spec *spec = &in->service->spec;
	struct ob_endpoint_slice slice = *s;
	const char *name = s->name;
	struct ob_object *o = OB_PUSH(a, ret);

	if (part > 0)
		name = ob_arena_printf(a, "%s.%zu", s->name, part);
	slice.service_ports = spec->ports;
	slice.n_service_ports = spec->n_ports;
	o->name = ob_hub_name(a, in->cluster, in->export->namespace, name);
	o->tree = ob_slice_encode(a, &of, in->hub_namespace, o->name, &slice, v,
				  n);
	ob_object_own(a, o->tree, &ob_exported_services,
		      ob_hub_name(a, in->cluster, of.namespace, of.service),
		      in->exported_uid);
}

static void export_slice(struct ob_arena *a, const struct ob_export_input *in,
			 const struct ob_endpoint_slice *s,
			 struct ob_export_output *ret)
{
	size_t n = 0, parts;
	struct ob_endpoint *all = globalize(a, in, s, &n), *some;

	ret->endpoints += n;
	ret->left_out += s->n_endpoints - n;
	if (!in->exported_uid[0])
		return;
	parts = parts_for(all, n);
	some = ob_arena_array(a, n, sizeof(*some));
	for (size_t part = 0; part < parts; part++) {
		size_t k = 0;

		for (size_t i = 0; i < n; i++)
			if (part_of(&all[i].addr, parts) == part)
				some[k++] = all[i];
		export_part(a, in, s, part, some, k, &ret->slices);
	}
}

void ob_export(struct ob_arena *a, const struct ob_export_input *in,
	       struct ob_export_output *ret)
{
	struct ob_export_output out = { 0 };

	ob_export_validate(in->export, in->service, &out.validity);
	if (out.validity == OB_VALID) {
		export_service(a, in, &out.exported);
		for (size_t i = 0; i < in->n_slices; i++)
			export_slice(a, in, in->slices[i], &out);
	}
	*ret = out;
}
