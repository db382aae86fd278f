// SPDX-License-Identifier: Apache-2.0
#include "syncer/import.h"

#include <stdlib.h>
#include <string.h>

#include "ob/api/services.h"
#include "syncer/global.h"
#include "syncer/names.h"

/* The families in the winner's order, those without an address left out. */
static void keep_families(const struct ob_import_input *in,
			  struct ob_service_spec *s)
{
	size_t n = 0;

	if (s->type == OB_SERVICE_HEADLESS)
		return;
	for (size_t i = 0; i < in->n_ips; i++)
		s->families[n++] = in->ips[i].family;
	s->n_families = n;
}

cJSON *ob_import_encode(struct ob_arena *a, const struct ob_import_input *in)
{
	cJSON *o = ob_object_new(a, in->resource, in->namespace, in->name);
	cJSON *spec = ob_json_object(a), *ips = ob_json_array(a);
	struct ob_service_spec s = in->merged->spec;
	char text[OB_ADDR_STRLEN];

	for (size_t i = 0; i < s.n_annotations; i++)
		ob_object_annotate(a, o, s.annotations[i].key,
				   s.annotations[i].value);
	/* Last: it is not for exporters to say. */
	ob_object_annotate(a, o, OB_ANNOTATION_DERIVED,
			   ob_derived_service(a, in->namespace, in->name));
	for (size_t i = 0; i < s.n_labels; i++)
		ob_object_label(a, o, s.labels[i].key, s.labels[i].value);
	keep_families(in, &s);
	ob_service_spec_encode(a, &s, spec);
	for (size_t i = 0; i < in->n_ips; i++) {
		ob_addr_format(&in->ips[i], text, sizeof(text));
		ob_json_append(a, ips, ob_json_string_new(a, text));
	}
	ob_json_set(a, spec, "ips", ips);
	ob_json_set(a, o, "spec", spec);
	return o;
}

static int compare(const void *a, const void *b)
{
	const struct ob_import_slice *x = a, *y = b;
	int order = strcmp(x->cluster, y->cluster);

	if (order == 0 && x->created_s != y->created_s)
		return x->created_s < y->created_s ? -1 : 1;
	return order ? order : strcmp(x->slice->name, y->slice->name);
}

static void import_slice(struct ob_arena *a,
			 const struct ob_import_slices_input *in,
			 const struct ob_import_slice *from,
			 struct ob_import_slices_output *ret)
{
	const struct ob_slice_of of = { from->cluster, in->namespace,
					in->name };
	const struct ob_endpoint_slice *s = from->slice;
	struct ob_endpoint *v = ob_arena_array(a, s->n_endpoints, sizeof(*v));
	struct ob_object *o = OB_PUSH(a, &ret->slices);
	size_t n = 0;

	for (size_t i = 0; i < s->n_endpoints; i++)
		if (ob_global_covers(from->cidrs, from->n_cidrs,
				     &s->endpoints[i].addr))
			v[n++] = s->endpoints[i];
	ret->endpoints += n;
	ret->foreign += s->n_endpoints - n;
	o->name = s->name;
	o->tree = ob_slice_encode(a, &of, in->namespace, s->name, s, v, n);
	ob_object_own(a, o->tree, in->resource, in->name, in->uid);
}

void ob_import_slices(struct ob_arena *a,
		      const struct ob_import_slices_input *in,
		      struct ob_import_slices_output *ret)
{
	struct ob_import_slice *v = ob_arena_array(a, in->n_slices, sizeof(*v));
	struct ob_import_slices_output out = { 0 };
	size_t of_cluster = 0;

	for (size_t i = 0; i < in->n_slices; i++)
		v[i] = in->slices[i];
	if (in->n_slices > 0)
		qsort(v, in->n_slices, sizeof(*v), compare);
	for (size_t i = 0; i < in->n_slices; i++) {
		if (i > 0 && strcmp(v[i].cluster, v[i - 1].cluster) != 0)
			of_cluster = 0;
		if (of_cluster++ < OB_IMPORT_MAX_SLICES)
			import_slice(a, in, &v[i], &out);
		else
			out.too_many++;
	}
	*ret = out;
}
