// SPDX-License-Identifier: Apache-2.0
#include "model/exported_service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "model/names.h"
#include "ob/api/services.h"

#define WORD_LEN 64

bool ob_exported_name_parse(struct ob_arena *a, const char *name,
			    struct ob_exported_name *ret)
{
	char *cluster = ob_arena_strdup(a, name), *namespace, *rest;

	namespace = strchr(cluster, '.');
	if (!namespace)
		return false;
	*namespace ++ = '\0';
	rest = strchr(namespace, '.');
	if (!rest || !rest[1])
		return false;
	*rest++ = '\0';
	if (!ob_name_is_label(cluster) || !ob_name_is_label(namespace))
		return false;
	*ret = (struct ob_exported_name){ cluster, namespace, rest };
	return true;
}

static int read_metadata(struct ob_reader *r, const cJSON *object,
			 struct ob_exported_service *e)
{
	struct ob_reader_metadata m;
	int err = ob_reader_metadata(r, object, OB_READER_NAME_LEN, &m);

	if (err < 0)
		return err;
	e->object = m.name;
	e->deleting = m.deleting;
	return 0;
}

static int read_identity(const struct ob_reader *r, const cJSON *spec,
			 struct ob_exported_service *e)
{
	int err = ob_reader_text(r, spec, "clusterID", WORD_LEN, &e->cluster);

	if (err == 0)
		err = ob_reader_text(r, spec, "namespace", WORD_LEN,
				     &e->namespace);
	if (err == 0)
		err = ob_reader_text(r, spec, "name", WORD_LEN, &e->name);
	if (err == 0)
		err = ob_reader_time(r, spec, "exportedAt", &e->exported_s);
	/* It would be older than all others. */
	if (err == 0 && e->exported_s == 0)
		err = ob_reader_refuse(r, "exportedAt", "is missing");
	return err;
}

static int check_identity(const struct ob_reader *r,
			  const struct ob_exported_service *e)
{
	struct ob_exported_name name;

	if (!ob_exported_name_parse(r->arena, e->object, &name))
		return ob_status_set(r->status, EINVAL, r->reason,
				     "%s %s: metadata.name: is not "
				     "CLUSTER.NAMESPACE.SERVICE",
				     r->kind, r->name);
	if (strcmp(name.cluster, e->cluster) != 0)
		return ob_reader_refuse(r, "clusterID",
					"is not that of the name");
	if (strcmp(name.namespace, e->namespace) != 0)
		return ob_reader_refuse(r, "namespace",
					"is not that of the name");
	if (strcmp(name.rest, e->name) != 0 || !ob_name_is_label(e->name))
		return ob_reader_refuse(r, "name", "is not that of the name");
	return 0;
}

static int read_spec(struct ob_reader *r, const cJSON *object,
		     struct ob_exported_service *e)
{
	const cJSON *spec = ob_reader_member(object, "spec");
	int err;

	r->where = "spec";
	err = read_identity(r, spec, e);
	if (err == 0)
		err = check_identity(r, e);
	if (err == 0)
		err = ob_service_type_read(r, spec, &e->spec.type);
	if (err == 0)
		err = ob_service_spec_read(r, spec, &e->spec);
	if (err == 0)
		err = ob_service_labels_read(r, spec, &e->spec);
	return err;
}

static struct ob_exported_service *pack(struct ob_pack *p,
					const struct ob_exported_service *from)
{
	struct ob_exported_service *to = ob_pack(p, from, sizeof(*from));
	struct ob_exported_service e = *from;

	ob_service_spec_pack(p, &e.spec);
	e.object = ob_pack_text(p, from->object, NULL, NULL);
	e.cluster = ob_pack_text(p, from->cluster, NULL, NULL);
	e.namespace = ob_pack_text(p, from->namespace, NULL, NULL);
	e.name = ob_pack_text(p, from->name, NULL, NULL);
	if (to)
		*to = e;
	return to;
}

int ob_exported_service_decode(const cJSON *object,
			       struct ob_exported_service **ret,
			       struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_exported_service e = { 0 };
	struct ob_reader r = { .arena = a,
			       .status = status,
			       .reason = "InvalidExportedService",
			       .kind = OB_EXPORTED_KIND,
			       .name = "?" };
	struct ob_pack p = { 0 };
	int err = read_metadata(&r, object, &e);

	if (err == 0)
		err = read_spec(&r, object, &e);
	if (err < 0)
		return err;
	(void)pack(&p, &e);
	p = (struct ob_pack){ .base = malloc(p.used) };
	if (!p.base)
		return -ENOMEM;
	*ret = pack(&p, &e);
	return 0;
}

void ob_exported_service_free(struct ob_exported_service *e)
{
	free(e);
}

bool ob_exported_service_equal(const struct ob_exported_service *a,
			       const struct ob_exported_service *b)
{
	return strcmp(a->object, b->object) == 0 &&
	       a->exported_s == b->exported_s && a->deleting == b->deleting &&
	       ob_service_spec_equal(&a->spec, &b->spec);
}

cJSON *ob_exported_service_encode(struct ob_arena *a, const char *namespace,
				  const struct ob_exported_service *e)
{
	cJSON *o = ob_json_object(a), *meta = ob_json_object(a);
	cJSON *spec = ob_json_object(a);
	char time[OB_TIMESTAMP_STRLEN];

	ob_json_set_string(a, o, "apiVersion",
			   OB_EXPORTED_GROUP "/" OB_EXPORTED_VERSION);
	ob_json_set_string(a, o, "kind", OB_EXPORTED_KIND);
	ob_json_set_string(a, meta, "namespace", namespace);
	ob_json_set_string(a, meta, "name", e->object);
	ob_json_set(a, o, "metadata", meta);
	ob_json_set_string(a, spec, "clusterID", e->cluster);
	ob_json_set_string(a, spec, "namespace", e->namespace);
	ob_json_set_string(a, spec, "name", e->name);
	ob_json_set_string(
		a, spec, "exportedAt",
		ob_timestamp_format(e->exported_s, time, sizeof(time)));
	ob_service_spec_encode(a, &e->spec, spec);
	if (e->spec.n_labels > 0)
		ob_json_set(a, spec, "exportedLabels",
			    ob_service_pairs_encode(a, e->spec.labels,
						    e->spec.n_labels));
	if (e->spec.n_annotations > 0)
		ob_json_set(a, spec, "exportedAnnotations",
			    ob_service_pairs_encode(a, e->spec.annotations,
						    e->spec.n_annotations));
	ob_json_set(a, o, "spec", spec);
	return o;
}
