// SPDX-License-Identifier: Apache-2.0
#include "model/service_export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/condition.h"

const char *ob_export_condition_name(enum ob_export_condition which)
{
	switch (which) {
	case OB_EXPORT_VALID:
		return "Valid";
	case OB_EXPORT_READY:
		return "Ready";
	case OB_EXPORT_CONFLICT:
		return "Conflict";
	case OB_EXPORT_CONDITIONS:
		break;
	}
	return "";
}

static int read_metadata(struct ob_reader *r, const cJSON *object,
			 struct ob_service_export *e)
{
	const cJSON *meta = ob_reader_member(object, "metadata");
	struct ob_reader_metadata m;
	int err = ob_reader_metadata(r, object, OB_SERVICE_NAME_LEN, &m);

	if (err < 0)
		return err;
	e->name = m.name;
	e->namespace = m.namespace;
	e->uid = m.uid;
	e->deleting = m.deleting;
	err = ob_reader_time(r, meta, "creationTimestamp", &e->created_s);
	if (err < 0)
		return err;
	return ob_reader_int(r, meta, "generation", 0, INT64_MAX,
			     &e->generation);
}

/* The sentence is for the condition of the object itself. */
static void read_spec(const struct ob_reader *parent, const cJSON *object,
		      struct ob_service_export *e)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_service_spec s = { 0 };
	struct ob_reader r = *parent;

	r.where = "spec";
	r.status = &status;
	e->problem = "";
	if (ob_service_labels_read(&r, ob_reader_member(object, "spec"), &s) <
	    0) {
		e->problem = ob_arena_strdup(r.arena, status.message);
		return;
	}
	e->labels = s.labels;
	e->n_labels = s.n_labels;
	e->annotations = s.annotations;
	e->n_annotations = s.n_annotations;
}

/* One that makes no sense is none, and written again. */
static void read_status(const struct ob_reader *parent, const cJSON *object,
			struct ob_service_export *e)
{
	struct ob_status ignored = OB_STATUS_INIT;
	struct ob_reader r = *parent;
	const cJSON *item;

	r.where = "status.conditions";
	r.status = &ignored;
	cJSON_ArrayForEach(item, ob_json_at(object, "status.conditions"))
	{
		struct ob_peer_condition c = { 0 };

		if (ob_condition_read(&r, item, &c) < 0)
			continue;
		for (int i = 0; i < OB_EXPORT_CONDITIONS; i++)
			if (!strcmp(c.type,
				    ob_export_condition_name(
					    (enum ob_export_condition)i)))
				e->conditions[i] = (struct ob_export_was){
					c.status, c.reason, c.changed_s
				};
	}
}

static void pack_condition(struct ob_pack *p, struct ob_export_was *c)
{
	if (!c->status)
		return;
	c->status = ob_pack_text(p, c->status, NULL, NULL);
	c->reason = ob_pack_text(p, c->reason, NULL, NULL);
}

static struct ob_service_export *pack(struct ob_pack *p,
				      const struct ob_service_export *from)
{
	struct ob_service_export *to = ob_pack(p, from, sizeof(*from));
	struct ob_service_export e = *from;
	struct ob_service_spec s = { .internal_policy = "",
				     .distribution = "",
				     .labels = from->labels,
				     .n_labels = from->n_labels,
				     .annotations = from->annotations,
				     .n_annotations = from->n_annotations };

	ob_service_spec_pack(p, &s);
	e.labels = s.labels;
	e.annotations = s.annotations;
	e.namespace = ob_pack_text(p, from->namespace, NULL, NULL);
	e.name = ob_pack_text(p, from->name, NULL, NULL);
	e.uid = ob_pack_text(p, from->uid, NULL, NULL);
	e.problem = ob_pack_text(p, from->problem, NULL, NULL);
	for (int i = 0; i < OB_EXPORT_CONDITIONS; i++)
		pack_condition(p, &e.conditions[i]);
	if (to)
		*to = e;
	return to;
}

int ob_service_export_decode(const cJSON *object,
			     struct ob_service_export **ret,
			     struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_service_export e = { 0 };
	struct ob_reader r = { .arena = a,
			       .status = status,
			       .reason = "InvalidServiceExport",
			       .kind = "ServiceExport",
			       .name = "?" };
	struct ob_pack p = { 0 };
	int err = read_metadata(&r, object, &e);

	if (err < 0)
		return err;
	read_spec(&r, object, &e);
	read_status(&r, object, &e);
	(void)pack(&p, &e);
	p = (struct ob_pack){ .base = malloc(p.used) };
	if (!p.base)
		return -ENOMEM;
	*ret = pack(&p, &e);
	return 0;
}

void ob_service_export_free(struct ob_service_export *e)
{
	free(e);
}
